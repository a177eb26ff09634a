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
    let items = client.page("/lineItems?limit=10000");
    items.iter().map(|item| item["dateLastModified"].as_str().unwrap().to_owned()).max().unwrap()
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
