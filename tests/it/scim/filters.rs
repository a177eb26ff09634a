//! Filters, sorting, projection and searches over what a provider keeps itself (SC-120 to SC-175).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, GROUP, Provider, SEARCH, USER, assert_refused, body, encoded, id, refusal, set};

/// Four users who differ in everything that a filter asks about.
fn four(provider: &Provider<'_>) -> Vec<String> {
    [
        json!({"userName": "ann", "externalId": "AbC", "displayName": "Ann O'Brien", "active": true, "title": "Dr",
            "name": {"givenName": "Ann", "familyName": "O'Brien"},
            "emails": [{"value": "ann@work.example", "type": "work", "primary": true},
                {"value": "ann@home.example", "type": "home"}],
            ENTERPRISE: {"department": "Math", "employeeNumber": "10", "manager": {"value": "boss"}}}),
        json!({"userName": "Bob", "externalId": "abc", "displayName": "Bob 50% _off_\\.*", "active": false,
            "name": {"givenName": "Bob", "familyName": "van den Berg"},
            "emails": [{"value": "bob@home.example", "type": "home"}], ENTERPRISE: {"department": "math & physics"}}),
        json!({"userName": "cas+x@example.org", "displayName": "Cas \"quoted\" é", "name": {"givenName": "Cas"},
            "emails": [{"value": "cas@home.example", "type": "work"}],
            "roles": [{"value": "student"}, {"value": "aide"}]}),
        json!({"userName": "dee"}),
    ]
    .iter()
    .map(|user| id(&provider.make("/Users", user)))
    .collect()
}

/// Fails unless each filter finds these users, named by their first letters.
fn check(provider: &Provider<'_>, table: &[(&str, &str)]) {
    for (filter, expected) in table {
        let found: String = provider.names(filter).iter().map(|name| name[..1].to_lowercase()).collect();
        let mut found: Vec<char> = found.chars().collect();
        found.sort_unstable();
        assert_eq!(found.into_iter().collect::<String>(), *expected, "{filter}");
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap_or("-")).collect()
}

