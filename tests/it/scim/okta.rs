//! Dialogues of Okta: its specification test (SC-953), and what its applications send.

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{ERROR, GROUP, LIST, Provider, USER, assert_refused, encoded, id, members, set, version};

/// The headers of Okta's client.
const OKTA: [(&str, &str); 2] = [("User-Agent", "Okta SCIM Client 1.0.0"), ("Accept", "application/scim+json")];

fn isaac() -> Value {
    json!({
        "schemas": [USER], "userName": "isaac.brock@example.com", "externalId": "00ujl29u0le5T6Aj10h7",
        "name": {"givenName": "Isaac", "familyName": "Brock"},
        "emails": [{"primary": true, "value": "isaac.brock@example.com", "type": "work"}],
        "displayName": "Isaac Brock", "locale": "en-US", "groups": [], "password": "1mz050nq", "active": true,
    })
}

with_a_provider! {
    "leeg";

    fn sc_953_the_specification_test_passes(okta: &Provider) {
        okta.make("/Users", &isaac());
        let count = |n: &Value| n.is_u64();

        let list = okta.read("/Users?count=1&startIndex=1");
        assert_eq!(list["schemas"], json!([LIST]));
        assert!(count(&list["itemsPerPage"]) && count(&list["startIndex"]) && count(&list["totalResults"]));
        let user = &list["Resources"][0];
        for has in ["id", "userName", "active"] {
            assert!(user.get(has).is_some(), "{has}");
        }
        assert!(user["name"]["familyName"].is_string() && user["name"]["givenName"].is_string());
        assert!(user["emails"][0]["value"].is_string());

        assert_eq!(okta.read(&format!("/Users/{}", id(user)))["userName"], user["userName"]);
        let name = encoded("abcdefgh@atko.com");
        let none = okta.read(&format!("/Users?filter=userName%20eq%20%22{name}%22"));
        assert_eq!((&none["schemas"], &none["totalResults"]), (&json!([LIST]), &json!(0)));
        let unknown = okta.get("/Users/010101001010101011001010101011");
        assert_eq!((unknown.status, &unknown.json()["schemas"]), (404, &json!([ERROR])));

        let body = json!({"schemas": [USER], "userName": "runscope300atko.com",
            "name": {"givenName": "Runscope", "familyName": "Test"},
            "emails": [{"primary": true, "value": "runscope300@atko.com", "type": "work"}],
            "displayName": "Runscope Test", "active": true});
        let made = okta.raw("POST", "/Users", &[("Content-Type", "application/json"), OKTA[1]], &body.to_string());
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!((&made["active"], &made["userName"], &made["schemas"]),
            (&json!(true), &body["userName"], &json!([USER])));
        assert_eq!(okta.read(&format!("/Users/{}", id(&made)))["name"], body["name"]);
        assert_refused(&okta.post("/Users", &body), 409, "uniqueness");
        let capitals = okta.read(&format!("/Users?filter=userName%20eq%20%22{}%22", encoded("RUNSCOPE300ATKO.COM")));
        assert_eq!(capitals["totalResults"], 1);

        assert_eq!(okta.get("/Groups").status, 200);
        let path = format!("{}/Groups", okta.base);
        let refused = okta.server.send("GET", &path, &[("Authorization", "non-token"), OKTA[1]], "");
        let told = refused.json();
        assert_eq!((refused.status, &told["status"], &told["schemas"]), (401, &json!("401"), &json!([ERROR])));
        assert!(told["detail"].is_string() && refused.headers.contains_key("www-authenticate"));
        let unknown = okta.get("/Users/00919288221112222");
        assert_eq!((unknown.status, &unknown.json()["status"]), (404, &json!("404")));
    }

    fn sc_276_what_was_read_is_put_back_whole(okta: &Provider) {
        let made = okta.make("/Users", &isaac());
        let path = format!("/Users/{}", id(&made));
        okta.group("Everyone", &[&id(&made)]);
        let read = okta.read(&path);
        assert_eq!(read["groups"].as_array().map(Vec::len), Some(1));
        let mut sent = read.clone();
        sent["nickName"] = Value::Null;
        sent["roles"] = json!([]);

        let same = okta.with("PUT", &path, &OKTA, &sent);

        assert_eq!((same.status, &same.json()), (200, &read));
        sent["name"]["givenName"] = "Ike".into();
        let told = okta.put(&path, &sent).json();
        assert_eq!(told["name"], json!({"givenName": "Ike", "familyName": "Brock"}));
        assert_ne!(version(&told), version(&read));
        assert_eq!(told["groups"], read["groups"]);
    }

    fn a_user_is_deactivated_and_comes_back_without_a_path(okta: &Provider) {
        let path = format!("/Users/{}", id(&okta.make("/Users", &isaac())));

        let off = okta.patched(&path, &json!([{"op": "replace", "value": {"active": false}}]));
        assert_eq!((&off["active"], &okta.read(&path)["active"]), (&json!(false), &json!(false)));
        assert_eq!(okta.read("/Users?startIndex=1&count=100")["totalResults"], 1, "who is inactive is still there");
        let on = okta.patched(&path, &json!([{"op": "replace", "value": {"active": true}}]));

        assert_eq!(on["active"], true);
        okta.patched(&path, &json!([{"op": "replace", "value": {"password": "another"}}]));
        let whole = okta.put(&path,
            &json!({"schemas": [USER], "userName": "isaac.brock@example.com", "active": false}));
        assert_eq!((whole.status, &whole.json()["active"]), (200, &json!(false)));
    }

    fn sc_261_groups_are_pushed_renamed_and_unlinked(okta: &Provider) {
        let (ann, bob) = (okta.user("ann"), okta.user("bob"));
        let check = format!("/Groups?filter={}&startIndex=1&count=100", encoded("displayName eq \"Test SCIMv2\""));
        assert_eq!(okta.read(&check)["totalResults"], 0);
        let made = okta.make("/Groups", &json!({"schemas": [GROUP], "displayName": "Test SCIMv2", "members": []}));
        let path = format!("/Groups/{}", id(&made));

        let told = okta.patched(&path, &json!([{"op": "replace", "path": "members", "value": [
            {"value": ann, "display": "ann@example.com"}, {"value": bob, "display": "bob@example.com"}]}]));
        assert_eq!(members(&told), set(&[&ann, &bob]));
        let told = okta.patched(&path, &json!([
            {"op": "remove", "path": format!("members[value eq \"{ann}\"]")},
            {"op": "add", "path": "members", "value": [{"value": bob, "display": "bob@example.com"}]}]));
        assert_eq!(members(&told), set(&[&bob]));
        assert_eq!(told["members"][0]["display"], "bob@example.com");
        let renamed = okta.patched(&path,
            &json!([{"op": "replace", "value": {"id": id(&made), "displayName": "Renamed"}}]));
        assert_eq!((&renamed["displayName"], members(&renamed)), (&json!("Renamed"), set(&[&bob])));
        let same = okta.patched(&path,
            &json!([{"op": "replace", "value": {"id": id(&made), "displayName": "Renamed"}}]));
        assert_eq!(version(&same), version(&renamed));
        let put = okta.put(&path,
            &json!({"schemas": [GROUP], "id": id(&made), "displayName": "Renamed",
                "members": [{"value": ann}, {"value": bob}]}));
        assert_eq!(members(&put.json()), set(&[&ann, &bob]));
        assert_eq!(okta.delete(&path).status, 204);
        assert_eq!(okta.read("/Users?count=100")["totalResults"], 2);
    }

    fn the_entitlements_test_counts_one(okta: &Provider) {
        okta.user("ann");
        okta.user("bob");
        for path in ["/Users", "/ResourceTypes", "/Schemas"] {
            let list = okta.read(&format!("{path}?count=1&startIndex=1"));
            let n = list["Resources"].as_array().unwrap().len();
            assert_eq!(list["itemsPerPage"], n, "{path}");
        }
        assert_eq!(okta.read("/Users?count=1&startIndex=1")["itemsPerPage"], 1);
    }
}
