//! One text in several forms: letters with marks as one sign each, or as letter and marks (Unicode's NFC and NFD).

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
