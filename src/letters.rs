//! One text in several forms: letters with marks as one sign each, or as letter and marks (Unicode's NFC and NFD), and
//! letters as wide as others or as wide as a Chinese sign (UAX #11).

use std::borrow::Cow;
use std::collections::BTreeSet;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// The text with each letter and its marks as one sign, as far as there is one.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { ComposingNormalizerBorrowed::new_nfc().normalize(text) }
}

/// The text as it is, composed and decomposed: as it may stand in a database.
pub fn forms(text: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([text.to_owned()]);
    if !text.is_ascii() {
        forms.insert(composed(text).into_owned());
        forms.insert(DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned());
    }
    forms
}

/// The text with full-width and half-width letters as the ordinary ones that they decompose to (RFC 8265 §3.3.1).
pub fn in_ordinary_width(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_of_other_width) {
        Cow::Owned(text.chars().flat_map(ordinary).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with ASCII letters, digits and signs in full width.
pub fn in_full_width(text: &str) -> String {
    const OFFSET: u32 = 0xFEE0;
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + OFFSET).unwrap_or(c),
        _ => c,
    };
    text.chars().map(wide).collect()
}

/// Whether a letter is of another width than the one that it decomposes to.
const fn is_of_other_width(c: char) -> bool {
    matches!(c, '\u{3000}' | '\u{FF00}'..='\u{FFEF}')
}

/// A letter in its ordinary width.
fn ordinary(c: char) -> impl Iterator<Item = char> {
    // First and last, and what the first one is.
    const HANGUL: [(char, char, u32); 6] = [
        ('\u{FFA0}', '\u{FFA0}', 0x3164),
        ('\u{FFA1}', '\u{FFBE}', 0x3131),
        ('\u{FFC2}', '\u{FFC7}', 0x314F),
        ('\u{FFCA}', '\u{FFCF}', 0x3155),
        ('\u{FFD2}', '\u{FFD7}', 0x315B),
        ('\u{FFDA}', '\u{FFDC}', 0x3161),
    ];
    // Of these the compatibility decomposition goes further than the width.
    let hangul = HANGUL.into_iter().find(|(first, last, _)| (*first..=*last).contains(&c));
    let once = match hangul {
        Some((first, _, to)) => char::from_u32(to + u32::from(c) - u32::from(first)),
        None if c == '\u{FFE3}' => Some('\u{AF}'),
        None if is_of_other_width(c) => None,
        None => Some(c),
    };
    let rest = once.is_none().then(|| DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(c)));
    once.into_iter().chain(rest.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_width_become_the_ordinary_ones() {
        for (text, expected) in [
            ("Ａｎｎ＠ｘ．ｅｘａｍｐｌｅ　１", "Ann@x.example 1"),
            ("ｶﾞｯｺｳ", "カ\u{3099}ッコウ"),
            ("\u{FFA1}\u{FFBE}\u{FFC2}\u{FFDC}\u{FFA0}", "\u{3131}\u{314E}\u{314F}\u{3163}\u{3164}"),
            ("￠￣￦￮", "¢¯₩○"),
            ("ﬁ①é", "ﬁ①é"),
        ] {
            assert_eq!(in_ordinary_width(text), expected);
        }
        assert_eq!(in_full_width("Ann 1~é"), "Ａｎｎ １～é");
        assert!(('\u{FF00}'..='\u{FFEF}').all(|c| ordinary(c).count() == 1), "width is mapped sign by sign");
    }
}
