//! Where a board ends doesn't depend on the way: after any sets before, a set leaves what it leaves alone.
//!
//! But for the times, and the traces of roles that went away.

use koppelvlak::catalogue::{Entity, Kind};
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::oneroster::csv::import::{Options, import};
use koppelvlak::store::Statement;
use koppelvlak::store::import::fields;
use proptest::prelude::*;

use crate::csv_set::Set;
use crate::harness::World;

/// Changes of values, each by one bit.
fn edited(bits: u8) -> Set {
    let mut set = Set::v1p2();
    let edits: [(&str, &str, &str); 8] = [
        ("users.csv", "givenName", "Anna"),
        ("users.csv", "userIds", "{x:1},{eck:https://ketenid.nl/1}"),
        ("users.csv", "agentSourcedIds", ""),
        ("users.csv", "username", "111222333"),
        ("roles.csv", "orgSourcedId", "S2"),
        ("classes.csv", "termSourcedIds", "Y1"),
        ("demographics.csv", "sex", ""),
        ("results.csv", "score", "6"),
    ];
    for (i, (file, column, value)) in edits.into_iter().enumerate() {
        if bits & (1 << i) != 0 {
            set.fill(file, column, value);
        }
    }
    if bits & (1 << 4) != 0 {
        set.fill("users.csv", "primaryOrgSourcedId", "");
    }
    set
}

/// Rows that may go: the last one of some files.
fn shrunk(bits: u8, removals: u8) -> Set {
    let mut set = edited(bits);
    for (i, (file, line)) in
        [("enrollments.csv", 3), ("roles.csv", 4), ("userResources.csv", 1), ("orgs.csv", 3)].into_iter().enumerate()
    {
        if removals & (1 << i) == 0 {
            continue;
        }
        match file {
            // A file without rows isn't in a set.
            "userResources.csv" => set.put(
                file,
                "sourcedId,status,dateLastModified,userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId\n\
                 Q9,,,D1,,,M1\n",
            ),
            "orgs.csv" => set.append(file, "S9,,,School Nine,school,,B"),
            _ => set.cut(file, line..=line),
        }
    }
    set
}

fn import_at(world: &World, ms: i64, set: &Set) {
    let options = Options { confirm_removals: true, dry_run: false, clock: Clock::Fixed(Millis(ms)) };
    import(&world.database, "noord", &set.folder().path, &options, &mut |_| {}).unwrap();
}

/// The rows that are there, without times.
fn present(world: &World) -> Vec<String> {
    let mut conn = world.database.read().unwrap();
    let mut found = Vec::new();
    for entity in Entity::imported() {
        let fields = fields(entity);
        let columns: Vec<_> = fields.iter().map(|field| field.column).collect();
        let (columns, table) = (columns.join(", "), entity.table());
        let sql = format!("SELECT id, sourced_id, {columns} FROM {table} WHERE status = 'active' ORDER BY sourced_id");
        for row in Statement::new(sql).rows(&mut conn).unwrap().iter() {
            let mut shown = format!("{table} {:?} {:?}", row.int(0), row.text(1));
            for (place, field) in fields.iter().enumerate() {
                let i = place + 2;
                let value = if field.kind == Kind::Roles {
                    without_times(row.text(i).unwrap())
                } else {
                    format!("{:?}", (row.text(i), row.int(i), row.real(i)))
                };
                shown.extend([" ", value.as_str()]);
            }
            found.push(shown);
        }
    }
    found
}

fn without_times(roles: &str) -> String {
    let mut roles: Vec<serde_json::Value> = serde_json::from_str(roles).unwrap();
    roles.retain(|role| role["gone"] != true);
    for role in &mut roles {
        role["at"] = 0.into();
    }
    serde_json::to_string(&roles).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_set_leaves_what_it_leaves_alone(first: u8, second: u8, removals in 0_u8..16, last: u8) {
        let (world, fresh) = (World::on_sqlite(), World::on_sqlite());
        import_at(&world, 1_000, &edited(first));
        import_at(&world, 2_000, &shrunk(second, removals));
        import_at(&world, 3_000, &edited(last));

        import_at(&fresh, 3_000, &edited(last));

        prop_assert_eq!(present(&world), present(&fresh));
    }
}
