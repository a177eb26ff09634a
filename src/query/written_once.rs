//! What is written once of the objects of a view, and lasts no longer than it.
//!
//! A view is of one state of the board and of its rules, so that nothing here is ever of another.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};
use std::time::Instant;

use crate::query::dictionary::{Dictionary, Packed};

const MIB: usize = 1024 * 1024;

/// How long nobody must have asked for what makes room for others, in ms.
const IDLE: u64 = 5_000;

/// How long nobody tries to make room after somebody did, in ms.
const PAUSE: u64 = 1_000;

/// How much memory what is written once may take in all views together.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// In bytes.
    left: AtomicUsize,
    started: Instant,
    /// When room was last to be made, in ms.
    tried_at: AtomicU64,
    shelves: Mutex<Vec<Weak<dyn Shelf>>>,
}

/// What takes part of the budget.
trait Shelf: std::fmt::Debug + Send + Sync {
    /// When somebody last asked for it, in ms since the budget was made.
    fn used_at(&self) -> u64;
    /// Gives everything up; returns how many bytes that was.
    fn clear(&self) -> usize;
}

impl Default for Budget {
    fn default() -> Self {
        let left = AtomicUsize::new(Self::DEFAULT * MIB);
        let (started, tried_at) = (Instant::now(), AtomicU64::new(0));
        Self(Arc::new(Shared { left, started, tried_at, shelves: Mutex::default() }))
    }
}

impl Budget {
    /// What may be taken unless that is set, in MiB.
    pub const DEFAULT: usize = 96;

    /// Sets what may be taken, before anything is.
    pub fn set(&self, mib: usize) {
        self.0.left.store(mib.saturating_mul(MIB), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn take(&self, bytes: usize) -> bool {
        let take = || self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        take().is_ok() || (self.make_room() && take().is_ok())
    }

    fn give_back(&self, bytes: usize) {
        self.0.left.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Clears what nobody has asked for the longest; `false` if all is in use.
    fn make_room(&self) -> bool {
        let now = self.now();
        if now < self.0.tried_at.load(Ordering::Relaxed) + PAUSE {
            return false;
        }
        self.0.tried_at.store(now, Ordering::Relaxed);
        let mut shelves = self.0.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|shelf| shelf.strong_count() > 0);
        let last = now.saturating_sub(IDLE);
        let mut idle: Vec<Arc<dyn Shelf>> = shelves.iter().filter_map(Weak::upgrade).collect();
        idle.retain(|shelf| shelf.used_at() < last);
        idle.sort_by_key(|shelf| shelf.used_at());
        idle.iter().any(|shelf| shelf.clear() > 0)
    }
}

/// Objects of one kind as they were written.
#[derive(Debug)]
pub struct WrittenOnce<T>(Arc<Objects<T>>);

#[derive(Debug)]
struct Objects<T> {
    n: u32,
    budget: Budget,
    used_at: AtomicU64,
    page: RwLock<Arc<Written<T>>>,
}

/// Objects of one kind as they were written, by position.
#[derive(Debug)]
pub struct Written<T> {
    objects: Vec<OnceLock<Box<Object<T>>>>,
    dictionary: Dictionary,
    budget: Budget,
    n_bytes: AtomicUsize,
}

#[derive(Debug)]
struct Object<T> {
    text: Packed,
    beside: T,
}

/// An object as it was written before.
#[derive(Debug)]
pub struct Before<'w, T> {
    object: &'w Object<T>,
    dictionary: &'w Dictionary,
}

impl<T: std::fmt::Debug + Send + Sync + 'static> WrittenOnce<T> {
    /// Room for so many objects, of which none is written.
    pub fn new(n: u32, budget: &Budget) -> Self {
        let page = RwLock::new(Arc::new(Written::nothing(budget)));
        let objects = Arc::new(Objects { n, budget: budget.clone(), used_at: AtomicU64::new(budget.now()), page });
        let shelf: Weak<dyn Shelf> = Arc::downgrade(&objects) as Weak<dyn Shelf>;
        budget.0.shelves.lock().unwrap_or_else(PoisonError::into_inner).push(shelf);
        Self(objects)
    }

    /// What was written so far.
    pub fn written(&self) -> Arc<Written<T>> {
        self.0.used_at.store(self.0.budget.now(), Ordering::Relaxed);
        let written = Arc::clone(&self.0.page.read().unwrap_or_else(PoisonError::into_inner));
        if !written.objects.is_empty() {
            return written;
        }
        let Some(new) = Written::with_places(self.0.n, &self.0.budget) else { return written };
        let mut page = self.0.page.write().unwrap_or_else(PoisonError::into_inner);
        if page.objects.is_empty() {
            *page = Arc::new(new);
        }
        Arc::clone(&page)
    }
}

impl<T: std::fmt::Debug + Send + Sync> Shelf for Objects<T> {
    fn used_at(&self) -> u64 {
        self.used_at.load(Ordering::Relaxed)
    }

    fn clear(&self) -> usize {
        let mut page = self.page.write().unwrap_or_else(PoisonError::into_inner);
        let n_bytes = page.n_bytes.load(Ordering::Relaxed);
        if n_bytes > 0 {
            *page = Arc::new(Written::nothing(&self.budget));
        }
        n_bytes
    }
}

impl<T> Written<T> {
    fn nothing(budget: &Budget) -> Self {
        Self::with(Vec::new(), budget, 0)
    }

