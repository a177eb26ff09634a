//! Numbers that differ where values do, the same in every process and version.
//!
//! They are compared with what was kept of earlier ones, so that their making is part of a stored form. Two
//! values that differ share a number once in 2^64 times.

/// A number in the making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print(u64);

impl Default for Print {
    fn default() -> Self {
        Self::new()
    }
}

impl Print {
    /// Of nothing yet.
    pub const fn new() -> Self {
        Self(0x243f_6a88_85a3_08d3)
    }

    /// Adds a number.
    #[must_use]
    pub const fn number(self, value: u64) -> Self {
        // The finalizer of SplitMix64: each bit of the input moves half of the output.
        let mut z = (self.0.rotate_left(5) ^ value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(z ^ (z >> 31))
    }

    /// Adds a text, or that there is none.
    #[must_use]
    pub fn text(self, value: Option<&str>) -> Self {
        let Some(value) = value else { return self.number(0) };
        let mut print = self.number(1 + value.len() as u64);
        for chunk in value.as_bytes().chunks(8) {
            print = print.number(chunk.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        }
        print
    }

    /// The number.
    pub const fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_length_and_absence_count() {
        let prints = [
            Print::new().text(None).text(Some("a")),
            Print::new().text(Some("a")).text(None),
            Print::new().text(Some("")).text(Some("a")),
            Print::new().text(Some("a\0")).text(None),
            Print::new().number(1).number(2),
            Print::new().number(2).number(1),
        ];

        for (i, one) in prints.iter().enumerate() {
            assert!(prints.iter().skip(i + 1).all(|other| one != other), "{i}");
        }
    }

    #[test]
    fn a_kept_number_is_still_made_alike() {
        assert_eq!(Print::new().text(Some("2026-09-01")).number(7).finish(), 6_964_952_197_106_430_380);
    }
}
