//! The boards that are measured with, and the rules over them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use koppelvlak::clock::Clock;
use koppelvlak_fixtures::{BoardOptions, Changes, demo_rules, write_oneroster};

/// The board's name in addresses.
pub const TENANT: &str = "demo";

/// The vendor that sees everything, under the identifiers of the source.
pub const EVERYTHING: &str = "everything";

/// The vendor of ordinary lessons: all people, most categories, identifiers of its own, placeholders, refusals.
pub const PAIRWISE: &str = "pairwise";

/// The vendor that writes results.
pub const GRADEBOOK: &str = "gradebook";

/// The secret of every vendor.
pub const SECRET: &str = "a-secret-of-the-benchmark-only";

/// Every so many people, one refuses something.
const REFUSES: usize = 200;

/// A board on disk.
#[derive(Debug, Clone)]
pub struct BoardFiles {
    /// The CSV set.
    pub folder: PathBuf,
    /// Its rules.
    pub rules: PathBuf,
}

/// Writes a board, unless an earlier run did.
pub fn written(cache: &Path, pupils: u32, renamed: u32) -> anyhow::Result<BoardFiles> {
    let place = cache.join(format!("pupils-{pupils}-renamed-{renamed}"));
    let files = BoardFiles { folder: place.join("oneroster"), rules: place.join("rules.toml") };
    if place.is_dir() {
        return Ok(files);
    }
    fs::create_dir_all(cache)?;
    let fresh = tempfile::TempDir::new_in(cache)?;
    let changes = Changes { rename_pupils: renamed, ..Changes::default() };
    let options = BoardOptions { pupils, changes, ..BoardOptions::default() };
    let board = write_oneroster(&fresh.path().join("oneroster"), &options).context("the board can't be written")?;
    let today = Clock::System.now().date().to_string();
    let rules = demo_rules(&board, &today, &|_| Some(SECRET.to_owned()));
    // The first vendor is the one that sees everything: over SCIM too.
    let mut rules = rules.replacen("scopes = [", "scopes = [\"scim\", ", 1);
    add_pairwise(&mut rules, &today, &people(&fresh.path().join("oneroster"))?);
    fs::write(fresh.path().join("rules.toml"), rules)?;
    fs::rename(fresh.keep(), place)?;
    Ok(files)
}

/// The identifiers of all people, as the set has them.
fn people(folder: &Path) -> anyhow::Result<Vec<String>> {
    let users = fs::read_to_string(folder.join("users.csv"))?;
    Ok(users.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.0.trim_matches('"').to_owned())).collect())
}

/// Adds a vendor from whom some categories are withheld, and people who refuse others to it.
fn add_pairwise(rules: &mut String, today: &str, people: &[String]) {
    let categories = [
        "structure",
        "class-label",
        "identity",
        "name",
        "login",
        "contact-email",
        "local-id",
        "grade-level",
        "enrolment",
        "enrolment-dates",
        "employment",
        "resource-catalogue",
    ];
    let covered = ["student", "teacher", "aide", "principal", "counselor", "proctor", "parent", "guardian", "relative"];
    // Writing to a string can't fail.
    _ = write!(
        rules,
        "\n[[vendor]]\nid = \"{PAIRWISE}\"\nname = \"Paarsgewijs\"\nscopes = [\"roster.readonly\", \"scim\"]\n\
         identifiers = \"pairwise\"\nrequired_fields = \"placeholder\"\nsecret = \"{SECRET}\"\n\
         \n[[rule]]\nid = \"{PAIRWISE}-1\"\nvendor = \"{PAIRWISE}\"\ncategories = {categories:?}\nroles = {covered:?}\n\
         purpose = \"Lessons\"\nreason = \"Lessons need rosters\"\nbasis = \"public-task\"\nagreement = \"DPA-1\"\n\
         from = \"2020-01-01\"\nstatus = \"active\"\nwrite = []\n",
    );
    for (number, person) in people.iter().step_by(REFUSES).enumerate() {
        let refused = ["name", "login", "contact-email", "enrolment"].get(number % 4).copied().unwrap_or("name");
        _ = write!(
            rules,
            "\n[[choice]]\nperson = \"{person}\"\nvendor = \"{PAIRWISE}\"\ncategories = [\"{refused}\"]\n\
             choice = \"refuse\"\nby = \"parent\"\non = \"{today}\"\n"
        );
    }
}

/// The rules with one of them changed: the vendor's people lose or get back a category.
pub fn with_changed_rule(rules: &str) -> String {
    rules.replacen("\"contact-email\", \"local-id\"", "\"local-id\"", 1)
}

/// A board without people or rules.
pub fn only_board(slug: &str) -> String {
    format!("[tenant]\nslug = \"{slug}\"\nname = \"{slug}\"\n")
}
