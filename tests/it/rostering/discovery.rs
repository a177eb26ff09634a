//! The service discovery document says what the server really does.

use koppelvlak::oneroster::v1p2::discovery::{SERVICES, document as document_of};
use koppelvlak::oneroster::v1p2::rostering::OPERATIONS;
use serde_json::Value;

use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::refusal;
use crate::rostering::schema::Schemas;
use crate::rostering::shapes::addresses;

const FILES: [&str; 2] = ["onerosterv1p2rostersservice_openapi3_v1p0.json", "imsorv1p2_rostering_openapi3_v1p0.json"];

fn document(demo: &Demo) -> Value {
    let reply = demo.server.get(&format!("/demo/ims/oneroster/rostering/v1p2/discovery/{}", FILES[0]));
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    reply.json()
}

on_each_demo! {
    fn or_016_the_document_is_under_both_names_without_a_token(demo: &Demo) {
        let [one, other] = FILES.map(|file| demo.server.get(&format!("/demo/ims/oneroster/rostering/v1p2/discovery/{file}")));
        let unknown = demo.server.get("/demo/ims/oneroster/rostering/v1p2/discovery/openapi.json");

        assert_eq!((one.status, &one.body), (200, &other.body));
        assert!(one.json()["openapi"].as_str().unwrap().starts_with("3."));
        assert_eq!(refusal(&unknown), (404, "unknownobject".into()));
    }

    fn or_017_it_lists_the_operations_that_are_served_at_their_real_address(demo: &Demo) {
        let document = document(demo);

        let paths = document["paths"].as_object().unwrap();
        let listed: Vec<&str> = paths.values().map(|path| path["get"]["operationId"].as_str().unwrap()).collect();
        assert_eq!(listed.len(), OPERATIONS.len());
        assert!(OPERATIONS.iter().all(|operation| listed.contains(&operation.id)));
        let base = format!("{}/demo/ims/oneroster/rostering/v1p2", demo.server.url);
        assert_eq!(document["servers"][0]["url"], base);
        let client = demo.client("everything");
        for path in paths.keys().filter(|path| !path.contains('{')) {
            assert_eq!(client.follow(&format!("{base}{path}")).status, 200, "{path}");
        }
    }

    fn or_017_a_token_for_its_scopes_comes_from_its_token_url(demo: &Demo) {
        let flow = document(demo)["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"].clone();

        let url = flow["tokenUrl"].as_str().unwrap().strip_prefix(&demo.server.url).unwrap();
        let scopes: Vec<&str> = flow["scopes"].as_object().unwrap().keys().map(String::as_str).collect();
        let form = format!(
            "grant_type=client_credentials&client_id=everything&client_secret={}&scope={}",
            crate::rostering::board::SECRET,
            scopes.join("+"),
        );
        let granted = demo.server.ask_token(url, &form).json();
        assert_eq!(granted["scope"], scopes.join(" "));
    }

    fn what_it_says_of_the_answers_is_what_they_are(demo: &Demo) {
        let schemas = Schemas::of(&document(demo));
        let client = demo.client("everything");

        for (operation, address) in addresses(&client) {
            assert_eq!(schemas.misfits(operation, &client.ok(&address).json()), [], "{address}");
        }
        assert_eq!(schemas.misfits_in_refusal(&client.get("/users/nobody").json()), []);
    }

    fn it_does_not_tell_which_boards_exist(demo: &Demo) {
        let at = |board: &str| demo.server.get(&format!("/{board}/ims/oneroster/rostering/v1p2/discovery/{}", FILES[0]));

        assert_eq!(at("demo").body, at("elsewhere").body.replace("/elsewhere/", "/demo/"));
    }
}

#[test]
fn it_demands_what_the_published_document_demands() {
    let Some(published) = Schemas::published() else { return };
    let own = Schemas::of(&document_of(&SERVICES[0], "https://example.org", "demo"));

    let (own, published) = (own.demands(), published.demands());

    let anchored =
        |demands: &Value| demands.to_string().replace(r"^ext:[a-zA-Z0-9.\\-_]+$", r"(ext:)[a-zA-Z0-9\\.\\-_]+");
    for (name, demanded) in &published {
        // Passwords are never kept, so there is no member for them; wrappers of lists are always there.
        let is_stricter =
            ["UserDType", "CredentialDType", "MetadataDType"].contains(&name.as_str()) || name.ends_with("SetDType");
        if !is_stricter {
            assert_eq!(anchored(&own[name]), anchored(demanded), "{name}");
        }
    }
    assert_eq!(own.len(), published.len());
}
