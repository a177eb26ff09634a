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

/// Whether a text is an identifier of the chain of vendors.
pub fn is_chain_id(text: &str) -> bool {
    text.trim().get(..CHAIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(CHAIN))
}

#[cfg(test)]
mod tests {
    use super::*;

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
