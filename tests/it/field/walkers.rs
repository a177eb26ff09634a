//! However a client steps through a list, it ends with the same rows: on both versions, plain and nested, filtered and
//! sorted, and where rows of its own stand among the school's.

use serde_json::{Value, json};

use super::walk::{along_links, until_empty, until_total, while_as_many, while_full};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::{Client, encoded, id, ids, objects};

/// All kinds of clients read a list, in pages of several sizes; each must have it whole, once and in order.
fn every_walk(client: &Client<'_>, path: &str) {
    let join = if path.contains('?') { '&' } else { '?' };
    let whole = client.page(&format!("{path}{join}limit=50000"));
    let n = whole.len();
    assert!(n > 2 && ids(&whole).len() == n, "{path}: {n}");
    let get = |limit: usize, offset: usize| client.ok(&format!("{path}{join}limit={limit}&offset={offset}"));
    // Among the sizes are those whose last page is full, where the end is an empty page.
    for limit in [n.div_ceil(5), n.div_ceil(2), n, n + 1] {
        let page = |offset: usize| objects(&get(limit, offset));
        assert_eq!(while_full(limit, page), whole, "{path} while full by {limit}");
        assert_eq!(while_as_many(limit, page), whole, "{path} while as many by {limit}");
        assert_eq!(until_empty(limit, page), whole, "{path} until empty by {limit}");
        assert_eq!(until_total(limit, |offset| get(limit, offset)), whole, "{path} by the total by {limit}");
        let first = format!("{}{}{path}{join}limit={limit}", client.server.url, client.base);
        assert_eq!(along_links(&first, |url| client.follow(url)), whole, "{path} along links by {limit}");
    }
    let after = get(7, n + 1_000);
    assert_eq!((objects(&after), after.header("x-total-count")), (Vec::new(), n.to_string().as_str()));
    // Fewer rows than asked for would be taken for the end: so it is the whole page or none.
    for limit in ["50001", "100000", "2147483647"] {
        let reply = client.get(&format!("{path}{join}limit={limit}"));
        assert_eq!(reply.status, 400, "{path} {limit}");
        assert!(reply.body.contains("50000"), "{}", reply.body);
    }
}

fn of<'d>(demo: &'d Demo, vendor: &str, service: &str) -> Client<'d> {
    Client::of_service(&demo.server, "demo", (vendor, SECRET), service)
}

on_each_demo! {
    fn or_805_every_way_through_a_list_of_people_and_classes_gives_the_same(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "everything", service);
            let school = encoded(&demo.board.schools[0]);
            let class = encoded(&demo.board.home_rooms[0]);
            let active = encoded("status='active'");
            for path in [
                "/users", "/enrollments", "/orgs", "/academicSessions", "/demographics", "/students?sort=familyName&orderBy=desc",
                &format!("/users?filter={active}&sort=givenName"), "/classes?sort=title&fields=sourcedId,title",
                &format!("/schools/{school}/students"), &format!("/schools/{school}/enrollments?sort=role"),
                &format!("/classes/{class}/students"),
            ] {
                every_walk(&client, path);
            }
        }
    }

    fn or_805_a_pairwise_order_is_walked_alike(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "names-only", service);
            for path in ["/users", "/enrollments?sort=role", "/classes"] {
                every_walk(&client, path);
            }
        }
    }

    fn or_805_own_rows_among_the_schools_are_walked_alike(demo: &Demo) {
        let writer = of(demo, "walker", "gradebook/v1p2");
        let roster = of(demo, "walker", "rostering/v1p2");
        let classes = roster.page("/classes?limit=10000");
        let with_pupils = |class: &&Value| roster.page(&format!("/classes/{}/students?limit=3", id(class))).len() == 3;
        let class = id(classes.iter().find(with_pupils).unwrap());
        let category = id(&writer.page("/categories?limit=1")[0]);
        let bearer = format!("Bearer {}", writer.token);
        let put = |path: &str, body: Value| {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            let reply = demo.server.send("PUT", &format!("{}{path}", writer.base), &headers, &body.to_string());
            assert_eq!(reply.status, 201, "{path}: {}", reply.body);
        };
        for n in 0..7 {
            put(&format!("/lineItems/walk-{n}"), json!({"lineItem": {"title": format!("Walk {}", n % 3),
                "assignDate": "2026-09-01", "dueDate": "2026-09-02", "class": {"sourcedId": class}, "category": {"sourcedId": category}}}));
        }
        for (n, pupil) in roster.page(&format!("/classes/{class}/students?limit=3")).iter().enumerate() {
            put(&format!("/results/walk-{n}"), json!({"result": {"lineItem": {"sourcedId": "walk-0"}, "student": {"sourcedId": id(pupil)},
                "score": n, "scoreStatus": "submitted", "scoreDate": "2026-09-01"}}));
        }

        // One is deleted: lists that tell changes have it.
        let gone = demo.server.send("DELETE", &format!("{}/lineItems/walk-6", writer.base), &[("Authorization", &bearer)], "");
        assert_eq!(gone.status, 204);
        let all = encoded("dateLastModified>'2000-01-01'");
        assert!(writer.all("/lineItems").contains("walk-5") && writer.tombstones("/lineItems").contains("walk-6"));

        for service in ["gradebook/v1p2", "v1p1"] {
            let client = of(demo, "walker", service);
            let titles = encoded("title~'a' AND status='active'");
            for path in [
                "/lineItems", "/results", "/lineItems?sort=title", "/results?sort=score&orderBy=desc", "/categories",
                "/lineItems?sort=dateLastModified&orderBy=desc&fields=sourcedId", &format!("/lineItems?filter={all}"),
                &format!("/lineItems?filter={all}&sort=title"), &format!("/lineItems?filter={titles}&sort=dueDate"), &format!("/classes/{class}/lineItems"),
                &format!("/classes/{class}/lineItems/walk-0/results"), &format!("/classes/{class}/results?sort=scoreDate"),
            ] {
                every_walk(&client, path);
            }
        }
    }

    // TCI leaves out what is to be deleted by itself, and asks for nothing but pages.
    fn a_walk_by_five_thousand_without_any_question_ends(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "everything", service);
            for collection in ["orgs", "users", "classes", "enrollments", "academicSessions", "courses"] {
                let rows = until_empty(5_000, |offset| client.page(&format!("/{collection}/?limit=5000&offset={offset}")));
                let kept: Vec<Value> = rows.into_iter().filter(|row| row["status"] != "tobedeleted").collect();
                assert_eq!(ids(&kept), client.all(&format!("/{collection}")), "{service} {collection}");
            }
        }
    }

    fn names_of_headers_are_written_as_clients_look_them_up(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "everything", service);
            let head = format!("GET {}/users?limit=2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", client.base);
            let answer = demo.server.send_raw(&format!("{head}Authorization: Bearer {}\r\n\r\n", client.token));
            for name in ["\r\nLink: <", "\r\nX-Total-Count: ", "\r\nContent-Type: application/json\r\n"] {
                assert!(answer.contains(name), "{name:?} in {answer}");
            }
        }
    }
}
