//! The connections of the field's clients: at the board of the demo beside its own vendors, and in the village.

use crate::rostering::board::SECRET;
use crate::rostering::village::{one_rule, rules_of};

/// The clients that write grades; each has its own connection, because lists hold what the vendor wrote.
const WRITERS: [&str; 5] = ["google", "canvas", "walker", "tag-keeper", "reader-back"];

/// What is added to the rules of the demo: connections that read people with e-mail addresses and write grades at
/// all schools, and `onlooker`, whom no rule lets write.
pub fn of_demo() -> String {
    let onlooker = connection("onlooker").replace("write = [\"assessment-item\", \"assessment-result\"]", "write = []");
    WRITERS.map(connection).concat() + &onlooker
}

fn connection(id: &str) -> String {
    format!(
        r#"
[[vendor]]
id = "{id}"
name = "{id}"
scopes = ["roster.readonly", "roster-core.readonly", "resource.readonly", "gradebook.readonly", "gradebook-core.readonly",
  "gradebook.createput", "gradebook.createpost", "gradebook.delete",
  "assessment.readonly", "assessment.createput", "assessment.delete"]
identifiers = "pairwise"
required_fields = "placeholder"
secret = "{SECRET}"

[[rule]]
id = "{id}-1"
vendor = "{id}"
categories = ["structure", "class-label", "identity", "name", "contact-email", "login", "enrolment", "grade-level",
  "assessment-item", "assessment-result"]
roles = ["student", "teacher"]
purpose = "Tests and their results"
reason = "A test is of no use without its result"
basis = "public-task"
agreement = "DPA-{id}"
from = "2026-05-01"
until = "2027-07-31"
status = "active"
write = ["assessment-item", "assessment-result"]
"#
    )
}

/// Whatever a roster sync of the village may hold, of everyone but Bob, whose parents refuse.
const SYNCED: &[&str] = &[
    "structure",
    "class-label",
    "identity",
    "name",
    "local-id",
    "contact-email",
    "login",
    "birth-date",
    "grade-level",
    "enrolment",
    "enrolment-dates",
    "carers",
];

/// The rules of a roster sync of the village.
pub fn of_village() -> String {
    rules_of("source", "placeholder", &(one_rule("r1", SYNCED, "") + &refusal("bob")))
}

/// Someone who refuses everything.
pub fn refusal(person: &str) -> String {
    format!("[[choice]]\nperson = \"{person}\"\nchoice = \"refuse\"\nby = \"parent\"\non = \"2026-08-01\"\n\n")
}
