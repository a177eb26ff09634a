//! A small validator of CSV sets, written from the binding and knowing nothing of the server.
//!
//! It holds a set to its headers, its required values, its modes, and to references that lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

/// The files of version 1.2.1: columns after the first three, `*` after one that each row fills, and after
/// `>` the file that a column refers to.
const V1P2: &[(&str, &str)] = &[
    ("academicSessions", "title* type* startDate* endDate* parentSourcedId>academicSessions schoolYear*"),
    ("orgs", "name* type* identifier parentSourcedId>orgs"),
    (
        "courses",
        "schoolYearSourcedId>academicSessions title* courseCode grades orgSourcedId*>orgs subjects subjectCodes",
    ),
    (
        "classes",
        "title* grades courseSourcedId*>courses classCode classType* location schoolSourcedId*>orgs \
         termSourcedIds*>academicSessions subjects subjectCodes periods",
    ),
    (
        "users",
        "enabledUser* username* userIds givenName* familyName* middleName identifier email sms phone \
         agentSourcedIds>users grades password userMasterIdentifier preferredGivenName preferredMiddleName \
         preferredFamilyName primaryOrgSourcedId>orgs pronouns",
    ),
    (
        "roles",
        "userSourcedId*>users roleType* role* beginDate endDate orgSourcedId*>orgs userProfileSourcedId>userProfiles",
    ),
    (
        "userProfiles",
        "userSourcedId*>users profileType* vendorId* applicationId description credentialType* username* password",
    ),
    (
        "enrollments",
        "classSourcedId*>classes schoolSourcedId*>orgs userSourcedId*>users role* primary beginDate endDate",
    ),
    (
        "demographics",
        "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander \
         white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation \
         cityOfBirth publicSchoolResidenceStatus",
    ),
    ("resources", "vendorResourceId* title roles importance vendorId applicationId"),
    ("classResources", "title classSourcedId*>classes resourceSourcedId*>resources"),
    ("courseResources", "title courseSourcedId*>courses resourceSourcedId*>resources"),
    ("userResources", "userSourcedId*>users orgSourcedId>orgs classSourcedId>classes resourceSourcedId*>resources"),
    ("categories", "title* weight"),
    (
        "lineItems",
        "title* description assignDate* dueDate* classSourcedId*>classes categorySourcedId*>categories \
         academicSessionSourcedId*>academicSessions resultValueMin resultValueMax schoolSourcedId*>orgs",
    ),
    (
        "results",
        "lineItemSourcedId*>lineItems studentSourcedId*>users scoreStatus* score scoreDate* comment textScore \
         classSourcedId>classes inProgress incomplete late missing",
    ),
    (
        "scoreScales",
        "title* type* orgSourcedId*>orgs courseSourcedId*>courses classSourcedId*>classes scoreScaleValue*",
    ),
    ("lineItemScoreScales", "title lineItemSourcedId*>lineItems scoreScaleSourcedId*>scoreScales"),
    ("resultScoreScales", "title resultSourcedId*>results scoreScaleSourcedId*>scoreScales"),
    ("lineItemLearningObjectiveIds", "lineItemSourcedId*>lineItems source* learningObjectiveId*"),
    ("resultLearningObjectiveIds", "resultSourcedId*>results source* learningObjectiveId* score textScore"),
];

/// What version 1.1 has otherwise; the files that it doesn't have are blank.
const V1P1: &[(&str, &str)] = &[
    (
        "users",
        "enabledUser* orgSourcedIds*>orgs role* username* userIds givenName* familyName* middleName identifier email \
         sms phone agentSourcedIds>users grades password",
    ),
    ("categories", "title*"),
    (
        "lineItems",
        "title* description assignDate* dueDate* classSourcedId*>classes categorySourcedId*>categories \
         gradingPeriodSourcedId*>academicSessions resultValueMin* resultValueMax*",
    ),
    ("results", "lineItemSourcedId*>lineItems studentSourcedId*>users scoreStatus* score* scoreDate* comment"),
    ("roles", ""),
    ("userProfiles", ""),
    ("userResources", ""),
    ("scoreScales", ""),
    ("lineItemScoreScales", ""),
    ("resultScoreScales", ""),
    ("lineItemLearningObjectiveIds", ""),
    ("resultLearningObjectiveIds", ""),
];

