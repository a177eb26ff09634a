//! Reading, pages and cursors (SC-080 to SC-109).

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    EDUCATION, ENTERPRISE, LIST, Provider, SEARCH, USER, assert_refused, body, encoded, id, refusal, set, texts,
};

fn crowd(provider: &Provider<'_>, n: usize) -> Vec<String> {
    (0..n).map(|n| provider.user(&format!("user{n:02}"))).collect()
}

fn ids(list: &Value) -> Vec<String> {
    list["Resources"].as_array().unwrap().iter().map(id).collect()
}

/// All pages by cursor, with what happens between the first and the second.
fn walk(provider: &Provider<'_>, query: &str, meanwhile: impl FnOnce()) -> Vec<String> {
    let mut list = provider.read(&format!("/Users?cursor&{query}"));
    let mut seen = ids(&list);
    meanwhile();
    while let Some(cursor) = list["nextCursor"].as_str() {
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "SC-103: {cursor}");
        list = provider.read(&format!("/Users?cursor={cursor}&{query}"));
        assert_eq!(list.get("startIndex"), None);
        assert!(!ids(&list).is_empty(), "a cursor leads to a page with something on it");
        seen.extend(ids(&list));
    }
    seen
}

with_a_provider! {
    "leeg";

    fn a_sorted_list_is_whole_however_long_it_is(provider: &Provider) {
        // More than are looked at at once.
        let names: Vec<String> = (0..620).map(|n| format!("user-{:03}", n * 7 % 620)).collect();
        let operations: Vec<Value> = names
            .iter()
            .map(|name| json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}}))
            .collect();
        let job = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
        assert_eq!(provider.post("/Bulk", &job).status, 200);
        let page = |start: usize| texts(
            &provider.read(&format!("/Users?sortBy=userName&sortOrder=descending&count=310&startIndex={start}"))["Resources"],
            "userName");

        let told = [page(1), page(311), page(621)].concat();

        let mut wanted = names;
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(told, wanted);
    }

    fn sc_081_what_is_not_there_is_404(provider: &Provider) {
        let (user, group) = (provider.user("ann"), provider.group("g", &[]));
        for path in [format!("/Users/{group}"), format!("/Groups/{user}"), "/Users/x".into(), "/Users/%00".into(),
            format!("/Users/{}", "x".repeat(3000))] {
            assert_eq!(refusal(&provider.get(&path)).0, 404, "{path:.40}");
        }
        assert_eq!(refusal(&provider.get(&format!("/Users/{}", user.to_uppercase()))).0, 404, "SC-087");
    }

    fn sc_082_to_086_a_list_has_its_numbers_and_what_reading_each_tells(provider: &Provider) {
        let empty = provider.read("/Users");
        assert_eq!(empty,
            json!({"schemas": [LIST], "totalResults": 0, "itemsPerPage": 0, "startIndex": 1, "Resources": []}));
        let users = crowd(provider, 3);
        provider.patched(&format!("/Users/{}", users[1]),
            &json!([{"op": "replace", "path": "active", "value": false}]));
        provider.group("g", &[&users[0]]);

        let list = provider.read("/Users");

        assert_eq!((&list["totalResults"], &list["itemsPerPage"], &list["startIndex"]),
            (&json!(3), &json!(3), &json!(1)));
        for user in list["Resources"].as_array().unwrap() {
            assert_eq!(&provider.read(&format!("/Users/{}", id(user))), user);
        }
        assert_eq!(list["Resources"][0]["groups"].as_array().map(Vec::len), Some(1));
    }

    fn sc_090_to_098_pages_by_index(provider: &Provider) {
        let users = crowd(provider, 7);
        for size in [1, 2, 3, 7, 8] {
            let mut seen = Vec::new();
            for start in (1..=7).step_by(size) {
                let list = provider.read(&format!("/Users?startIndex={start}&count={size}"));
                assert_eq!(list["totalResults"], 7);
                assert!(ids(&list).len() <= size);
                seen.extend(ids(&list));
            }
            assert_eq!(seen, users, "pages of {size}");
        }
        for (query, start, n) in [
            ("startIndex=0", 1, 7), ("startIndex=-5", 1, 7), ("count=0", 1, 0), ("count=-3", 1, 0),
            ("startIndex=8", 8, 0), ("startIndex=800", 800, 0),
            ("count=100000", 1, 7), ("startindex=0&Count=2", 1, 2), ("count=99999999999999999999999", 1, 7),
            ("startIndex=-99999999999999999999", 1, 7),
            ("startIndex=2&count=3", 2, 3),
        ] {
            let list = provider.read(&format!("/Users?{query}"));
            assert_eq!((&list["startIndex"], &list["itemsPerPage"], ids(&list).len()), (&json!(start), &json!(n), n),
                "{query}");
            assert_eq!(list["totalResults"], 7, "{query}");
        }
        let beyond = provider.read("/Users?startIndex=99999999999999999999");
        assert_eq!((&beyond["totalResults"], ids(&beyond).len()), (&json!(7), 0));
        for query in ["count=abc", "count=1.5", "count=", "startIndex=x", "startIndex=1.0", "startIndex="] {
            assert_refused(&provider.get(&format!("/Users?{query}")), 400, "invalidValue");
        }
        let filter = encoded("userName ge \"user03\"");
        let list = provider.read(&format!("/Users?filter={filter}&sortBy=userName&sortOrder=descending&startIndex=2&count=2"));
        assert_eq!((&list["totalResults"], ids(&list)), (&json!(4), vec![users[5].clone(), users[4].clone()]));
    }

    fn a_page_of_users_tells_what_each_of_them_tells(provider: &Provider) {
        let rich = json!({
            "schemas": [USER, ENTERPRISE],
            "userName": "Zoë \"de\" Vries\\",
            "name": {"givenName": "Zoë", "familyName": "de \u{1}Vries"},
            "displayName": format!("no \"{EDUCATION}\":{{ here"),
            "emails": [{"value": "zoe@school.example", "type": "work", "primary": true}],
            ENTERPRISE: {"department": format!("\"{EDUCATION}\":{{}}")},
            "password": "never to be told",
        });
        let rich = id(&provider.make("/Users", &rich));
        let plain = provider.user("plain");
        let each = || -> Vec<Value> {
            [&rich, &plain].map(|user| provider.read(&format!("/Users/{user}"))).into()
        };
        let page = || provider.read("/Users?count=50")["Resources"].as_array().unwrap().clone();

        assert_eq!(page()[..2], each());
        assert_eq!(page()[0]["schemas"], json!([USER, ENTERPRISE]));
        let inner = provider.group("inner", &[&rich]);
        provider.group("outer", &[&inner]);
        assert_eq!(page()[..2], each());
        assert_eq!(page()[0]["groups"].as_array().map(Vec::len), Some(2));
        let boss = id(&provider.make("/Users", &json!({"schemas": [USER], "userName": "boss", "displayName": "The boss"})));
        provider.patched(&format!("/Users/{plain}"),
            &json!([{"op": "add", "path": format!("{ENTERPRISE}:manager"), "value": {"value": boss}}]));
        assert_eq!(page()[..2], each());
        assert_eq!(page()[1][ENTERPRISE]["manager"]["displayName"], "The boss");
    }

    fn pages_are_right_while_users_come_and_go(provider: &Provider) {
        let mut users = crowd(provider, 9);
        let all = || (0..4).flat_map(|n| ids(&provider.read(&format!("/Users?startIndex={}&count=3", n * 3 + 1))));
        assert_eq!(all().collect::<Vec<_>>(), users);

        for place in [8, 0, 3] {
            assert_eq!(provider.delete(&format!("/Users/{}", users.remove(place))).status, 204);
            assert_eq!(all().collect::<Vec<_>>(), users, "without the one at {place}");
        }
        users.push(provider.user("late"));
        assert_eq!(all().collect::<Vec<_>>(), users);
        let gone = users.remove(1);
        provider.delete(&format!("/Users/{gone}"));
        users.push(provider.user("later"));
        assert_eq!(all().collect::<Vec<_>>(), users, "one came and one went");
        assert_eq!(provider.read("/Users?count=0")["totalResults"], users.len());
        assert_eq!(walk(provider, "count=2", || ()), users);
    }

    fn sc_101_to_103_a_walk_by_cursor_meets_everyone_once(provider: &Provider) {
        let users = crowd(provider, 7);
        for query in ["count=1", "count=3", "count=7", "count=8"] {
            assert_eq!(walk(provider, query, || ()), users, "{query}");
        }
        let first = provider.read("/Users?cursor=&count=3");
        assert_eq!((first.get("previousCursor"), &first["totalResults"]), (None, &json!(7)));
        let sorted = walk(provider, "count=2&sortBy=userName&sortOrder=descending", || ());
        assert_eq!(sorted, users.iter().rev().cloned().collect::<Vec<_>>());
        let filter = format!("count=2&filter={}", encoded("userName ne \"user03\""));
        assert_eq!(walk(provider, &filter, || ()).len(), 6);
        assert_eq!(walk(provider, "count=2&attributes=id", || ()), users);
    }

    fn sc_104_105_107_a_cursor_belongs_to_its_list_and_its_client(provider: &Provider) {
        crowd(provider, 5);
        let list = provider.read("/Users?cursor&count=2");
        let cursor = list["nextCursor"].as_str().unwrap();
        let other = provider.boards.provider("leeg");
        crowd(&other, 5);
        let altered: String = cursor.chars().rev().collect();
        for query in ["cursor=nonsense&count=2".to_owned(), format!("cursor={altered}&count=2"),
            format!("cursor={}&count=2", &cursor[1..])] {
            assert_refused(&provider.get(&format!("/Users?{query}")), 400, "invalidCursor");
        }
        assert_refused(&other.get(&format!("/Users?cursor={cursor}&count=2")), 400, "invalidCursor");
        assert_refused(&provider.get(&format!("/Groups?cursor={cursor}&count=2")), 400, "invalidCursor");
        for query in ["count=2&filter=userName+pr", "count=2&sortBy=userName"] {
            let refused = refusal(&provider.get(&format!("/Users?cursor={cursor}&{query}")));
            assert!(refused.0 == 400 && ["invalidCursor", "invalidCount"].contains(&&*refused.1),
                "{query}: {refused:?}");
        }
        let none = provider.read("/Users?cursor&count=-1");
        assert_eq!((&none["totalResults"], ids(&none).len(), none.get("nextCursor")), (&json!(5), 0, None));
        assert_eq!(ids(&provider.read("/Users?cursor&count=5000")).len(), 5);
        // Another size is no other list.
        for n in [1, 2, 3] {
            assert_eq!(ids(&provider.read(&format!("/Users?cursor={cursor}&count={n}"))).len(), n);
        }
    }

    fn sc_106_who_comes_and_goes_meanwhile_hides_nobody(provider: &Provider) {
        let users = crowd(provider, 8);
        let seen = walk(provider, "count=3", || {
            for gone in [0, 2, 3] {
                assert_eq!(provider.delete(&format!("/Users/{}", users[gone])).status, 204);
            }
            provider.user("late");
        });

        let mut untouched: Vec<&String> = users.iter().filter(|user| !seen[..3].contains(user) && **user != users[3]).collect();
        assert_eq!(seen.len(), 3 + untouched.len() + 1);
        untouched.retain(|user| seen.iter().filter(|other| other == user).count() != 1);
        assert_eq!(untouched, Vec::<&String>::new());
    }

    fn sc_106_in_a_sorted_list_who_goes_or_is_renamed_hides_nobody(provider: &Provider) {
        for (n, (order, gone, renamed)) in
            [("ascending", 0, "a"), ("descending", 7, "z"), ("ascending", 1, "z"), ("descending", 6, "a")].into_iter().enumerate()
        {
            let name = |i: usize| format!("{n}-user{i:02}");
            let users: Vec<String> = (0..8).map(|i| provider.user(&name(i))).collect();
            let last = if order == "ascending" { 2 } else { 5 };
            let filter = encoded(&format!("id pr and (userName sw \"{n}-\" or userName sw \"{renamed}{n}-\")"));
            let query = format!("sortBy=userName&sortOrder={order}&count=3&filter={filter}");

            let seen = walk(provider, &query, || {
                assert_eq!(provider.delete(&format!("/Users/{}", users[gone])).status, 204);
                let path = format!("/Users/{}", users[last]);
                if renamed == "a" {
                    assert_eq!(provider.delete(&path).status, 204);
                } else {
                    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                        "userName": format!("{renamed}{}", name(last))});
                    assert_eq!(provider.put(&path, &body).status, 200);
                }
            });

            for (i, user) in users.iter().enumerate().filter(|(i, _)| *i != last) {
                assert_eq!(seen.iter().filter(|id| *id == user).count(), 1, "{order} {renamed}, {i}: {seen:?}");
            }
        }
    }

    fn sc_106_equal_keys_of_a_sorted_list_hide_nobody_either(provider: &Provider) {
        let users = crowd(provider, 7);

        let seen = walk(provider, "sortBy=displayName&count=3", || {
            for gone in [0, 2] {
                assert_eq!(provider.delete(&format!("/Users/{}", users[gone])).status, 204);
            }
        });

        assert_eq!(seen, users);
    }

    fn sc_108_a_search_takes_a_cursor_too(provider: &Provider) {
        let users = crowd(provider, 5);
        let mut cursor = json!("");
        let mut seen = Vec::new();
        loop {
            let list = body(&provider.post("/Users/.search",
                &json!({"schemas": [SEARCH], "count": 2, "cursor": cursor})),
                200);
            seen.extend(ids(&list));
            match list.get("nextCursor") {
                Some(next) => cursor = next.clone(),
                None => break,
            }
        }
        assert_eq!(seen, users);
    }

    fn sc_109_a_cursor_ends_after_an_hour(provider: &Provider) {
        crowd(provider, 3);
        let list = provider.read("/Users?cursor&count=2");
        let path = format!("{}/Users?cursor={}&count=2", provider.base, list["nextCursor"].as_str().unwrap());
        let at = |instant: &str| provider.boards.world.serve_at(instant).get_as(&provider.token, &path);

        assert_eq!(at("2026-09-01T08:59:00Z").status, 200);
        assert_refused(&at("2026-09-01T09:01:00Z"), 400, "expiredCursor");
    }

    fn a_search_over_both_types_walks_by_cursor(provider: &Provider) {
        let users = crowd(provider, 3);
        let groups: Vec<String> = (0..3).map(|n| provider.group(&format!("g{n}"), &[])).collect();
        let mut cursor = json!("");
        let mut seen = Vec::new();
        loop {
            let list = body(&provider.post("/.search", &json!({"count": 2, "cursor": cursor})), 200);
            seen.extend(ids(&list));
            match list.get("nextCursor") {
                Some(next) => cursor = next.clone(),
                None => break,
            }
        }
        assert_eq!(seen, [users, groups].concat());
        assert_eq!(provider.names("userName pr"), set(&["user00", "user01", "user02"]));
    }
}
