//! Tokens and scopes: which of them opens which operation.

use koppelvlak::oneroster::v1p2::rostering::OPERATIONS;

use crate::harness::{World, on_each_database};
use crate::rostering::board::{Demo, SECRET, invent, on_each_demo};
use crate::rostering::client::{Client, refusal};
use crate::rostering::shapes::addresses;

/// A client of `everything` with fewer scopes.
fn limited<'d>(demo: &'d Demo, scope: &str) -> Client<'d> {
    let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}&scope={scope}");
    let granted = demo.server.ask_token("/oauth2/token", &form);
    assert_eq!(granted.status, 200, "{}", granted.body);
    let token = granted.json()["access_token"].as_str().unwrap().to_owned();
    Client { token, ..demo.client("everything") }
}

/// Whether the published document lets one of the three scopes open an address.
fn opens(scope: &str, path: &str) -> bool {
    let is_nested = path.matches('/').count() + 1 > 2;
    match (path.starts_with("demographics"), is_nested) {
        (true, _) => scope == "roster-demographics.readonly",
        (false, true) => scope == "roster.readonly",
        (false, false) => scope == "roster.readonly" || scope == "roster-core.readonly",
    }
}

on_each_demo! {
    fn or_007_to_010_each_operation_opens_to_its_scopes_alone(demo: &Demo) {
        let all = addresses(&demo.client("everything"));
        for scope in ["roster.readonly", "roster-core.readonly", "roster-demographics.readonly", "gradebook.readonly", "resource.readonly"] {
            let client = limited(demo, scope);
            let mut seen = std::collections::BTreeSet::new();
            for (operation, address) in &all {
                if !seen.insert(operation.id) {
                    continue;
                }
                let reply = client.get(&format!("{address}?limit=1"));
                if opens(scope, operation.path) {
                    assert_eq!(reply.status, 200, "{scope} {address}: {}", reply.body);
                } else {
                    assert_eq!(refusal(&reply), (403, "forbidden".into()), "{scope} {address}");
                    assert!(reply.header("www-authenticate").contains("insufficient_scope"));
                }
            }
            assert_eq!(seen.len(), OPERATIONS.len());
        }
    }

    fn or_008_the_core_scope_opens_twenty_two_operations(_demo: &Demo) {
        let n_core = OPERATIONS.iter().filter(|operation| opens("roster-core.readonly", operation.path)).count();

        assert_eq!(n_core, 22);
    }

    fn or_005_006_no_token_and_tokens_that_are_none_get_401(demo: &Demo) {
        let path = "/demo/ims/oneroster/rostering/v1p2/users";
        let token = demo.client("everything").token;
        let with = |header: &str| demo.server.send("GET", path, &[("Authorization", header)], "");

        let missing = demo.server.get(path);
        assert_eq!(refusal(&missing), (401, "unauthorisedrequest".into()));
        assert!(missing.header("www-authenticate").starts_with("Bearer "));
        for header in [
            "Bearer garbage", "Bearer", "Bearer ", &format!("Bearer {}", &token[1..]), &format!("Basic {token}"),
            &format!("Bearer {token}x"),
        ] {
            assert_eq!(refusal(&with(header)), (401, "unauthorisedrequest".into()), "{header}");
        }
        assert_eq!(with(&format!("bearer {token}")).status, 200);
    }

    fn or_020_a_token_in_the_query_opens_nothing(demo: &Demo) {
        let token = demo.client("everything").token;
        let path = format!("/demo/ims/oneroster/rostering/v1p2/users?access_token={token}");

        assert_eq!(refusal(&demo.server.get(&path)).0, 401);
    }
}

on_each_database! {
    fn or_006_a_token_ends_when_it_said(world: &World) {
        let (_, rules) = invent(world);
        world.apply(&rules);
        let server = world.serve();
        let client = Client::new(&server, "demo", "everything", SECRET);
        let path = format!("{}/orgs", client.base);

        assert_eq!(world.serve_at("2026-09-01T08:59:00Z").get_as(&client.token, &path).status, 200);
        assert_eq!(world.serve_at("2026-09-01T09:00:01Z").get_as(&client.token, &path).status, 401);
    }

    fn or_021_a_token_of_one_board_is_refused_at_another(world: &World) {
        let (_, rules) = invent(world);
        world.apply(&rules);
        world.apply("[tenant]\nslug = \"elsewhere\"\nname = \"Elsewhere\"\n");
        let server = world.serve();
        let client = Client::new(&server, "demo", "everything", SECRET);

        let at = |board: &str| {
            let mut reply = server.get_as(&client.token, &format!("/{board}/ims/oneroster/rostering/v1p2/orgs"));
            reply.headers.remove("x-request-id");
            reply.headers.remove("date");
            reply
        };

        assert_eq!(refusal(&at("elsewhere")).0, 403);
        // Whether a board exists is not the token's to learn.
        assert_eq!(at("elsewhere"), at("no-such-board"));
    }
}
