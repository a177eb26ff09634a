//! A vendor's own writes and the changes of what it sees have times in the order in which it is told of them, though
//! the clock stands still.

use super::desk::put;
use super::names::{clients, decisions, line_item, with_gradebook};
use crate::csv_set::Set;
use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::client::{Client, set};

const NARROW: &str = "schools = [\"S2\"]\n";

/// The greatest time among the line items, as a client that asks for what changed after it has it.
fn greatest(client: &Client<'_>) -> String {
    greatest_of(client, "/lineItems")
}

fn greatest_of(client: &Client<'_>, path: &str) -> String {
    let objects = client.page(&format!("{path}?limit=10000"));
    objects.iter().map(|item| item["dateLastModified"].as_str().unwrap().to_owned()).max().unwrap()
}

/// The village with a scale of a class in S2, for one line item and one result in S1.
fn with_scale() -> Set {
    let mut set = with_gradebook();
    for (file, text) in [
        (
            "scoreScales",
            "sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue\n\
             Z1,,,Letters,ordinal,S2,C2,K3,{A:8-10}\n",
        ),
        (
            "lineItemScoreScales",
            "sourcedId,status,dateLastModified,title,lineItemSourcedId,scoreScaleSourcedId\nZ2,,,,I2,Z1\n",
        ),
        (
            "resultScoreScales",
            "sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId\nZ3,,,,R2,Z1\n",
        ),
    ] {
        set.edit("manifest.csv", &format!("file.{file},absent"), &format!("file.{file},bulk"));
        set.put(&format!("{file}.csv"), text);
    }
    set
}

fn after(client: &Client<'_>, time: &str) -> Vec<String> {
    client.found("/lineItems", &format!("dateLastModified>'{time}'")).into_iter().collect()
}

on_each_database! {
    fn only_what_names_a_scale_moves_when_the_scale_comes_into_view(world: &World) {
        import_at(world, "noord", &with_scale().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions("schools = [\"S1\"]\n"));
        let server = world.serve();
        let [client, _] = clients(&server);
        assert!(client.one("/results/R2").get("scoreScale").is_none());

        world.apply(&decisions(""));

        let changed = |path: &str| client.found(path, "dateLastModified>='2026-09-01T08:00:00Z'");
        assert_eq!(client.one("/results/R2")["scoreScale"]["sourcedId"], "Z1");
        assert_eq!((changed("/results"), changed("/lineItems")), (set(["R2"]), set(["I2"])));
        assert_eq!(changed("/scoreScales"), set(["Z1"]));
    }

    fn a_change_from_one_hidden_object_to_another_moves_nothing_that_names_them(world: &World) {
        let named = |scale: &str, class: &str, session: &str| {
            let mut set = with_scale();
            set.append("scoreScales.csv", "Z9,,,Marks,ordinal,S2,C2,K3,{B:6-8}");
            set.append("classes.csv", "K4,,,Reading 3,01,C2,,scheduled,,S2,T2,,,");
            for id in ["T8", "T9"] {
                set.append("academicSessions.csv", &format!("{id},,,Other,term,2026-12-01,2027-07-31,Y1,2027"));
            }
            set.edit("lineItemScoreScales.csv", "I2,Z1", &format!("I2,{scale}"));
            set.edit("resultScoreScales.csv", "R2,Z1", &format!("R2,{scale}"));
            set.edit("results.csv", "1,2026-09-01,,,K1", &format!("1,2026-09-01,,,{class}"));
            set.edit("lineItems.csv", "I1,,,School's,,2026-09-01,2026-09-02,K1,V1,T1", &format!("I1,,,School's,,2026-09-01,2026-09-02,K1,V1,{session}"));
            set
        };
        import_at(world, "noord", &named("Z1", "K3", "T8").folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions("schools = [\"S1\"]\n"));
        let server = world.serve();
        let [client, _] = clients(&server);
        let read = || ["/lineItems", "/results"].map(|path| client.ok(path).body);
        let before = read();

        import_at(world, "noord", &named("Z9", "K4", "T9").folder().path, "2026-08-02T06:00:00Z");

        assert_eq!(read(), before);
        assert_eq!(client.found("/lineItems", "dateLastModified>'2026-08-01T06:00:00Z'"), set([]));
        assert_eq!(client.found("/results", "dateLastModified>'2026-08-01T06:00:00Z'"), set([]));
    }

    fn another_scale_or_class_in_the_view_moves_what_names_it(world: &World) {
        let named = |scale: &str, class: &str| {
            let mut set = with_scale();
            set.append("scoreScales.csv", "Z9,,,Marks,ordinal,S2,C2,K3,{B:6-8}");
            set.edit("lineItemScoreScales.csv", "I2,Z1", &format!("I2,{scale}"));
            set.edit("resultScoreScales.csv", "R2,Z1", &format!("R2,{scale}"));
            set.edit("results.csv", "1,2026-09-01,,,K1", &format!("1,2026-09-01,,,{class}"));
            set
        };
        import_at(world, "noord", &named("Z1", "K1").folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        let mut told = ["/lineItems", "/results"].map(|path| greatest_of(&client, path));
        let mut moved = |scale: &str, class: &str| {
            import_at(world, "noord", &named(scale, class).folder().path, "2026-08-02T06:00:00Z");
            ["/lineItems", "/results"].map(|path| {
                let told = &mut told[usize::from(path == "/results")];
                let found = client.found(path, &format!("dateLastModified>'{told}'"));
                *told = greatest_of(&client, path);
                found
            })
        };

        assert_eq!(moved("Z9", "K1"), [set(["I2"]), set(["R2"])]);
        for class in ["K3", "K2", "", "K3", "K1", "", "K1"] {
            assert_eq!(moved("Z9", class), [set([]), set(["R1"])], "{class}");
            assert_eq!(client.one("/results/R1")["class"]["sourcedId"].as_str().unwrap_or_default(), class);
        }
        assert_eq!(moved("Z9", "K1"), [set([]), set([])]);
    }

    fn a_write_is_later_than_every_change_that_was_told(world: &World) {
        import_at(world, "noord", &with_gradebook().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        for more in ["", NARROW, "", NARROW, ""] {
            world.apply(&decisions(more));
            client.ok("/lineItems");
        }
        let told = greatest(&client);

        assert_eq!(put(&client, "/lineItems/own", &line_item("Own", "V1")).status, 201);

        assert_eq!(after(&client, &told), ["own"]);
    }

    fn a_change_is_later_than_every_write(world: &World) {
        import_at(world, "noord", &with_gradebook().folder().path, "2026-08-01T06:00:00Z");
        world.apply(&decisions(""));
        let server = world.serve();
        let [client, _] = clients(&server);
        client.ok("/lineItems");
        for title in ["1", "2", "3", "4", "5"] {
            put(&client, "/lineItems/own", &line_item(title, "V1"));
        }
        let told = greatest(&client);

        world.apply(&decisions(NARROW));

        assert_eq!(after(&client, &told), ["I1", "I2"]);
    }
}
