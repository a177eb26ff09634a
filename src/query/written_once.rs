//! What is written once of the objects of a view, and lasts as long as it.
//!
//! A view is of one state of the board and of its rules, so that nothing here is ever of another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

const MIB: usize = 1024 * 1024;

/// How much memory what is written once may take in all views together, in bytes.
#[derive(Debug, Clone)]
pub struct Budget(Arc<AtomicUsize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(Self::DEFAULT * MIB)))
    }
}

impl Budget {
    /// What may be taken unless that is set, in MiB.
    pub const DEFAULT: usize = 96;

    /// Sets what may be taken, before anything is.
    pub fn set(&self, mib: usize) {
        self.0.store(mib.saturating_mul(MIB), Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Objects of one kind as they were written, by position.
#[derive(Debug)]
pub struct WrittenOnce<T> {
    objects: Vec<OnceLock<Box<T>>>,
    budget: Budget,
    n_bytes: AtomicUsize,
}

impl<T> WrittenOnce<T> {
    /// Room for so many objects, of which none is written.
    pub fn new(n: u32, budget: &Budget) -> Self {
        let objects = (0..n).map(|_| OnceLock::new()).collect();
        Self { objects, budget: budget.clone(), n_bytes: AtomicUsize::new(0) }
    }

    /// The object at that position, if it was written before.
    pub fn get(&self, position: u32) -> Option<&T> {
        self.objects.get(position as usize)?.get().map(Box::as_ref)
    }

    /// Keeps what was written of an object, and takes so many bytes beside its own size, as long as there is room.
    pub fn keep(&self, position: u32, written: T, n_beside: usize) {
        let Some(slot) = self.objects.get(position as usize) else { return };
        let n_bytes = size_of::<T>() + n_beside;
        if slot.get().is_none() && self.budget.take(n_bytes) {
            self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed);
            // Whoever came first wrote the same.
            drop(slot.set(Box::new(written)));
        }
    }
}

impl<T> Drop for WrittenOnce<T> {
    fn drop(&mut self) {
        self.budget.give_back(*self.n_bytes.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_an_end_and_makes_room_when_it_goes() {
        let budget = Budget::default();
        budget.set(1);
        let written = WrittenOnce::new(3, &budget);

        written.keep(0, "a", MIB / 2);
        written.keep(0, "another", MIB / 4);
        written.keep(1, "too large", MIB / 2);
        written.keep(2, "c", MIB / 4);
        written.keep(3, "nobody", 0);

        let kept = |written: &WrittenOnce<&'static str>| [0, 1, 2, 3].map(|position| written.get(position).copied());
        assert_eq!(kept(&written), [Some("a"), None, Some("c"), None]);
        drop(written);
        let next = WrittenOnce::new(3, &budget);
        next.keep(1, "too large", MIB / 2);
        assert_eq!(kept(&next), [None, Some("too large"), None, None]);
    }
}
