//! What is remembered of a provider's own lists between requests: how long they are, and where pages ended. It
//! saves work and decides nothing: it holds only until the provider's next write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::consent::provisioned::Kind;

/// How many lists are remembered.
const MOST: usize = 1_000;
/// How many ends of pages are remembered of a list: so many clients can read it side by side.
const ENDS: usize = 8;

/// Whose list of what.
type ListOf = (i64, Arc<str>, Kind);

/// What is remembered of providers' lists.
#[derive(Debug, Default)]
pub struct Memo(Mutex<HashMap<ListOf, Known>>);

#[derive(Debug, Default, Clone)]
struct Known {
    /// The provider's last write, as of which this is known.
    as_of: i64,
    n: Option<u64>,
    /// After so many objects comes the one with this number.
    ends: Vec<(u64, i64)>,
}

impl Memo {
    /// How long a list is, if that is remembered.
    pub fn length(&self, of: &ListOf, as_of: i64) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(of).filter(|known| known.as_of == as_of)?.n
    }

    /// Remembers how long a list is.
    pub fn keep_length(&self, of: &ListOf, as_of: i64, n: u64) {
        self.update(of, as_of, |known| known.n = Some(n));
    }

    /// The number of the last of so many objects, if a page ended there.
    pub fn end(&self, of: &ListOf, as_of: i64, n_before: u64) -> Option<i64> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lists.get(of).filter(|known| known.as_of == as_of)?;
        known.ends.iter().find(|(n, _)| *n == n_before).map(|(_, number)| *number)
    }

    /// Remembers where a page ended.
    pub fn keep_end(&self, of: &ListOf, as_of: i64, end: (u64, i64)) {
        self.update(of, as_of, |known| {
            if known.ends.len() >= ENDS {
                known.ends.remove(0);
            }
            known.ends.push(end);
        });
    }

    fn update(&self, of: &ListOf, as_of: i64, change: impl FnOnce(&mut Known)) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MOST && !lists.contains_key(of) {
            lists.clear();
        }
        let known = lists.entry(of.clone()).or_default();
        if known.as_of != as_of {
            *known = Known { as_of, ..Known::default() };
        }
        change(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_holds_until_the_next_write() {
        let memo = Memo::default();
        let of = (1, "entra".into(), Kind::User);

        memo.keep_length(&of, 7, 300);
        memo.keep_end(&of, 7, (100, 4711));

        assert_eq!((memo.length(&of, 7), memo.end(&of, 7, 100)), (Some(300), Some(4711)));
        assert_eq!((memo.length(&of, 8), memo.end(&of, 8, 100), memo.end(&of, 7, 200)), (None, None, None));
        memo.keep_length(&of, 8, 301);
        assert_eq!((memo.length(&of, 8), memo.end(&of, 8, 100)), (Some(301), None));
    }
}
