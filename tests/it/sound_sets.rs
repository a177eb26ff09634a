//! Sets that must be accepted, and what reading them gives.

use std::collections::BTreeMap;
use std::convert::Infallible;

use koppelvlak::oneroster::csv::{File, Known, Mode, Package, Version, check, check_against, read};
use koppelvlak_fixtures::{BoardOptions, write_oneroster};
use proptest::prelude::*;

use crate::csv_set::{Set, check_all, described};

const NONE: Vec<String> = Vec::new();

/// All texts of a file's rows, by column.
fn rows(set: &Set, file: File) -> Vec<BTreeMap<String, String>> {
    let on_disk = set.folder();
    let package = Package::open(&on_disk.path).unwrap();
    let mut rows = Vec::new();
    let count = read(&package, file, &mut |row| {
        let of_binding = row.columns().map(|(name, text)| (name.to_owned(), text.to_owned()));
        let extensions = row.metadata().map(|(name, text)| (format!("+{name}"), text.to_owned()));
        rows.push(of_binding.chain(extensions).collect());
        Ok::<_, Infallible>(())
    })
    .unwrap();
    assert_eq!(count, u64::try_from(rows.len()).unwrap());
    rows
}

#[test]
fn a_check_counts_the_rows_of_each_file() {
    let counts = check_all(&Set::v1p2().folder()).unwrap().rows;

    assert_eq!(counts.len(), 21);
    assert_eq!((counts[&File::Users], counts[&File::Roles], counts[&File::Orgs]), (4, 5, 3));
}

#[test]
fn an_invented_board_has_no_fault_and_is_counted_as_its_maker_counts() {
    let folder = tempfile::tempdir().unwrap();
    let board = write_oneroster(folder.path(), &BoardOptions { pupils: 300, ..BoardOptions::default() }).unwrap();

    let counts = check(&Package::open(folder.path()).unwrap(), &mut |_, _, _| {}).unwrap().rows;

    for file in File::ALL {
        let rows = counts.get(&file).copied().unwrap_or_default();
        assert_eq!(rows, board.rows_of(file.name().trim_end_matches(".csv")), "{file:?}");
    }
}

#[test]
fn a_package_tells_its_version_and_the_mode_of_each_file() {
    let (bulk, delta, old) = (Set::v1p2().folder(), Set::delta().folder(), Set::v1p1().folder());
    let (bulk, delta, old) =
        (Package::open(&bulk.path).unwrap(), Package::open(&delta.path).unwrap(), Package::open(&old.path).unwrap());

    assert_eq!((bulk.version(), old.version()), (Version::V1p2, Version::V1p1));
    assert_eq!((bulk.mode(File::Users), delta.mode(File::Users)), (Mode::Bulk, Mode::Delta));
    assert_eq!((delta.mode(File::Courses), old.mode(File::Roles)), (Mode::Absent, Mode::Absent));
}

