//! What a value must look like, by the kind of its column.
//!
//! A wrong value is told by the rule that it breaks and by what was expected, never by itself.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::column::{Kind, Vocabulary};
use super::fault::Rule;
use super::file::Mode;
use crate::catalogue::Version;

/// The longest text that is accepted, in bytes. The binding asks for 255 characters at least.
const LONGEST_TEXT: usize = 64 * 1024;

/// The longest sourcedId.
const LONGEST_ID: usize = 255;

/// The rule that a value breaks, and what was expected.
pub(super) type Wrong = (Rule, Cow<'static, str>);

/// Checks a value that isn't blank.
pub(super) fn check(kind: Kind, version: Version, mode: Mode, text: &str) -> Result<(), Wrong> {
    check_text(text)?;
    match kind {
        Kind::Text => Ok(()),
        Kind::Id | Kind::Ref(_) => check_id(text),
        Kind::Refs(_) => check_items(text, check_id),
        Kind::Status => check_status(mode, text),
        Kind::Modified => check_modified(mode, text),
        Kind::Texts => check_items(text, |_| Ok(())),
        Kind::Date => holds(date(text).is_some(), Rule::Date, "a day that exists, such as 2026-08-31"),
        Kind::Year => holds(is_year(text), Rule::Year, "a year such as 2027"),
        Kind::Flag => holds(flag(text).is_some(), Rule::Boolean, "true or false"),
        Kind::Integer => holds(is_integer(text), Rule::Integer, "a whole number such as 25"),
        Kind::Number => holds(number(text).is_some(), Rule::Number, "a number such as 7.5"),
        Kind::Word(words) => check_word(words, version, text),
        Kind::Words(words) => check_items(text, |item| check_word(words, version, item)),
        Kind::UserIds => holds(
            Pairs::of(text).all(|pair| pair.is_ok()),
            Rule::UserIds,
            "items such as {type:identifier}, separated by commas",
        ),
        Kind::ScoreScale => holds(
            Pairs::of(text).all(|pair| pair.is_ok_and(|(_, right)| !right.contains(':'))),
            Rule::ScoreScale,
            "items such as {A:90}, separated by commas",
        ),
    }
}

/// Checks that a blank may stand in a column of this kind.
pub(super) fn check_blank(kind: Kind, required: bool, mode: Mode) -> Result<(), Wrong> {
    let is_delta = mode == Mode::Delta;
    match kind {
        Kind::Status => holds(!is_delta, Rule::Mode, "active or tobedeleted, as the file's mode is delta"),
        Kind::Modified => holds(!is_delta, Rule::Mode, "a date and time, as the file's mode is delta"),
        _ => holds(!required, Rule::Required, kind_name(kind)),
    }
}

/// What a value of the kind is, for a column that must not be blank.
const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "a sourcedId",
        Kind::Status => "a status",
        Kind::Modified => "a date and time",
        Kind::Text => "a text",
        Kind::Texts => "a list of texts",
        Kind::Date => "a date",
        Kind::Year => "a year",
        Kind::Flag => "true or false",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Word(_) => "a word of the vocabulary",
        Kind::Words(_) => "words of the vocabulary",
        Kind::Ref(_) => "the sourcedId of another row",
        Kind::Refs(_) => "sourcedIds of other rows",
        Kind::UserIds => "typed identifiers",
        Kind::ScoreScale => "a score scale",
    }
}

/// The items of a list. Real files put spaces after the commas.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    let items = (!text.trim().is_empty()).then(|| text.split(',').map(str::trim));
    items.into_iter().flatten()
}

/// The date that a text is.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let year = digits(&[y1, y2, y3, y4])?;
    let (month, day) = (digits(&[m1, m2])?, digits(&[d1, d2])?);
    if year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// The flag that a text is.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The number that a text is.
