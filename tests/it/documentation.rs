//! The pages in `docs/` and the README against the program: what they show must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use koppelvlak::cli::arguments::Arguments;
use koppelvlak::cli::settings::Settings;
use koppelvlak::consent::rules_file::RulesFile;

use crate::reference;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn generated_pages_are_those_that_the_code_gives() {
    let write = std::env::var_os("KOPPELVLAK_WRITE_DOCS").is_some();
    for page in reference::pages() {
        let path = Path::new(ROOT).join(page.path);
        if write {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &page.text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == page.text,
            "{} differs: KOPPELVLAK_WRITE_DOCS=1 cargo test --test it documentation",
            page.path
        );
    }
}

#[test]
fn links_between_pages_resolve() {
    for page in pages() {
        for target in links(&page.text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
            assert!(path.exists(), "{} links to {target}", page.path.display());
            if !anchor.is_empty() {
                let anchors = anchors(&fs::read_to_string(&path).unwrap());
                assert!(anchors.contains(anchor), "{} links to {target}; there are {anchors:?}", page.path.display());
            }
        }
    }
}

#[test]
fn every_command_that_a_page_shows_is_understood() {
    let mut n_commands = 0;
    for page in pages() {
        for block in blocks(&page.text, "sh") {
            for command in commands(&block) {
                n_commands += 1;
                let parsed = Arguments::try_parse_from(&command);
                assert!(parsed.is_ok(), "{}: {command:?}: {}", page.path.display(), parsed.unwrap_err());
            }
        }
        for mention in mentions(&page.text) {
            let root = Arguments::command();
            let is_known = root.find_subcommand(&mention).is_some();
            assert!(is_known, "{} mentions `koppelvlak {mention}`", page.path.display());
        }
    }
    assert!(n_commands > 10, "{n_commands}");
}

#[test]
fn every_toml_example_has_no_problem() {
    for page in pages() {
        for block in blocks(&page.text, "toml") {
            if !block.contains("[tenant]") {
                let settings: toml::Table = toml::from_str(&block).unwrap();
                let unknown: Vec<_> = settings.keys().filter(|key| !settings_keys().contains(*key)).collect();
                assert_eq!(unknown, Vec::<&String>::new(), "{}", page.path.display());
                continue;
            }
            let (_, problems) = RulesFile::read(&block);
            assert_eq!(problems, Vec::new(), "{}", page.path.display());
        }
    }
}

#[test]
fn every_variable_that_a_page_names_is_read() {
    let known: BTreeSet<String> = settings_keys()
        .iter()
        .map(|key| key.to_uppercase())
        .chain(
            [
                "CLOCK",
                "CONFIG",
                "CONFORMANCE_SCIM_TOKEN",
                "CONFORMANCE_SECRET",
                "CONFORMANCE_TOKEN",
                "MASTER_KEY",
                "PULL_CLIENT_SECRET",
                "TEST_POSTGRES",
                "TEST_SCIM",
                "WRITE_DOCS",
            ]
            .map(str::to_owned),
        )
        .collect();
    for page in pages() {
        for rest in page.text.split("KOPPELVLAK_").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            assert!(name.is_empty() || known.contains(&name), "{} names KOPPELVLAK_{name}", page.path.display());
        }
    }
}

struct Page {
    path: PathBuf,
    text: String,
}

fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"] {
        paths.push(Path::new(ROOT).join(name));
    }
    find(&Path::new(ROOT).join("docs"), &mut paths);
    paths.into_iter().map(|path| Page { text: fs::read_to_string(&path).unwrap(), path }).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}

fn settings_keys() -> BTreeSet<String> {
    let settings = serde_json::to_value(Settings::default()).unwrap();
    settings.as_object().unwrap().keys().cloned().collect()
}

/// The code blocks of a page, with their languages.
pub fn sections(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (None, None) => {}
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a code block without an end");
    blocks
}

/// The text of code blocks in that language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    sections(page).into_iter().filter(|(of, _)| of == language).map(|(_, text)| text).collect()
}

/// The commands of this program in a shell block, in words.
fn commands(block: &str) -> Vec<Vec<String>> {
    let joined = block.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split(" #").next().unwrap().split([';', '|', '>', '&']).next().unwrap());
    lines
        .filter_map(|line| {
            let words: Vec<String> = line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
            let words: Vec<String> = words.into_iter().skip_while(|word| is_assignment(word)).collect();
            let arguments = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["koppelvlak", rest @ ..] | ["cargo", "run", "--release", "--", rest @ ..] => {
                    rest.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()
                }
                _ => return None,
            };
            Some(std::iter::once("koppelvlak".to_owned()).chain(arguments).collect())
        })
        .collect()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
}

/// The subcommands of `koppelvlak …` within a sentence.
fn mentions(page: &str) -> Vec<String> {
    let after = page.split("`koppelvlak ").skip(1);
    let names = after.map(|rest| rest.chars().take_while(char::is_ascii_lowercase).collect::<String>());
    names.filter(|name| !name.is_empty()).collect()
}

fn links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).collect()
}

/// The anchors of headings, as forges make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    headings
        .map(|heading| {
            let kept = heading.trim().to_lowercase();
            kept.chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}
