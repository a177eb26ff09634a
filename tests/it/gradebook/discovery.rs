//! The service discovery documents of the gradebook and of resources say what the server really does.

use std::collections::BTreeSet;

use koppelvlak::oneroster::v1p1::discovery::SERVICE;
use koppelvlak::oneroster::v1p2::discovery::document;
use serde_json::Value;

use crate::gradebook::client::{expectations, service};
use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::schema::Schemas;

const BASES: [&str; 2] = ["gradebook/v1p2", "resources/v1p2"];

on_each_demo! {
    fn each_document_is_under_both_names_without_a_token(demo: &Demo) {
        for base in BASES {
            let [one, other] = [0, 1].map(|n| service(base).files[n]).map(|file| demo.server.get(&format!("/demo/ims/oneroster/{base}/discovery/{file}")));

            assert_eq!((one.status, &one.body), (200, &other.body));
            assert_eq!(one.json()["servers"][0]["url"], format!("{}/demo/ims/oneroster/{base}", demo.server.url));
        }
    }
}

#[test]
fn every_operation_of_the_published_gradebook_is_described() {
    let document = document(service("gradebook/v1p2"), "https://example.org", "demo");
    let ids = |document: &Value| -> BTreeSet<String> {
        let methods = document["paths"].as_object().unwrap().values().flat_map(|at| at.as_object().unwrap().values());
        methods.filter_map(|method| method["operationId"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids(&document).len(), 35);
    assert_eq!(ids(&koppelvlak::oneroster::discovery::document(&SERVICE, "https://example.org", "demo")).len(), 61);
    let scopes = &document["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]["scopes"];
    assert!(scopes.get("https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput").is_some());
    let put = &document["paths"]["/lineItems/{sourcedId}"]["put"];
    assert!(put["requestBody"]["content"]["application/json"]["schema"].is_object(), "{put}");
}

#[test]
fn the_own_expectations_and_the_documents_demand_what_the_published_ones_demand() {
    for base in BASES {
        let service = service(base);
        let Some(published) = Schemas::published_as(service.files[0]) else { return };
        let published = published.demands();
        let served = Schemas::of(&document(service, "https://example.org", "demo")).demands();

        let anchored =
            |demands: &Value| demands.to_string().replace(r"^ext:[a-zA-Z0-9.\\-_]+$", r"(ext:)[a-zA-Z0-9\\.\\-_]+");
        assert_eq!(Schemas::own_of(expectations(base)).demands(), published, "{base}");
        for (name, demanded) in &published {
            // Wrappers of lists are always there, and a refusal has no more words than are used.
            let is_stricter = name == "MetadataDType" || name.ends_with("SetDType") && !name.contains("Objective");
            if !is_stricter && !name.starts_with("imsx") && !name.starts_with("GUIDPair") {
                assert_eq!(anchored(&served[name]), anchored(demanded), "{name}");
            }
        }
    }
}
