//! The forms of values.

use chrono::{DateTime, NaiveDate};

use super::tables::{Version, Vocabulary};

/// Letters, digits, and `.`, `-`, `_`, `/`, `@`; at most 255 of them.
pub fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/@".contains(&byte))
}

/// A day of the calendar, as `2026-08-01`.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// A moment in UTC, as `2026-08-01T09:00:00.000Z`.
pub fn is_moment(text: &str) -> bool {
    text.ends_with('Z') && text.contains('T') && DateTime::parse_from_rfc3339(text).is_ok()
}

/// Four digits.
pub fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number in base 10.
pub fn is_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

/// A finite number in base 10.
pub fn is_number(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    is_plain && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a word is one of those, or one of the set's own where it may have some.
pub fn is_word(text: &str, words: Vocabulary, version: Version) -> bool {
    let is_own = words.is_open && version == Version::V1p2 && text.starts_with("ext:");
    is_own || words.known.contains(&text)
}

/// Pairs in braces, as `{LDAP:a1},{Fed:x}`, of which neither side is empty.
pub fn are_pairs(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return false };
    inner.split("},{").all(|pair| {
        let sides = pair.split_once(':');
        sides.is_some_and(|(left, right)| !left.is_empty() && !right.is_empty()) && !pair.contains(['{', '}'])
    })
}

/// A UUID as a URN, with which CASE names objectives.
pub fn is_case(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("urn:uuid:") else { return false };
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suites::oneroster_csv::tables::Vocabulary;

    #[test]
    fn days_and_numbers_are_real_ones() {
        assert!(is_day("2024-02-29") && !is_day("2026-02-30") && !is_day("2026-2-3") && !is_day("20260201"));
        assert!(is_number("-1.5e3") && !is_number("NaN") && !is_number("1,5") && !is_number(""));
        assert!(is_moment("2026-08-01T09:00:00.000Z") && !is_moment("2026-08-01T09:00:00+02:00"));
    }

    #[test]
    fn pairs_have_two_sides() {
        assert!(are_pairs("{LDAP:a1},{Fed:x:y}") && !are_pairs("LDAP:a1") && !are_pairs("{LDAP:}") && !are_pairs("{}"));
    }

    #[test]
    fn words_of_ones_own_are_for_open_lists_of_1_2() {
        let words = Vocabulary { known: &["term"], is_open: true };

        assert!(is_word("term", words, Version::V1p1) && is_word("ext:week", words, Version::V1p2));
        assert!(!is_word("Term", words, Version::V1p2) && !is_word("ext:week", words, Version::V1p1));
    }
}
