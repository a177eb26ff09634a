//! What one connection wants otherwise: `[vendor.scim]` of the rules file.

use serde_json::{Value, json};

use crate::rostering::board::SECRET;
use crate::scim::board::with_a_provider;
use crate::scim::client::{GROUP, Provider, USER, assert_refused, body, id, members, version};

/// Sets switches for the provider.
fn set(provider: &Provider<'_>, switches: &str) {
    let (tenant, vendor) = (provider.base.split('/').nth(1).unwrap(), &provider.vendor);
    provider.boards.world.apply(&format!(
        "[tenant]\nslug = \"{tenant}\"\n[[vendor]]\nid = \"{vendor}\"\nname = \"Provider\"\nidentifiers = \"pairwise\"\n\
         secret = \"{SECRET}\"\nscopes = [\"scim\", \"scim.readonly\", \"scim.provision\"]\n[vendor.scim]\n{switches}\n"
    ));
}

with_a_provider! {
    "leeg";

    fn a_patch_is_answered_as_the_connection_wants(provider: &Provider) {
        let path = format!("/Users/{}", provider.user("ann"));
        let change = |title: &str| provider.patch(&path, &json!([{"op": "replace", "path": "title", "value": title}]));
        assert_eq!(change("Teacher").status, 200);

        set(provider, "patch_response = \"204\"");

        let reply = change("Head");
        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
        assert_eq!(provider.read(&path)["title"], "Head");

        set(provider, "");
        assert_eq!(body(&change("Caretaker"), 200)["title"], "Caretaker");
    }

    fn a_replace_makes_the_element_that_entra_expects(provider: &Provider) {
        let path = format!("/Users/{}", provider.user("ann"));
        let change = json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ann@example.org"}]);
        assert_refused(&provider.patch(&path, &change), 400, "noTarget");

        set(provider, "create_on_replace_nomatch = true");

        let emails = provider.patched(&path, &change)["emails"].clone();
        assert_eq!(emails, json!([{"value": "ann@example.org", "type": "work"}]));
    }

    fn what_is_unknown_can_be_refused(provider: &Provider) {
        let user = json!({"schemas": [USER], "userName": "ann", "shoeSize": 44});
        let group = json!({"schemas": [GROUP], "displayName": "Staff", "members": [{"value": "nobody"}]});
        assert_eq!(provider.make("/Users", &user).get("shoeSize"), None);
        assert_eq!(members(&provider.make("/Groups", &group)).len(), 0);

        set(provider, "unknown_attributes = \"reject\"\nunknown_member = \"reject\"");

        assert_refused(&provider.post("/Users", &user), 400, "invalidSyntax");
        assert_refused(&provider.post("/Groups", &group), 400, "invalidValue");
        let path = format!("/Groups/{}", provider.group("Others", &[]));
        let change = json!([{"op": "add", "path": "members", "value": [{"value": "nobody"}]}]);
        assert_refused(&provider.patch(&path, &change), 400, "invalidValue");
    }

    fn text_can_be_kept_from_being_true(provider: &Provider) {
        let user = |name: &str| json!({"schemas": [USER], "userName": name, "active": "False"});
        assert_eq!(provider.make("/Users", &user("ann"))["active"], false);

        set(provider, "coerce_booleans = false\nfilter_bare_words = false\nrequire_path_in_patch = true");

        assert_refused(&provider.post("/Users", &user("bob")), 400, "invalidValue");
        assert_refused(&provider.filtered("/Users", "userName eq ann"), 400, "invalidFilter");
        assert_eq!(provider.filtered("/Users", "userName eq \"ann\"").json()["totalResults"], 1);
        let path = format!("/Users/{}", provider.user("cor"));
        let change = json!([{"op": "replace", "value": {"title": "Head"}}]);
        assert_eq!(provider.patch(&path, &change).status, 400);
    }

    fn the_last_of_two_primaries_can_win(provider: &Provider) {
        let emails = json!([{"value": "a@example.org", "primary": true}, {"value": "b@example.org", "primary": true}]);
        let user = json!({"schemas": [USER], "userName": "ann", "emails": emails});
        assert_refused(&provider.post("/Users", &user), 400, "invalidValue");

        set(provider, "second_primary = \"last_wins\"");

        let made = provider.make("/Users", &user);
        let primary: Vec<&Value> =
            made["emails"].as_array().unwrap().iter().filter(|email| email["primary"] == true).collect();
        assert_eq!(primary, [&json!({"value": "b@example.org", "primary": true})]);
    }

    fn a_change_can_have_to_name_a_version(provider: &Provider) {
        set(provider, "require_if_match = true");
        let made = provider.make("/Users", &json!({"schemas": [USER], "userName": "ann"}));
        let path = format!("/Users/{}", id(&made));
        let change = json!({"schemas": [USER], "userName": "ann", "title": "Head"});

        assert_eq!(provider.put(&path, &change).status, 428);
        assert_eq!(provider.delete(&path).status, 428);
        let version = version(&made);
        let known = [("If-Match", version.as_str())];

        assert_eq!(body(&provider.with("PUT", &path, &known, &change), 200)["title"], "Head");
        assert_eq!(provider.with("DELETE", &path, &known, &Value::Null).status, 412);
    }

    fn a_bulk_job_mends_its_circles_whatever_version_they_have(provider: &Provider) {
        set(provider, "require_if_match = true");
        let group = |name: &str, other: &str| json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": {
            "displayName": name, "members": [{"value": format!("bulkId:{other}"), "type": "Group"}]}});
        let job = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [group("a", "b"), group("b", "a")]});

        let told = body(&provider.post("/Bulk", &job), 200);

        assert!(told["Operations"].as_array().unwrap().iter().all(|one| one["status"] == "201"), "{told}");
        let groups = provider.read("/Groups");
        assert!(groups["Resources"].as_array().unwrap().iter().all(|one| members(one).len() == 1), "{groups}");
    }

    fn a_group_is_renamed_together_with_what_its_members_are_called(provider: &Provider) {
        let user = provider.user("ann");
        let path = format!("/Groups/{}", provider.group("Staff", &[&user]));

        let told = provider.patched(&path, &json!([
            {"op": "replace", "path": "displayName", "value": "People"},
            {"op": "replace", "path": format!("members[value eq \"{user}\"].display"), "value": "Ann"},
        ]));

        assert_eq!(told["displayName"], "People");
        assert_eq!(members(&told).len(), 1);
    }

    fn a_group_whose_name_another_has_already_keeps_it(provider: &Provider) {
        let user = provider.user("ann");
        let (path, _) = (format!("/Groups/{}", provider.group("Staff", &[&user])), provider.group("STAFF", &[]));

        set(provider, "group_displayname_unique = true");

        let put = json!({"schemas": [GROUP], "displayName": "staff", "externalId": "g-1", "members": [{"value": user}]});
        assert_eq!(body(&provider.put(&path, &put), 200)["externalId"], "g-1");
        let told = provider.patched(&path, &json!([
            {"op": "replace", "path": "displayName", "value": "People"},
            {"op": "replace", "path": format!("members[value eq \"{user}\"].display"), "value": "Ann"},
        ]));
        assert_eq!((&told["displayName"], members(&told).len()), (&json!("People"), 1));
    }

    fn names_of_groups_can_be_unique(provider: &Provider) {
        let staff = provider.group("Staff", &[]);
        let others = provider.group("staff", &[]);

        set(provider, "group_displayname_unique = true");

        let named = |name: &str| json!({"schemas": [GROUP], "displayName": name});
        assert_refused(&provider.post("/Groups", &named("STAFF")), 409, "uniqueness");
        let rename = |name: &str| json!([{"op": "replace", "path": "displayName", "value": name}]);
        assert_eq!(provider.patch(&format!("/Groups/{others}"), &rename("Others")).status, 200);
        assert_refused(&provider.patch(&format!("/Groups/{others}"), &rename("Staff")), 409, "uniqueness");
        assert_eq!(body(&provider.put(&format!("/Groups/{staff}"), &named("STAFF")), 200)["displayName"], "STAFF");
    }
}

