//! A sound rules file of one board, to be applied or broken.

/// Every table of the format once, every key in use.
pub const SOUND: &str = r#"[tenant]
slug = "noord"
name = "Stichting Noord"
local_identifiers = ["identifier"]

[[tenant.special]]
category = "ethnicity"
exception = "Art. 25 UAVG, study 2026-3"
until = "2027-07-31"

[[vendor]]
id = "atlas"
name = "Atlas Uitgeverij"
scopes = ["roster.readonly", "gradebook.createput"]
identifiers = "pairwise"
required_fields = "placeholder"
secret = "a-secret-of-32-characters-for-us"

[[rule]]
id = "atlas-1"
vendor = "atlas"
schools = ["S1", "S2"]
categories = ["structure", "identity", "name", "ethnicity"]
roles = ["student", "teacher"]
grades = ["5", "6"]
classes = ["C1"]
courses = ["V1"]
people = ["P1", "P2"]
purpose = "Digital learning material for arithmetic"
reason = "The study compares groups"
basis = "public-task"
agreement = "DPA-2026-014"
from = "2026-08-01"
until = "2027-07-31"
status = "active"
write = ["assessment-item", "assessment-result"]

[[choice]]
person = "P1"
vendor = "atlas"
categories = ["photo"]
choice = "refuse"
by = "parent"
on = "2026-09-02"
withdrawn = "2026-09-09"
"#;

/// The sound file with one passage replaced; the passage must be there.
pub fn with(passage: &str, replacement: &str) -> String {
    assert!(SOUND.contains(passage), "the sound file has no {passage}");
    SOUND.replacen(passage, replacement, 1)
}

/// The sound file with something after it.
pub fn followed_by(more: &str) -> String {
    format!("{SOUND}{more}")
}
