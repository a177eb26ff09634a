//! Refusals in the words of 1.1.

use super::{addresses, client, schemas, status};
use crate::rostering::board::{Demo, on_each_demo};

on_each_demo! {
    fn or_403_every_refusal_is_a_status_info_set_with_its_code(demo: &Demo) {
        let client = client(demo, "everything");
        for (path, code, minor) in [
            ("/users?filter=nothing%3D%271%27", 400, "invalid_filter_field"),
            ("/users?filter=roles.role%3D%27student%27", 400, "invalid_filter_field"),
            ("/users?filter=status", 400, "invalid_filter_field"),
            ("/users?limit=0", 400, "invalid data"),
            ("/users?orderBy=up", 400, "invalid data"),
            ("/users/nobody", 404, "unknown object"),
            ("/nothing", 404, "unknown object"),
            ("/users/%ff", 404, "unknown object"),
            ("/scoreScales", 404, "unknown object"),
            ("", 404, "unknown object"),
        ] {
            let reply = client.get(path);
            assert_eq!(status(&reply), (code, "error".into(), minor.into()), "{path}");
            assert_eq!(schemas().misfits_in("Refusal", &reply.json()), [], "{path}");
        }
    }

    fn or_005_without_a_token_the_answer_says_how_to_get_in(demo: &Demo) {
        let client = client(demo, "everything");
        for headers in [&[][..], &[("Authorization", "Bearer garbage")], &[("Authorization", "Basic YTpi")]] {
            let reply = demo.server.send("GET", &format!("{}/users", client.base), headers, "");
            assert_eq!(status(&reply), (401, "error".into(), "unauthorized".into()));
            assert!(reply.header("www-authenticate").starts_with("Bearer"), "{reply:?}");
        }
    }

    fn or_019_another_method_is_405(demo: &Demo) {
        let client = client(demo, "everything");
        let bearer = format!("Bearer {}", client.token);
        for method in ["POST", "PATCH"] {
            let reply = demo.server.send(method, &format!("{}/users", client.base), &[("Authorization", &bearer)], "{}");
            assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"), "{method}");
            assert_eq!(schemas().misfits_in("Refusal", &reply.json()), []);
            let nothing = demo.server.send(method, &format!("{}/nothing", client.base), &[("Authorization", &bearer)], "{}");
            assert_eq!(nothing.status, 404, "{method}");
            let item = demo.server.send("PATCH", &format!("{}/lineItems/x", client.base), &[("Authorization", &bearer)], "{}");
            assert_eq!((item.status, item.header("allow")), (405, "GET, HEAD, PUT, DELETE"));
        }
    }

    fn or_104_unknown_identifiers_are_unknown_objects_everywhere(demo: &Demo) {
        let client = client(demo, "everything");
        for (operation, _) in addresses(&client).iter().filter(|(operation, _)| operation.path.contains('{')) {
            let reply = client.get(&format!("/{}", operation.path.replace("{}", "nobody")));
            assert_eq!(status(&reply), (404, "error".into(), "unknown object".into()), "{}", operation.path);
        }
    }
}
