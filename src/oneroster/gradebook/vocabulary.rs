//! The words that the standard allows in a write.

/// The words of `scoreStatus`; 1.2 adds tokens of one's own.
const SCORE_STATUS: [&str; 5] = ["exempt", "fully graded", "not submitted", "partially graded", "submitted"];

/// Whether the word is one of `scoreStatus`.
pub fn is_score_status(word: &str, is_extensible: bool) -> bool {
    SCORE_STATUS.contains(&word) || (is_extensible && is_extension(word))
}

/// Whether the word is a token of one's own: `ext:` and letters, digits, dots, dashes or underscores.
fn is_extension(word: &str) -> bool {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    word.strip_prefix("ext:").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_sign))
}

/// Whether the word says where learning objectives come from; one of one's own is a slash and small letters or digits.
pub fn is_source(word: &str) -> bool {
    let is_known = |word: &str| matches!(word, "case" | "unknown");
    let is_sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_own = |rest: &str| !rest.is_empty() && rest.bytes().all(is_sign) && !is_known(rest);
    is_known(word) || word.strip_prefix('/').is_some_and(is_own)
}

/// Whether the text can name an object: 1 to 255 signs, none of them a blank or a control.
pub fn is_identifier(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
