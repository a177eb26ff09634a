//! Dialogues of other clients, each from what its own code or documentation shows (SC-954).

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    ENTERPRISE, GROUP, Provider, USER, assert_refused, body, encoded, id, members, refusal, set,
};

with_a_provider! {
    "leeg";

    fn authentik_reads_the_configuration_and_syncs_groups_in_chunks(authentik: &Provider) {
        let config = authentik.read("/ServiceProviderConfig");
        for of in ["maxOperations", "maxPayloadSize"] {
            assert!(config["bulk"][of].as_u64().is_some_and(|n| n > 0), "{of}");
        }
        assert!(config["filter"]["maxResults"].is_u64());
        let user = |name: &str| json!({"schemas": [USER], "userName": name,
            "name": {"formatted": name, "givenName": name, "familyName": ""},
            "displayName": name, "photos": null, "locale": null, "active": true,
            "emails": [{"value": format!("{name}@example.org"), "type": "other", "primary": true}],
            "externalId": format!("uid-{name}")});
        let users: Vec<String> = ["akadmin",
            "ann"].iter().map(|name| id(&authentik.make("/Users", &user(name)))).collect();
        let mut changed = user("ann");
        (changed["id"], changed["displayName"]) = (users[1].as_str().into(), "Ann".into());
        assert_eq!(body(&authentik.put(&format!("/Users/{}", users[1]), &changed), 200)["displayName"], "Ann");

        let group = json!({"schemas": [GROUP], "externalId": "g1", "displayName": "authentik Admins"});
        let made = authentik.make("/Groups", &group);
        let path = format!("/Groups/{}", id(&made));
        for user in &users {
            authentik.patched(&path, &json!([{"op": "add", "path": "members", "value": [{"value": user}]}]));
        }
        assert_eq!(members(&authentik.read(&path)), users.iter().cloned().collect());
        let mut whole = group.clone();
        (whole["id"], whole["displayName"]) = (id(&made).into(), "Admins".into());
        let told = authentik.patched(&path, &json!([{"op": "replace", "path": null, "value": whole}]));
        assert_eq!((&told["displayName"], members(&told).len()), (&json!("Admins"), 2));
        let told = authentik.patched(&path,
            &json!([{"op": "remove", "path": "members", "value": [{"value": users[0]}]}]));
        assert_eq!(members(&told), set(&[&users[1]]));
        let found = authentik.read(&format!("/Groups?filter={}", encoded("displayName eq \"Admins\"")));
        assert_eq!(found["Resources"][0]["id"], id(&made));
        assert_eq!(refusal(&authentik.put("/Users/gone", &user("gone"))).0, 404);
    }

    fn onelogin_sends_a_template_of_an_older_version(onelogin: &Provider) {
        let template = json!({"schemas": ["urn:scim:schemas:core:1.0", USER], "userName": "ann@example.org",
            "emails": [{"value": "ann@example.org", "type": "work", "primary": true}], "title": "",
            "roles": [{"value": "teacher"}]});
        let made = onelogin.make("/Users", &template);
        assert_eq!(made["schemas"], json!([USER]));
        let group = onelogin.group("Teachers", &[]);

        let told = onelogin.patched(&format!("/Groups/{group}"),
            &json!([{"op": "add", "path": "members", "value": [{"value": id(&made)}]}]));

        assert_eq!(members(&told), set(&[&id(&made)]));
        assert_eq!(onelogin.read("/Groups")["totalResults"], 1);
        let old = json!({"schemas": ["urn:scim:schemas:core:1.0"], "userName": "old"});
        assert_eq!(onelogin.make("/Users", &old)["schemas"], json!([USER]));
    }

    fn jumpcloud_tries_a_user_and_a_group_first(jumpcloud: &Provider) {
        let user = jumpcloud.make("/Users",
            &json!({"userName": "test.user@example.org", "active": true,
                "name": {"givenName": "T", "familyName": "U"}}));
        let group = jumpcloud.group("JumpCloud test group", &[]);

        let put = jumpcloud.put(&format!("/Users/{}", id(&user)),
            &json!({"userName": "test.user@example.org", "active": false}));
        assert_eq!((put.status, &put.json()["active"]), (200, &json!(false)));
        for op in ["add", "remove"] {
            let told = jumpcloud.patched(&format!("/Groups/{group}"),
                &json!([{"op": op, "path": "members", "value": [{"value": id(&user)}]}]));
            assert_eq!(members(&told).len(), usize::from(op == "add"));
        }
        assert_eq!(jumpcloud.delete(&format!("/Groups/{group}")).status, 204);
        assert_eq!(jumpcloud.delete(&format!("/Users/{}", id(&user))).status, 204);
    }

    fn sailpoint_reads_both_types_and_aggregates_by_pages(sailpoint: &Provider) {
        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/ResourceTypes/User",
            "/ResourceTypes/Group"] {
            assert_eq!(sailpoint.get(path).status, 200, "{path}");
        }
        for n in 0..7 {
            sailpoint.user(&format!("u{n}"));
        }
        let (mut start, mut seen) = (1, 0);
        loop {
            let list = sailpoint.read(&format!("/Users?startIndex={start}&count=3"));
            let n = list["itemsPerPage"].as_u64().unwrap();
            (start, seen) = (start + n, seen + n);
            if seen >= list["totalResults"].as_u64().unwrap() {
                break;
            }
        }
        assert_eq!(seen, 7);
    }

    fn pingone_asks_for_a_bare_address_and_puts(ping: &Provider) {
        let user = json!({"schemas": [USER, ENTERPRISE], "userName": "ann", "active": true,
            "name": {"familyName": "A", "givenName": "B"},
            "emails": [{"value": "ann@example.org", "type": "work", "primary": true}],
            ENTERPRISE: {"department": "Math"}});
        let made = ping.make("/Users", &user);

        assert_eq!(ping.names("emails eq \"ANN@example.org\""), set(&["ann"]));
        let mut changed = user.clone();
        changed["emails"][0]["value"] = "a@example.org".into();
        let told = body(&ping.put(&format!("/Users/{}", id(&made)), &changed), 200);
        assert_eq!((&told["emails"], &told[ENTERPRISE]["department"]), (&changed["emails"], &json!("Math")));
        changed["emails"] = json!([{"value": "a", "type": "work", "primary": true},
            {"value": "b", "type": "home", "primary": true}]);
        assert_refused(&ping.put(&format!("/Users/{}", id(&made)), &changed), 400, "invalidValue");
    }

    fn sc_386_an_egil_client_cycles_through_what_we_have_of_its_types(egil: &Provider) {
        let of_school = "urn:scim:schemas:extension:sis:school:1.0:User";
        let pupil = json!({"schemas": [USER, of_school], "externalId": "91aa6a1e-0000-4000-8000-000000000001",
            "userName": "anna@eppn.example.se",
            "name": {"familyName": "Svensson", "givenName": "Anna"}, "displayName": "Anna Svensson",
            "emails": [{"value": "anna@example.se"}],
            of_school: {"enrolments": [{"value": "0f5c", "$ref": "SchoolUnits/0f5c", "schoolYear": 7}],
                "securityMarking": false}});
        let made = egil.make("/Users", &pupil);
        assert_eq!((&made["schemas"], made.get(of_school)), (&json!([USER]), None));

        let all = egil.read("/Users")["Resources"].clone();
        assert_eq!(all[0]["externalId"], pupil["externalId"]);
        let mut changed = pupil.clone();
        changed["name"]["familyName"] = "Nilsson".into();
        assert_eq!(egil.put(&format!("/Users/{}", id(&made)), &changed).json()["name"]["familyName"], "Nilsson");
        // Types of its own that we don't offer are told apart from people that aren't there.
        for path in ["/Organisations", "/SchoolUnits", "/StudentGroups", "/Employments"] {
            assert_eq!(refusal(&egil.post(path, &json!({"displayName": "x"}))).0, 404, "{path}");
        }
        assert_eq!(egil.delete(&format!("/Users/{}", id(&made))).status, 204);
        assert_eq!(egil.read("/Users")["totalResults"], 0);
    }

    fn sc_361_a_sweep_deletes_only_what_the_client_made(sram: &Provider) {
        let other = sram.boards.provider("leeg");
        let theirs = other.user("theirs");
        let mine = sram.user("mine@sram.surf.nl");
        for _ in 0..2 {
            sram.user(&format!("left-{}", sram.read("/Users")["totalResults"]));
        }

        let all = sram.read("/Users?startIndex=1");
        for user in all["Resources"].as_array().unwrap() {
            if id(user) != mine {
                assert_eq!(sram.delete(&format!("/Users/{}", id(user))).status, 204);
            }
        }

        assert_eq!(sram.read("/Users")["totalResults"], 1);
        assert_eq!(refusal(&sram.delete(&format!("/Users/{theirs}"))).0, 404);
        assert_eq!(other.read("/Users")["totalResults"], 1);
    }

    fn surfconext_invite_puts_and_patches_with_plain_json(invite: &Provider) {
        let user: Value = json!({"schemas": [USER], "externalId": "a@eduid.nl", "userName": "a@eduid.nl",
            "emails": [{"type": "other", "value": "a@b.nl"}], "active": true});
        let made = invite.raw("POST", "/Users", &[("Content-Type", "application/json")], &user.to_string());
        assert_eq!(made.status, 201);
        let group = invite.make("/Groups",
            &json!({"schemas": [GROUP], "externalId": "urn:g", "displayName": "g",
                "members": [{"value": id(&made.json())}]}));

        let filter = encoded("externalId eq \"a@eduid.nl\"");
        assert_eq!(invite.read(&format!("/Users?filter={filter}&sortBy=userName"))["totalResults"], 1);
        let told = invite.put(&format!("/Groups/{}", id(&group)),
            &json!({"schemas": [GROUP], "id": id(&group), "externalId": "urn:g", "displayName": "g", "members": []}));
        assert_eq!((told.status, told.json().get("members")), (200, None));
    }
}