    /// Places for so many objects, if there is room for these.
    fn with_places(n: u32, budget: &Budget) -> Option<Self> {
        let n_bytes = n as usize * size_of::<OnceLock<Box<Object<T>>>>();
        budget.take(n_bytes).then(|| Self::with((0..n).map(|_| OnceLock::new()).collect(), budget, n_bytes))
    }

    fn with(objects: Vec<OnceLock<Box<Object<T>>>>, budget: &Budget, n_bytes: usize) -> Self {
        let (dictionary, n_bytes) = (Dictionary::default(), AtomicUsize::new(n_bytes));
        Self { objects, dictionary, budget: budget.clone(), n_bytes }
    }

    /// The object at that position, if it was written before.
    pub fn get(&self, position: u32) -> Option<Before<'_, T>> {
        let object = self.objects.get(position as usize)?.get()?;
        Some(Before { object, dictionary: &self.dictionary })
    }

    /// Keeps what was written of an object, as long as there is room: its text, and what is known beside it, which
    /// takes so many bytes beside its own size. The first ones are only learned from.
    pub fn keep(&self, position: u32, text: &[u8], (beside, n_beside): (T, usize)) {
        let Some(slot) = self.objects.get(position as usize).filter(|slot| slot.get().is_none()) else { return };
        // An allocator rounds up, by an eighth at most.
        let n_bytes = |of_text: usize| (size_of::<Object<T>>() + of_text + n_beside) * 9 / 8;
        let at_most = n_bytes(Packed::at_most(text));
        if !self.budget.take(at_most) {
            return;
        }
        let packed = self.dictionary.pack(text).map(|text| Box::new(Object { text, beside }));
        let taken = packed.as_ref().map_or(0, |object| n_bytes(object.text.n_bytes()));
        // Whoever came first wrote the same.
        let taken = if packed.is_some_and(|object| slot.set(object).is_ok()) { taken } else { 0 };
        self.budget.give_back(at_most - taken);
        self.n_bytes.fetch_add(taken, Ordering::Relaxed);
    }
}

impl<'w, T> Before<'w, T> {
    /// What is known beside the text.
    pub fn beside(&self) -> &'w T {
        &self.object.beside
    }

    /// How long the text is, in bytes.
    pub fn text_len(&self) -> usize {
        self.object.text.text_len()
    }

    /// Appends the text to bytes; `None` if it can't be told any more.
    pub fn text(&self, bytes: &mut Vec<u8>) -> Option<()> {
        self.dictionary.unpack(&self.object.text, bytes)
    }
}

impl<T> Drop for Written<T> {
    fn drop(&mut self) {
        self.budget.give_back(*self.n_bytes.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps a text and so many bytes beside it, and has learned what texts are like.
    fn keep(once: &WrittenOnce<()>, position: u32, text: &str, n_beside: usize) {
        let written = once.written();
        written.dictionary.pack(&[b'-'; 4096]);
        written.keep(position, text.as_bytes(), ((), n_beside));
    }

    fn kept(once: &WrittenOnce<()>) -> [Option<String>; 4] {
        let written = once.written();
        [0, 1, 2, 3].map(|position| {
            let mut bytes = Vec::new();
            written.get(position)?.text(&mut bytes)?;
            Some(String::from_utf8(bytes).unwrap())
        })
    }

    fn some(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    #[test]
    fn what_is_kept_has_an_end_and_makes_room_when_it_goes() {
        let budget = Budget::default();
        budget.set(1);
        let once = WrittenOnce::new(3, &budget);

        keep(&once, 0, "a", MIB / 2);
        keep(&once, 0, "another", MIB / 4);
        keep(&once, 1, "too large", MIB / 2);
        keep(&once, 2, "c", MIB / 8);
        keep(&once, 3, "nobody", 0);

        assert_eq!(kept(&once), some(["a", "", "c", ""]));
        drop(once);
        assert_eq!(budget.0.left.load(Ordering::Relaxed), MIB);
        let next = WrittenOnce::new(3, &budget);
        keep(&next, 1, "too large", MIB / 2);
        assert_eq!(kept(&next), some(["", "too large", "", ""]));
    }

    #[test]
    fn what_nobody_asks_for_makes_room_and_what_is_in_use_does_not() {
        let budget = Budget::default();
        budget.set(1);
        let [idle, busy, late] = [(); 3].map(|()| WrittenOnce::new(3, &budget));
        keep(&idle, 0, "idle", MIB / 4);
        keep(&busy, 0, "busy", MIB / 2);

        keep(&late, 0, "late", MIB / 4);
        assert_eq!(kept(&late), some([""; 4]));

        let earlier = Budget(Arc::new(Shared {
            left: AtomicUsize::new(0),
            started: Instant::now().checked_sub(std::time::Duration::from_secs(60)).unwrap(),
            tried_at: AtomicU64::new(0),
            shelves: Mutex::new(std::mem::take(&mut *budget.0.shelves.lock().unwrap())),
        }));
        busy.0.used_at.store(earlier.now(), Ordering::Relaxed);
        assert!(earlier.make_room());
        assert_eq!((kept(&idle), kept(&busy)), (some([""; 4]), some(["busy", "", "", ""])));
        keep(&late, 0, "late", MIB / 4);
        assert_eq!(kept(&late), some(["late", "", "", ""]));
    }
}
