//! Managers of users that a provider made.

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, Provider, id, set, version};

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