pub(super) fn number(text: &str) -> Option<f64> {
    // Rust also reads `inf`, `nan` and `+1`; the binding knows plain numbers and exponents.
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if !is_plain || !begins {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether a text is the URN of a UUID.
pub(super) fn is_uuid_urn(text: &str) -> bool {
    text.strip_prefix("urn:uuid:").is_some_and(|id| id.len() == 36 && uuid::Uuid::try_parse(id).is_ok())
}

/// The `{left:right}` items of a text; an error where it holds something else.
///
/// The left part ends at the first colon, as identifiers that are URLs hold colons of their own.
pub(super) struct Pairs<'a> {
    rest: Option<&'a str>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: (!text.trim().is_empty()).then_some(text) }
    }

    fn take(&mut self, text: &'a str) -> Option<(&'a str, &'a str)> {
        let (pair, after) = text.trim_start().strip_prefix('{')?.split_once('}')?;
        let after = after.trim_start();
        self.rest = match after.strip_prefix(',') {
            Some(next) => Some(next),
            None if after.is_empty() => None,
            None => return None,
        };
        let (left, right) = pair.split_once(':')?;
        let (left, right) = (left.trim(), right.trim());
        (!left.is_empty() && !right.is_empty() && !pair.contains('{')).then_some((left, right))
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Result<(&'a str, &'a str), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.take()?;
        let pair = self.take(text);
        if pair.is_none() {
            self.rest = None;
        }
        Some(pair.ok_or(()))
    }
}

fn holds(is_right: bool, rule: Rule, expected: &'static str) -> Result<(), Wrong> {
    if is_right { Ok(()) } else { Err((rule, Cow::Borrowed(expected))) }
}

/// Checks what holds for every text: its length and its characters.
pub(super) fn check_text(text: &str) -> Result<(), Wrong> {
    holds(text.len() <= LONGEST_TEXT, Rule::Length, "a text of at most 64 KiB")?;
    let is_control = |c: char| c.is_control() && c != '\t';
    // A scan of bytes spares most texts the decoding.
    let is_suspect = !text.bytes().all(|b| (b' '..0x7F).contains(&b));
    holds(!is_suspect || !text.chars().any(is_control), Rule::Control, "a text without control characters")
}

fn check_id(text: &str) -> Result<(), Wrong> {
    let is_id = (1..=LONGEST_ID).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'@' | b'-'));
    holds(is_id, Rule::Guid, "1 to 255 letters, digits and . _ / @ -")
}

/// Whether our own REST could have the text as a sourcedId, and a list of them could name it.
pub(in crate::oneroster) fn is_wide_id(text: &str) -> bool {
    let is_sign = |c: char| !c.is_control() && !c.is_whitespace() && c != ',';
    (1..=LONGEST_ID).contains(&text.chars().count()) && text.chars().all(is_sign)
}

/// Whether a value names what was read over REST, where sourcedIds have more signs than files give them.
pub(super) fn is_wide(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Id | Kind::Ref(_) => is_wide_id(text),
        Kind::Refs(_) => items(text).all(is_wide_id),
        _ => false,
    }
}

fn check_items(text: &str, check: impl Fn(&str) -> Result<(), Wrong>) -> Result<(), Wrong> {
    for item in items(text) {
        holds(!item.is_empty(), Rule::List, "items separated by commas, none of them empty")?;
        check(item)?;
    }
    Ok(())
}

fn check_status(mode: Mode, text: &str) -> Result<(), Wrong> {
    if mode == Mode::Delta {
        return holds(matches!(text, "active" | "tobedeleted"), Rule::Enumeration, "active or tobedeleted");
    }
    holds(false, Rule::Mode, "a blank, as the file's mode is bulk")
}

fn check_modified(mode: Mode, text: &str) -> Result<(), Wrong> {
    if mode == Mode::Delta {
        return holds(is_moment(text), Rule::DateTime, "a moment in UTC such as 2026-08-31T12:00:00.000Z");
    }
    holds(false, Rule::Mode, "a blank, as the file's mode is bulk")
}

