//! Managers of users that a provider made.

use serde_json::{Value, json};

use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::village::{settle, village};
use crate::scim::board::{token, with_a_provider};
use crate::scim::client::{ENTERPRISE, Provider, assert_refused, body, encoded, id, set, version};

fn managed(provider: &Provider<'_>, name: &str, manager: &str) -> Value {
    provider.make("/Users", &json!({"userName": name, ENTERPRISE: {"manager": {"value": manager}}}))
}

with_a_provider! {
    "leeg";

    fn who_is_deleted_is_nobodys_manager(provider: &Provider) {
        let (boss, other) = (provider.user("boss"), provider.user("other"));
        let paths: Vec<String> = ["a", "b", "c", "d"].iter().map(|name| format!("/Users/{}", id(&managed(provider, name, &boss)))).collect();
        let manager = |value: &str| json!([{"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": value}]);
        provider.patched(&paths[1], &json!([{"op": "add", "path": format!("{ENTERPRISE}:department"), "value": "D"}]));
        provider.patched(&paths[2], &manager(&other));
        provider.patched(&paths[3], &manager(&other));
        provider.patched(&paths[3], &manager(&boss));
        let before: Vec<Value> = paths.iter().map(|path| provider.read(path)).collect();

        assert_eq!(provider.delete(&format!("/Users/{boss}")).status, 204);

        let after: Vec<Value> = paths.iter().map(|path| provider.read(path)).collect();
        for place in [0, 1, 3] {
            assert_eq!(after[place][ENTERPRISE].get("manager"), None);
            assert_ne!(version(&after[place]), version(&before[place]));
            assert!(after[place]["meta"]["lastModified"].as_str() > before[place]["meta"]["lastModified"].as_str());
        }
        assert_eq!((after[0].get(ENTERPRISE), &after[1][ENTERPRISE]), (None, &json!({"department": "D"})));
        assert_eq!(after[2], before[2], "who has another manager stays as it is");
        assert!(provider.names(&format!("manager eq \"{boss}\"")).is_empty());
        assert_eq!(provider.names("manager pr"), set(&["c"]));
    }

    fn a_managers_name_is_told_and_moves_with_it(provider: &Provider) {
        let boss = format!("/Users/{}", id(&provider.make("/Users", &json!({"userName": "m", "displayName": "Ms M"}))));
        let made = managed(provider, "ann", boss.rsplit('/').next().unwrap());
        let path = format!("/Users/{}", id(&made));
        assert_eq!(made[ENTERPRISE]["manager"]["displayName"], "Ms M");
        assert_eq!(provider.names("manager.displayName eq \"ms m\""), set(&["ann"]));

        provider.patched(&boss, &json!([{"op": "replace", "path": "title", "value": "t"}]));
        assert_eq!(provider.read(&path), made);
        provider.patched(&boss, &json!([{"op": "replace", "path": "displayName", "value": "Ms N"}]));

        let told = provider.read(&path);
        assert_eq!(told[ENTERPRISE]["manager"]["displayName"], "Ms N");
        assert_ne!(version(&told), version(&made));
        provider.patched(&boss, &json!([{"op": "remove", "path": "displayName"}]));
        assert_eq!(provider.read(&path)[ENTERPRISE]["manager"].get("displayName"), None);
    }
}

with_a_provider! {
    "noord";

    fn a_manager_may_be_a_person_of_the_school(provider: &Provider) {
        let list = provider.filtered("/Users", "userName eq \"tom1\"").json();
        let tom = list["Resources"][0].clone();
        let made = managed(provider, "own", &id(&tom));
        let path = format!("/Users/{}", id(&made));

        assert_eq!(made[ENTERPRISE]["manager"]["displayName"], tom["displayName"]);
        assert_eq!(provider.read(&path), made);
        assert_eq!(provider.names("manager.displayName sw \"tom\""), set(&["own"]));
        assert_eq!(body(&provider.put(&path, &made), 200), made, "what was read can be put back");
        let change = json!({"Operations": [{"op": "add", "path": "title", "value": "Dr"}]});
        assert_refused(&provider.with("PATCH", &path, &[("If-Match", "W/\"1\"")], &change), 412, "");
        let told = body(&provider.with("PATCH", &path, &[("If-Match", &version(&made))], &change), 200);
        assert_eq!(told[ENTERPRISE], made[ENTERPRISE]);
        assert_ne!(version(&told), version(&made));
        // An account has a name of its own, which the manager has in no other provider's eyes.
        provider.patched(&format!("/Users/{}", id(&tom)),
            &json!([{"op": "replace", "path": "displayName", "value": "Mr T"}]));
        let renamed = provider.read(&path);
        assert_eq!(renamed[ENTERPRISE]["manager"]["displayName"], "Mr T");
        assert_ne!(version(&renamed), version(&told));
        let hidden = managed(provider, "other", "tia");
        assert_eq!(hidden[ENTERPRISE]["manager"].get("displayName"), None);
        assert_eq!(version(&hidden), "W/\"1\"");
    }
}

on_each_database! {
    fn the_name_of_a_manager_of_the_school_is_told_while_it_is_released(world: &World) {
        let rules = |categories: &str| {
            format!("[tenant]\nslug = \"noord\"\nname = \"Noord\"\n[[vendor]]\nid = \"p\"\nname = \"P\"\n\
                scopes = [\"scim\"]\nidentifiers = \"source\"\n[[rule]]\nid = \"p-1\"\nvendor = \"p\"\n\
                categories = [\"structure\", \"identity\", \"login\"{categories}]\npurpose = \"x\"\n\
                basis = \"public-task\"\nagreement = \"D\"\nfrom = \"2026-08-01\"\n")
        };
        settle(world);
        world.apply(&rules(", \"name\""));
        let server = world.serve();
        let bearer = format!("Bearer {}", token(world, "noord", "p"));
        let send = |method: &str, path: &str, more: &[(&str, &str)], body: &Value| {
            let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
            headers.extend(more);
            server.send(method, &format!("/noord/scim/v2{path}"), &headers, &body.to_string())
        };
        let user = json!({"userName": "own", ENTERPRISE: {"manager": {"value": "mum"}}});
        let made = body(&send("POST", "/Users", &[], &user), 201);
        let path = format!("/Users/{}", id(&made));
        let get = |held: &str| send("GET", &path, &[("If-None-Match", held)], &Value::Null);
        assert_eq!(made[ENTERPRISE]["manager"]["displayName"], "Mum O'Brien");
        assert_eq!(get(&version(&made)).status, 304);

        let mut later = village();
        later.edit("users.csv", "Mum,O'Brien", "Mama,O'Brien");
        import_at(world, "noord", &later.folder().path, "2026-08-15T06:00:00Z");

        let renamed = body(&get(&version(&made)), 200);
        assert_eq!(renamed[ENTERPRISE]["manager"]["displayName"], "Mama O'Brien");

        world.apply(&rules(""));

        let withheld = body(&get(&version(&renamed)), 200);
        assert_eq!(withheld[ENTERPRISE]["manager"]["value"], "mum");
        assert_eq!(withheld[ENTERPRISE]["manager"].get("displayName"), None);
        let filter = encoded("manager.displayName pr");
        assert_eq!(send("GET", &format!("/Users?filter={filter}"), &[], &Value::Null).json()["totalResults"], 0);
        let change = json!({"Operations": [{"op": "add", "path": "title", "value": "Dr"}]});
        assert_eq!(send("PATCH", &path, &[("If-Match", &version(&renamed))], &change).status, 412);
        assert_eq!(send("PATCH", &path, &[("If-Match", &version(&withheld))], &change).status, 200);
    }
}
