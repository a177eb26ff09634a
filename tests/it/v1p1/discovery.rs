//! The document of 1.1, which the standard doesn't have, says what the server really does.

use koppelvlak::oneroster::discovery::document;
use koppelvlak::oneroster::v1p1::discovery::SERVICE;
use koppelvlak::oneroster::v1p1::operations::OPERATIONS;
use serde_json::Value;

use super::{addresses, client, schemas, status};
use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::schema::Schemas;

fn served(demo: &Demo) -> Value {
    let reply = demo.server.get(&format!("/demo/ims/oneroster/v1p1/discovery/{}", SERVICE.files[0]));
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    reply.json()
}

on_each_demo! {
    fn it_lists_the_operations_and_both_ways_to_sign_in(demo: &Demo) {
        let document = served(demo);
        let paths = document["paths"].as_object().unwrap();
        let listed: Vec<&str> = paths.values().map(|path| path["get"]["operationId"].as_str().unwrap()).collect();
        assert_eq!(listed.len(), OPERATIONS.len());
        assert!(OPERATIONS.iter().all(|operation| listed.contains(&operation.id)));
        assert_eq!(document["servers"][0]["url"], format!("{}/demo/ims/oneroster/v1p1", demo.server.url));
        let schemes = &document["components"]["securitySchemes"];
        assert_eq!(schemes["OAuth1"]["scheme"], "oauth");
        let scopes = schemes["OAuth2CC"]["flows"]["clientCredentials"]["scopes"].as_object().unwrap();
        assert!(scopes.keys().all(|scope| scope.contains("/or/v1p1/scope/")), "{scopes:?}");
        let unknown = demo.server.get("/demo/ims/oneroster/v1p1/discovery/openapi.json");
        assert_eq!(status(&unknown), (404, "error".into(), "unknown object".into()));
    }

    fn what_it_says_of_the_answers_is_what_they_are(demo: &Demo) {
        let said = Schemas::of(&served(demo));
        let client = client(demo, "everything");
        for (operation, address) in addresses(&client) {
            assert_eq!(said.misfits(operation, &client.ok(&address).json()), [], "{address}");
        }
        assert_eq!(said.misfits_in("StatusInfoSetDType", &client.get("/users/nobody").json()), []);
    }
}

#[test]
fn it_demands_of_objects_what_the_own_expectations_demand() {
    let said = Schemas::of(&document(&SERVICE, "https://example.org", "demo")).demands();
    for (name, demanded) in schemas().demands() {
        // Lists that hold the answer are always there.
        let is_object = name.ends_with("DType") && !name.ends_with("SetDType") && name != "MetadataDType";
        if is_object && !name.starts_with("Single") {
            assert_eq!(said[&name], demanded, "{name}");
        }
    }
}