mod among_the_schools_people {
    use super::*;

    with_a_provider! {
        "noord";

        fn members_who_left_the_view_stand_in_nobodys_way(provider: &Provider) {
            let named = |name: &str| {
                let found = provider.filtered("/Users", &format!("userName eq \"{name}\"")).json();
                id(&found["Resources"][0])
            };
            let (ann, bob) = (named("ann1"), named("bob1"));
            let path = format!("/Groups/{}", provider.group("Staff", &[&ann, &bob]));
            set(provider, "unknown_member = \"reject\"");
            let choose = |more: &str| provider.boards.world.apply(&format!(
                "[tenant]\nslug = \"noord\"\n[[choice]]\nperson = \"ann\"\nvendor = \"{}\"\nchoice = \"refuse\"\n\
                 by = \"parent\"\non = \"2026-08-20\"\n{more}", provider.vendor
            ));
            let call = |whom: &str, name: &str| {
                let path_of_name = format!("members[value eq \"{whom}\"].display");
                json!([{"op": "replace", "path": path_of_name, "value": name}])
            };

            choose("");
            let told = provider.patched(&path, &call(&bob, "Bob"));

            assert_eq!(members(&told).len(), 1, "{told}");
            assert_refused(&provider.patch(&path, &call(&ann, "Ann")), 400, "noTarget");
            choose("withdrawn = \"2026-08-21\"\n");
            assert_eq!(members(&provider.read(&path)).len(), 2, "who comes back is in the group again");
        }

        fn names_of_the_schools_groups_are_taken_too(provider: &Provider) {
            let groups = provider.read("/Groups");
            let taken = groups["Resources"][0]["displayName"].as_str().unwrap().to_uppercase();
            let group = json!({"schemas": [GROUP], "displayName": taken});
            let own = provider.make("/Groups", &group);
            assert_eq!(provider.delete(&format!("/Groups/{}", id(&own))).status, 204);

            set(provider, "group_displayname_unique = true");

            assert_refused(&provider.post("/Groups", &group), 409, "uniqueness");
        }
    }
}
