//! The order of a provider's own lists, kept between requests: the numbers of their objects, in which they were made.
//! A page at any depth is found by it, and so is how long a list is.
//!
//! New objects are added at the end; whatever is removed makes the order be read anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringTreemap;

use crate::consent::provisioned::Kind;
use crate::store::written::Progress;

/// How many lists are kept.
const MOST: usize = 1_000;

/// Whose list of what.
pub type ListOf = (i64, Arc<str>, Kind);

/// The orders of providers' lists.
#[derive(Debug, Default)]
pub struct OwnLists(Mutex<HashMap<ListOf, Arc<Order>>>);

/// The order of a list.
#[derive(Debug, Default, Clone)]
pub struct Order {
    numbers: RoaringTreemap,
    /// The greatest number that an object could have had.
    up_to: i64,
    /// How many objects the provider had removed.
    removals: i64,
}

impl OwnLists {
    /// The order of a list as of the provider's progress; `read` gives the numbers after the first up to the second.
    pub fn order<E>(
        &self,
        of: &ListOf,
        progress: Progress,
        read: impl FnOnce(i64, i64) -> Result<Vec<i64>, E>,
    ) -> Result<Arc<Order>, E> {
        let Progress { last_number: up_to, removals, .. } = progress;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned();
        let known = known.filter(|known| known.removals == removals);
        if let Some(known) = known.as_ref().filter(|known| known.up_to >= up_to) {
            return Ok(Arc::clone(known));
        }
        let mut order = known.as_deref().cloned().unwrap_or_default();
        let added = read(order.up_to, up_to)?;
        order.numbers.extend(added.into_iter().filter_map(|number| u64::try_from(number).ok()));
        let order = Arc::new(Order { up_to, removals, ..order });
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MOST && !lists.contains_key(of) {
            lists.clear();
        }
        lists.insert(of.clone(), Arc::clone(&order));
        Ok(order)
    }
}

impl Order {
    /// How many objects there are.
    pub fn n(&self) -> u64 {
        self.numbers.len()
    }

    /// The number of the object after so many.
    pub fn after(&self, n: u64) -> Option<i64> {
        self.numbers.select(n).and_then(|number| i64::try_from(number).ok())
    }

    /// The numbers of the first and the last of so many objects after so many; `None` if there is none.
    pub fn numbers(&self, after: u64, n: usize) -> Option<(i64, i64)> {
        let end = after.saturating_add(n as u64).min(self.n());
        let last = end.checked_sub(1).filter(|last| *last >= after)?;
        Some((self.after(after)?, self.after(last)?))
    }

    /// How many objects there are up to a number.
    pub fn up_to(&self, number: i64) -> u64 {
        u64::try_from(number).map_or(0, |number| self.numbers.rank(number))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// The order of a list with these objects, and from where they were read.
    fn order(lists: &OwnLists, all: &[i64], removals: i64, up_to: i64) -> (Arc<Order>, Option<i64>) {
        let mut read_after = None;
        let progress = Progress { last_at: 0, last_number: up_to, removals };
        let order = lists.order(&(1, "entra".into(), Kind::User), progress, |after, up_to| {
            read_after = Some(after);
            Ok::<_, Infallible>(all.iter().copied().filter(|number| (after + 1..=up_to).contains(number)).collect())
        });
        (order.unwrap(), read_after)
    }

    #[test]
    fn places_and_numbers_lead_to_each_other() {
        let (order, _) = order(&OwnLists::default(), &[2, 5, 9], 0, 9);

        assert_eq!((order.n(), [0, 1, 2, 3].map(|n| order.after(n))), (3, [Some(2), Some(5), Some(9), None]));
        assert_eq!(
            [(0, 2), (1, 9), (2, 1)].map(|(after, n)| order.numbers(after, n)),
            [Some((2, 5)), Some((5, 9)), Some((9, 9))]
        );
        assert_eq!([(0, 0), (3, 1), (u64::MAX, 5)].map(|(after, n)| order.numbers(after, n)), [None; 3]);
        assert_eq!([-1, 1, 2, 8, 9, 100].map(|number| order.up_to(number)), [0, 0, 1, 2, 3, 3]);
    }

    #[test]
    fn what_is_new_is_read_alone_and_all_once_something_was_removed() {
        let lists = OwnLists::default();

        assert_eq!(order(&lists, &[2, 5], 0, 6).1, Some(0));
        assert_eq!(order(&lists, &[2, 5], 0, 6).1, None);
        let (with_new, read_after) = order(&lists, &[2, 5, 9], 0, 9);
        assert_eq!((with_new.n(), read_after), (3, Some(6)));
        assert_eq!(order(&lists, &[2, 5, 9], 0, 6).1, None, "who read the progress earlier may know more");
        let (without, read_after) = order(&lists, &[2, 9], 1, 9);
        assert_eq!((without.n(), without.after(1), read_after), (2, Some(9), Some(0)));
    }
}
