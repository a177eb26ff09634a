//! Faulty rules files, each with exactly the problems that must be named.

use chrono::NaiveDate;
use koppelvlak::catalogue::Category;
use koppelvlak::consent::choice::{Choice, Decision};
use koppelvlak::consent::rules_file::check::{check, warnings};
use koppelvlak::consent::rules_file::known::Known;
use koppelvlak::consent::rules_file::{FaultyFile, RulesFile};
use koppelvlak::store::choice::StoredChoice;
use koppelvlak::store::tenant::Tenant;

use crate::rules_slips::SLIPS;
use crate::rules_text::{SOUND, followed_by, with};

fn board() -> Known {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Known {
        tenant: Some(Tenant {
            id: 1,
            slug: "noord".into(),
            name: "Stichting Noord".into(),
            data_epoch: 1,
            consent_epoch: 1,
            local_identifiers: Vec::new(),
        }),
        schools: names(&["S1", "S2", "School-3"]),
        classes: names(&["C1"]),
        courses: names(&["V1"]),
        grades: names(&["5", "6"]),
        people: [("P1".to_owned(), 11), ("P2".to_owned(), 12)].into(),
        ..Known::default()
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 2).unwrap()
}

fn problems_on(text: &str, known: &Known) -> Vec<String> {
    let (file, mut problems) = RulesFile::read(text);
    problems.extend(check(&file, known, today()));
    problems.sort();
    problems.iter().map(|problem| format!("{}: {}", problem.line, problem.text)).collect()
}

fn problems(text: &str) -> Vec<String> {
    problems_on(text, &board())
}

#[test]
fn a_sound_file_has_no_problem() {
    assert_eq!(problems(SOUND), Vec::<String>::new());
    assert_eq!(warnings(&RulesFile::read(SOUND).0), Vec::new());
}

#[test]
fn each_slip_is_named_with_its_line() {
    for (passage, replacement, expected) in SLIPS {
        assert_eq!(problems(&with(passage, replacement)), *expected, "{replacement}");
    }
}

#[test]
fn every_problem_of_a_file_is_named_at_once() {
    let text = SOUND
        .replace("slug = \"noord\"", "slug = \"-\"")
        .replace("\"name\"", "\"naem\"")
        .replace("\"S1\"", "\"S7\"")
        .replace("by = \"parent\"", "buy = \"parent\"");

    assert_eq!(
        problems(&text),
        [
            "2: tenant `-`: `slug` must have 1 to 63 lower-case letters, digits or hyphens, without a hyphen at either end",
            "22: rule `atlas-1`: there is no school `S7`",
            "23: rule `atlas-1`: there is no category `naem` (did you mean `name`?)",
            "38: choice `P1`: `by` is missing",
            "43: choice `P1`: there is no key `buy` (did you mean `by`?)"
        ]
    );
}

#[test]
fn what_stands_twice_is_refused() {
    let text = followed_by(
        "[[vendor]]\nid = \"atlas\"\nname = \"Atlas\"\nscopes = []\n\
         [[rule]]\nid = \"atlas-1\"\nvendor = \"atlas\"\ncategories = [\"identity\"]\npurpose = \"x\"\nbasis = \"contract\"\n\
         from = \"2026-08-01\"\n\
         [[tenant.special]]\ncategory = \"ethnicity\"\nexception = \"x\"\nuntil = \"2027-08-01\"\n\
         [[choice]]\nperson = \"P1\"\nvendor = \"atlas\"\ncategories = [\"photo\"]\nchoice = \"refuse\"\nby = \"pupil\"\n\
         on = \"2026-09-02\"\n",
    );

    assert_eq!(
        problems(&text),
        [
            "47: vendor `atlas`: stands twice in this file, first in line 12",
            "51: rule `atlas-1`: stands twice in this file, first in line 20",
            "58: special `ethnicity`: stands twice in this file, first in line 7",
            "61: choice `P1`: the same choice stands twice in this file, first in line 38"
        ]
    );
}

#[test]
fn a_choice_made_again_after_its_withdrawal_is_another_choice() {
    let again = "[[choice]]\nperson = \"P1\"\nvendor = \"atlas\"\ncategories = [\"photo\"]\nchoice = \"refuse\"\n\
                 by = \"parent\"\non = \"2026-10-01\"\n";

    assert_eq!(problems(&followed_by(again)), Vec::<String>::new());
}

#[test]
fn a_grant_that_was_taken_back_needs_a_later_day() {
    let mut board = board();
    board.choices.push(StoredChoice {
        number: 1,
        choice: Choice {
            person: 11,
            vendor: None,
            categories: vec![Category::Photo],
            decision: Decision::Grant,
            by: "parent".into(),
            on: "2026-09-01".parse().unwrap(),
            withdrawn: "2026-10-01".parse().ok(),
        },
    });
    let grant = |on: &str| {
        let text = format!(
            "[[choice]]\nperson = \"P1\"\ncategories = [\"photo\"]\nchoice = \"grant\"\nby = \"pupil\"\non = \"{on}\"\n"
        );
        problems_on(&followed_by(&text), &board)
    };

    assert_eq!(
        grant("2026-09-01"),
        ["51: choice `P1`: this grant was withdrawn on 2026-10-01; a new one needs a later `on`"]
    );
    assert_eq!(grant("2026-10-02"), Vec::<String>::new());
}

