//! The pages about the runner against its code: the list of checks is generated, and commands that are shown exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use clap::Parser;
use koppelvlak_conformance::check::Check;
use koppelvlak_conformance::cli::Arguments;
use koppelvlak_conformance::suites::{SUITES, Suite};

use crate::sabotage::of;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/conformance-checks.md");
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/conformance.md");
const AGAIN: &str = "KOPPELVLAK_WRITE_DOCS=1 cargo test -p koppelvlak-conformance --test it documentation";

#[test]
fn the_page_of_checks_is_the_one_that_the_code_gives() {
    let text = page();
    if std::env::var_os("KOPPELVLAK_WRITE_DOCS").is_some() {
        fs::write(PAGE, &text).unwrap();
    }
    let committed = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(committed == text, "{PAGE} differs: {AGAIN}");
}

#[test]
fn every_command_of_the_runner_that_the_guide_shows_is_understood() {
    let guide = fs::read_to_string(GUIDE).unwrap().replace("\\\n", " ");
    let shown = guide.lines().map(|line| line.trim_start_matches("$ ")).filter_map(arguments);
    let mut n_commands = 0;
    for arguments in shown {
        n_commands += 1;
        let parsed = Arguments::try_parse_from(&arguments);
        assert!(parsed.is_ok(), "{arguments:?}: {}", parsed.unwrap_err());
    }
    assert!(n_commands > 8, "{n_commands}");
}

/// The words of a line that calls the runner, by itself or as a command of the server.
fn arguments(line: &str) -> Option<Vec<String>> {
    let rest = line.strip_prefix("koppelvlak-conformance ").or_else(|| line.strip_prefix("koppelvlak conformance "))?;
    let words = rest.split_whitespace().take_while(|word| !["|", ">", "&&", "#"].contains(word));
    let words = words.map(|word| word.trim_matches('"').to_owned());
    Some(std::iter::once("koppelvlak-conformance".to_owned()).chain(words).collect())
}

/// A check, the suites that it belongs to, and what makes it fail.
struct Row {
    check: &'static Check,
    suites: Vec<&'static str>,
    broken_by: BTreeSet<&'static str>,
}

fn page() -> String {
    let mut page = format!("<!-- Written from the code. To write it again: {AGAIN} -->\n\n");
    let families = families();
    _ = write!(
        page,
        "# What does each conformance check look at?\n\n\
         The checks of the [conformance runner](conformance.md), the text that each rests on, \
         and the broken servers that the project's own tests show it to notice.\n\n\
         - **Level**: only a `must` that fails makes a run fail.\n\
         - **Basis**: `standard` is the text of a standard, `practice` what clients in the field send and need, \
         `policy` a choice of the suite where the standard is silent.\n\
         - **Needs**: without it the check is skipped. *Writes* means that it runs only with `--allow-writes`.\n\
         - **Fails if**: how a good server was broken so that the check must fail.\n"
    );
    for (family, rows) in families {
        _ = write!(page, "\n## {family}\n\n");
        for suite in SUITES.iter().filter(|suite| self::family(suite) == family) {
            _ = writeln!(page, "- `{}`: {}", suite.name, suite.about);
        }
        page.push_str("\n| check | level | basis | what a server does that passes | clause | needs | fails if |\n");
        page.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
        let n_suites = SUITES.iter().filter(|suite| self::family(suite) == family).count();
        for row in rows {
            let check = row.check;
            let mut name = format!("`{}`", check.id);
            if row.suites.len() < n_suites {
                let parts: Vec<&str> = row.suites.iter().map(|suite| part(suite)).collect();
                _ = write!(name, " ({})", parts.join(", "));
            }
            let needs = match (check.needs, check.writes) {
                (needs, false) => needs.to_owned(),
                ("", true) => "*writes*".to_owned(),
                (needs, true) => format!("{needs}; *writes*"),
            };
            let broken_by: Vec<&str> = row.broken_by.into_iter().collect();
            let (level, basis) = (check.severity.word(), check.basis.word());
            let cells = [&name, level, basis, check.title, check.clause, &needs, &broken_by.join("; ")];
            let cells = cells.map(|cell| cell.replace('|', "\\|").replace('<', "&lt;"));
            _ = writeln!(page, "| {} |", cells.join(" | "));
        }
    }
    page
}

/// The checks by the standard that they are about, each once, in the order of the suites.
fn families() -> Vec<(&'static str, Vec<Row>)> {
    let mut families: Vec<(&str, Vec<Row>)> = Vec::new();
    for suite in SUITES {
        let broken_by = broken_by(suite);
        let family = family(suite);
        if families.last().is_none_or(|(last, _)| *last != family) {
            families.push((family, Vec::new()));
        }
        let rows = &mut families.last_mut().unwrap().1;
        for check in suite.checks() {
            let known = rows.iter_mut().find(|row| same(row.check, check));
            let breaks = broken_by.get(check.id).into_iter().flatten().copied();
            match known {
                Some(row) => {
                    row.suites.push(suite.name);
                    row.broken_by.extend(breaks);
                }
                None => rows.push(Row { check, suites: vec![suite.name], broken_by: breaks.collect() }),
            }
        }
    }
    for (_, rows) in &mut families {
        rows.sort_by_key(|row| row.check.id);
    }
    families
}

fn broken_by(suite: &Suite) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut broken_by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for sabotage in of(suite.name) {
        for check in sabotage.checks {
            broken_by.entry(check).or_default().insert(sabotage.what);
        }
    }
    broken_by
}

/// Whether a page can tell no difference between checks of two suites.
fn same(one: &Check, other: &Check) -> bool {
    (one.id, one.title, one.clause, one.severity, one.basis, one.needs, one.writes)
        == (other.id, other.title, other.clause, other.severity, other.basis, other.needs, other.writes)
}

fn family(suite: &Suite) -> &'static str {
    match suite.name {
        "oneroster-csv" => "OneRoster CSV",
        name if name.starts_with("oneroster") => "OneRoster over REST",
        "scim" => "SCIM",
        "consent" => "Consent",
        name => name,
    }
}

/// A suite's name within its family.
fn part(suite: &str) -> &str {
    let name = suite.strip_prefix("oneroster-").unwrap_or(suite);
    name.strip_prefix("1.2-").unwrap_or(name)
}
