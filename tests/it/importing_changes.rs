//! What sets of changes do to a board (§ state model of the CSV binding).

use koppelvlak::clock::{Clock, Millis};
use koppelvlak::oneroster::csv::import::{ImportError, Options, import};
use koppelvlak::store::Statement;
use koppelvlak::store::import::Summary;

use crate::csv_set::Set;
use crate::harness::{World, on_each_database};

const WHEN: &str = "2026-09-01T10:00:00.000Z";

fn try_at(world: &World, ms: i64, confirm_removals: bool, set: &Set) -> Result<Summary, ImportError> {
    let options = Options { confirm_removals, dry_run: false, clock: Clock::Fixed(Millis(ms)) };
    import(&world.database, "noord", &set.folder().path, &options, &mut |_| {})
}

fn import_at(world: &World, ms: i64, set: &Set) -> Summary {
    try_at(world, ms, true, set).unwrap()
}

fn column(world: &World, sql: &str) -> Vec<String> {
    let rows = Statement::new(sql).rows(&mut world.database.read().unwrap()).unwrap();
    rows.iter().map(|row| row.text(0).unwrap_or("NULL").to_owned()).collect()
}

fn cell(world: &World, sql: &str) -> String {
    column(world, sql).pop().unwrap()
}

fn person(world: &World, sourced_id: &str, of: &str) -> String {
    cell(world, &format!("SELECT {of} FROM person WHERE sourced_id = '{sourced_id}'"))
}

/// Every value of every row that sets bring, but for times.
fn everything(world: &World) -> Vec<String> {
    let all = ["org", "academic_session", "course", "class", "person", "enrollment", "result"];
    let of_table = |table| column(world, &format!("SELECT sourced_id || status FROM {table} ORDER BY sourced_id"));
    all.into_iter().flat_map(of_table).collect()
}

/// A set of changes with these rows, each file with the header of a bulk set.
fn changes(files: &[(&str, &[&str])]) -> Set {
    let bulk = Set::v1p2();
    let mut manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
    let mut set = bulk.clone();
    for name in bulk.files.keys().filter(|name| *name != "manifest.csv") {
        set.remove(name);
        let mut mode = "absent";
        if let Some((_, rows)) = files.iter().find(|(file, _)| file == name) {
            mode = "delta";
            let text = String::from_utf8(bulk.files[name].clone()).unwrap();
            set.put(name, &format!("{}\n{}\n", text.lines().next().unwrap(), rows.join("\n")));
        }
        manifest.extend(["file.", name.trim_end_matches(".csv"), ",", mode, "\n"]);
    }
    set.put("manifest.csv", &manifest);
    set
}

fn row_of(set: &Set, file: &str, sourced_id: &str) -> String {
    let text = String::from_utf8(set.files[file].clone()).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("{sourced_id},"))).unwrap();
    row.replacen(",,,", &format!(",active,{WHEN},"), 1)
}