#[test]
fn a_new_board_needs_a_name_and_has_nobody() {
    let text = "[tenant]\nslug = \"zuid\"\n[[vendor]]\nid = \"v\"\nname = \"V\"\nscopes = []\n\
                [[rule]]\nid = \"r\"\nvendor = \"v\"\nschools = [\"S1\"]\ncategories = [\"identity\"]\npurpose = \"x\"\n\
                basis = \"contract\"\nfrom = \"2026-08-01\"\n";

    assert_eq!(
        problems_on(text, &Known::default()),
        ["1: tenant: `name` is missing, and there is no such board yet", "10: rule `r`: there is no school `S1`"]
    );
}

#[test]
fn an_empty_file_lacks_a_board() {
    assert_eq!(problems(""), ["1: the file: there is no [tenant] with the `slug` of a board"]);
}

#[test]
fn a_rule_that_ended_may_name_a_category_that_is_shut() {
    let text = with("status = \"active\"", "status = \"ended\"").replace("\"2027-07-31\"\n\n", "\"2026-10-31\"\n\n");

    assert_eq!(problems(&text), Vec::<String>::new());
}

#[test]
fn a_missing_agreement_or_reason_is_only_a_warning() {
    let text = with("agreement = \"DPA-2026-014\"\n", "").replace("reason = \"The study compares groups\"\n", "");

    let found: Vec<_> = warnings(&RulesFile::read(&text).0).iter().map(|w| format!("{}: {}", w.line, w.text)).collect();

    assert_eq!(problems(&text), Vec::<String>::new());
    assert_eq!(
        found,
        [
            "19: rule `atlas-1`: names no `agreement`, which is due for `name`, `ethnicity`",
            "19: rule `atlas-1`: names no `reason`, which is due for `ethnicity`"
        ]
    );
}

#[test]
fn a_refusal_of_a_file_begins_with_its_name_and_lists_each_line() {
    let (_, problems) = RulesFile::read("[tenant]\nslug = 3\n[[rul]]\n");

    let shown = FaultyFile { file: "rules.toml".into(), problems }.to_string();

    assert_eq!(
        shown,
        "rules.toml has 2 problems; nothing was applied\nrules.toml:2: tenant: `slug` must be a text in quotes, not a number\nrules.toml:3: the file: there is no key `rul` (did you mean `rule`?)"
    );
}

#[test]
fn no_problem_repeats_a_secret() {
    for secret in ["tulip tulip tulip tulip", "tulip", "tulip+tulip+tulip+"] {
        let text = with("a-secret-of-32-characters-for-us", secret);

        assert!(!problems(&text).is_empty());
        assert!(problems(&text).iter().all(|problem| !problem.contains("tulip")), "{secret}");
    }
}

#[test]
fn a_rule_without_categories_is_not_the_way_to_stop_it() {
    let text = with("[\"structure\", \"identity\", \"name\", \"ethnicity\"]", "[]")
        .replace("[\"assessment-item\", \"assessment-result\"]", "[]");

    assert_eq!(problems(&text), ["23: rule `atlas-1`: names no category; a rule stops with `status = \"ended\"`"]);
}

#[test]
fn a_file_from_any_editor_is_read() {
    let from_windows = format!("\u{feff}{}", SOUND.replace('\n', "\r\n"));
    assert_eq!(problems(&from_windows), Vec::<String>::new());

    let broken = from_windows.replace("\"S2\"", "\"S9\"");
    assert_eq!(problems(&broken), ["22: rule `atlas-1`: there is no school `S9`"]);
}

#[test]
fn problems_of_one_line_come_in_one_order() {
    let text =
        "tenant = { slug = \"X\", name = \"\" }\nvendor = [{ id = \"?\", name = \"\", scopes = [], secret = \"x\" }]\n";

    assert_eq!(
        problems(text),
        [
            "1: tenant `X`: `name` must have 1 to 200 characters, in one line",
            "1: tenant `X`: `slug` must have 1 to 63 lower-case letters, digits or hyphens, without a hyphen at either end",
            "2: vendor `?`: `id` must have 1 to 64 letters, digits, dots, underscores or hyphens",
            "2: vendor `?`: `name` must have 1 to 200 characters, in one line",
            "2: vendor `?`: `secret` must have at least 16 characters",
        ]
    );
}

#[test]
fn the_example_of_the_documentation_has_no_problem() {
    let page = include_str!("../../docs/schools/rules-file.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();

    assert_eq!(problems(example), Vec::<String>::new());
    assert_eq!(warnings(&RulesFile::read(example).0), Vec::new());
}
