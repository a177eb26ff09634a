//! Positions grouped by a small number: which memberships a class has, which results a pupil.

/// Positions grouped by a small number, by counting.
#[derive(Debug, Default)]
pub(super) struct Groups {
    items: Vec<u32>,
    starts: Vec<u32>,
}

impl Groups {
    /// Groups positions by their keys, which are below `n_groups` or stand for no group.
    #[expect(clippy::cast_possible_truncation, reason = "positions are 32 bits")]
    pub(super) fn new(keys: &[u32], n_groups: u32) -> Self {
        let mut starts = vec![0_u32; n_groups as usize + 2];
        for key in keys {
            if let Some(count) = starts.get_mut(*key as usize + 2) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut starts {
            sum += *count;
            *count = sum;
        }
        let mut items = vec![0_u32; keys.len()];
        for (i, key) in keys.iter().enumerate() {
            if let Some(next) = starts.get_mut(*key as usize + 1) {
                if let Some(slot) = items.get_mut(*next as usize) {
                    *slot = i as u32;
                }
                *next += 1;
            }
        }
        Self { items, starts }
    }

    /// The positions of a group, ascending.
    pub(super) fn of(&self, group: u32) -> &[u32] {
        let start = self.starts.get(group as usize).copied().unwrap_or_default() as usize;
        let end = self.starts.get(group as usize + 1).copied().unwrap_or_default() as usize;
        self.items.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_each_position_once_in_order() {
        let groups = Groups::new(&[2, 0, 2, 1, 2], 4);

        assert_eq!(groups.of(0), &[1]);
        assert_eq!(groups.of(1), &[3]);
        assert_eq!(groups.of(2), &[0, 2, 4]);
        assert_eq!(groups.of(3), &[] as &[u32]);
        assert_eq!(groups.of(9), &[] as &[u32]);
    }
}
