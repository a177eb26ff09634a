//! The rows of files below an entity's own: what the API says inside an object and files say beside it.
//!
//! Such a row has no identifier in the API, so it gets one that is made of what it says: the same again is
//! the same row, and one that changes moves no other.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::rows::{Object, items, reference, text};
use crate::oneroster::csv::File;

/// How our own server writes an account's identifier as a URI.
const OWN_PROFILE: &str = "urn:koppelvlak:profile:";

/// One row: its sourcedId, and what it says by the names of its columns.
pub(super) struct Below {
    pub(super) sourced_id: String,
    pub(super) says: Vec<(&'static str, String)>,
}

/// Names the rows of one parent.
struct Naming<'a> {
    parent: &'a str,
    used: HashMap<String, u32>,
}

impl Naming<'_> {
    fn row(&mut self, file: File, key: &[&str], says: Vec<(&'static str, String)>) -> Below {
        // No value holds a line feed, so that no two lists of them are one text.
        let key = key.join("\n");
        let n = self.used.entry(key.clone()).and_modify(|n| *n += 1).or_default();
        let digest = Sha256::digest(format!("{}\n{}\n{n}\n{key}", file.name(), self.parent));
        let name = digest.first_chunk::<16>().map(hex::encode).unwrap_or_default();
        Below { sourced_id: name, says }
    }
}

/// The rows of a file below an object that is there.
pub(super) fn rows_below(file: File, object: &Object) -> Vec<Below> {
    let parent = text(object.get("sourcedId"));
    let mut naming = Naming { parent: &parent, used: HashMap::new() };
    match file {
        File::Roles => roles(object, &mut naming),
        File::UserProfiles => profiles(object, &mut naming).0,
        File::UserResources | File::ClassResources | File::CourseResources => {
            let mut ids: Vec<String> = items(object, "resources").map(|item| reference(Some(item))).collect();
            ids.sort_unstable();
            ids.dedup();
            ids.iter().map(|id| naming.row(file, &[id], vec![("resourceSourcedId", id.clone())])).collect()
        }
        File::LineItemScoreScales | File::ResultScoreScales => {
            let id = reference(object.get("scoreScale"));
            let row = (!id.is_empty()).then(|| naming.row(file, &[&id], vec![("scoreScaleSourcedId", id.clone())]));
            row.into_iter().collect()
        }
        File::LineItemLearningObjectiveIds | File::ResultLearningObjectiveIds => objectives(file, object, &mut naming),
        File::AcademicSessions
        | File::Orgs
        | File::Courses
        | File::Classes
        | File::Users
        | File::Enrollments
        | File::Demographics
        | File::Resources
        | File::Categories
        | File::LineItems
        | File::Results
        | File::ScoreScales => Vec::new(),
    }
}

fn roles(object: &Object, naming: &mut Naming<'_>) -> Vec<Below> {
    let mut accounts = Naming { parent: naming.parent, used: HashMap::new() };
    let (_, account_of) = profiles(object, &mut accounts);
    let mut told: Vec<[String; 6]> = items(object, "roles")
        .map(|role| {
            let account = account_of.get(&text(role.get("userProfile"))).cloned().unwrap_or_default();
            let word = |name: &str| text(role.get(name));
            let org = reference(role.get("org"));
            [org, word("role"), word("roleType"), day(word("beginDate")), day(word("endDate")), account]
        })
        .collect();
    // The order of the API says nothing, and must not name the rows.
    told.sort_unstable();
    let row = |[org, role, role_type, begin, end, account]: [String; 6]| {
        let key = [org.clone(), role.clone()];
        let says = vec![
            ("roleType", role_type),
            ("role", role),
            ("beginDate", begin),
            ("endDate", end),
            ("orgSourcedId", org),
            ("userProfileSourcedId", account),
        ];
        naming.row(File::Roles, &key.each_ref().map(String::as_str), says)
    };
    told.into_iter().map(row).collect()
}

/// The accounts, one row for each credential, and the row of each by the identifier that roles give.
fn profiles(object: &Object, naming: &mut Naming<'_>) -> (Vec<Below>, BTreeMap<String, String>) {
    let (mut rows, mut first) = (Vec::new(), BTreeMap::new());
    for profile in items(object, "userProfiles") {
        let word = |name: &str| text(profile.get(name));
        let id = word("profileId");
        for credential in profile.get("credentials").and_then(Value::as_array).into_iter().flatten() {
            let says = vec![
                ("profileType", word("profileType")),
                ("vendorId", word("vendorId")),
                ("applicationId", word("applicationId")),
                ("description", word("description")),
                ("credentialType", text(credential.get("type"))),
                ("username", text(credential.get("username"))),
            ];
            let mut row = naming.row(File::UserProfiles, &[&id], says);
            if !first.contains_key(&id) {
                row.sourced_id = as_sourced_id(&id).unwrap_or(row.sourced_id);
                first.insert(id.clone(), row.sourced_id.clone());
            }
            rows.push(row);
        }
    }
    (rows, first)
}

/// The sourcedId that an account's identifier is, if it is one.
fn as_sourced_id(id: &str) -> Option<String> {
    let id = id.strip_prefix(OWN_PROFILE).unwrap_or(id);
    let id = percent_decode_str(id).decode_utf8().ok()?;
    let is_id = (1..=255).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'@' | b'-'));
    is_id.then(|| id.into_owned())
}

fn objectives(file: File, object: &Object, naming: &mut Naming<'_>) -> Vec<Below> {
    let mut rows = Vec::new();
    for set in items(object, "learningObjectiveSet") {
        let source = text(set.get("source"));
        // The API writes a source of one's own with a slash, files as an extension.
        let source = match source.as_str() {
            "case" | "unknown" => source,
            own if own.starts_with("ext:") => source,
            own => format!("ext:{}", own.trim_start_matches('/')),
        };
        let list = |name: &str| set.get(name).and_then(Value::as_array).into_iter().flatten();
        let plain = list("learningObjectiveIds").map(|id| (text(Some(id)), String::new(), String::new()));
        let reached = list("learningObjectiveResults").map(|result| {
            let word = |name: &str| text(result.get(name));
            (word("learningObjectiveId"), word("score"), word("textScore"))
        });
        for (id, score, text_score) in plain.chain(reached) {
            let is_bare = source == "case" && id.len() == 36 && uuid::Uuid::try_parse(&id).is_ok();
            let id = if is_bare { format!("urn:uuid:{id}") } else { id };
            let says = vec![
                ("source", source.clone()),
                ("learningObjectiveId", id.clone()),
                ("score", score),
                ("textScore", text_score),
            ];
            rows.push(naming.row(file, &[&source, &id], says));
        }
    }
    rows
}

fn day(text: String) -> String {
    text.split_once('T').map(|(day, _)| day.to_owned()).unwrap_or(text)
}
