//! Tokens: how clients get one, what it opens, and what ends it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use koppelvlak::auth::{AuthError, Caller, Scope, authenticate};

use crate::harness::{Reply, Server, World, on_each_database};

const RULES: &str = r#"
[tenant]
slug = "noord"
name = "Stichting Noord"

[[vendor]]
id = "atlas"
name = "Atlas"
scopes = ["roster.readonly", "gradebook.readonly"]
identifiers = "source"
required_fields = "absent"
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"
"#;

const SECRET: &str = "tulip-tulip-tulip-tulip-tulip-tulip-tulip";
const FORM: &str =
    "grant_type=client_credentials&client_id=atlas&client_secret=tulip-tulip-tulip-tulip-tulip-tulip-tulip";
const V1P2: &str = "https://purl.imsglobal.org/spec/or/v1p2/scope";

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn post(server: &Server, headers: &[(&str, &str)], body: &str) -> Reply {
    let form = [("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")];
    server.send("POST", "/oauth2/token", &[&form, headers].concat(), body)
}

fn caller(server: &Server, header: Option<&str>, slug: &str) -> Result<Caller, AuthError> {
    authenticate(&server.app, &mut server.app.database.read().unwrap(), header, slug)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

on_each_database! {
    fn credentials_are_taken_from_the_body_from_basic_and_from_both(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let header = basic("atlas", SECRET);
        let json = format!(r#"{{"grant_type":"client_credentials","client_id":"atlas","client_secret":"{SECRET}"}}"#);

        let by_body = server.ask_token("/oauth2/token", FORM);
        let by_basic = post(&server, &[("Authorization", &header)], "grant_type=client_credentials");
        let by_both = post(&server, &[("authorization", &header)], FORM);
        let by_json = server.send("POST", "/oauth2/token", &[("Content-Type", "application/json")], &json);

        for reply in [by_body, by_basic, by_both, by_json] {
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert_eq!(reply.json()["expires_in"], 3600);
            assert_eq!(reply.json()["token_type"], "Bearer");
            assert_eq!(reply.json()["scope"], format!("{V1P2}/roster.readonly {V1P2}/gradebook.readonly"));
            assert_eq!(reply.header("cache-control"), "private, no-store");
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }

    fn every_address_of_the_token_endpoint_answers(world: &World) {
        world.apply(RULES);
        let server = world.serve();

        for path in [
            "/oauth2/token", "/oauth/token", "/oauth/access_token", "/token", "/ims/oneroster/token", "/oauth2/token/",
            "/noord/oauth2/token", "/noord/oauth/token", "/noord/token", "/noord//token", "/noord/ims/oneroster/oauth2/token",
        ] {
            assert_eq!(server.ask_token(path, FORM).status, 200, "{path}");
        }
        assert_eq!(server.ask_token("/zuid/oauth2/token", FORM).status, 401);
    }

    fn an_unknown_client_and_a_wrong_secret_get_the_same_bytes(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let ask = |id: &str, secret: &str| {
            let mut reply = post(&server, &[("Authorization", &basic(id, secret))], "grant_type=client_credentials");
            reply.headers.remove("x-request-id");
            reply.headers.remove("date");
            reply
        };

        let wrong = ask("atlas", "daffodil");
        let unknown = ask("nobody", SECRET);

        assert_eq!(wrong, unknown);
        // PostgreSQL takes no NUL to compare with.
        assert_eq!(ask("atl\0as", SECRET), unknown);
        assert_eq!(wrong.status, 401);
        assert_eq!(wrong.header("www-authenticate"), "Basic realm=\"koppelvlak\"");
        assert_eq!(wrong.json()["error"], "invalid_client");
    }

    fn a_refused_grant_says_why_in_the_words_of_the_standard(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let header = basic("atlas", SECRET);

        for (headers, body, status, error) in [
            (vec![], FORM.replace("client_credentials", "password"), 400, "unsupported_grant_type"),
            (vec![], FORM.replace("grant_type=client_credentials&", ""), 400, "invalid_request"),
            (vec![], format!("{FORM}&scope=resource.readonly%20unheard-of"), 400, "invalid_scope"),
            (vec![], format!("{FORM}&client_id=atlas"), 400, "invalid_request"),
            (vec![], "grant_type=client_credentials".into(), 401, "invalid_client"),
            (vec![("Authorization", header.as_str())], FORM.replace("atlas", "globe"), 400, "invalid_request"),
            (vec![("Authorization", "Bearer abc")], FORM.into(), 401, "invalid_client"),
            (vec![], "x".repeat(70_000), 413, "invalid_request"),
        ] {
            let reply = post(&server, &headers, &body);
            assert_eq!((reply.status, reply.json()["error"].as_str()), (status, Some(error)), "{body:.200}");
            assert!(reply.json()["error_description"].is_string());
        }
        assert_eq!(server.get("/oauth2/token").status, 405);
    }

    fn scopes_are_granted_in_the_words_in_which_they_were_asked(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let asked = format!("{V1P2}/roster.readonly gradebook.readonly http://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly {V1P2}/resource.readonly");

        let reply = server.ask_token("/oauth2/token", &format!("{FORM}&scope={}", asked.replace(' ', "+")));

        let granted = asked.rsplit_once(' ').unwrap().0;
        assert_eq!(reply.json()["scope"], granted);
    }

    fn a_token_opens_its_board_with_its_scopes(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let reply = server.ask_token("/oauth2/token", &format!("{FORM}&scope=roster.readonly"));
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();

        let caller = caller(&server, Some(&format!("bEARER  {token}")), "noord").unwrap();

        assert_eq!((&*caller.vendor, &*caller.tenant), ("atlas", "noord"));
        assert!(caller.may(&[Scope::GradebookReadonly, Scope::RosterReadonly]));
        assert!(!caller.may(&[Scope::GradebookReadonly]));
        assert!(matches!(caller.need(&[Scope::GradebookReadonly]), Err(AuthError::InsufficientScope)));
    }

    fn garbage_is_no_token_and_another_board_looks_like_none(world: &World) {
        world.apply(RULES);
        world.apply(&RULES.replace("noord", "zuid").replace("tulip", "peony"));
        let server = world.serve();
        let token = server.token("atlas", SECRET);

        assert!(matches!(caller(&server, None, "noord"), Err(AuthError::Missing)));
        for header in ["", "Bearer", "Bearer ", "Basic abc", "Bearer abc", &bearer(&token[1..]), &token] {
            assert!(matches!(caller(&server, Some(header), "noord"), Err(AuthError::Invalid)), "{header}");
        }
        for slug in ["zuid", "nowhere"] {
            assert!(matches!(caller(&server, Some(&bearer(&token)), slug), Err(AuthError::Elsewhere)));
        }
    }

    fn a_token_of_a_vendor_in_two_boards_opens_those_whose_secret_it_knew(world: &World) {
        world.apply(RULES);
        world.apply(&RULES.replace("noord", "zuid"));
        let server = world.serve();
        let both = server.token("atlas", SECRET);
        let reply = server.ask_token("/zuid/oauth2/token", FORM);
        let one = reply.json()["access_token"].as_str().unwrap().to_owned();

        assert!(caller(&server, Some(&bearer(&both)), "noord").is_ok());
        assert!(caller(&server, Some(&bearer(&both)), "zuid").is_ok());
        assert!(caller(&server, Some(&bearer(&one)), "zuid").is_ok());
        assert!(matches!(caller(&server, Some(&bearer(&one)), "noord"), Err(AuthError::Elsewhere)));
    }

    fn a_request_that_is_not_let_in_gets_the_standards_body_and_a_challenge(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let users = "/noord/ims/oneroster/rostering/v1p2/users";
        let reply = server.ask_token("/oauth2/token", &format!("{FORM}&scope=gradebook.readonly"));
        let grades_only = reply.json()["access_token"].as_str().unwrap().to_owned();

        let none = server.get(users);
        let garbage = server.get_as("garbage", users);
        let in_query = server.get(&format!("{users}?access_token={grades_only}"));
        let lacking = server.get_as(&grades_only, users);

        let minor = |reply: &Reply| reply.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"].clone();
        for reply in [&none, &garbage, &in_query] {
            assert_eq!((reply.status, minor(reply)), (401, "unauthorisedrequest".into()));
        }
        assert_eq!((lacking.status, minor(&lacking)), (403, "forbidden".into()));
        assert_eq!(none.header("www-authenticate"), r#"Bearer realm="koppelvlak""#);
        assert!(garbage.header("www-authenticate").contains(r#"error="invalid_token""#));
        assert!(lacking.header("www-authenticate").contains(r#"error="insufficient_scope""#));
    }

    fn a_board_of_others_and_a_board_that_does_not_exist_get_the_same_bytes(world: &World) {
        world.apply(RULES);
        world.apply(&RULES.replace("noord", "zuid").replace("tulip", "peony"));
        let server = world.serve();
        let token = server.token("atlas", SECRET);
        let at = |slug: &str| {
            let mut reply = server.get_as(&token, &format!("/{slug}/ims/oneroster/rostering/v1p2/users"));
            reply.headers.remove("x-request-id");
            reply.headers.remove("date");
            reply
        };

        assert_eq!(at("zuid"), at("nowhere"));
        assert_eq!(at("zuid").status, 403);
        assert_eq!(at("noord").status, 200, "{}", at("noord").body);
    }

    fn a_token_ends_after_an_hour(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let token = server.token("atlas", SECRET);

        assert!(caller(&world.serve_at("2026-09-01T08:59:59Z"), Some(&bearer(&token)), "noord").is_ok());
        let later = world.serve_at("2026-09-01T09:00:00Z");
        assert!(matches!(caller(&later, Some(&bearer(&token)), "noord"), Err(AuthError::Invalid)));
    }

    fn a_new_secret_ends_the_old_tokens_on_every_node(world: &World) {
        world.apply(RULES);
        let (server, other) = (world.serve(), world.serve());
        let token = server.token("atlas", SECRET);
        assert!(caller(&other, Some(&bearer(&token)), "noord").is_ok());

        world.apply(&RULES.replace("tulip", "peony"));

        for node in [&server, &other] {
            assert!(matches!(caller(node, Some(&bearer(&token)), "noord"), Err(AuthError::Invalid)));
        }
        assert_eq!(server.ask_token("/oauth2/token", FORM).status, 401);
    }

    fn a_scope_that_was_taken_away_is_gone_from_tokens_in_use(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let token = server.token("atlas", SECRET);
        assert!(caller(&server, Some(&bearer(&token)), "noord").unwrap().may(&[Scope::GradebookReadonly]));

        world.apply(&RULES.replace(r#", "gradebook.readonly""#, ""));

        assert!(!caller(&server, Some(&bearer(&token)), "noord").unwrap().may(&[Scope::GradebookReadonly]));
    }

    fn neither_tokens_nor_secrets_lie_open_in_the_database(world: &World) {
        world.apply(RULES);
        let server = world.serve();
        let token = server.token("atlas", SECRET);
        let dump = |conn: &mut koppelvlak::store::Conn, table: &str| {
            let rows = koppelvlak::store::Statement::new(format!("SELECT * FROM {table}")).rows(conn).unwrap();
            format!("{rows:?}")
        };

        let tokens = dump(&mut world.database.read_activity().unwrap(), "token");
        let vendors = dump(&mut world.database.read().unwrap(), "connection");

        assert!(tokens.contains("atlas") && vendors.contains("atlas"));
        assert!(!tokens.contains(&token) && !tokens.contains("tulip") && !vendors.contains("tulip"));
        // Bytes are shown as numbers: the secret's first letters would be there as such.
        assert!(!vendors.contains("116, 117, 108, 105, 112"));
    }

    fn metadata_names_the_token_endpoint_of_root_and_board(world: &World) {
        let server = world.serve();
        let url = &server.url;

        let root = server.get("/.well-known/oauth-authorization-server").json();
        let board = server.get("/nowhere/.well-known/oauth-authorization-server").json();
        let inserted = server.get("/.well-known/oauth-authorization-server/nowhere").json();

        assert_eq!(root["token_endpoint"], format!("{url}/oauth2/token"));
        assert_eq!(root["issuer"], *url);
        assert_eq!(board["token_endpoint"], format!("{url}/nowhere/oauth2/token"));
        assert_eq!(board, inserted);
    }
}