on_each_database! {
    fn a_change_of_one_person_leaves_all_others_and_the_persons_roles(world: &World) {
        let bulk = Set::v1p2();
        import_at(world, 1_000, &bulk);
        let (before, roles) = (everything(world), person(world, "P1", "roles"));
        let row = row_of(&bulk, "users.csv", "P1").replace("Ann", "Anna");

        let summary = import_at(world, 2_000, &changes(&[("users.csv", &[&row])]));

        assert!(summary.is_changed);
        assert!(person(world, "P1", "given_name").starts_with("Anna"));
        assert_eq!(person(world, "P1", "changed"), r#"{"name":2000}"#);
        assert_eq!((everything(world), person(world, "P1", "roles")), (before, roles));
    }

    fn the_same_changes_again_change_nothing(world: &World) {
        let bulk = Set::v1p2();
        import_at(world, 1_000, &bulk);
        let row = row_of(&bulk, "users.csv", "P1").replace("Ann", "Anna");
        let set = changes(&[("users.csv", &[&row]), ("roles.csv", &[&format!("R9,active,{WHEN},P1,secondary,aide,,,S1,")])]);
        import_at(world, 2_000, &set);
        let before = person(world, "P1", "changed || roles");

        let summary = import_at(world, 3_000, &set);

        assert!(!summary.is_changed);
        assert_eq!(person(world, "P1", "changed || roles"), before);
    }

    fn a_row_that_is_taken_away_goes_and_one_that_comes_is_added(world: &World) {
        let bulk = Set::v1p2();
        import_at(world, 1_000, &bulk);
        let new = row_of(&bulk, "users.csv", "P1").replacen("P1", "P9", 1).replace("Ann", "Nine");
        let gone = format!("P1,tobedeleted,{WHEN},,,,,,,,,,,,,,,,,,,");
        let role = format!("R9,active,{WHEN},P9,primary,student,,,S1,");

        import_at(world, 2_000, &changes(&[("users.csv", &[&new, &gone]), ("roles.csv", &[&role])]));

        assert_eq!(person(world, "P1", "status"), "tobedeleted");
        assert_eq!(person(world, "P9", "status"), "active");
        assert!(person(world, "P9", "roles").contains("R9"));
        import_at(world, 3_000, &changes(&[("users.csv", &[&row_of(&bulk, "users.csv", "P1")])]));
        assert_eq!(person(world, "P1", "status"), "active");
    }

    fn a_person_who_was_never_there_stays_away(world: &World) {
        import_at(world, 1_000, &Set::v1p2());

        let summary = import_at(world, 2_000, &changes(&[("users.csv", &[&format!("P77,tobedeleted,{WHEN},,,,,,,,,,,,,,,,,,,")])]));

        assert!(!summary.is_changed);
        assert_eq!(column(world, "SELECT sourced_id FROM person WHERE sourced_id = 'P77'"), [""; 0]);
    }

    fn a_role_comes_and_goes_by_itself(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let before = person(world, "P1", "roles");

        import_at(world, 2_000, &changes(&[("roles.csv", &[&format!("R9,active,{WHEN},P1,secondary,aide,,,S1,")])]));
        let between = person(world, "P1", "roles");
        import_at(world, 3_000, &changes(&[("roles.csv", &[&format!("R9,tobedeleted,{WHEN},P1,,,,,,")])]));

        assert!(between.contains("R9") && between.len() > before.len(), "{between}");
        assert!(person(world, "P1", "roles").contains(r#""gone":true"#));
        assert_eq!(person(world, "P1", "status"), "active");
    }

    fn a_reference_to_nothing_is_a_fault_and_changes_nothing(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let before = everything(world);
        let set = changes(&[("roles.csv", &[
            &format!("R8,active,{WHEN},P1,secondary,aide,,,S1,"),
            &format!("R9,active,{WHEN},P404,secondary,aide,,,S1,"),
        ])]);

        let refused = try_at(world, 2_000, true, &set);

        assert!(matches!(refused, Err(ImportError::Faults(faults)) if faults.faults.len() == 1));
        assert_eq!(everything(world), before);
        assert!(!person(world, "P1", "roles").contains("R8"));
    }

    fn changes_that_take_many_people_away_need_a_confirmation(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let set = changes(&[("users.csv", &[&format!("P1,tobedeleted,{WHEN},,,,,,,,,,,,,,,,,,,")])]);

        let refused = try_at(world, 2_000, false, &set);

        assert!(matches!(refused, Err(ImportError::Removals { removed: 1, .. })));
        assert_eq!(person(world, "P1", "status"), "active");
    }

    fn an_enrollment_of_a_class_that_is_not_in_the_set_is_added(world: &World) {
        let bulk = Set::v1p2();
        import_at(world, 1_000, &bulk);
        let text = String::from_utf8(bulk.files["enrollments.csv"].clone()).unwrap();
        let first = text.lines().nth(1).unwrap().split(',').next().unwrap();
        let row = row_of(&bulk, "enrollments.csv", first).replacen(first, "E99", 1);

        import_at(world, 2_000, &changes(&[("enrollments.csv", &[&row])]));

        let found = column(world, "SELECT sourced_id FROM enrollment WHERE sourced_id = 'E99' AND class IS NOT NULL AND school IS NOT NULL".replace(" class ", " \"class\" ").as_str());
        assert_eq!(found, ["E99"]);
    }
}