with_a_provider! {
    "leeg";

    fn sc_130_to_135_operators_and_logic(provider: &Provider) {
        four(provider);
        check(provider, &[
            ("userName eq \"ANN\"", "a"), ("userName ne \"ann\"", "bcd"), ("userName co \"A\"", "ac"),
            ("userName sw \"c\"", "c"),
            ("userName ew \".ORG\"", "c"), ("userName gt \"bob\"", "cd"), ("userName ge \"BOB\"", "bcd"),
            ("userName lt \"bob\"", "a"),
            ("userName le \"bob\"", "ab"), ("title pr", "a"), ("USERNAME EQ \"ann\" OR UserName Eq \"bob\"", "ab"),
            ("externalId eq \"AbC\"", "a"), ("externalId eq \"ABC\"", ""), ("externalId sw \"a\"", "b"),
            ("meta.resourceType eq \"User\"", "abcd"),
            ("meta.resourceType eq \"user\"", ""), ("userName eq \"ann\" or userName eq \"bob\" and title pr", "a"),
            ("(userName eq \"ann\" or userName eq \"bob\") and title pr", "a"),
            ("userName eq \"bob\" or userName eq \"ann\" and title pr", "ab"),
            ("not (title pr) and active pr", "b"), ("not(title pr)", "bcd"), ("not (title pr)", "bcd"),
            ("((userName eq \"ann\"))", "a"),
            ("not (userName eq \"ann\" or (userName eq \"bob\" and not (active eq true)))", "cd"),
            ("name.familyName co \"BERG\"", "b"), ("name pr", "abc"), ("name.givenName sw \"c\"", "c"),
            (" userName  eq  \"ann\" ", "a"),
            ("userName eq\"ann\"", "a"),
        ]);
    }

    fn an_address_finds_whoever_has_it_now_in_whatever_letters(provider: &Provider) {
        let users = four(provider);
        let path = |n: usize| format!("/Users/{}", users[n]);
        check(provider, &[
            ("emails eq \"ANN@home.Example\"", "a"), ("emails.value eq \"bob@home.example\"", "b"),
            ("emails.value eq \"nobody@home.example\"", ""), ("not (emails.value eq \"bob@home.example\")", "acd"),
            ("emails[value eq \"bob@home.example\" or type eq \"work\"]", "abc"),
        ]);

        provider.patched(&path(0), &json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "Zoë@school.example"}]));
        provider.patched(&path(1), &json!([{"op": "remove", "path": "emails"}]));
        provider.patched(&path(2), &json!([{"op": "replace", "path": "displayName", "value": "Cas"}]));
        body(&provider.put(&path(3), &json!({"userName": "dee", "emails": [{"value": "\u{212A}im@school.example"}]})), 200);
        check(provider, &[
            ("emails eq \"ann@home.example\"", ""), ("emails eq \"ZOE\u{308}@school.example\"", "a"),
            ("emails eq \"ann@work.example\"", "a"), ("emails.value eq \"bob@home.example\"", ""),
            ("emails eq \"CAS@home.example\"", "c"), ("emails eq \"kim@school.example\"", "d"),
        ]);

        provider.patched(&path(1), &json!([{"op": "add", "path": "emails", "value": [{"value": "bob@home.example"}]}]));
        check(provider, &[("emails.value eq \"bob@home.example\"", "b")]);
        assert_eq!(provider.delete(&path(2)).status, 204);
        provider.make("/Users", &json!({"userName": "eve", "emails": [{"value": "cas@HOME.example"}]}));
        check(provider, &[("emails eq \"cas@home.example\"", "e")]);
    }

    fn sc_136_to_145_lists_types_and_what_is_absent(provider: &Provider) {
        let users = four(provider);
        let urn = |name: &str| format!("{USER}:{name}");
        check(provider, &[
            ("emails co \"WORK\"", "a"), ("emails.value co \"work\"", "a"),
            ("emails[type eq \"work\" and value co \"@home\"]", "c"),
            ("emails.type eq \"work\" and emails.value co \"@home\"", "ac"),
            ("emails[type eq \"work\"].value eq \"ann@work.example\"", "a"),
            ("emails[type eq \"home\"].value eq \"ann@work.example\"", ""), ("emails[not (type eq \"work\")]", "ab"),
            ("emails[primary eq true].value ew \".example\"", "a"), ("emails[type eq \"work\"].display pr", ""),
            ("emails pr", "abc"),
            ("roles.value eq \"AIDE\"", "c"), ("roles eq \"student\" and roles eq \"aide\"", "c"),
            ("roles[value eq \"student\" and value eq \"aide\"]", ""),
            ("emails ne \"ann@work.example\"", "abcd"),
            ("active eq true", "a"), ("active eq false", "b"), ("active eq \"True\"", "a"), ("active ne true", "bcd"),
            ("title eq null", "bcd"), ("title ne null", "a"), ("not (title pr)", "bcd"), ("emails eq null", "d"),
            ("title eq \"x\"", ""), ("title ne \"x\"", "abcd"), ("title co \"x\"", ""), ("title gt \"A\"", "a"),
            ("title lt \"Z\"", "a"),
            ("department eq \"MATH\"", "a"), ("manager eq \"boss\"", "a"), ("manager.value eq \"boss\"", "a"),
            ("employeeNumber ge \"1\"", "a"),
        ]);
        check(provider, &[
            (&format!("{} eq \"ann\"", urn("userName")), "a"), (&format!("{} eq \"Ann\"", urn("name.givenName")), "a"),
            (&format!("{ENTERPRISE}:department co \"phys\""), "b"),
            (&format!("{}:department pr", ENTERPRISE.to_uppercase()), "ab"),
            (&format!("{ENTERPRISE}:manager.value eq \"boss\""), "a"),
            (&format!("{}[type eq \"work\"]", urn("emails")), "ac"),
            (&format!("schemas eq \"{ENTERPRISE}\""), "ab"), (&format!("id eq \"{}\"", users[0]), "a"),
            (&format!("id eq \"{}\"", users[0].to_uppercase()), ""),
            (&format!("id eq \"{}\" or id eq \"{}\"", users[1], users[3]), "bd"),
        ]);
    }

    fn sc_140_instants_are_compared_as_such(provider: &Provider) {
        four(provider);
        let first = provider.read("/Users?count=1")["Resources"][0]["meta"]["created"].as_str().unwrap().to_owned();
        let at = chrono::DateTime::parse_from_rfc3339(&first).unwrap();
        let east = at.with_timezone(&chrono::FixedOffset::east_opt(7 * 3600).unwrap()).to_rfc3339();
        for text in [first.clone(), east, first.replace('Z', "0000Z")] {
            for (op, has_first) in [("eq", true), ("ge", true), ("le", true), ("gt", false), ("lt", false)] {
                let found = provider.names(&format!("meta.created {op} \"{text}\""));
                assert_eq!(found.contains("ann"), has_first, "{op} {text}");
            }
        }
        check(provider, &[
            ("meta.lastModified gt \"2011-05-13T04:42:34Z\"", "abcd"), ("meta.created lt \"2011-05-13\"", ""),
            ("meta.created ge \"0001-01-01T00:00:00Z\"", "abcd"), ("meta.created pr", "abcd"),
        ]);
    }

    fn sc_146_147_what_is_no_filter_is_refused(provider: &Provider) {
        four(provider);
        for filter in [
            "userName", "userName eq", "userName regex \"x\"", "userName eq \"x", "eq \"x\"", "(userName eq \"x\"",
            "userName eq \"x\")", "emails[type eq \"x\"",
            "emails[type eq \"x\"]]", "and", "not userName eq \"x\"", "userName eq \"a\" and",
            "userName eq \"a\" userName", "active gt true", "active co \"x\"",
            "name eq \"x\"", "nosuch eq \"x\"", "name.nosuch pr", "members eq \"x\"", "urn:nosuch:x eq \"1\"",
            "emails[nosuch eq 1]", "meta.created gt \"soon\"",
            "emails[emails[type eq \"x\"]]", "userName eq \"\\q\"", "password sw \"t\"", "password co \"t\"",
            "x509Certificates.value gt \"AA==\"", "active eq 3", "userName.x eq \"1\"", "()", "[]", "\"x\" eq userName",
        ] {
            assert_refused(&provider.filtered("/Users", filter), 400, "invalidFilter");
        }
        assert_refused(&provider.filtered("/Groups", "userName eq \"ann\""), 400, "invalidFilter");
    }

    fn sc_150_151_values_are_read_as_clients_write_them(provider: &Provider) {
        four(provider);
        check(provider, &[
            ("userName eq ann", "a"), ("userName sw 'c'", "c"), ("displayName eq \"Cas \\\"quoted\\\" \\u00e9\"", "c"),
            ("displayName co \"\\\\.*\"", "b"),
            ("displayName co \"50% _\"", "b"), ("displayName co \"%\"", "b"), ("displayName co \"_o\"", "b"),
            ("displayName co \"O'B\"", "a"),
            ("userName eq \"cas+x@example.org\"", "c"), ("department eq \"math & physics\"", "b"),
            ("displayName co \"É\"", "c"),
        ]);
        let plus = provider.read("/Users?filter=userName+eq+%22cas%2Bx%40example.org%22");
        assert_eq!(plus["totalResults"], 1);
    }

    fn sc_152_no_filter_is_too_long_to_be_refused_soon(provider: &Provider) {
        four(provider);
        let began = Instant::now();
        let long = vec!["userName eq \"x\""; 6000].join(" or ");
        for filter in ["(".repeat(1000) + "userName pr" + &")".repeat(1000), "not (".repeat(500) + "a pr",
            "x".repeat(100_000), long] {
            let search = provider.post("/Users/.search", &json!({"filter": filter}));
            assert_refused(&search, 400, "invalidFilter");
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }

    fn sc_149_groups_are_found_by_members_and_users_by_groups(provider: &Provider) {
        let users = four(provider);
        let (one, two) = (provider.group("One", &[&users[0], &users[1]]), provider.group("Two", &[&users[1]]));
        check(provider, &[
            (&format!("groups.value eq \"{one}\""), "ab"), (&format!("groups eq \"{two}\""), "b"),
            (&format!("groups[value eq \"{one}\"]"), "ab"),
            (&format!("groups.value eq \"{one}\" and groups.value eq \"{two}\""), "b"), ("groups pr", "ab"),
            ("not (groups pr)", "cd"),
            (&format!("groups.value eq \"{}\"", one.to_uppercase()), "ab"),
            (&format!("groups.value ne \"{one}\""), "bcd"),
            (&format!("groups[type eq \"direct\" and value eq \"{two}\"]"), "b"),
        ]);
        for (filter, expected) in [
            (format!("members.value eq \"{}\"", users[1]), vec!["One", "Two"]),
            (format!("members[value eq \"{}\" and type eq \"User\"]", users[0]), vec!["One"]),
            (format!("members.value eq \"{}\"", users[0].to_uppercase()), vec!["One"]),
            ("members pr".into(), vec!["One", "Two"]),
            (format!("displayName eq \"two\" and members eq \"{}\"", users[0]), vec![]),
        ] {
            assert_eq!(provider.found("/Groups", &filter, "displayName"), set(&expected), "{filter}");
        }
    }

    fn sc_120_to_124_lists_are_sorted(provider: &Provider) {
        four(provider);
        for (query, expected) in [
            ("sortBy=userName", vec!["ann", "Bob", "cas+x@example.org", "dee"]),
            ("sortBy=username&sortOrder=DESCENDING", vec!["dee", "cas+x@example.org", "Bob", "ann"]),
            ("sortBy=externalId", vec!["ann", "Bob", "cas+x@example.org", "dee"]),
            ("sortBy=name.familyName", vec!["ann", "Bob", "cas+x@example.org", "dee"]),
            ("sortBy=name.familyName&sortOrder=descending", vec!["cas+x@example.org", "dee", "Bob", "ann"]),
            ("sortBy=active", vec!["Bob", "ann", "cas+x@example.org", "dee"]),
            ("sortBy=emails&sortOrder=descending", vec!["dee", "cas+x@example.org", "Bob", "ann"]),
            ("sortBy=meta.created", vec!["ann", "Bob", "cas+x@example.org", "dee"]),
            ("sortBy=meta.created&sortOrder=descending", vec!["dee", "cas+x@example.org", "Bob", "ann"]),
            ("sortBy=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department&count=1", vec!["ann"]),
        ] {
            assert_eq!(names(&provider.read(&format!("/Users?{query}"))), expected, "{query}");
        }
        for query in ["sortBy=nosuch", "sortBy=name", "sortBy=userName&sortOrder=up"] {
            assert_refused(&provider.get(&format!("/Users?{query}")), 400, "invalidValue");
        }
    }

    fn sc_160_to_166_answers_are_cut_as_asked(provider: &Provider) {
        let users = four(provider);
        let path = format!("/Users/{}", users[0]);
        let keys = |query: &str| {
            let user = provider.read(&format!("{path}?{query}"));
            let mut keys: Vec<String> = user.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            (keys.into_iter().filter(|key| key != "schemas" && key != "id").collect::<Vec<_>>(), user)
        };
        for (query, expected) in [
            ("attributes=userName", vec!["userName"]), ("attributes=USERNAME,%20nosuch", vec!["userName"]),
            ("attributes=name.givenName", vec!["name"]),
            ("attributes=emails.value", vec!["emails"]), ("attributes=id", vec![]), ("attributes=nosuch", vec![]),
            ("attributes=meta.version", vec!["meta"]),
            ("attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName", vec!["userName"]),
            ("attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:user", vec![ENTERPRISE]),
            ("attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", vec![ENTERPRISE]),
            ("excludedAttributes=emails,name,meta,id,schemas,externalId,title,active,displayName",
                vec![ENTERPRISE, "userName"]),
            ("attributes=title&excludedAttributes=title", vec!["title"]), ("attributes=password", vec![]),
        ] {
            let (keys, user) = keys(query);
            assert_eq!(keys, expected, "{query}");
            assert!(user["id"].is_string() && user["schemas"].is_array(), "{query}");
        }
        assert_eq!(keys("attributes=name.givenName").1["name"], json!({"givenName": "Ann"}));
        assert_eq!(keys("attributes=emails.value").1["emails"],
            json!([{"value": "ann@work.example"}, {"value": "ann@home.example"}]));
        assert_eq!(keys("excludedAttributes=name.familyName").1["name"], json!({"givenName": "Ann"}));
        assert_eq!(keys(&format!("attributes={ENTERPRISE}:department")).1[ENTERPRISE], json!({"department": "Math"}));
        let all = [
            provider.read("/Users?attributes=title")["Resources"][0].clone(),
            body(&provider.post("/Users/.search", &json!({"attributes": ["title"]})), 200)["Resources"][0].clone(),
            body(&provider.with("PATCH", &format!("{path}?attributes=title"), &[],
                &json!({"Operations": [{"op": "add", "path": "nickName", "value": "A"}]})),
                200),
            provider.read(&format!("{path}?attributes=title")),
        ];
        for user in all {
            assert_eq!(user, json!({"schemas": [USER, ENTERPRISE], "id": users[0], "title": "Dr"}));
        }
        let put = provider.put(&format!("{path}?excludedAttributes=meta,title"),
            &json!({"userName": "ann", "title": "Dr"}));
        assert_eq!(body(&put, 200), json!({"schemas": [USER], "id": users[0], "userName": "ann", "active": true}));
    }

    fn sc_170_to_174_searches_ask_as_addresses_do(provider: &Provider) {
        let users = four(provider);
        provider.group("Staff", &[&users[0]]);
        let search = json!({"schemas": [SEARCH], "filter": "title pr or active eq false", "sortBy": "userName",
            "sortOrder": "descending",
            "startIndex": 1, "count": 1, "attributes": ["userName"], "excludedAttributes": []});
        let by_address = provider.read(&format!("/Users?filter={}&sortBy=userName&sortOrder=descending&startIndex=1&count=1&attributes=userName",
            encoded("title pr or active eq false")));
        assert_eq!(body(&provider.post("/Users/.search", &search), 200), by_address);
        assert_eq!(by_address["totalResults"], 2);

        for (filter, expected) in [
            (None, 5), (Some("meta.resourceType eq \"Group\""), 1), (Some("meta.resourceType eq User"), 4),
            (Some("displayName sw \"s\""), 1),
            (Some("userName pr"), 4), (Some("members pr"), 1), (Some("not (userName pr)"), 1),
            (Some("nosuch eq \"x\""), 0),
        ] {
            let sent = filter.map_or(json!({}), |filter| json!({"filter": filter}));
            let list = body(&provider.post("/.search", &sent), 200);
            assert_eq!(list["totalResults"], expected, "{filter:?}");
            let at_root = provider.read(&filter.map_or("/".to_owned(),
                |filter| format!("?filter={}", encoded(filter))));
            assert_eq!(at_root, list, "{filter:?}");
        }
        let all = body(&provider.post("/.search", &json!({})), 200);
        let types: Vec<&Value> = all["Resources"].as_array().unwrap().iter().map(|resource| &resource["schemas"][0]).collect();
        assert_eq!(types, [USER, USER, USER, USER, GROUP]);
        for wrong in [json!({"count": "x"}), json!({"attributes": 3}), json!({"filter": 3}), json!({"startIndex": []}),
            json!({"attributes": [3]}), json!({"sortBy": {}})] {
            let refused = refusal(&provider.post("/Users/.search", &wrong));
            assert_eq!(refused.0, 400, "{wrong}: {refused:?}");
        }
    }
}