fn check_word(words: Vocabulary, version: Version, text: &str) -> Result<(), Wrong> {
    if words.has(text, version) {
        return Ok(());
    }
    let mut expected = format!("one of {}", words.words(version).join(", "));
    if words.is_extensible(version) {
        expected.push_str(" or ext:…");
    }
    Err((Rule::Enumeration, Cow::Owned(expected)))
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && digits(text.as_bytes()).is_some_and(|year| year > 0)
}

fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    unsigned.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

/// A date, `T`, a time with 0 to 9 decimals, `Z`. The standard writes three decimals; real files fewer.
fn is_moment(text: &str) -> bool {
    let Some((day, time)) = text.strip_suffix('Z').and_then(|rest| rest.split_once('T')) else { return false };
    let (time, decimals) = match time.split_once('.') {
        Some((time, decimals)) => (time, Some(decimals)),
        None => (time, None),
    };
    let are_decimals =
        decimals.is_none_or(|text| (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()));
    date(day).is_some() && are_decimals && is_time(time)
}

fn is_time(text: &str) -> bool {
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = text.as_bytes() else { return false };
    let below = |pair: [u8; 2], limit| digits(&pair).is_some_and(|number| number < limit);
    below([h1, h2], 24) && below([m1, m2], 60) && below([s1, s2], 60)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0_u32, |number, &b| {
        let digit = char::from(b).to_digit(10)?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::super::tables::columns;
    use super::*;

    fn broken(kind: Kind, text: &str) -> Option<Rule> {
        check(kind, Version::V1p2, Mode::Bulk, text).err().map(|(rule, _)| rule)
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        for text in ["2026-08-31", "2024-02-29", "0001-01-01"] {
            assert_eq!(broken(Kind::Date, text), None, "{text}");
        }
        for text in ["2026-02-30", "2026-13-01", "2026-8-31", "26-08-31", "2026/08/31", "0000-01-01", "2026-08-31 "] {
            assert_eq!(broken(Kind::Date, text), Some(Rule::Date), "{text}");
        }
    }

    #[test]
    fn a_moment_is_in_utc() {
        let is_wrong = |text| check(Kind::Modified, Version::V1p2, Mode::Delta, text).is_err();

        for text in ["2026-08-31T12:00:00.000Z", "2026-08-31T12:00:00Z", "2026-08-31T23:59:59.123456789Z"] {
            assert!(!is_wrong(text), "{text}");
        }
        for text in [
            "2026-08-31T12:00:00",
            "2026-08-31T12:00:00+02:00",
            "2026-08-31",
            "2026-08-31T24:00:00Z",
            "2026-08-31T12:00:00.Z",
            "2026-08-31t12:00:00z",
        ] {
            assert!(is_wrong(text), "{text}");
        }
    }

    #[test]
    fn a_sourced_id_has_1_to_255_characters_of_its_alphabet() {
        assert_eq!(broken(Kind::Id, &"a".repeat(255)), None);
        assert_eq!(broken(Kind::Id, "A-z_0.9/@"), None);
        assert_eq!(broken(Kind::Id, &"a".repeat(256)), Some(Rule::Guid));
        for text in ["a b", "a:b", "é", "{a}"] {
            assert_eq!(broken(Kind::Ref(File::Orgs), text), Some(Rule::Guid), "{text}");
        }
    }

    #[test]
    fn numbers_are_plain_and_finite() {
        for text in ["7", "-7.5", "0", "1e3", "1.5E-2"] {
            assert_eq!(broken(Kind::Number, text), None, "{text}");
        }
        for text in ["7,5", "inf", "NaN", "1e999", "+1", "", ".", "0x1", "-", "e"] {
            assert_eq!(broken(Kind::Number, text), Some(Rule::Number), "{text}");
        }
        for (text, rule) in [("25", None), ("-1", None), ("2.5", Some(Rule::Integer)), ("+1", Some(Rule::Integer))] {
            assert_eq!(broken(Kind::Integer, text), rule, "{text}");
        }
    }

    #[test]
    fn a_list_has_no_empty_item_and_may_have_spaces() {
        assert_eq!(broken(Kind::Texts, "01, 02,03"), None);
        assert_eq!(items("01, 02,03").collect::<Vec<_>>(), ["01", "02", "03"]);
        for text in [",", "01,", "01,,02", "01, ,02"] {
            assert_eq!(broken(Kind::Texts, text), Some(Rule::List), "{text}");
        }
    }

    #[test]
    fn an_identifier_may_be_an_address_with_colons() {
        let text = "{LDAP:a1}, {eckId:https://ketenid.example/2026/ab}";

        let pairs: Vec<_> = Pairs::of(text).map(Result::unwrap).collect();

        assert_eq!(broken(Kind::UserIds, text), None);
        assert_eq!(pairs, [("LDAP", "a1"), ("eckId", "https://ketenid.example/2026/ab")]);
    }

    #[test]
    fn typed_identifiers_need_braces_a_type_and_an_identifier() {
        for text in ["LDAP:a1", "{LDAP}", "{:a}", "{LDAP:}", "{LDAP:a", "{LDAP:a},", "{LDAP:a}{x:y}", "{a:{b:c}"] {
            assert_eq!(broken(Kind::UserIds, text), Some(Rule::UserIds), "{text}");
        }
    }

    #[test]
    fn each_word_of_each_vocabulary_is_accepted_in_its_own_case_only() {
        let columns = [Version::V1p1, Version::V1p2]
            .into_iter()
            .flat_map(|version| File::ALL.map(|file| (version, columns(version, file))))
            .flat_map(|(version, columns)| columns.iter().map(move |column| (version, column)));
        for (version, column) in columns {
            let (Kind::Word(words) | Kind::Words(words)) = column.kind else { continue };
            let is_accepted = |text: &str| check(column.kind, version, Mode::Bulk, text).is_ok();
            for word in words.words(version) {
                assert!(is_accepted(word), "{version:?} {} {word}", column.name);
                assert!(!is_accepted(&word.to_uppercase()), "{version:?} {} {word}", column.name);
                assert!(!is_accepted(&format!("{word} ")) || matches!(column.kind, Kind::Words(_)));
            }
            assert_eq!(is_accepted("ext:own"), words.is_extensible(version), "{version:?} {}", column.name);
            assert!(!is_accepted("ext:") && !is_accepted("other word"), "{version:?} {}", column.name);
        }
    }

    #[test]
    fn a_score_scale_has_one_colon_an_item() {
        assert_eq!(broken(Kind::ScoreScale, "{A+:100},{60-69:B}"), None);
        assert_eq!(broken(Kind::ScoreScale, "{A:1:2}"), Some(Rule::ScoreScale));
    }

    #[test]
    fn long_and_odd_texts_are_accepted_up_to_a_limit() {
        assert_eq!(broken(Kind::Text, &"é".repeat(255)), None);
        assert_eq!(broken(Kind::Text, &"x".repeat(64 * 1024)), None);
        assert_eq!(broken(Kind::Text, &"x".repeat(64 * 1024 + 1)), Some(Rule::Length));
        assert_eq!(broken(Kind::Text, "=SUM(A1)\tof"), None);
        for text in ["a\0b", "a\u{1b}[0m", "a\u{7f}", "a\u{85}b"] {
            assert_eq!(broken(Kind::Text, text), Some(Rule::Control), "{text:?}");
        }
    }

    #[test]
    fn a_case_id_is_the_urn_of_a_uuid() {
        assert!(is_uuid_urn("urn:uuid:0194f2a3-7c1e-7d2a-9b61-3f6f4c0a1b2c"));
        assert!(!is_uuid_urn("0194f2a3-7c1e-7d2a-9b61-3f6f4c0a1b2c"));
        assert!(!is_uuid_urn("urn:uuid:0194f2a37c1e7d2a9b613f6f4c0a1b2c"));
        assert!(!is_uuid_urn("urn:uuid:zz94f2a3-7c1e-7d2a-9b61-3f6f4c0a1b2c"));
    }
}
