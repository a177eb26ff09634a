//! What the server says of itself, and how it takes requests (SC-001 to SC-041, SC-176).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    EDUCATION, EDUCATION_GROUP, ENTERPRISE, GROUP, LIST, Provider, USER, assert_refused, encoded, id, refusal, set,
};

/// Every attribute of a schema with its characteristics, those of complex ones by `a.b`.
fn characteristics(schema: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for attribute in schema["attributes"].as_array().unwrap() {
        let name = attribute["name"].as_str().unwrap();
        for sub in attribute["subAttributes"].as_array().into_iter().flatten() {
            found.insert(format!("{name}.{}", sub["name"].as_str().unwrap()), sub.clone());
        }
        found.insert(name.to_owned(), attribute.clone());
    }
    found
}

with_a_provider! {
    "leeg";

    fn sc_001_to_004_the_configuration_names_every_feature(provider: &Provider) {
        let config = provider.read("/ServiceProviderConfig");

        assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
        assert_eq!(config.get("Resources"), None);
        for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
            assert_eq!(config[feature]["supported"], true, "{feature}");
        }
        for (feature, limit) in [("bulk", "maxOperations"), ("bulk", "maxPayloadSize"), ("filter", "maxResults")] {
            assert!(config[feature][limit].as_u64().is_some_and(|n| n > 0), "{feature}.{limit}");
        }
        let schemes = config["authenticationSchemes"].as_array().unwrap();
        assert!(!schemes.is_empty());
        for scheme in schemes {
            assert!(["type", "name", "description"].iter().all(|has| scheme[has].is_string()), "{scheme}");
        }
        // SC-100
        assert_eq!((&config["pagination"]["cursor"], &config["pagination"]["index"]), (&json!(true), &json!(true)));
        assert_eq!(config["pagination"]["defaultPaginationMethod"], "index");
    }

    fn sc_005_to_010_types_and_schemas_lead_to_each_other(provider: &Provider) {
        let types = provider.read("/ResourceTypes");
        assert_eq!(types["schemas"], json!([LIST]));
        let schemas = provider.read("/Schemas");
        let known: Vec<&str> = schemas["Resources"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
        let mut names = Vec::new();
        for kind in types["Resources"].as_array().unwrap() {
            let name = kind["name"].as_str().unwrap();
            assert_eq!(kind["id"], name);
            assert!(kind["endpoint"].is_string() && kind["schema"].is_string());
            assert_eq!(&provider.read(&format!("/ResourceTypes/{name}")), kind);
            let location = kind["meta"]["location"].as_str().unwrap();
            let path = location.strip_prefix(&provider.server.url).unwrap();
            assert_eq!(provider.server.get_as(&provider.token, path).json(), *kind);
            assert!(known.contains(&kind["schema"].as_str().unwrap()));
            for extension in kind["schemaExtensions"].as_array().into_iter().flatten() {
                assert!(known.contains(&extension["schema"].as_str().unwrap()), "{extension}");
                assert_eq!(extension["required"], false);
            }
            names.push(name.to_owned());
        }
        assert_eq!(names, ["User", "Group"]);
        for schema in schemas["Resources"].as_array().unwrap() {
            let urn = id(schema);
            for path in [urn.clone(), encoded(&urn), urn.to_uppercase()] {
                assert_eq!(&provider.read(&format!("/Schemas/{path}")), schema, "{path}");
            }
        }
        for path in ["/Schemas/nosuch", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Nosuch",
            "/ResourceTypes/Nosuch"] {
            assert_eq!(refusal(&provider.get(path)).0, 404, "{path}");
        }
    }

    fn sc_011_013_discovery_is_neither_filtered_nor_changed(provider: &Provider) {
        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
            assert_eq!(refusal(&provider.get(&format!("{path}?filter=id+pr"))).0, 403, "{path}");
            let all = provider.read(path);
            let asked = provider.read(&format!("{path}?sortBy=id&startIndex=2&count=1&attributes=id"));
            assert_eq!(asked, all, "{path}");
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                let refused = provider.with(method, path, &[], &json!({}));
                assert_eq!((refusal(&refused).0, refused.header("allow")), (405, "GET"), "{method} {path}");
            }
        }
    }

    fn sc_014_to_020_380_every_attribute_is_described(provider: &Provider) {
        let schemas = provider.read("/Schemas");
        let find = |urn: &str| schemas["Resources"].as_array().unwrap().iter().find(|s| s["id"] == urn).unwrap().clone();
        let among = |value: &Value, set: &[&str]| value.as_str().is_some_and(|text| set.contains(&text));
        for schema in schemas["Resources"].as_array().unwrap() {
            assert!(!id(schema).contains(":api:messages:"), "{schema}");
            for (name, attribute) in characteristics(schema) {
                assert!(attribute["multiValued"].is_boolean(), "{name}");
                assert!(among(&attribute["type"],
                    &["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]),
                    "{name}");
                assert!(among(&attribute["mutability"], &["readOnly", "readWrite", "immutable", "writeOnly"]),
                    "{name}");
                assert!(among(&attribute["returned"], &["always", "never", "default", "request"]), "{name}");
                let uniqueness = attribute.get("uniqueness").cloned().unwrap_or_else(|| "none".into());
                assert!(among(&uniqueness, &["none", "server", "global"]), "{name}");
                assert_eq!(attribute["type"] == "complex", attribute["subAttributes"].is_array(), "{name}");
            }
        }
        let user = characteristics(&find(USER));
        for (name, attribute) in &user {
            if name.split('.').nth(1) == Some("type") {
                assert!(attribute["canonicalValues"].as_array().is_some_and(|values| !values.is_empty()), "{name}");
            }
        }
        assert!(user["emails.type"]["canonicalValues"].as_array().unwrap().contains(&json!("work")));
        for urn in [EDUCATION, EDUCATION_GROUP] {
            assert!(!urn.starts_with("urn:ietf:params:scim"));
            for (name, attribute) in characteristics(&find(urn)) {
                // SC-382: what generic clients can't handle is read-only.
                let is_read_only = attribute["mutability"] == "readOnly";
                let is_simple = attribute["multiValued"] == false && attribute["type"] == "string" && attribute["returned"] == "default";
                assert!(is_read_only || is_simple, "{name}: {attribute}");
            }
        }
    }

    fn sc_016_core_attributes_are_what_the_standard_says(provider: &Provider) {
        // Attribute, type, multi-valued, required, case exact, mutability, returned, uniqueness.
        const TABLE: &str = "
            U userName string F T F readWrite default server
            U name complex F F - readWrite default -
            U name.familyName string F F F readWrite default none
            U displayName string F F F readWrite default none
            U profileUrl reference F F T readWrite default none
            U active boolean F F - readWrite default -
            U password string F F F writeOnly never none
            U emails complex T F - readWrite default -
            U emails.value string F F F readWrite default none
            U emails.primary boolean F F - readWrite default -
            U photos.value reference F F T readWrite default none
            U addresses.country string F F F readWrite default none
            U addresses.primary boolean F F - readWrite default -
            U groups complex T F - readOnly default -
            U groups.$ref reference F F T readOnly default none
            U x509Certificates.value binary F F T readWrite default none
            G displayName string F T F readWrite default none
            G members complex T F - readWrite default -
            G members.value string F F F immutable default none
            G members.$ref reference F F T immutable default none
            G members.type string F F F immutable default none
            G members.display string F F F immutable default none
            E employeeNumber string F F F readWrite default none
            E manager complex F F - readWrite default -
            E manager.$ref reference F F T readWrite default none
            E manager.displayName string F F F readOnly default none";
        let of = |urn: &str| characteristics(&provider.read(&format!("/Schemas/{urn}")));
        let (user, group, enterprise) = (of(USER), of(GROUP), of(ENTERPRISE));
        assert_eq!((user.keys().filter(|name| !name.contains('.')).count(), group.len(), enterprise.len()), (21, 6, 9));
        for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').collect();
            let attribute = match words[0] {
                "U" => &user[words[1]],
                "G" => &group[words[1]],
                _ => &enterprise[words[1]],
            };
            let flag = |name: &str| if attribute[name] == true { "T" } else { "F" };
            assert_eq!(attribute["type"], words[2], "{line}");
            assert_eq!((flag("multiValued"), flag("required")), (words[3], words[4]), "{line}");
            assert!(words[5] == "-" || words[5] == flag("caseExact"), "{line}");
            assert_eq!((&attribute["mutability"], &attribute["returned"]), (&json!(words[6]), &json!(words[7])),
                "{line}");
            assert!(words[8] == "-" || attribute["uniqueness"] == words[8], "{line}");
        }
    }

    fn sc_017_discovery_needs_no_token_but_never_takes_a_wrong_one(provider: &Provider) {
        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas",
            "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"] {
            let path = format!("{}{path}", provider.base);
            assert_eq!(provider.server.get(&path).status, 200, "{path}");
            assert_eq!(provider.server.get_as("wrong", &path).status, 401, "{path}");
        }
        assert_eq!(provider.server.get("/nowhere/scim/v2/Schemas").status, 404);
    }

    fn sc_031_to_034_media_types_are_taken_as_clients_send_them(provider: &Provider) {
        for (n, kind) in ["application/scim+json", "application/scim+json; charset=utf-8", "application/json",
            "Application/JSON;charset=UTF-8"].iter().enumerate() {
            let user = json!({"userName": format!("u{n}")}).to_string();
            assert_eq!(provider.raw("POST", "/Users", &[("Content-Type", kind)], &user).status, 201, "{kind}");
        }
        for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""] {
            let headers = [("Content-Type", kind)];
            let headers = if kind.is_empty() { &[][..] } else { &headers[..] };
            let refused = provider.raw("POST", "/Users", headers, "{\"userName\": \"x\"}");
            assert_eq!(refusal(&refused).0, 415, "{kind}");
        }
        for accept in ["application/scim+json", "application/json", "*/*", "text/html",
            "application/scim+json;q=0.5, */*"] {
            assert_eq!(provider.raw("GET", "/Users", &[("Accept", accept)], "").status, 200, "{accept}");
        }
        assert_eq!(provider.raw("GET", "/Users", &[], "").status, 200);
    }

    fn sc_035_any_letter_comes_back_as_it_was_sent(provider: &Provider) {
        for (n, text) in ["é", "e\u{301}", "漢字", "👩‍🏫", "𝕿", "İı ß ẞ", "a\u{202e}b", "שלום",
            "\u{1F468}\u{200D}\u{1F469}"].iter().enumerate() {
            let made = provider.make("/Users",
                &json!({"userName": format!("{n}{text}"), "displayName": text, "name": {"familyName": text}}));
            let read = provider.read(&format!("/Users/{}", id(&made)));
            assert_eq!((&read["displayName"], &read["name"]["familyName"]), (&json!(text), &json!(text)));
            let filter = format!("displayName eq {}", json!(text));
            // A letter with its mark apart is the same letter.
            let expected = if n == 1 { set(&["0é", "1e\u{301}"]) } else { set(&[&format!("{n}{text}")]) };
            assert_eq!(provider.names(&filter), expected, "{text}");
        }
    }

    fn sc_036_to_041_addresses_and_methods(provider: &Provider) {
        let user = provider.user("ann");
        for path in ["/Users", "/Users/", "/users", "/USERS/", "/Users?aadOptscim062020", "/Users?nosuch=1&=&&x"] {
            assert_eq!(provider.read(path)["totalResults"], 1, "{path}");
        }
        assert_eq!(provider.server.get_as(&provider.token, "/leeg/SCIM/V2/Users").status, 200);
        for path in ["/Nosuch", "/Users/a/b", "/Schemas/a/b", "/v1/Users", "/Users/.search/x"] {
            assert_eq!(refusal(&provider.get(path)).0, 404, "{path}");
        }
        for (method, path, allowed) in [
            ("PUT", "/Users", "GET, POST"), ("PATCH", "/Groups", "GET, POST"), ("DELETE", "/Users", "GET, POST"),
            ("POST", "/Users/x", "GET, PUT, PATCH, DELETE"), ("GET", "/Users/.search", "POST"),
            ("GET", "/.search", "POST"),
            ("GET", "/Bulk", "POST"), ("DELETE", "/Bulk", "POST"),
        ] {
            let refused = provider.with(method, path, &[], &Value::Null);
            assert_eq!((refusal(&refused).0, refused.header("allow")), (405, allowed), "{method} {path}");
        }
        for path in ["/Users", &format!("/Users/{user}"), "/Bulk", "/Schemas", ""] {
            let reply = provider.with("OPTIONS", path, &[], &Value::Null);
            assert!(reply.status == 204 && !reply.header("allow").is_empty(), "{path}");
        }
        for path in ["/Users".to_owned(), format!("/Users/{user}"), "/Schemas".to_owned()] {
            let (head, get) = (provider.with("HEAD", &path, &[], &Value::Null), provider.get(&path));
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            assert_eq!(head.headers.get("etag"), get.headers.get("etag"), "{path}");
        }
    }

    fn sc_176_a_token_is_nobody(provider: &Provider) {
        for method in ["GET", "PUT", "PATCH", "DELETE", "POST"] {
            let body = if method == "GET" || method == "DELETE" { Value::Null } else { json!({}) };
            assert_refused(&provider.with(method, "/Me", &[], &body), 501, "");
        }
    }
}
