//! People for a tenant that has none: differing in case, in diacritics, in what is missing and what is there twice.

use std::time::Duration;

use koppelvlak_conformance::client::Client;
use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Makes twelve users and two groups over SCIM.
pub fn settle(address: &str, token: &str) {
    let client = Client::new(Duration::from_secs(30));
    let post = |path: &str, body: &Value| {
        let request = Request::new("POST", format!("{address}{path}"))
            .header("Authorization", format!("Bearer {token}"))
            .json("application/scim+json", body);
        let response = client.send(&request).unwrap();
        assert_eq!(response.status, 201, "{}", response.summary());
        response.json()["id"].as_str().unwrap().to_owned()
    };
    let mut ids: Vec<String> = Vec::new();
    for mut user in users() {
        user["schemas"] = json!([USER]);
        if user.get(ENTERPRISE).is_some() {
            user["schemas"] = json!([USER, ENTERPRISE]);
            if let Some(first) = ids.first() {
                user[ENTERPRISE]["manager"] = json!({"value": first});
            }
        }
        ids.push(post("/Users", &user));
    }
    for (name, members) in [("Klas 1A", &ids[..3]), ("klas 2B", &ids[2..5])] {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id, "type": "User"})).collect();
        post("/Groups", &json!({"schemas": [GROUP], "displayName": name, "members": members}));
    }
}

fn users() -> [Value; 12] {
    [
        json!({"userName": "adam.Bakker@example.org", "name": {"givenName": "Adam", "familyName": "Bakker"},
               "displayName": "Adam Bakker", "externalId": "Ext-a1", "title": "Teacher", "active": true}),
        json!({"userName": "Bea.Chan@example.org", "name": {"givenName": "Bea", "familyName": "chan"},
               "displayName": "bea chan", "nickName": "Bee", "externalId": "ext-A1", "active": true,
               "emails": [{"value": "bea@work.example.org", "type": "work", "primary": true},
                          {"value": "bea@home.example.net", "type": "home"}],
               ENTERPRISE: {"department": "Music", "employeeNumber": "701"}}),
        json!({"userName": "cor.Dijk@example.org", "name": {"givenName": "Cor", "familyName": "Dijk"},
               "displayName": "Cor Dijk", "active": false,
               "emails": [{"value": "zz.cor@home.example.net", "type": "home"},
                          {"value": "aa.cor@work.example.org", "type": "work", "primary": true}]}),
        json!({"userName": "Dré.Eijk@example.org", "name": {"givenName": "Dré", "familyName": "Eijk"},
               "displayName": "Dré Eijk", "externalId": "ext-d", "active": true}),
        json!({"userName": "eva.flor@example.org", "displayName": "Eva 漢字", "active": true, "title": "teacher"}),
        json!({"userName": "FRED@example.org", "name": {"givenName": "Fred", "familyName": "Groen"}, "active": true,
               "emails": [{"value": "Fred@Example.org", "type": "work", "primary": true}]}),
        json!({"userName": "gerda", "name": {"familyName": "de Haan"}, "displayName": "Gerda", "active": true,
               ENTERPRISE: {"department": "Sports", "costCenter": "9"}}),
        json!({"userName": "Hugo", "name": {"givenName": "Hugo"}, "nickName": "hu", "active": false}),
        json!({"userName": "ida", "displayName": "Ida", "externalId": "ext-i", "active": true}),
        json!({"userName": "jan.o'neill@example.org", "name": {"familyName": "O'Neill"}, "active": true,
               "emails": [{"value": "jan@example.org", "type": "other"}]}),
        json!({"userName": "kim+test@example.org", "displayName": "Kim", "title": "Head", "active": true}),
        json!({"userName": "lea", "name": {"givenName": "Léa", "familyName": "Übel"}, "displayName": "Léa Übel",
               "active": true, "emails": [{"value": "lea@example.org", "type": "work"}]}),
    ]
}
