//! Broken OneRoster CSV sets, each a sound one with one change, and the exact faults that it must give.
//!
//! The tables are at the end.

use koppelvlak::oneroster::csv::{File, Kind, Version, columns};

use crate::csv_set::{Set, check_all};

/// What is wrong, the change that makes it so, and the faults as `file:line column rule`.
type Broken = (&'static str, fn(&mut Set), &'static [&'static str]);

fn assert_each(sound: &Set, broken: &[Broken]) {
    assert_eq!(sound.faults(), Vec::<String>::new(), "the sound set");

    let mut wrong = Vec::new();
    for (what, change, expected) in broken {
        let mut set = sound.clone();
        change(&mut set);
        let found = set.faults();
        if found != *expected {
            wrong.push(format!("{what}: found {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_set_has_the_files_that_its_manifest_promises() {
    assert_each(&Set::v1p2(), PACKAGES);
}

#[test]
fn a_manifest_has_its_properties_once_with_values_of_the_binding() {
    assert_each(&Set::v1p2(), MANIFESTS);
}

#[test]
fn a_file_is_text_with_its_rows_on_lines_of_their_own() {
    assert_each(&Set::v1p2(), TEXTS);
}

#[test]
fn a_header_has_the_columns_of_the_binding_in_their_order() {
    assert_each(&Set::v1p2(), HEADERS);
}

#[test]
fn a_value_is_of_the_kind_of_its_column() {
    assert_each(&Set::v1p2(), VALUES);
}

#[test]
fn every_required_column_must_be_filled_and_a_blank_gives_no_other_fault() {
    for (sound, version) in [(Set::v1p2(), Version::V1p2), (Set::v1p1(), Version::V1p1)] {
        for file in File::ALL {
            for column in columns(version, file).iter().filter(|column| column.required) {
                let mut set = sound.clone();
                set.fill(file.name(), column.name, "");

                assert_eq!(set.faults(), [format!("{}:2 {} required", file.name(), column.name)], "{version:?}");
            }
        }
    }
}

#[test]
fn every_optional_column_may_be_blank() {
    for (sound, version) in [(Set::v1p2(), Version::V1p2), (Set::v1p1(), Version::V1p1)] {
        for file in File::ALL {
            for column in columns(version, file).iter().filter(|column| !column.required) {
                if column.name == "resourceSourcedIds" {
                    continue;
                }
                let mut set = sound.clone();
                set.fill(file.name(), column.name, "");

                assert_eq!(set.faults(), Vec::<String>::new(), "{version:?} {} {}", file.name(), column.name);
            }
        }
    }
}

#[test]
fn every_reference_must_lead_to_a_row() {
    for (sound, version) in [(Set::v1p2(), Version::V1p2), (Set::v1p1(), Version::V1p1)] {
        for file in File::ALL {
            for column in columns(version, file) {
                if column.name == "resourceSourcedIds" || !matches!(column.kind, Kind::Ref(_) | Kind::Refs(_)) {
                    continue;
                }
                let mut set = sound.clone();
                set.fill(file.name(), column.name, "zebedee-9");

                assert_eq!(set.faults(), [format!("{}:2 {} reference", file.name(), column.name)], "{version:?}");
            }
        }
    }
}

#[test]
fn a_reference_leads_to_a_row_that_fits() {
    assert_each(&Set::v1p2(), REFERENCES);
}

#[test]
fn version_1p1_has_its_own_columns_and_closed_vocabularies() {
    assert_each(&Set::v1p1(), OLD_SETS);
}

#[test]
fn a_delta_tells_when_and_what_became_of_a_row() {
    assert_each(&Set::delta(), DELTAS);
}

#[test]
fn all_faults_of_a_set_are_told_at_once_in_the_order_of_files_lines_and_columns() {
    let mut set = Set::v1p2();
    set.edit("results.csv", "7.5", "x");
    set.edit("users.csv", "Gea,Zebedee", ",");
    set.edit("users.csv", "D1,,,true", "D1,,,yes");
    set.edit("orgs.csv", "district", "zebedee");
    set.edit("enrollments.csv", "K1,S1,P1", "K9,S1,P9");

    assert_eq!(
        set.faults(),
        [
            "orgs.csv:2 type enumeration",
            "users.csv:3 enabledUser boolean",
            "users.csv:5 givenName required",
            "users.csv:5 familyName required",
            "enrollments.csv:2 classSourcedId reference",
            "enrollments.csv:2 userSourcedId reference",
            "results.csv:2 score number",
        ]
    );
}

#[test]
fn a_fault_says_where_what_and_which_kind_of_value_was_expected() {
    let mut set = Set::v1p2();
    set.edit("orgs.csv", "district", "zebedee");
    set.fill("users.csv", "userIds", "Zebedee");
    set.edit("enrollments.csv", "K1,S1,P1", "K9,S1,P1");
    set.edit("demographics.csv", "2015-02-28", "28-02-2015");
    set.categories("title,weight,Zebedee", "A1,,,Tests,25");
    set.put("resultScoreScales.csv", "");

    let faults = check_all(&set.folder()).unwrap_err().to_string();

    let expected = "\
orgs.csv:2: type: isn't a word of the vocabulary; expected one of department, school, district, local, state, national \
or ext:… (enumeration)
users.csv:2: userIds: isn't a list of typed identifiers; expected items such as {type:identifier}, separated by commas \
(user-ids)
enrollments.csv:2: classSourcedId: refers to a row that doesn't exist; expected a row of classes.csv (reference)
demographics.csv:2: birthDate: isn't a date; expected a day that exists, such as 2026-08-31 (date)
categories.csv:1: #6: isn't a column of the binding; expected no column here, or `metadata.` and a name (header-extra)
categories.csv:2: has another number of fields than the header; expected 6 fields (width)
resultScoreScales.csv:1: doesn't begin with the header; expected the header of the binding (no-header)";
    assert_eq!(faults, expected);
}

#[test]
fn a_thousand_faults_are_named_and_the_rest_is_counted() {
    let mut set = Set::v1p2();
    for i in 0..1_500 {
        set.append("categories.csv", &format!("A{i}x,,,Zebedee,many"));
    }

    let list = check_all(&set.folder()).unwrap_err();

    assert_eq!((list.faults.len(), list.more), (1_000, 500));
    assert_eq!(list.faults.last().unwrap().line, Some(1_002));
}

const PACKAGES: &[Broken] = &[
    ("no manifest", |s| drop(s.remove("manifest.csv")), &["manifest.csv missing-file"]),
    ("a promised file is missing", |s| drop(s.remove("categories.csv")), &["categories.csv missing-file"]),
    (
        "a file that the manifest calls absent",
        |s| s.edit("manifest.csv", "file.resultScoreScales,bulk", "file.resultScoreScales,absent"),
        &["resultScoreScales.csv absent-file"],
    ),
    ("an unknown file", |s| s.put("notes.txt", "x"), &["notes.txt unknown-file"]),
    ("a file of the system", |s| s.put(".DS_Store", "x"), &[".DS_Store unknown-file"]),
    (
        "a file in the wrong case",
        |s| {
            let bytes = s.remove("lineItems.csv");
            s.files.insert("lineitems.csv".to_owned(), bytes);
        },
        &["lineitems.csv file-name"],
    ),
    (
        "the manifest in the wrong case",
        |s| {
            let bytes = s.remove("manifest.csv");
            s.files.insert("Manifest.csv".to_owned(), bytes);
        },
        &["Manifest.csv file-name"],
    ),
    (
        "a file without those that it needs",
        |s| s.absent("resources.csv"),
        &["classResources.csv dependency", "courseResources.csv dependency", "userResources.csv dependency"],
    ),
    (
        "users without roles",
        |s| s.absent("roles.csv"),
        &[
            "users.csv dependency",
            "enrollments.csv dependency",
            "demographics.csv dependency",
            "results.csv dependency",
        ],
    ),
    (
        "a reference to a file that need not come along, and doesn't",
        |s| s.absent("userProfiles.csv"),
        &["roles.csv:2 userProfileSourcedId reference", "roles.csv:3 userProfileSourcedId reference"],
    ),
];

const MANIFESTS: &[Broken] = &[
    (
        "no header",
        |s| s.edit("manifest.csv", "propertyName,value\n", ""),
        &["manifest.csv manifest-missing", "manifest.csv:1 no-header"],
    ),
    (
        "another header",
        |s| s.edit("manifest.csv", "propertyName,value", "property,value"),
        &["manifest.csv:1 no-header"],
    ),
    ("an empty manifest", |s| s.put("manifest.csv", ""), &["manifest.csv:1 no-header"]),
    (
        "a version that isn't known",
        |s| s.edit("manifest.csv", "oneroster.version,1.2", "oneroster.version,1.0"),
        &["manifest.csv:3 value manifest-value"],
    ),
    ("no version", |s| s.edit("manifest.csv", "oneroster.version,1.2\n", ""), &["manifest.csv manifest-missing"]),
    (
        "another manifest version",
        |s| s.edit("manifest.csv", "manifest.version,1.0", "manifest.version,2.0"),
        &["manifest.csv:2 value manifest-value"],
    ),
    (
        "a mode in the wrong case",
        |s| s.edit("manifest.csv", "file.users,bulk", "file.users,Bulk"),
        &["manifest.csv:8 value manifest-value"],
    ),
    ("a file without a mode", |s| s.edit("manifest.csv", "file.users,bulk\n", ""), &["manifest.csv manifest-missing"]),
    (
        "an unknown property",
        |s| s.append("manifest.csv", "file.zebedee,bulk"),
        &["manifest.csv:25 propertyName manifest-unknown"],
    ),
    (
        "a footnote mark in a name",
        |s| s.edit("manifest.csv", "file.roles,bulk", "file.roles*,bulk"),
        &["manifest.csv manifest-missing", "manifest.csv:9 propertyName manifest-unknown"],
    ),
    (
        "a property twice",
        |s| s.append("manifest.csv", "file.users,bulk"),
        &["manifest.csv:25 propertyName manifest-duplicate"],
    ),
    ("a row of three fields", |s| s.append("manifest.csv", "source.systemName,a,b"), &["manifest.csv:25 width"]),
    (
        "a quote that isn't closed",
        |s| s.append("manifest.csv", "source.systemName,\"a"),
        &["manifest.csv:25 value quoting"],
    ),
];

const TEXTS: &[Broken] = &[
    ("Latin-1", |s| s.edit_bytes("users.csv", "Zebedee-İğde", b"Zebed\xE9e"), &["users.csv:4 familyName encoding"]),
    ("UTF-16", |s| s.edit_bytes("orgs.csv", "sourcedId,status", b"\xFF\xFEs\0o\0u\0"), &["orgs.csv:1 #1 encoding"]),
    (
        "a line break in a field",
        |s| s.edit("results.csv", "Well done Zebedee", "\"Well done\r\nZebedee\""),
        &["results.csv:2 comment line-break"],
    ),
    (
        "a line break in a name, and a fault after it",
        |s| {
            s.edit("users.csv", "Ann Zebedee", "\"Ann\nZebedee\"");
            s.edit("users.csv", "D2,,,true", "D2,,,yes");
        },
        &["users.csv:2 givenName line-break", "users.csv:5 enabledUser boolean"],
    ),
    ("a bare carriage return", |s| s.edit("orgs.csv", "School One", "School\rOne"), &["orgs.csv:3 name line-break"]),
    (
        "a quote in an unquoted field",
        |s| s.edit("orgs.csv", "School One", "School \"One\""),
        &["orgs.csv:3 name quoting"],
    ),
    (
        "text after a closing quote",
        |s| s.edit("orgs.csv", "School One", "\"School\" One"),
        &["orgs.csv:3 name quoting"],
    ),
    ("a quote that isn't closed", |s| s.edit("orgs.csv", "School One", "\"School One"), &["orgs.csv:3 name quoting"]),
    (
        "a quote that isn't closed in the last line",
        |s| s.edit("orgs.csv", "School Two", "\"School Two"),
        &["orgs.csv:4 name quoting"],
    ),
    ("a field too many", |s| s.edit("categories.csv", "Tests,25", "Tests,25,Zebedee"), &["categories.csv:2 width"]),
    ("a field too few", |s| s.edit("categories.csv", "Tests,25", "Tests"), &["categories.csv:2 width"]),
    ("an unquoted comma", |s| s.edit("users.csv", "Gea,Zebedee", "Gea,Zebedee, de Jonge"), &["users.csv:5 width"]),
    ("no rows", |s| s.cut("resultScoreScales.csv", 1..), &["resultScoreScales.csv no-rows"]),
    ("an empty file", |s| s.put("resultScoreScales.csv", ""), &["resultScoreScales.csv:1 no-header"]),
    (
        "old line ends",
        |s| s.put("resultScoreScales.csv", "sourcedId,status\rO2,x\r"),
        &["resultScoreScales.csv:1 #2 line-break"],
    ),
];

const HEADERS: &[Broken] = &[
    ("no rows, and others that refer to them", |s| s.cut("categories.csv", 1..), &["categories.csv no-rows"]),
    ("columns without end", |s| s.categories(&",".repeat(5_000), ""), &["categories.csv:1 too-large"]),
    ("no header", |s| s.cut("userResources.csv", ..1), &["userResources.csv:1 no-header"]),
    (
        "a name in the wrong case",
        |s| s.edit("users.csv", "givenName,", "givenname,"),
        &["users.csv:1 givenName header-case"],
    ),
    ("a missing column", |s| s.categories("title", "A1,,,Tests"), &["categories.csv:1 weight header-missing"]),
    (
        "an extra column",
        |s| s.categories("title,weight,Zebedee", "A1,,,Tests,25,x"),
        &["categories.csv:1 #6 header-extra"],
    ),
    (
        "two columns swapped",
        |s| s.categories("weight,title", "A1,,,25,Tests"),
        &["categories.csv:1 weight header-order"],
    ),
    (
        "a column twice",
        |s| s.categories("title,weight,title", "A1,,,Tests,25,x"),
        &["categories.csv:1 title header-duplicate"],
    ),
    (
        "an extension column without a name",
        |s| s.categories("title,weight,metadata.", "A1,,,Tests,25,x"),
        &["categories.csv:1 #6 header-metadata"],
    ),
    (
        "an extension column without a dot",
        |s| s.categories("title,weight,metadataZebedee", "A1,,,Tests,25,x"),
        &["categories.csv:1 #6 header-metadata"],
    ),
    (
        "an extension column in the middle",
        |s| s.categories("metadata.a,title,weight", "A1,,,x,Tests,25"),
        &["categories.csv:1 metadata.a header-order"],
    ),
    (
        "an extension column twice",
        |s| s.categories("title,weight,metadata.a,metadata.a", "A1,,,Tests,25,x,y"),
        &["categories.csv:1 metadata.a header-duplicate"],
    ),
    (
        "a broken header doesn't hide what is wrong in the rows",
        |s| s.categories("title,Weight", "A1,,,,x"),
        &["categories.csv:1 weight header-case", "categories.csv:2 title required", "categories.csv:2 weight integer"],
    ),
    (
        "the header of another version",
        |s| s.edit("lineItems.csv", "academicSessionSourcedId", "gradingPeriodSourcedId"),
        &["lineItems.csv:1 academicSessionSourcedId header-missing", "lineItems.csv:1 #10 header-extra"],
    ),
];

const VALUES: &[Broken] = &[
    ("a blank sourcedId", |s| s.edit("categories.csv", "A1,", ","), &["categories.csv:2 sourcedId required"]),
    ("a blank name", |s| s.edit("users.csv", "Ann Zebedee", ""), &["users.csv:2 givenName required"]),
    ("a name of spaces", |s| s.edit("users.csv", "Ann Zebedee", "  "), &["users.csv:2 givenName required"]),
    (
        "a sourcedId with a space",
        |s| s.edit("resultScoreScales.csv", "O2", "Zebedee 2"),
        &["resultScoreScales.csv:2 sourcedId guid"],
    ),
    (
        "a reference outside the alphabet",
        |s| s.edit("userResources.csv", ",P1,", ",Zebedée,"),
        &["userResources.csv:2 userSourcedId guid"],
    ),
    ("a status in bulk", |s| s.edit("orgs.csv", "S1,,,", "S1,active,,"), &["orgs.csv:3 status mode"]),
    (
        "a date in bulk",
        |s| s.edit("orgs.csv", "S1,,,", "S1,,2026-09-01T10:00:00.000Z,"),
        &["orgs.csv:3 dateLastModified mode"],
    ),
    (
        "a day that doesn't exist",
        |s| s.edit("demographics.csv", "2015-02-28", "2015-02-29"),
        &["demographics.csv:2 birthDate date"],
    ),
    (
        "a Dutch date",
        |s| s.edit("demographics.csv", "2015-02-28", "28-02-2015"),
        &["demographics.csv:2 birthDate date"],
    ),
    (
        "a short year",
        |s| s.edit("academicSessions.csv", ",Y1,2027", ",Y1,27"),
        &["academicSessions.csv:3 schoolYear year"],
    ),
    ("True", |s| s.edit("users.csv", "D2,,,true", "D2,,,True"), &["users.csv:4 enabledUser boolean"]),
    (
        "1 for true",
        |s| s.edit("demographics.csv", "false,true,false", "false,1,false"),
        &["demographics.csv:2 white boolean"],
    ),
    ("a weight that isn't whole", |s| s.edit("categories.csv", "25", "2.5"), &["categories.csv:2 weight integer"]),
    ("a decimal comma", |s| s.edit("results.csv", "7.5", "\"7,5\""), &["results.csv:2 score number"]),
    ("a list with an empty item", |s| s.edit("classes.csv", "\"1,3\"", "\"1,,3\""), &["classes.csv:2 periods list"]),
    (
        "a list of references with an empty item",
        |s| s.edit("classes.csv", "\"T1,Y1\"", "\"T1,\""),
        &["classes.csv:2 termSourcedIds list"],
    ),
    (
        "a word that isn't in the vocabulary",
        |s| s.edit("orgs.csv", "district", "zebedee"),
        &["orgs.csv:2 type enumeration"],
    ),
    (
        "a word in the wrong case",
        |s| s.edit("classes.csv", "scheduled", "Scheduled"),
        &["classes.csv:2 classType enumeration"],
    ),
    ("an own word without a name", |s| s.edit("orgs.csv", "ext:campus", "ext:"), &["orgs.csv:4 type enumeration"]),
    (
        "an own word in a closed vocabulary",
        |s| s.edit("resources.csv", "primary", "ext:some"),
        &["resources.csv:2 importance enumeration"],
    ),
    ("a role of 1.1", |s| s.edit("roles.csv", "principal", "administrator"), &["roles.csv:4 role enumeration"]),
    (
        "a wrong word in a list",
        |s| s.edit("resources.csv", "ext:coach", "zebedee"),
        &["resources.csv:2 roles enumeration"],
    ),
    (
        "identifiers without braces",
        |s| s.edit("users.csv", "{LDAP:ann}", "LDAP:ann"),
        &["users.csv:2 userIds user-ids"],
    ),
    ("an identifier without a type", |s| s.edit("users.csv", "{LDAP:ann}", "{ann}"), &["users.csv:2 userIds user-ids"]),
    (
        "a score scale with two colons",
        |s| s.edit("scoreScales.csv", "{A:90}", "{A:90:91}"),
        &["scoreScales.csv:2 scoreScaleValue score-scale"],
    ),
    (
        "a CASE objective that is no URN",
        |s| s.edit("lineItemLearningObjectiveIds.csv", "urn:uuid:", ""),
        &["lineItemLearningObjectiveIds.csv:2 learningObjectiveId case-id"],
    ),
    (
        "subjects and codes that don't pair",
        |s| s.edit("courses.csv", "\"m,s\"", "m"),
        &["courses.csv:2 subjectCodes pairs"],
    ),
    ("a control character", |s| s.edit("orgs.csv", "School One", "School\u{1b}[0m"), &["orgs.csv:3 name control"]),
    (
        "a control character in an extension column",
        |s| s.categories("title,weight,metadata.a", "A1,,,Tests,25,\u{0}"),
        &["categories.csv:2 metadata.a control"],
    ),
    (
        "a text beyond 64 KiB",
        |s| s.edit("results.csv", "Well done Zebedee", &"x".repeat(70_000)),
        &["results.csv:2 comment length"],
    ),
    (
        "a line beyond 2 MiB",
        |s| s.edit("results.csv", "Well done Zebedee", &"x".repeat(3_000_000)),
        &["results.csv:2 length"],
    ),
];

const REFERENCES: &[Broken] = &[
    (
        "a sourcedId twice",
        |s| s.append("categories.csv", "A1,,,Homework,75"),
        &["categories.csv:3 sourcedId duplicate"],
    ),
    (
        "a reference to a row that doesn't exist",
        |s| s.edit("enrollments.csv", "K1,S1,P1", "K1,S1,zebedee"),
        &["enrollments.csv:2 userSourcedId reference"],
    ),
    (
        "one of several references",
        |s| s.edit("classes.csv", "T1,Y1", "T1,T9"),
        &["classes.csv:2 termSourcedIds reference"],
    ),
    (
        "a carer who doesn't exist",
        |s| s.edit("users.csv", ",G1,01", ",\"G1,G8,G9\",01"),
        &["users.csv:2 agentSourcedIds reference"],
    ),
    (
        "a parent org that doesn't exist",
        |s| s.edit("orgs.csv", "11AA,B", "11AA,B9"),
        &["orgs.csv:3 parentSourcedId reference"],
    ),
    (
        "demographics of nobody",
        |s| s.edit("demographics.csv", "P1", "zebedee"),
        &["demographics.csv:2 sourcedId reference"],
    ),
    ("a class of a board", |s| s.edit("classes.csv", "S1", "B"), &["classes.csv:2 schoolSourcedId school"]),
    (
        "an enrollment at a board",
        |s| s.edit("enrollments.csv", "K1,S1,P1", "K1,B,P1"),
        &["enrollments.csv:2 schoolSourcedId school"],
    ),
    (
        "a line item of a board",
        |s| s.edit("lineItems.csv", "10,S1", "10,B"),
        &["lineItems.csv:2 schoolSourcedId school"],
    ),
    ("a course in a term", |s| s.edit("courses.csv", "Y1", "T1"), &["courses.csv:2 schoolYearSourcedId school-year"]),
    (
        "two primary roles at once",
        |s| s.edit("roles.csv", ",2027-01-01,S1", ",2027-01-02,S1"),
        &["roles.csv:4 roleType primary-role"],
    ),
    (
        "a primary org without a role",
        |s| s.edit("users.csv", ",S1,\nD2", ",S2,\nD2"),
        &["users.csv:3 primaryOrgSourcedId primary-org"],
    ),
    (
        "a profile of somebody else",
        |s| s.edit("roles.csv", "S1,F1", "S1,F2"),
        &["roles.csv:2 userProfileSourcedId profile-owner"],
    ),
    ("a result of a teacher", |s| s.edit("results.csv", "L1,P1", "L1,D1"), &["results.csv:2 studentSourcedId student"]),
    (
        "a session that ends on its first day",
        |s| s.edit("academicSessions.csv", "2026-12-01", "2026-08-01"),
        &["academicSessions.csv:3 endDate period"],
    ),
    (
        "an enrollment that ends before it begins",
        |s| s.edit("enrollments.csv", "2027-07-01", "2026-07-01"),
        &["enrollments.csv:2 endDate period"],
    ),
    (
        "a role that ends before it begins",
        |s| s.edit("roles.csv", "2026-08-01,,S1", "2026-08-01,2026-07-31,S1"),
        &["roles.csv:2 endDate period"],
    ),
    (
        "two primary teachers at once",
        |s| s.edit("enrollments.csv", "2027-01-01,\n", ",\n"),
        &["enrollments.csv:4 primary primary-teacher"],
    ),
    (
        "an org that is its own parent",
        |s| s.edit("orgs.csv", "B,,,Board,district,,", "B,,,Board,district,,B"),
        &["orgs.csv:2 parentSourcedId cycle"],
    ),
    (
        "orgs that are each other's parents",
        |s| s.edit("orgs.csv", "B,,,Board,district,,", "B,,,Board,district,,S1"),
        &["orgs.csv:2 parentSourcedId cycle"],
    ),
    (
        "sessions that are each other's parents",
        |s| s.edit("academicSessions.csv", "2027-07-31,,", "2027-07-31,T1,"),
        &["academicSessions.csv:2 parentSourcedId cycle"],
    ),
    (
        "a maximum below the minimum",
        |s| s.edit("lineItems.csv", "T1,1,10", "T1,10,1"),
        &["lineItems.csv:2 resultValueMax range"],
    ),
];

const OLD_SETS: &[Broken] = &[
    ("a file of 1.2", |s| s.put("roles.csv", "x"), &["roles.csv unknown-file"]),
    (
        "a property of 1.2",
        |s| s.append("manifest.csv", "file.roles,absent"),
        &["manifest.csv:17 propertyName manifest-unknown"],
    ),
    ("an own word", |s| s.edit("orgs.csv", "district", "ext:board"), &["orgs.csv:2 type enumeration"]),
    ("a role of 1.2", |s| s.edit("users.csv", "administrator", "principal"), &["users.csv:4 role enumeration"]),
    ("a sex of 1.2", |s| s.edit("demographics.csv", "female", "other"), &["demographics.csv:2 sex enumeration"]),
    ("a user without an org", |s| s.edit("users.csv", "true,B", "true,"), &["users.csv:4 orgSourcedIds required"]),
    (
        "one of several orgs that doesn't exist",
        |s| s.edit("users.csv", "S1,B", "S1,B9"),
        &["users.csv:2 orgSourcedIds reference"],
    ),
    ("a result without a score", |s| s.edit("results.csv", "7.5", ""), &["results.csv:2 score required"]),
    ("a result of a teacher", |s| s.edit("results.csv", "P1", "D1"), &["results.csv:2 studentSourcedId student"]),
    (
        "a line item without a range",
        |s| s.edit("lineItems.csv", "1,10", ","),
        &["lineItems.csv:2 resultValueMin required", "lineItems.csv:2 resultValueMax required"],
    ),
    ("a header of 1.2", |s| s.categories("title,weight", "A1,,,Tests,25"), &["categories.csv:1 #5 header-extra"]),
];

const DELTAS: &[Broken] = &[
    ("no status", |s| s.edit("users.csv", "active", ""), &["users.csv:2 status mode"]),
    ("no date", |s| s.edit("users.csv", "2026-09-01T10:00:00.000Z", ""), &["users.csv:2 dateLastModified mode"]),
    ("a status of 1.0", |s| s.edit("users.csv", "active", "inactive"), &["users.csv:2 status enumeration"]),
    ("a status in the wrong case", |s| s.edit("users.csv", "active", "Active"), &["users.csv:2 status enumeration"]),
    (
        "a local time",
        |s| s.edit("users.csv", "10:00:00.000Z", "10:00:00.000+02:00"),
        &["users.csv:2 dateLastModified date-time"],
    ),
    (
        "a date without a time",
        |s| s.edit("users.csv", "2026-09-01T10:00:00.000Z", "2026-09-01"),
        &["users.csv:2 dateLastModified date-time"],
    ),
];
