//! National numbers and identifiers of the chain stay outside, in whatever column a set has them.

use koppelvlak::clock::{Clock, Millis};
use koppelvlak::oneroster::csv::import::{Options, import};
use koppelvlak::store::Statement;
use koppelvlak::store::import::Summary;

use crate::csv_set::Set;
use crate::harness::{World, on_each_database};

const NUMBER: &str = "111222333";
const CHAIN: &str = "https://ketenid.nl/pilot/zebedee";

/// Every column of free text.
const TEXTS: [(&str, &[&str]); 14] = [
    ("academicSessions.csv", &["title"]),
    ("orgs.csv", &["name"]),
    ("courses.csv", &["title", "courseCode", "grades", "subjects", "subjectCodes"]),
    ("classes.csv", &["title", "grades", "classCode", "location", "subjects", "subjectCodes", "periods"]),
    (
        "users.csv",
        &[
            "username",
            "givenName",
            "familyName",
            "middleName",
            "identifier",
            "email",
            "sms",
            "phone",
            "grades",
            "userMasterIdentifier",
            "preferredGivenName",
            "preferredMiddleName",
            "preferredFamilyName",
            "pronouns",
        ],
    ),
    ("userProfiles.csv", &["profileType", "vendorId", "applicationId", "description", "credentialType"]),
    (
        "demographics.csv",
        &["countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"],
    ),
    ("resources.csv", &["vendorResourceId", "title", "vendorId", "applicationId"]),
    ("classResources.csv", &["title"]),
    ("categories.csv", &["title"]),
    ("lineItems.csv", &["title", "description"]),
    ("results.csv", &["comment", "textScore"]),
    ("scoreScales.csv", &["title", "type"]),
    ("resultLearningObjectiveIds.csv", &["textScore"]),
];

/// Files whose rows may have columns of the school's own.
const EXTENDED: [&str; 9] = [
    "academicSessions.csv",
    "orgs.csv",
    "courses.csv",
    "classes.csv",
    "users.csv",
    "enrollments.csv",
    "demographics.csv",
    "lineItems.csv",
    "results.csv",
];

/// A set with a value in every column of free text and in a column of the school's own; returns in how many.
fn with_everywhere(value: &str) -> (Set, u64) {
    let mut set = Set::v1p2();
    let mut n = 0;
    for (file, columns) in TEXTS {
        for column in columns {
            set.fill(file, column, value);
            n += 1;
        }
    }
    for file in EXTENDED {
        let header = String::from_utf8(set.files[file].clone()).unwrap();
        let last = header.lines().next().and_then(|line| line.split(',').next_back()).unwrap().to_owned();
        set.add_column(file, &last, "metadata.nr", "");
        set.fill(file, "metadata.nr", value);
        n += 1;
    }
    (set, n)
}

fn import_of(world: &World, set: &Set) -> Summary {
    let options = Options { confirm_removals: true, dry_run: false, clock: Clock::Fixed(Millis(1_000)) };
    import(&world.database, "noord", &set.folder().path, &options, &mut |_| {}).unwrap()
}

fn cell(world: &World, sql: &str) -> String {
    let rows = Statement::new(sql).rows(&mut world.database.read().unwrap()).unwrap();
    rows.iter().last().and_then(|row| row.text(0).map(str::to_owned)).unwrap_or_else(|| "NULL".to_owned())
}

fn assert_nowhere(world: &World, text: &str) {
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(text.len()).position(|window| window == text.as_bytes());
        let near = found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(200)..at + 20]).into_owned());
        assert_eq!(near, None, "{text} in {}", path.display());
    }
}

#[test]
fn a_national_number_of_any_column_is_nowhere_in_the_files_of_the_database() {
    for value in [NUMBER, "BSN 111222333 (oud)", "abc,111222333"] {
        let world = World::on_sqlite();
        let (mut set, n) = with_everywhere(value);
        set.fill("results.csv", "score", NUMBER);
        set.fill("roles.csv", "role", "ext:111222333");
        set.fill("lineItemLearningObjectiveIds.csv", "source", "unknown");
        set.fill("lineItemLearningObjectiveIds.csv", "learningObjectiveId", "doel 111222333");
        set.fill("users.csv", "userIds", "{111222333:x},{nr:111222333}");
        set.fill("scoreScales.csv", "scoreScaleValue", "{A:111222333}");

        let summary = import_of(&world, &set);

        assert_nowhere(&world, NUMBER);
        assert_eq!((summary.national_ids_dropped, summary.chain_ids_dropped), (n + 6, 0), "{value}");
    }
}