/// A set that was taken apart: for each file its rows, by the names of their columns.
pub struct Taken {
    pub files: BTreeMap<String, Vec<BTreeMap<String, String>>>,
}

impl Taken {
    /// The rows of a file; none if the set doesn't have it.
    pub fn rows(&self, file: &str) -> &[BTreeMap<String, String>] {
        self.files.get(file).map_or(&[], Vec::as_slice)
    }

    /// The sourcedIds of a file, in its order.
    pub fn ids(&self, file: &str) -> Vec<&str> {
        self.rows(file).iter().map(|row| row["sourcedId"].as_str()).collect()
    }
}

/// Takes a set apart; panics with what is wrong with it.
pub fn validated(zip: &[u8], version: &str, mode: &str) -> Taken {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut texts = BTreeMap::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
        texts.insert(name.strip_suffix(".csv").unwrap().to_owned(), text);
    }
    let manifest = rows(&texts.remove("manifest").unwrap());
    let manifest: BTreeMap<String, String> =
        manifest.into_iter().map(|row| (row["propertyName"].clone(), row["value"].clone())).collect();
    assert_eq!((&*manifest["manifest.version"], &*manifest["oneroster.version"]), ("1.0", version));
    let known: BTreeMap<&str, &str> = of_version(version).collect();
    assert_eq!(manifest.keys().filter(|key| key.starts_with("file.")).count(), known.len());
    for file in known.keys() {
        let said = if texts.contains_key(*file) { mode } else { "absent" };
        assert_eq!(manifest[&format!("file.{file}")], said, "{file}");
    }
    let mut files = BTreeMap::new();
    for (file, text) in &texts {
        let columns: Vec<&str> = known[file.as_str()].split_whitespace().collect();
        let names = columns.iter().map(|column| column.split(['*', '>']).next().unwrap());
        let header: Vec<&str> = ["sourcedId", "status", "dateLastModified"].into_iter().chain(names).collect();
        let found: Vec<&str> = text.lines().next().unwrap().split(',').collect();
        assert_eq!(found[..header.len()], header, "{file}");
        assert!(found[header.len()..].iter().all(|name| name.starts_with("metadata.")), "{file}");
        files.insert(file.clone(), rows(text));
        assert!(!files[file].is_empty(), "{file} has no rows");
    }
    let taken = Taken { files };
    for file in taken.files.keys() {
        check(&taken, file, known[file.as_str()], mode);
    }
    taken
}

fn of_version(version: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let other = if version == "1.1" { V1P1 } else { &[] };
    let columns = |file: &str, columns: &'static str| {
        other.iter().find(|(name, _)| *name == file).map_or(columns, |found| found.1)
    };
    V1P2.iter().map(move |(file, text)| (*file, columns(file, text))).filter(|(_, columns)| !columns.is_empty())
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn check(taken: &Taken, file: &str, columns: &str, mode: &str) {
    let mut seen = BTreeSet::new();
    for row in taken.rows(file) {
        let id = &row["sourcedId"];
        let is_guid = |id: &str| {
            (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/@-".contains(&b))
        };
        assert!(is_guid(id) && seen.insert(id.clone()), "{file}: {id}");
        let is_stamped = [&row["status"], &row["dateLastModified"]].map(|text| !text.is_empty());
        assert_eq!(is_stamped, [mode == "delta"; 2], "{file}: {id}");
        if row["status"] == "tobedeleted" {
            continue;
        }
        if file == "demographics" && mode == "bulk" {
            assert!(taken.ids("users").contains(&id.as_str()), "{file}: {id}");
        }
        for column in columns.split_whitespace() {
            let (column, target) =
                column.split_once('>').map_or((column, None), |(column, target)| (column, Some(target)));
            let name = column.trim_end_matches('*');
            assert!(name == column || !row[name].is_empty(), "{file}: {id} has no {name}");
            if let (Some(target), "bulk") = (target, mode) {
                for referred in row[name].split(',').filter(|id| !id.is_empty()) {
                    assert!(
                        taken.ids(target).contains(&referred),
                        "{file}: {id}: {name} {referred} is in no row of {target}"
                    );
                }
            }
        }
    }
}
