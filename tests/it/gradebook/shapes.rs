//! The shape of every answer of the gradebook and of resources, for each vendor.

use std::collections::BTreeMap;

use koppelvlak::oneroster::operation::{Operation, Subset};

use crate::gradebook::client::{client, schemas, service};
use crate::harness::Server;
use crate::rostering::board::{Demo, VENDORS, on_each_demo};
use crate::rostering::client::{encoded, id, objects, refusal};

/// Addresses that a vendor can call, with identifiers from its own lists.
pub fn addresses(server: &Server, tenant: &str, vendor: &str, base: &str) -> Vec<(&'static Operation, String)> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (at, collections) in [
        ("rostering/v1p2", &["classes", "schools", "students", "users", "courses"][..]),
        (
            "gradebook/v1p2",
            &["categories", "lineItems", "results", "scoreScales", "assessmentLineItems", "assessmentResults"],
        ),
        ("resources/v1p2", &["resources"]),
    ] {
        let client = client(server, tenant, vendor, at);
        for collection in collections {
            let reply = client.get(&format!("/{collection}?limit=10000"));
            if reply.status == 200 {
                known.insert((*collection).to_owned(), objects(&reply).iter().map(id).collect());
            }
        }
    }
    let mut addresses = Vec::new();
    for operation in service(base).operations {
        addresses.extend(filled(operation.path, &known).into_iter().take(60).map(|address| (operation, address)));
    }
    addresses
}

/// An address with each combination of a few identifiers in it.
fn filled(path: &str, known: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut collection = "";
    for part in path.split('/') {
        let segments: Vec<String> = match part {
            "{}" => known.get(collection).into_iter().flatten().take(20).map(|id| encoded(id)).collect(),
            fixed => vec![fixed.to_owned()],
        };
        found =
            found.iter().flat_map(|start| segments.iter().map(move |segment| format!("{start}/{segment}"))).collect();
        collection = part;
    }
    found
}

on_each_demo! {
    fn every_answer_has_the_shape_of_the_standard(demo: &Demo) {
        for base in ["gradebook/v1p2", "resources/v1p2"] {
            let schemas = schemas(base);
            let mut answered = std::collections::BTreeSet::new();
            for vendor in VENDORS {
                let client = client(&demo.server, "demo", vendor, base);
                for (operation, address) in addresses(&demo.server, "demo", vendor, base) {
                    let reply = client.get(&address);
                    match reply.status {
                        200 => {
                            assert_eq!(schemas.misfits(operation, &reply.json()), [], "{vendor} {address}");
                            let is_list = !matches!(operation.subset, Subset::One);
                            if !is_list || !objects(&reply).is_empty() {
                                answered.insert(operation.id);
                            }
                        }
                        404 => assert_eq!(operation.path.matches("{}").count(), 2, "{vendor} {address}"),
                        _ => {
                            assert_eq!(refusal(&reply), (403, "forbidden".into()), "{vendor} {address}");
                            assert_eq!(schemas.misfits_in_refusal(&reply.json()), []);
                        }
                    }
                }
            }
            let missing: Vec<&str> = service(base).operations.iter().map(|op| op.id).filter(|id| !answered.contains(id)).collect();
            assert!(missing.iter().all(|id| id.contains("Assessment")), "{missing:?}");
        }
    }
}