#[test]
fn an_identifier_of_the_chain_is_only_in_its_own_columns() {
    let world = World::on_sqlite();
    let (set, n) = with_everywhere(CHAIN);

    let summary = import_of(&world, &set);

    let kept = cell(
        &world,
        "SELECT username_chain_id || identifier_chain_id || user_master_identifier || user_ids_chain_id FROM person \
         WHERE sourced_id = 'P1'",
    );
    assert_eq!(kept.matches(CHAIN).count(), 4);
    // Those four: the user name, the identifier, the master identifier and the person's own column.
    assert_eq!((summary.national_ids_dropped, summary.chain_ids_dropped), (0, n - 4));
    let sql = "UPDATE person SET username_chain_id = NULL, identifier_chain_id = NULL, user_master_identifier = NULL, \
               user_ids_chain_id = NULL";
    Statement::new(sql).execute(&mut world.database.write().unwrap()).unwrap();
    Statement::new("VACUUM").execute(&mut world.database.write().unwrap()).unwrap();
    Statement::new("PRAGMA wal_checkpoint(TRUNCATE)").rows(&mut world.database.write().unwrap()).unwrap();
    assert_nowhere(&world, CHAIN);
}

on_each_database! {
    fn what_must_not_be_empty_says_that_it_is_withheld(world: &World) {
        let (mut set, _) = with_everywhere(NUMBER);
        set.fill("enrollments.csv", "role", "ext:111222333");
        import_of(world, &set);

        assert_eq!(cell(world, "SELECT given_name FROM person WHERE sourced_id = 'P1'"), "withheld");
        assert_eq!(cell(world, "SELECT vendor_resource_id FROM resource"), "withheld");
        assert_eq!(cell(world, "SELECT role FROM enrollment WHERE sourced_id = 'E1'"), "ext:withheld");
        assert_eq!(cell(world, "SELECT username FROM person WHERE sourced_id = 'P1'"), "NULL");
        assert_eq!(cell(world, "SELECT comment FROM result"), "NULL");
    }

    fn a_national_number_beside_an_identifier_of_the_chain_stays_outside_with_it(world: &World) {
        let mut set = Set::v1p2();
        set.fill("users.csv", "username", &format!("{CHAIN} bsn 111222333"));
        let summary = import_of(world, &set);

        assert_eq!(summary.national_ids_dropped, 1);
        assert_eq!(cell(world, "SELECT username_chain_id FROM person WHERE sourced_id = 'P1'"), "NULL");
    }

    fn items_of_a_list_stay_without_the_one_that_is_a_number(world: &World) {
        let mut set = Set::v1p2();
        set.fill("courses.csv", "grades", "01,111222333,02");
        set.fill("courses.csv", "subjects", "111222333,sums");
        import_of(world, &set);

        assert_eq!(cell(world, "SELECT grades FROM course"), r#"["01","02"]"#);
        // Subjects and their codes go in pairs.
        assert_eq!(cell(world, "SELECT subjects || subject_codes FROM course"), r#"["withheld","sums"]["m","s"]"#);
    }

    fn what_is_no_persons_number_stays(world: &World) {
        let mut set = Set::v1p2();
        set.fill("orgs.csv", "identifier", NUMBER);
        set.fill("users.csv", "phone", "+31 111222333");
        set.fill("users.csv", "sms", "0111222333");
        set.fill("users.csv", "email", "p1112223334@school.example");
        let summary = import_of(world, &set);

        assert_eq!(summary.national_ids_dropped, 0);
        assert_eq!(cell(world, "SELECT identifier FROM org WHERE sourced_id = 'B'"), NUMBER);
        assert_eq!(cell(world, "SELECT phone || sms FROM person WHERE sourced_id = 'P1'"), "+31 1112223330111222333");
    }

    fn a_telephone_number_that_looks_like_one_stays_only_where_the_board_says_so(world: &World) {
        let mut set = Set::v1p2();
        set.fill("users.csv", "phone", "111222333");
        set.fill("users.csv", "sms", "010-464-554");
        let before = import_of(world, &set);
        world.apply("[tenant]\nslug = \"noord\"\nname = \"Noord\"\nlocal_identifiers = [\"phone\"]\n");
        let after = import_of(world, &set);

        assert_eq!((before.national_ids_dropped, after.national_ids_dropped), (2, 1));
        assert_eq!(cell(world, "SELECT phone FROM person WHERE sourced_id = 'P1'"), NUMBER);
        assert_eq!(cell(world, "SELECT sms FROM person WHERE sourced_id = 'P1'"), "NULL");
    }
}
