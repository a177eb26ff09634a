//! What an import leaves in the database, and what it leaves alone.

use std::path::Path;

use koppelvlak::catalogue::Entity;
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::oneroster::csv::import::{ImportError, Options, import};
use koppelvlak::store::import::{Counts, Summary};
use koppelvlak::store::{Statement, snapshot_load, tenant};

use crate::csv_set::Set;
use crate::harness::{World, on_each_database};

fn at(ms: i64) -> Options {
    Options { confirm_removals: true, dry_run: false, clock: Clock::Fixed(Millis(ms)) }
}

fn try_import(world: &World, path: &Path, options: &Options) -> Result<Summary, ImportError> {
    import(&world.database, "noord", path, options, &mut |_| {})
}

fn import_at(world: &World, ms: i64, set: &Set) -> Summary {
    try_import(world, &set.folder().path, &at(ms)).unwrap()
}

/// The first column of a query, each value as text.
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

fn epoch(world: &World) -> i64 {
    tenant::by_slug(&mut world.database.read().unwrap(), "noord").unwrap().map_or(0, |tenant| tenant.data_epoch)
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what a summary gives")]
fn counts(added: u64, changed: u64, unchanged: u64, removed: u64) -> Option<Counts> {
    Some(Counts { added, changed, unchanged, removed })
}

/// How many pupils a set has beside the four people of [`Set::v1p2`].
fn crowd(set: &mut Set, n: u32) {
    for i in 0..n {
        set.append("users.csv", &format!("X{i},,,true,user{i},,Given,Family,,,,,,,,,,,,,,"));
        set.append("roles.csv", &format!("RX{i},,,X{i},primary,student,,,S1,"));
    }
}

on_each_database! {
    fn a_first_import_adds_every_row_of_every_file(world: &World) {
        let summary = import_at(world, 1_000, &Set::v1p2());

        let n = [3, 2, 1, 1, 1, 4, 1, 3, 1, 1, 1, 1];
        for (entity, n) in Entity::imported().zip(n) {
            assert_eq!(summary.of(entity), counts(n, 0, 0, 0), "{entity:?}");
        }
        assert!(summary.is_changed && summary.is_new_tenant);
        assert_eq!(epoch(world), 1);
        assert_eq!(snapshot_load::load(&world.database, 1).unwrap().people.ids.len(), 4);
    }

    fn the_same_set_again_changes_nothing(world: &World) {
        import_at(world, 1_000, &Set::v1p2());

        let summary = import_at(world, 2_000, &Set::v1p2());

        assert!(!summary.is_changed);
        assert_eq!(summary.of(Entity::User), counts(0, 0, 4, 0));
        assert_eq!(epoch(world), 1);
        for entity in Entity::imported() {
            let changed = column(world, &format!("SELECT changed FROM {}", entity.table()));
            assert!(changed.iter().all(|times| times == "NULL"), "{entity:?}");
        }
    }

    fn a_zip_is_as_good_as_a_folder(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let zip = crate::csv_set::zip_on_disk(&Set::v1p2().zipped());

        let summary = try_import(world, &zip.path, &at(2_000)).unwrap();

        assert!(!summary.is_changed);
    }

    fn a_new_name_moves_the_time_of_the_name_only(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.fill("users.csv", "givenName", "Anna");

        let summary = import_at(world, 2_000, &set);

        assert_eq!(summary.of(Entity::User), counts(0, 1, 3, 0));
        assert_eq!(person(world, "P1", "changed"), r#"{"name":2000}"#);
        assert_eq!(person(world, "P1", "given_name"), "Anna");
        assert_eq!(epoch(world), 2);
    }

    fn later_changes_keep_the_times_of_earlier_ones(world: &World) {
        let mut set = Set::v1p2();
        import_at(world, 1_000, &set);
        set.fill("users.csv", "givenName", "Anna");
        import_at(world, 2_000, &set);
        set.fill("users.csv", "phone", "0101234567");

        import_at(world, 3_000, &set);

        assert_eq!(person(world, "P1", "changed"), r#"{"name":2000,"contact-phone":3000}"#);
    }

    fn a_row_that_is_missing_goes_and_comes_back(world: &World) {
        let mut set = Set::v1p2();
        import_at(world, 1_000, &set);
        set.cut("enrollments.csv", 3..4);

        let gone = import_at(world, 2_000, &set);
        let row = "SELECT status || changed FROM enrollment WHERE sourced_id = 'E3'";
        let when_gone = cell(world, row);
        let again = import_at(world, 3_000, &set);
        let back = import_at(world, 4_000, &Set::v1p2());

        assert_eq!(gone.of(Entity::Enrollment), counts(0, 0, 2, 1));
        assert_eq!(when_gone, r#"tobedeleted{"enrolment":2000}"#);
        assert!(!again.is_changed);
        assert_eq!(back.of(Entity::Enrollment), counts(0, 1, 2, 0));
        assert_eq!(cell(world, row), r#"active{"enrolment":4000}"#);
    }

    fn a_changed_row_that_goes_keeps_its_other_times(world: &World) {
        let mut set = Set::v1p2();
        import_at(world, 1_000, &set);
        set.edit("enrollments.csv", "E3,,,K1,S1,D2,teacher,true,2027-01-01,", "E3,,,K1,S1,D2,teacher,true,2027-02-01,");
        import_at(world, 2_000, &set);
        set.cut("enrollments.csv", 3..4);

        import_at(world, 3_000, &set);

        let changed = "SELECT changed FROM enrollment WHERE sourced_id = 'E3'";
        assert_eq!(cell(world, changed), r#"{"enrolment":3000,"enrolment-dates":2000}"#);
    }

    fn an_absent_file_leaves_its_rows_alone(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        for file in ["demographics.csv", "userProfiles.csv", "userResources.csv"] {
            set.absent(file);
        }
        set.edit("roles.csv", "2026-08-01,,S1,F1", "2026-08-01,,S1,");
        set.edit("roles.csv", "2027-01-01,S1,F2", "2027-01-01,S1,");

        let summary = import_at(world, 2_000, &set);

        assert_eq!(summary.of(Entity::Demographics), None);
        assert_eq!(cell(world, "SELECT status FROM demographics"), "active");
        assert!(person(world, "P1", "user_profiles").contains("zebedee1"));
        assert!(person(world, "P1", "resources").contains("Q3"));
    }

    fn a_change_of_a_role_moves_the_time_of_that_role_only(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.edit("roles.csv", "R4,,,D2,secondary,ext:coach,,,S2,", "R4,,,D2,secondary,aide,,,S2,");
        set.append("roles.csv", "R9,,,D2,secondary,proctor,,,S1,");

        let summary = import_at(world, 2_000, &set);

        assert_eq!(summary.of(Entity::User), counts(0, 1, 3, 0));
        assert_eq!(person(world, "D2", "changed"), "NULL");
        let roles: serde_json::Value = serde_json::from_str(&person(world, "D2", "roles")).unwrap();
        assert_eq!((&roles[0]["role"], &roles[0]["at"], &roles[1]["at"]), (&"aide".into(), &2_000.into(), &2_000.into()));
        assert!(person(world, "P1", "roles").contains(r#""at":1000"#));
    }

    fn a_role_that_only_has_another_sourced_id_moves_nothing(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.edit("roles.csv", "R1,,,P1", "R9,,,P1");

        import_at(world, 2_000, &set);

        let roles: serde_json::Value = serde_json::from_str(&person(world, "P1", "roles")).unwrap();
        assert_eq!(roles.as_array().unwrap().len(), 1, "{roles}");
        assert_eq!((&roles[0]["sourcedId"], &roles[0]["at"]), (&"R9".into(), &1_000.into()));
    }

    fn carers_and_pupils_name_each_other_wherever_one_does(world: &World) {
        let mut set = Set::v1p2();
        set.fill("users.csv", "agentSourcedIds", "");
        import_at(world, 1_000, &set);

        assert_eq!(person(world, "P1", "agents"), format!("[{}]", (1_i64 << 32) | 3));
        assert_eq!(person(world, "G1", "agents"), format!("[{}]", (1_i64 << 32) | 4));
    }

    fn numbers_follow_the_order_of_the_sourced_ids(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.append("users.csv", "A1,,,true,a1,,A,B,,,,,,,,,,,,,,");
        set.append("roles.csv", "R9,,,A1,primary,teacher,,,S1,");
        import_at(world, 2_000, &set);

        let people = column(world, "SELECT sourced_id FROM person ORDER BY id");
        assert_eq!(people, ["D1", "D2", "G1", "P1", "A1"]);
        assert_eq!(cell(world, "SELECT p.sourced_id FROM person p JOIN demographics d ON d.id = p.id"), "P1");
    }

    fn faults_change_nothing(world: &World) {
        import_at(world, 1_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.fill("users.csv", "givenName", "Anna");
        set.fill("users.csv", "enabledUser", "yes");

        let refused = try_import(world, &set.folder().path, &at(2_000));

        assert!(matches!(refused, Err(ImportError::Faults(faults)) if faults.faults.len() == 1));
        assert_ne!(person(world, "P1", "given_name"), "Anna");
        assert_eq!(epoch(world), 1);
    }

    fn a_rehearsal_counts_and_changes_nothing(world: &World) {
        let set = Set::v1p2();

        let summary = try_import(world, &set.folder().path, &Options { dry_run: true, ..at(1_000) }).unwrap();

        assert_eq!(summary.of(Entity::User), counts(4, 0, 0, 0));
        assert_eq!(column(world, "SELECT slug FROM tenant"), [""; 0]);
    }

    fn more_than_a_tenth_of_the_people_go_only_when_confirmed(world: &World) {
        let sets: Vec<Set> = [16, 14, 13].map(|n| {
            let mut set = Set::v1p2();
            crowd(&mut set, n);
            set
        }).into();
        let careful = Options { confirm_removals: false, ..at(2_000) };
        import_at(world, 1_000, &sets[0]);

        let refused = try_import(world, &sets[2].folder().path, &careful).unwrap_err();
        let after_refusal = column(world, "SELECT status FROM person WHERE status <> 'active'").len();
        try_import(world, &sets[1].folder().path, &careful).unwrap();
        let confirmed = import_at(world, 3_000, &sets[2]);

        assert!(matches!(refused, ImportError::Removals { removed: 3, of: 20 }), "{refused}");
        assert_eq!(after_refusal, 0);
        assert_eq!(confirmed.of(Entity::User).unwrap().removed, 1);
    }

    fn an_identifier_of_the_chain_gets_its_own_category_wherever_it_stands(world: &World) {
        let chain = "https://KETENID.nl/pilot/abc";
        let mut set = Set::v1p2();
        set.fill("users.csv", "username", chain);
        set.fill("users.csv", "identifier", chain);
        set.fill("users.csv", "userIds", &format!("{{LDAP:ann}},{{eck:{chain}}}").replace(":https", ":https"));
        set.add_column("users.csv", "pronouns", "metadata.eck", "");
        set.fill("users.csv", "metadata.eck", chain);
        import_at(world, 1_000, &set);

        assert_eq!(person(world, "P1", "username || '' "), "NULL");
        assert_eq!(person(world, "P1", "username_chain_id"), chain);
        assert_eq!(person(world, "P1", "identifier"), "NULL");
        assert_eq!(person(world, "P1", "identifier_chain_id"), chain);
        assert_eq!(person(world, "P1", "user_ids"), r#"[{"type":"LDAP","identifier":"ann"}]"#);
        assert!(person(world, "P1", "user_ids_chain_id").contains(chain));
        assert_eq!(person(world, "P1", "metadata"), "NULL");
    }

    fn a_number_in_a_column_that_the_board_declares_is_its_own(world: &World) {
        world.apply("[tenant]\nslug = \"noord\"\nname = \"Noord\"\nlocal_identifiers = [\"identifier\"]\n");
        let mut set = Set::v1p2();
        set.fill("users.csv", "identifier", "111222333");
        set.fill("users.csv", "userIds", "{nr:111222333},{BSN:42},{nr:7}");

        let summary = import_at(world, 1_000, &set);

        assert_eq!(person(world, "P1", "identifier"), "111222333");
        assert_eq!(person(world, "P1", "user_ids"), r#"[{"type":"nr","identifier":"7"}]"#);
        assert_eq!(summary.national_ids_dropped, 2);
    }

    fn a_person_named_by_a_national_number_is_refused(world: &World) {
        let mut set = Set::v1p2();
        set.append("users.csv", "111222333,,,true,a1,,A,B,,,,,,,,,,,,,,");
        set.append("roles.csv", "R9,,,111222333,primary,teacher,,,S1,");

        let refused = try_import(world, &set.folder().path, &at(1_000)).unwrap_err();

        assert!(matches!(refused, ImportError::NationalSourcedIds(1)), "{refused}");
    }

    fn a_set_of_1p1_gives_roles_primary_orgs_and_the_schools_of_line_items(world: &World) {
        let summary = import_at(world, 1_000, &Set::v1p1());
        let again = import_at(world, 2_000, &Set::v1p1());

        let id = |sourced_id: &str| cell(world, &format!("SELECT CAST(id AS TEXT) FROM org WHERE sourced_id = '{sourced_id}'"));
        let roles: serde_json::Value = serde_json::from_str(&person(world, "P1", "roles")).unwrap();
        let of: Vec<_> = roles.as_array().unwrap().iter().map(|role| role["sourcedId"].as_str().unwrap()).collect();
        assert_eq!(of, ["P1:B", "P1:S1"]);
        assert!(person(world, "D2", "roles").contains("districtAdministrator"));
        assert_eq!(person(world, "P1", "CAST(primary_org AS TEXT)"), id("S1"));
        assert_eq!(cell(world, "SELECT CAST(school AS TEXT) FROM line_item"), id("S1"));
        assert_ne!(cell(world, "SELECT CAST(grading_period AS TEXT) FROM line_item"), "NULL");
        assert_eq!(summary.of(Entity::User), counts(3, 0, 0, 0));
        assert!(!again.is_changed);
    }

    fn a_time_is_never_before_that_of_the_import_before(world: &World) {
        import_at(world, 5_000, &Set::v1p2());
        let mut set = Set::v1p2();
        set.fill("users.csv", "givenName", "Anna");

        import_at(world, 4_000, &set);

        assert_eq!(person(world, "P1", "changed"), r#"{"name":5001}"#);
    }
}

#[test]
fn a_national_number_is_nowhere_in_the_files_of_the_database() {
    let world = World::on_sqlite();
    let number = "111222333";
    let mut set = Set::v1p2();
    set.fill("users.csv", "username", number);
    set.fill("users.csv", "identifier", "111.222.333");
    set.fill("users.csv", "userMasterIdentifier", number);
    set.fill("users.csv", "userIds", "{x:111222333},{bsn:111222}");
    set.fill("userProfiles.csv", "username", number);
    set.add_column("users.csv", "pronouns", "metadata.nr", "");
    set.fill("users.csv", "metadata.nr", number);

    let summary = import_at(&world, 1_000, &set);

    assert_eq!(summary.national_ids_dropped, 7);
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for text in ["111222", "111.222"] {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} in {}", path.display());
        }
    }
}
