//! A name that a vendor has used is its own for good: what the school gets under it later is not shown beside it.

use serde_json::{Value, json};

use super::desk::{delete, put};
use crate::csv_set::Set;
use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::{Client, id, set};
use crate::rostering::village::{one_rule, rules, village};

const ALL: &[&str] = &["identity", "name", "enrolment", "assessment-item", "assessment-result"];

pub fn decisions(more: &str) -> String {
    let write = format!("write = [\"assessment-item\", \"assessment-result\"]\n{more}");
    rules(&one_rule("r1", ALL, &write)).replace(
        "\"roster-demographics.readonly\"",
        "\"gradebook.readonly\", \"gradebook.createput\", \"gradebook.delete\"",
    )
}

/// The village with line items and results of the school's own.
pub fn with_gradebook() -> Set {
    let mut set = village();
    for (file, text) in [
        ("categories", "sourcedId,status,dateLastModified,title,weight\nV1,,,School's,\nV2,,,School's too,\n"),
        (
            "lineItems",
            "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,\
             academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId\n\
             I1,,,School's,,2026-09-01,2026-09-02,K1,V1,T1,,,S1\nI2,,,School's too,,2026-09-01,2026-09-02,K1,V2,T1,,,S1\n",
        ),
        (
            "results",
            "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,\
             textScore,classSourcedId,inProgress,incomplete,late,missing\n\
             R1,,,I1,ann,submitted,1,2026-09-01,,,K1,,,,\nR2,,,I1,cas,submitted,2,2026-09-01,,,K1,,,,\n",
        ),
    ] {
        set.edit("manifest.csv", &format!("file.{file},absent"), &format!("file.{file},bulk"));
        set.put(&format!("{file}.csv"), text);
    }
    set
}

pub fn clients(server: &Server) -> [Client<'_>; 2] {
    ["gradebook/v1p2", "v1p1"].map(|service| Client::of_service(server, "noord", ("atlas", SECRET), service))
}

pub fn line_item(title: &str, category: &str) -> Value {
    json!({"lineItem": {"title": title, "assignDate": "2026-09-01T08:00:00Z", "dueDate": "2026-09-02T08:00:00Z",
        "class": {"sourcedId": "K1"}, "category": {"sourcedId": category}}})
}

fn result(item: &str) -> Value {
    json!({"result": {"lineItem": {"sourcedId": item}, "student": {"sourcedId": "ann"}, "score": 9,
        "scoreDate": "2026-09-01", "scoreStatus": "submitted"}})
}

fn listed(client: &Client<'_>, path: &str) -> (Vec<String>, String) {
    let reply = client.ok(path);
    let found: Vec<String> = crate::rostering::client::objects(&reply).iter().map(id).collect();
    (found, reply.header("x-total-count").to_owned())
}

fn list(ids: &[&str]) -> (Vec<String>, String) {
    (ids.iter().map(|id| (*id).to_owned()).collect(), ids.len().to_string())
}

on_each_database! {
    fn the_vendors_own_object_stands_for_the_name_that_the_school_uses_later(world: &World) {
        import_at(world, "noord", &village().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        assert_eq!(put(&client, "/categories/V1", &json!({"category": {"title": "Own"}})).status, 201);
        assert_eq!(put(&client, "/lineItems/I1", &line_item("Own", "V1")).status, 201);
        assert_eq!(put(&client, "/results/R1", &result("I1")).status, 201);

        import_at(world, "noord", &with_gradebook().folder().path, "2026-09-01T09:00:00Z");

        for client in clients(&server) {
            assert_eq!(listed(&client, "/categories"), list(&["V2", "V1"]));
            assert_eq!(listed(&client, "/lineItems"), list(&["I2", "I1"]));
            assert_eq!(listed(&client, "/lineItems?sort=title&orderBy=desc"), list(&["I2", "I1"]));
            assert_eq!(listed(&client, "/lineItems?filter=title='Own'"), list(&["I1"]));
            assert_eq!(listed(&client, "/lineItems?filter=sourcedId='I1'"), list(&["I1"]));
            assert_eq!(listed(&client, "/classes/K1/lineItems"), list(&["I2", "I1"]));
            assert_eq!(listed(&client, "/results"), list(&["R2", "R1"]));
            assert_eq!(listed(&client, "/classes/K1/lineItems/I1/results"), list(&["R2", "R1"]));
            assert_eq!(client.one("/lineItems/I1")["title"], "Own");
            assert_eq!(client.one("/results/R1")["score"], 9);
            let first = client.ok("/lineItems?limit=1");
            assert_eq!(first.header("x-total-count"), "2");
        }
        assert_eq!(put(&client, "/lineItems/I1", &line_item("Own still", "V1")).status, 200);
        assert_eq!(put(&client, "/lineItems/I2", &line_item("Own", "V1")).status, 403);
    }

    fn a_deleted_name_is_not_the_schools_again(world: &World) {
        import_at(world, "noord", &village().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        assert_eq!(put(&client, "/categories/V1", &json!({"category": {"title": "Own"}})).status, 201);
        assert_eq!(put(&client, "/lineItems/I1", &line_item("Own", "V1")).status, 201);
        import_at(world, "noord", &with_gradebook().folder().path, "2026-09-01T09:00:00Z");

        assert_eq!(delete(&client, "/lineItems/I1").status, 204);

        for client in clients(&server) {
            assert_eq!(client.get("/lineItems/I1").status, 404);
            assert_eq!(client.get("/classes/K1/lineItems/I1/results").status, 404);
            assert_eq!(listed(&client, "/lineItems"), list(&["I2"]));
            let told = client.found("/lineItems", "dateLastModified>='2026-09-01T08:00:00Z'");
            assert_eq!(told, set(["I1", "I2"]));
            assert_eq!(client.tombstones("/lineItems"), set(["I1"]));
        }
        assert_eq!(delete(&client, "/lineItems/I1").status, 404);
        assert_eq!(put(&client, "/results/R9", &result("I1")).status, 422);
        assert_eq!(put(&client, "/lineItems/I1", &line_item("Again", "V1")).status, 201);
        assert_eq!(listed(&client, "/lineItems"), list(&["I2", "I1"]));
    }

    fn a_name_whose_object_left_the_view_may_be_used_and_is_told_once(world: &World) {
        import_at(world, "noord", &with_gradebook().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        assert_eq!(listed(&client, "/lineItems"), list(&["I1", "I2"]));
        world.apply(&decisions("schools = [\"S2\"]\n"));
        assert_eq!(client.tombstones("/lineItems"), set(["I1", "I2"]));

        world.apply(&decisions("").replace("\"assessment-item\", \"assessment-result\"]\nroles", "\"assessment-result\"]\nroles"));
        assert_eq!(client.tombstones("/lineItems"), set(["I1", "I2"]));
        assert_eq!(put(&client, "/categories/own", &json!({"category": {"title": "Own"}})).status, 201);
        assert_eq!(put(&client, "/lineItems/I1", &line_item("Own", "own")).status, 201);

        for client in clients(&server) {
            assert_eq!(client.tombstones("/lineItems"), set(["I2"]));
            assert_eq!(listed(&client, "/lineItems"), list(&["I2", "I1"]));
            assert_eq!(client.one("/lineItems/I1")["status"], "active");
        }
        world.apply(&decisions(""));
        assert_eq!(listed(&client, "/lineItems"), list(&["I2", "I1"]));
        assert_eq!(client.one("/lineItems/I1")["title"], "Own");
    }
}
