//! National identification numbers in columns that aren't meant for them.
//!
//! A citizen service number (BSN) may reach a vendor by no rule at all, so a text that could be one
//! counts as one: one random nine-digit number in eleven is withheld for nothing.

/// Whether a text could be a citizen service number: nine digits that pass the eleven-test.
///
/// Single dots, spaces and hyphens between the digits don't hide it. Eight digits never count: a number
/// that lost its leading zero in a spreadsheet looks like far too many telephone and pupil numbers.
pub fn is_national_id(text: &str) -> bool {
    let mut sum: u32 = 0;
    let mut count: u32 = 0;
    let mut after_digit = false;
    for b in text.trim().bytes() {
        match b {
            b'0'..=b'9' if count < 9 => {
                count += 1;
                // 9a + 8b + … + 2h − i: the last weight is minus one, which is ten modulo eleven.
                let weight = if count == 9 { 10 } else { 10 - count };
                sum += weight * u32::from(b - b'0');
                after_digit = true;
            }
            b'.' | b' ' | b'-' if after_digit => after_digit = false,
            _ => return false,
        }
    }
    count == 9 && after_digit && sum > 0 && sum.is_multiple_of(11)
}

/// How an identifier of the chain of vendors (ECK iD) begins.
const CHAIN: &str = "https://ketenid.nl/";

/// Whether a text is, or holds among other words, what could be a citizen service number.
///
/// Letters that touch the digits make them another thing, as in a UUID, and so do more digits; groups of
/// digits between spaces count together only where each has two or more, because a row of marks is none.
pub fn holds_national_id(text: &str) -> bool {
    if text.bytes().filter(u8::is_ascii_digit).count() < 9 {
        return false;
    }
    is_national_id(text) || has_word(text) || has_words_in_a_row(text)
}

fn has_word(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    let mut rest = text;
    let mut before = None;
    while let Some(start) = rest.find(is_part) {
        let (skipped, from) = rest.split_at(start);
        before = skipped.chars().next_back().or(before);
        let (word, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        let stands_apart = |edge: Option<char>, bound: bool| !bound || !edge.is_some_and(char::is_alphanumeric);
        let begins_apart = stands_apart(before, word.starts_with(|c: char| c.is_ascii_digit()));
        let ends_apart = stands_apart(after.chars().next(), word.ends_with(|c: char| c.is_ascii_digit()));
        if begins_apart && ends_apart && is_national_id(word.trim_matches(['.', '-'])) {
            return true;
        }
        before = word.chars().next_back();
        rest = after;
    }
    false
}

fn has_words_in_a_row(text: &str) -> bool {
    let is_edge = |c: char| !c.is_alphanumeric() && !matches!(c, ' ' | '.' | '-');
    text.split(is_edge).any(|part| {
        let words: Vec<&str> = part.split(' ').map(|word| word.trim_end_matches(['.', '-'])).collect();
        (0..words.len()).any(|start| {
            let mut number = String::new();
            for word in words.iter().skip(start) {
                if word.len() < 2 || number.len() > 9 || !word.bytes().all(|b| b.is_ascii_digit()) {
                    break;
                }
                number.push_str(word);
                if is_national_id(&number) {
                    return true;
                }
            }
            false
        })
    })
}

/// Whether a text is a telephone number with the code of its country, which is no national number.
pub fn is_international_number(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'.' | b'-' | b'/' | b'(' | b')');
    text.trim().strip_prefix('+').is_some_and(|rest| rest.bytes().all(is_part))
}

/// Whether a number, written as one, could be a citizen service number.
pub fn is_national_number(number: f64) -> bool {
    (1e8..1e9).contains(&number) && number.fract() == 0.0 && is_national_id(&number.to_string())
}

/// Whether a text is, or holds among other words, an identifier of the chain of vendors.
pub fn holds_chain_id(text: &str) -> bool {
    text.as_bytes().windows(CHAIN.len()).any(|part| part.eq_ignore_ascii_case(CHAIN.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_national_id_is_found_among_other_words() {
        for text in [
            "BSN 111222333",
            "bsn:111222333.",
            "BSN-1112.22.333, zie dossier",
            "abc,111222333",
            "111222333@school.example",
            "j.111222333@school.example",
            "nummer 111 222 333 (oud)",
            "groep 8 111222333",
            "http://school.example/p/111222333?x=1",
        ] {
            assert!(holds_national_id(text), "{text}");
        }
    }

    #[test]
    fn other_words_hold_none() {
        for text in [
            "BSN 111222334",
            "Zoë 06-12345678",
            "0.111222333",
            "7 8 6 5 9 8 7 6 5",
            "550e8400-e29b-4123-9456-446655440000",
            "a111222333",
            "111222333x",
            "1111222333",
            "2026-2027, 2026-09-01",
            "+31-612345678",
        ] {
            assert!(!holds_national_id(text), "{text}");
        }
        assert!(is_international_number("+31 (0)6 12345678") && !is_international_number("612345678"));
    }

    #[test]
    fn a_number_is_one_only_where_it_is_written_as_nine_digits() {
        assert!(is_national_number(111_222_333.0));
        for number in [7.333_333_33, 111_222_333.5, 111_222_334.0, -111_222_333.0, f64::INFINITY] {
            assert!(!is_national_number(number), "{number}");
        }
    }

    #[test]
    fn a_chain_id_is_found_among_other_words() {
        assert!(holds_chain_id("eck HTTPS://ketenid.nl/2026/ab") && holds_chain_id("https://ketenid.nl/"));
        assert!(!holds_chain_id("https://ketenid.example/") && !holds_chain_id(""));
    }

    #[test]
    fn nine_digits_that_pass_the_eleven_test_are_a_national_id() {
        for text in ["111222333", "123456782", "010464554", " 123456782 ", "1234.56.782", "123 456 782", "123-456-782"]
        {
            assert!(is_national_id(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "123456789",
            "000000000",
            "10464554",
            "1234567820",
            "12345678",
            "123456782a",
            "a123456782",
            "123..456782",
            "123456782.",
            ".123456782",
            "+123456782",
            "",
        ] {
            assert!(!is_national_id(text), "{text}");
        }
    }
}