#[test]
fn a_manifest_alone_says_that_nothing_changed() {
    let mut set = Set::v1p2();
    for file in File::ALL {
        set.absent(file.name());
    }

    assert_eq!(set.faults(), NONE);
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_are_accepted() {
    let mut set = Set::v1p2();
    for bytes in set.files.values_mut() {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes();
    }

    assert_eq!(set.faults(), NONE);
}

#[test]
fn the_last_line_end_may_be_missing_and_empty_lines_are_skipped() {
    let mut set = Set::v1p2();
    set.put("categories.csv", "sourcedId,status,dateLastModified,title,weight\n\nA1,,,Tests,25\n\nA2,,,Homework,75");

    assert_eq!(set.faults(), NONE);
}

#[test]
fn the_header_of_the_first_1p2_with_its_references_to_resources_is_accepted() {
    let mut set = Set::v1p2();
    set.add_column("users.csv", "userMasterIdentifier", "resourceSourcedIds", "M1");

    assert_eq!(set.faults(), NONE);
    set.fill("users.csv", "resourceSourcedIds", "M9");
    assert_eq!(set.faults(), ["users.csv:2 resourceSourcedIds reference"]);
}

#[test]
fn one_sourced_id_may_be_in_files_of_different_kinds() {
    let mut set = Set::v1p2();
    set.append("categories.csv", "P1,,,Homework,75");

    assert_eq!(set.faults(), NONE);
}

#[test]
fn what_official_sets_do_is_accepted() {
    let mut set = Set::v1p2();
    set.append("academicSessions.csv", "Y0,,,2025-2026,schoolYear,2025-08-01,2026-07-31,,2026");
    set.edit("courses.csv", "Y1", "Y0");
    set.edit("enrollments.csv", "P1,student", "P1,proctor");

    assert_eq!(set.faults(), NONE);
}

#[test]
fn only_one_of_subjects_and_their_codes_may_be_filled() {
    let mut set = Set::v1p2();
    set.edit("courses.csv", "\"m,s\"", "");

    assert_eq!(set.faults(), NONE);
}

#[test]
fn rows_are_read_by_the_names_of_their_columns() {
    let set = Set::v1p2();
    let on_disk = set.folder();
    let package = Package::open(&on_disk.path).unwrap();
    let mut first = None;

    read(&package, File::Users, &mut |row| {
        if row.sourced_id() == "P1" {
            let ids: Vec<_> = row.pairs("userIds").map(|(kind, id)| format!("{kind}={id}")).collect();
            let carers: Vec<_> = row.list("agentSourcedIds").map(str::to_owned).collect();
            first = Some((row.line(), row.flag("enabledUser"), row.text("middleName").map(str::to_owned), ids, carers));
        }
        Ok::<_, Infallible>(())
    })
    .unwrap();

    let ids = ["LDAP=ann", "eckId=https://zebedee.example/1"].map(str::to_owned).to_vec();
    assert_eq!(first, Some((2, Some(true), None, ids, vec!["G1".to_owned()])));
}

#[test]
fn extension_columns_are_read_and_blanks_are_not() {
    let mut set = Set::v1p2();
    set.put(
        "categories.csv",
        "sourcedId,status,dateLastModified,title,weight,metadata.color,metadata.Short name\nA1,,,Tests,,red,\n",
    );

    assert_eq!(set.faults(), NONE);
    let row: Vec<_> = rows(&set, File::Categories).remove(0).into_iter().collect();
    assert_eq!(
        row,
        [("+color", "red"), ("sourcedId", "A1"), ("title", "Tests")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn formulas_and_long_texts_stay_as_they_are() {
    let mut set = Set::v1p2();
    let long = "é".repeat(255);
    set.fill("users.csv", "givenName", "=HYPERLINK(\"x\"),+1");
    set.fill("users.csv", "familyName", &long);

    assert_eq!(set.faults(), NONE);
    let row = rows(&set, File::Users).remove(0);
    assert_eq!((row["givenName"].as_str(), row["familyName"].as_str()), ("=HYPERLINK(\"x\"),+1", long.as_str()));
}

#[test]
fn a_consumer_can_stop() {
    let on_disk = Set::v1p2().folder();
    let package = Package::open(&on_disk.path).unwrap();
    let mut seen = 0;

    let outcome = read(&package, File::Users, &mut |_| {
        seen += 1;
        if seen == 2 { Err(std::fmt::Error) } else { Ok(()) }
    });

    assert!(outcome.is_err());
    assert_eq!(seen, 2);
}

#[test]
fn progress_ends_with_all_bytes_of_each_file() {
    let on_disk = Set::v1p2().folder();
    let package = Package::open(&on_disk.path).unwrap();
    let mut last = BTreeMap::new();

    check(&package, &mut |file, done, of| {
        last.insert(file, (done, of));
    })
    .unwrap();

    assert_eq!(last.len(), 21);
    assert!(last.iter().all(|(&file, &(done, of))| done == of && of == package.size(file)));
}

/// Knows what the constructor names, and nothing else.
struct Only(&'static [(File, &'static str)]);

impl Known for Only {
    fn has(&self, file: File, sourced_id: &str) -> Option<bool> {
        Some(self.0.contains(&(file, sourced_id)))
    }
}

fn against(set: &Set, known: &dyn Known) -> Vec<String> {
    let on_disk = set.folder();
    let package = Package::open(&on_disk.path).unwrap();
    described(&check_against(&package, known, &mut |_, _, _| {}))
}

#[test]
fn a_delta_may_refer_to_earlier_data_that_the_caller_knows() {
    let set = Set::delta();

    assert_eq!(set.faults(), NONE);
    assert_eq!(against(&set, &Only(&[(File::Orgs, "B"), (File::Users, "G1")])), NONE);
    assert_eq!(
        against(&set, &Only(&[])),
        ["orgs.csv:2 parentSourcedId reference", "users.csv:2 agentSourcedIds reference"]
    );
}

#[test]
fn a_deleted_row_may_refer_to_what_is_gone() {
    let mut set = Set::delta();
    set.edit("users.csv", "active", "tobedeleted");

    assert_eq!(against(&set, &Only(&[(File::Orgs, "B")])), NONE);
}

/// A text that a field may hold: anything without control characters that isn't blank.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[^\\p{Cc}]{1,40}").unwrap().prop_filter("not blank", |text| !text.trim().is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(given in text(), family in text(), phone in text(), extension in text()) {
        let mut set = Set::v1p2();
        set.add_column("users.csv", "pronouns", "metadata.note", "");
        let values =
            [("givenName", &given), ("familyName", &family), ("phone", &phone), ("metadata.note", &extension)];
        for (column, value) in values {
            set.fill("users.csv", column, value);
        }

        let row = rows(&set, File::Users).remove(0);

        prop_assert_eq!(check_all(&set.folder()).map(|_| ()), Ok(()));
        prop_assert_eq!(&row["givenName"], &given);
        prop_assert_eq!(&row["familyName"], &family);
        prop_assert_eq!(&row["phone"], &phone);
        prop_assert_eq!(&row["+note"], &extension);
    }

    #[test]
    fn random_bytes_are_refused_or_read_but_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for file in ["users.csv", "manifest.csv"] {
            let mut set = Set::v1p2();
            set.files.insert(file.to_owned(), bytes.clone());
            drop(check_all(&set.folder()));
        }
        drop(check_all(&crate::csv_set::zip_on_disk(&bytes)));
    }

    #[test]
    fn a_set_with_random_damage_never_panics(
        file in 0..21_usize, at in any::<prop::sample::Index>(), damage in "[\",\r\n{}:é\u{0}a0-]{1,6}"
    ) {
        let mut set = Set::v1p2();
        let bytes = set.files.get_mut(File::ALL[file].name()).unwrap();
        let at = at.index(bytes.len());
        bytes.splice(at..at, damage.bytes());

        let zip = set.zipped();

        drop(check_all(&set.folder()));
        drop(check_all(&crate::csv_set::zip_on_disk(&zip)));
        let half = zip.len() / 2;
        drop(check_all(&crate::csv_set::zip_on_disk(&zip[..half])));
    }
}
