//! Comparing text without regard to letter case and width, and to how a letter's marks are written (RFC 8265 §3.3).
//!
//! Folding is lower-casing letter by letter, with the final sigma as any other: a part of a word must fold as it
//! does inside of it, or `sw` and `co` would miss what `eq` finds. Only a part that ends between a letter and its
//! mark may not be found.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::letters;

/// The text without letter case, in ordinary width and composed; two texts are equal but for these if this is the same.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        let text = letters::in_ordinary_width(text);
        let lower: String = text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect();
        match letters::composed(&lower) {
            Cow::Borrowed(_) => Cow::Owned(lower),
            Cow::Owned(composed) => Cow::Owned(composed),
        }
    }
}

/// Whether `text` is `needle`, which is folded already.
pub fn equals(text: &str, needle: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(needle) } else { fold(text) == needle }
}

/// Whether `text` begins with `needle`, which is folded already.
pub fn starts_with(text: &str, needle: &str) -> bool {
    fold(text).starts_with(needle)
}

/// Whether `text` ends with `needle`, which is folded already.
pub fn ends_with(text: &str, needle: &str) -> bool {
    fold(text).ends_with(needle)
}

/// Whether `needle`, which is folded already, is somewhere in `text`.
pub fn contains(text: &str, needle: &str) -> bool {
    fold(text).contains(needle)
}

/// How `text` is ordered to `other`, which is folded already.
pub fn compare(text: &str, other: &str) -> Ordering {
    (*fold(text)).cmp(other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_beyond_ascii_have_no_case_either() {
        assert!(equals("ZOË", &fold("zoë")));
        assert!(equals("ΟΔΟΣ", &fold("οδος")));
        assert!(equals("\u{212A}elvin", "kelvin"));
        assert!(starts_with("ΟΔΟΣ", &fold("οδος")));
        assert!(contains("Groß-Ärgernis", &fold("ÄRG")));
        assert!(ends_with("İzmir", &fold("MIR")));
        assert!(equals("ZOE\u{308}", &fold("zoë")) && equals("zoë", &fold("Zoe\u{308}")));
        assert!(contains("Zoe\u{308} X", &fold("OË")));
        assert!(equals("Ａnn＠Ｘ", &fold("ann@x")) && equals("ann", &fold("ＡＮＮ")) && equals("ガ", &fold("ｶﾞ")));
        assert!(starts_with("ＡＮＮ", &fold("an")) && !equals("ﬁ", &fold("fi")));
        assert!(!equals("strasse", &fold("straße")));
    }

    proptest! {
        #[test]
        fn every_comparison_agrees_with_folding_both(a in "\\PC{0,8}", b in "\\PC{0,3}") {
            let (low, needle) = (fold(&a).into_owned(), fold(&b).into_owned());
            prop_assert_eq!(equals(&a, &needle), low == needle);
            prop_assert_eq!(starts_with(&a, &needle), low.starts_with(&needle));
            prop_assert_eq!(compare(&a, &needle), low.cmp(&needle));
            prop_assert_eq!(fold(&low).into_owned(), low);
        }
    }
}
