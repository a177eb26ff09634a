//! Bulk jobs (SC-320 to SC-331).

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    ENTERPRISE, ERROR, Provider, assert_refused, body, id, members, refusal, set, texts, version,
};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// The outcome of each operation of a job that runs.
fn run(provider: &Provider<'_>, operations: &Value) -> Vec<Value> {
    let told = body(&provider.post("/Bulk", &json!({"schemas": [REQUEST], "Operations": operations})), 200);
    assert_eq!(told["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    let outcomes = told["Operations"].as_array().unwrap().clone();
    for outcome in &outcomes {
        let is_error = !outcome["status"].as_str().unwrap().starts_with('2');
        assert_eq!(outcome["response"]["schemas"] == json!([ERROR]), is_error, "{outcome}");
        assert!(!is_error || outcome["response"]["status"] == outcome["status"], "{outcome}");
    }
    outcomes
}

fn statuses(outcomes: &[Value]) -> Vec<&str> {
    outcomes.iter().map(|outcome| outcome["status"].as_str().unwrap()).collect()
}

fn made(outcome: &Value) -> String {
    outcome["location"].as_str().unwrap_or_else(|| panic!("{outcome}")).rsplit('/').next().unwrap().to_owned()
}

fn post(path: &str, bulk_id: &str, data: &Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

with_a_provider! {
    "leeg";

    fn sc_320_every_method_in_one_job(provider: &Provider) {
        let users: Vec<String> = (0..3).map(|n| provider.user(&format!("u{n}"))).collect();

        let outcomes = run(provider, &json!([
            {"method": "post", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "Alice"}},
            {"method": "PUT", "path": format!("/Users/{}", users[0]), "data": {"userName": "Bob"}},
            {"method": "PATCH", "path": format!("Users/{}", users[1]),
                "data": {"Operations": [{"op": "add", "path": "title", "value": "Dr"}]}},
            {"method": "DELETE", "path": format!("/Users/{}", users[2])},
        ]));

        assert_eq!(statuses(&outcomes), ["201", "200", "200", "204"]);
        assert_eq!((&outcomes[0]["bulkId"], &outcomes[0]["method"], outcomes[1].get("bulkId")),
            (&json!("qwerty"), &json!("POST"), None));
        for outcome in &outcomes[..3] {
            let user = provider.read(&format!("/Users/{}", made(outcome)));
            assert_eq!((&user["meta"]["location"], version(&user)),
                (&outcome["location"], outcome["version"].as_str().unwrap().to_owned()));
        }
        assert!(outcomes[3]["location"].as_str().unwrap().ends_with(&users[2]));
        assert_eq!(provider.names("userName pr"), set(&["Alice", "Bob", "u1"]));
    }

    fn sc_321_322_a_failure_stops_only_who_wants_it(provider: &Provider) {
        let twice = json!([post("/Users", "a", &json!({"userName": "ann"})),
            post("/Users", "b", &json!({"userName": "ANN"})), post("/Users", "c", &json!({"userName": "cas"}))]);
        let outcomes = run(provider, &twice);
        assert_eq!(statuses(&outcomes), ["201", "409", "201"]);
        assert_eq!((&outcomes[1]["response"]["scimType"], outcomes[1].get("location")), (&json!("uniqueness"), None));

        let all = json!([post("/Users", "a", &json!({"userName": "ann"})),
            post("/Users", "b", &json!({"userName": "dee"})), post("/Users", "c", &json!({"userName": "cas"})),
            post("/Users", "d", &json!({"userName": "eve"}))]);
        for (most, n) in [(1, 1), (2, 3), (3, 4)] {
            let told = body(&provider.post("/Bulk", &json!({"failOnErrors": most, "Operations": all})), 200);
            assert_eq!(told["Operations"].as_array().unwrap().len(), n, "failOnErrors {most}");
            for name in ["dee", "eve"] {
                for user in provider.found("/Users", &format!("userName eq {name}"), "id") {
                    assert_eq!(provider.delete(&format!("/Users/{user}")).status, 204);
                }
            }
        }
    }

    fn sc_323_324_references_lead_back_forth_and_round(provider: &Provider) {
        let boss = |name: &str,
        boss: &str| json!({"userName": name, ENTERPRISE: {"manager": {"value": format!("bulkId:{boss}")}}});
        let group = |name: &str,
        members: &[&str]| json!({"displayName": name,
            "members": members.iter().map(|m| json!({"value": format!("bulkId:{m}"),
                "type": "User"})).collect::<Value>()});
        let outcomes = run(provider, &json!([
            post("/Groups", "forth", &group("forth", &["ann"])), post("/Users", "ann", &json!({"userName": "ann"})),
            post("/Groups", "back", &group("back", &["ann", "cas"])),
            post("/Users", "bob", &boss("bob", "cas")), post("/Users", "cas", &boss("cas", "bob")),
            post("/Users", "own", &boss("own", "own")),
            post("/Groups", "a", &group("a", &["b"])), post("/Groups", "b", &group("b", &["c"])),
            post("/Groups", "c", &group("c", &["a", "ann"])),
        ]));
        assert_eq!(statuses(&outcomes), ["201"; 9], "{outcomes:?}");
        let ids: Vec<String> = outcomes.iter().map(made).collect();
        let names: Vec<&str> = outcomes.iter().map(|outcome| outcome["bulkId"].as_str().unwrap()).collect();
        assert_eq!(names, ["forth", "ann", "back", "bob", "cas", "own", "a", "b", "c"], "in the order of the request");
        let of_group = |n: usize| members(&provider.read(&format!("/Groups/{}", ids[n])));
        assert_eq!((of_group(0), of_group(2)), (set(&[&ids[1]]), set(&[&ids[1], &ids[4]])));
        assert_eq!((of_group(6), of_group(7), of_group(8)),
            (set(&[&ids[7]]), set(&[&ids[8]]), set(&[&ids[6], &ids[1]])));
        for (n, boss) in [(3, 4), (4, 3), (5, 5)] {
            let user = provider.read(&format!("/Users/{}", ids[n]));
            assert_eq!(user[ENTERPRISE]["manager"]["value"], ids[boss].as_str());
            assert_eq!(outcomes[n]["version"], version(&user).as_str());
        }
    }

    fn sc_325_a_reference_to_nothing_fails_its_operation(provider: &Provider) {
        let outcomes = run(provider, &json!([
            post("/Users", "bad", &json!({"nickName": "no name"})),
            post("/Groups", "g", &json!({"displayName": "g", "members": [{"value": "bulkId:bad"}]})),
            post("/Groups", "h", &json!({"displayName": "h", "members": [{"value": "bulkId:nobody"}]})),
            post("/Users", "ok", &json!({"userName": "ok"})),
            {"method": "PATCH", "path": "/Groups/bulkId:g",
                "data": {"Operations": [{"op": "remove", "path": "members"}]}},
        ]));
        assert_eq!(statuses(&outcomes), ["400", "409", "409", "201", "409"]);
        assert_eq!(provider.read("/Groups")["totalResults"], 0);
    }

    fn sc_326_a_job_has_limits(provider: &Provider) {
        let limits = provider.read("/ServiceProviderConfig")["bulk"].clone();
        let (most, largest) = (limits["maxOperations"].as_u64().unwrap(), limits["maxPayloadSize"].as_u64().unwrap());
        let many: Vec<Value> = (0..=most).map(|n| post("/Users", &n.to_string(),
            &json!({"userName": n.to_string()}))).collect();
        let refused = provider.post("/Bulk", &json!({"Operations": many}));
        assert_refused(&refused, 413, "");
        assert!(refused.body.contains(&most.to_string()), "{}", refused.body);
        let refused = provider.announce("/Bulk", largest + 1);
        assert!(refused.starts_with("HTTP/1.1 413") && refused.contains(&format!("{largest} bytes")), "{refused}");
        assert_eq!(provider.read("/Users")["totalResults"], 0);
    }

    fn sc_327_331_what_is_no_operation_is_refused(provider: &Provider) {
        let ann = provider.user("ann");
        for (operation, status) in [
            (json!({"method": "POST", "path": "/Users", "data": {"userName": "x"}}), "400"),
            (json!({"method": "POST", "path": "/Users", "bulkId": "x"}), "400"),
            (json!({"method": "PUT", "path": format!("/Users/{ann}")}), "400"),
            (json!({"method": "GET", "path": format!("/Users/{ann}")}), "4"),
            (json!({"path": "/Users", "bulkId": "x", "data": {"userName": "x"}}), "4"),
            (json!({"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {"Operations": []}}), "4"),
            (json!({"method": "POST", "path": "/Schemas", "bulkId": "x", "data": {}}), "4"),
            (json!({"method": "DELETE", "path": "/ServiceProviderConfig"}), "4"),
            (json!({"method": "DELETE", "path": "/Users"}), "405"),
            (json!({"method": "DELETE", "path": "/Nosuch/1"}), "4"),
            (json!({"method": "DELETE", "path": "/Users/nobody"}), "404"),
        ] {
            let reply = provider.post("/Bulk", &json!({"Operations": [operation]}));
            if reply.status == 200 {
                let told = reply.json()["Operations"][0].clone();
                assert!(told["status"].as_str().unwrap().starts_with(status), "{operation}: {told}");
            } else {
                assert_eq!(refusal(&reply).0, 400, "{operation}");
            }
        }
        let twins = json!([post("/Users", "a", &json!({"userName": "x"})),
            post("/Users", "a", &json!({"userName": "y"}))]);
        assert_eq!(refusal(&provider.post("/Bulk", &json!({"Operations": twins}))).0, 400);
        for wrong in [json!({}), json!([]), json!({"Operations": "x"}), json!({"Operations": [], "failOnErrors": "x"}),
            json!({"Operations": ["x"]})] {
            assert_eq!(refusal(&provider.post("/Bulk", &wrong)).0, 400, "{wrong}");
        }
        assert_eq!(provider.read("/Users")["totalResults"], 1);
    }

    fn sc_328_329_versions_and_names_in_paths(provider: &Provider) {
        let ann = provider.make("/Users", &json!({"userName": "ann"}));
        let path = format!("/Users/{}", id(&ann));
        let title = |title: &str| json!({"Operations": [{"op": "replace", "path": "title", "value": title}]});
        let outcomes = run(provider, &json!([
            {"method": "PATCH", "path": path, "version": version(&ann), "data": title("1")},
            {"method": "PATCH", "path": path, "version": version(&ann), "data": title("2")},
            {"method": "DELETE", "path": path, "version": "W/\"zz\""},
            post("/Groups", "g1", &json!({"displayName": "g"})),
            {"method": "PATCH", "path": "/Groups/bulkId:g1",
                "data": {"Operations": [{"op": "add", "path": "members", "value": [{"value": id(&ann)}]}]}},
        ]));
        assert_eq!(statuses(&outcomes), ["200", "412", "412", "201", "200"]);
        assert_eq!(provider.read(&path)["title"], "1");
        assert_eq!(texts(&provider.read(&path)["groups"], "value"), [made(&outcomes[3])]);
        assert_eq!(outcomes[4]["location"], outcomes[3]["location"]);
    }

    fn what_is_made_in_a_circle_and_deleted_again_was_made(provider: &Provider) {
        let managed = |name: &str, by: &str| json!({"userName": name, ENTERPRISE: {"manager": {"value": by}}});

        let outcomes = run(provider, &json!([
            post("/Users", "a", &managed("ann", "bulkId:b")), post("/Users", "b", &managed("bob", "bulkId:a")),
            {"method": "DELETE", "path": "/Users/bulkId:b"},
        ]));

        assert_eq!(statuses(&outcomes), ["201", "201", "204"]);
        assert_eq!(provider.names("userName pr"), set(&["ann"]));
    }
}
