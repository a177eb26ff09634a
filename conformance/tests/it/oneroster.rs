//! The suites of OneRoster against the demo: as the vendor that sees most, as the one that may write grades, as one
//! that signs its requests, and as one that may write assessments.

use std::sync::Arc;
use std::time::Duration;

use koppelvlak_conformance::check::Check;
use koppelvlak_conformance::credentials::{Credentials, Secret, Tokens};
use koppelvlak_conformance::probe::{Probe, Shared};
use koppelvlak_conformance::suites::Suite;
use koppelvlak_conformance::target::{Party, Target};

use crate::good_server::Demo;
use crate::sabotage::{Sabotage, of};
use crate::saboteur::{each_is_noticed, each_is_sabotaged, pass};

/// The vendor that sees most, where it signs its requests.
const SIGNER: &str = "everything, by signature";
/// A vendor that this file makes: it may write assessments, and somebody whom it knew is gone.
const ASSESSOR: &str = "assessor";
const TIMEOUT: Duration = Duration::from_secs(30);

/// A demo, and who asks it.
struct Board {
    demo: Demo,
    origin: String,
}

const ASSESSORS_RULES: &str = r#"
[tenant]
slug = "demo"

[[vendor]]
id = "assessor"
name = "Assessor"
scopes = [
  "roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete",
  "assessment.readonly", "assessment.createput", "assessment.delete",
]
identifiers = "source"
secret = "assessorassessor"

[[rule]]
id = "assessor-1"
vendor = "assessor"
categories = ["structure", "class-label", "identity", "name", "enrolment", "assessment-item", "assessment-result"]
roles = ["student", "teacher"]
purpose = "Assessments and their results"
reason = "An assessment is of no use without its result"
basis = "public-task"
agreement = "DPA-1"
from = "2020-01-01"
write = ["assessment-item", "assessment-result"]
"#;

impl Board {
    /// Makes the assessor, and lets a pupil whom it has seen refuse.
    fn admit_the_assessor(&self) {
        self.demo.apply(ASSESSORS_RULES);
        let target = self.aim(ASSESSOR, &self.origin);
        let shared = Shared::new("oneroster-1.2-rostering");
        let students = Probe::new(&target, &shared).get("rostering/v1p2/students?limit=1").unwrap();
        let person = students.json()["users"][0]["sourcedId"].as_str().unwrap().to_owned();
        self.demo.apply(&format!(
            "[tenant]\nslug = \"demo\"\n\n[[choice]]\nperson = \"{person}\"\nvendor = \"assessor\"\n\
             choice = \"refuse\"\nby = \"parent\"\non = \"2020-01-02\"\n"
        ));
    }

    /// The target as a party, at a server or a proxy.
    fn aim(&self, party: &str, at: &str) -> Target {
        let mut target = self.aim_alone(party, at);
        if party == ASSESSOR {
            let credentials = self.aim_alone("everything", at).credentials;
            target.others = vec![Party { name: "everything".to_owned(), credentials }];
        }
        target
    }

    fn aim_alone(&self, party: &str, at: &str) -> Target {
        let vendor = if party == SIGNER { "everything" } else { party };
        let secret = match party {
            ASSESSOR => ASSESSOR.repeat(2),
            _ => self.demo.text(&format!("/vendors/{vendor}/client_secret")),
        };
        let client = Secret { id: vendor.to_owned(), secret };
        let token_url = self.demo.text("/token_url").replace(&self.origin, at);
        let credentials = Credentials::OAuth2(Arc::new(Tokens::new(token_url.clone(), client.clone(), String::new())));
        let root = self.demo.text("/oneroster/root").replace(&self.origin, at);
        let credentials = if party == SIGNER { Credentials::OAuth1(client.clone()) } else { credentials };
        let another = self.demo.text("/scim_blank/base_url").replace("/scim/v2", "/ims/oneroster");
        let mut target = Target::new(&root, credentials, TIMEOUT);
        target.twin = Some(Box::new(Target::new(&another.replace(&self.origin, at), Credentials::None, TIMEOUT)));
        target.token_url = Some(token_url);
        target.client_secret = Some(client);
        target.allows_writes = true;
        target
    }
}

/// As whom a check is looked at.
fn party_of(check: &Check) -> &'static str {
    let is_one_of = |ids: &[&str]| ids.iter().any(|id| check.id.starts_with(id));
    if is_one_of(&["OR-407", "OR-521", "OR-702", "OR-707"]) {
        ASSESSOR
    } else if check.writes {
        "gradebook"
    } else if is_one_of(&["OR-013", "OR-014"]) {
        SIGNER
    } else {
        "everything"
    }
}

/// Every check passes as its party, and fails as its party under the sabotages that are about it.
fn trusted(name: &str) {
    let demo = Demo::start(200, &["--database", "sqlite:board.db"]);
    let board = Board { origin: demo.text("/public_url"), demo };
    board.admit_the_assessor();
    let suite = Suite::named(name).unwrap();
    let sabotages = of(suite.name);
    each_is_sabotaged(suite, &sabotages);

    for party in ["everything", "gradebook", SIGNER, ASSESSOR] {
        let is_own = |check: &Check| party_of(check) == party;
        let own: Vec<&str> = suite.checks().filter(|check| is_own(check)).map(|check| check.id).collect();
        let is_about = |sabotage: &&Sabotage| sabotage.checks.iter().any(|id| own.contains(id));
        let about: Vec<&'static Sabotage> = sabotages.iter().copied().filter(is_about).collect();

        pass(suite, &board.aim(party, &board.origin), &[], &is_own);
        each_is_noticed(suite, &about, &board.origin, &|at| board.aim(party, at));
    }
}

#[test]
fn every_check_of_oneroster_1_1_passes_on_a_good_server_and_fails_on_a_broken_one() {
    trusted("oneroster-1.1");
}

#[test]
fn every_check_of_oneroster_1_2_rostering_passes_on_a_good_server_and_fails_on_a_broken_one() {
    trusted("oneroster-1.2-rostering");
}

#[test]
fn every_check_of_oneroster_1_2_gradebook_passes_on_a_good_server_and_fails_on_a_broken_one() {
    trusted("oneroster-1.2-gradebook");
}

#[test]
fn every_check_of_oneroster_1_2_resources_passes_on_a_good_server_and_fails_on_a_broken_one() {
    trusted("oneroster-1.2-resources");
}
