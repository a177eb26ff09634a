//! A page of a list: filtered, sorted, counted and cut, in keys.
//!
//! A page costs the same at any depth: the list is a bitmap in the vendor's order, or a sorted list that
//! is kept for the next page.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity, Field, Kind};
use crate::consent::Release;
use crate::planted::{self, Leak};
use crate::query::answers::Board;
use crate::query::evaluate::{Context, QueryError};
use crate::query::filter::{Filter, Op, fields};
use crate::query::held_roles::HeldRoles;
use crate::query::main_role::{self, MainRoles};
use crate::query::modified;
use crate::query::names::Names;
use crate::query::shadow::Shadows;
use crate::query::sort::{self, Direction, Last, SortKey, SortValue, is_sortable};
use crate::store::{Conn, StoreError};

/// Where a page begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// After that many objects.
    Offset(u64),
    /// After that object, wherever it stands now; after that many if its identifier is none of the vendor's any more.
    After(Last, u64),
}

/// A request for a page.
#[derive(Debug, Clone)]
pub struct List {
    /// What is listed.
    pub entity: Entity,
    /// A subset that the route names, such as the students of a school, with a key that is its own.
    pub within: Option<(String, Arc<RoaringBitmap>)>,
    /// The filter.
    pub filter: Option<Filter>,
    /// The sort.
    pub sort: (SortKey, Direction),
    /// Where the page begins.
    pub start: Start,
    /// How many objects it has at most.
    pub limit: usize,
}

impl List {
    /// Whether the school's objects are in the vendor's order.
    fn is_in_vendors_order(&self) -> bool {
        self.sort.0 == SortKey::Unsorted || self.sort == (SortKey::SourcedId, Direction::Ascending)
    }
}

/// A page, in keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The objects, in order.
    pub positions: Vec<u32>,
    /// How many objects the whole list has.
    pub total: u64,
    /// How many of them come before the page.
    pub offset: u64,
}

impl Page {
    /// Whether objects follow after the page.
    pub fn has_more(&self) -> bool {
        self.offset + (self.positions.len() as u64) < self.total
    }
}

/// By what standard a vendor asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// OneRoster over REST.
    OneRoster,
    /// SCIM.
    Scim,
}

/// One vendor's view of one board: its release, and lists that it asked for before.
#[derive(Debug)]
pub struct View {
    /// What the vendor may see.
    pub release: Release,
    /// The board's data.
    pub board: Arc<Board>,
    /// The school's objects under names of the vendor's own.
    pub shadows: Shadows,
    main_roles: MainRoles,
    held_roles: HeldRoles,
    org_names: Names,
    class_titles: Names,
    hidden_members: OnceLock<HashMap<String, Vec<String>>>,
    kept: [OnceLock<Box<dyn Any + Send + Sync>>; 2],
    lists: Mutex<HashMap<ListKey, Arc<Listed>>>,
    subsets: Mutex<HashMap<String, Arc<RoaringBitmap>>>,
}

type ListKey = (Entity, Option<String>, Option<Filter>, (SortKey, Direction));

/// The order in which the school's objects are without any other.
const VENDORS_ORDER: (SortKey, Direction) = (SortKey::Unsorted, Direction::Ascending);
/// How many lists are kept for a vendor; a sorted one of 100,000 people is 400 KB.
const MOST_LISTS: usize = 16;
/// How many subsets are kept for a vendor.
const MOST_SUBSETS: usize = 256;
/// Shorter lists are made again for each page: that costs less than what they would push out.
const LONG: u64 = 512;

#[derive(Debug)]
enum Listed {
    /// Places in the vendor's order.
    Ranks(RoaringBitmap),
    /// Positions, sorted by something else.
    Sorted(Vec<u32>),
}

impl Listed {
    fn len(&self) -> u64 {
        match self {
            Self::Ranks(ranks) => ranks.len(),
            Self::Sorted(positions) => positions.len() as u64,
        }
    }
}

impl View {
    /// A view without any list asked for yet.
    pub fn new(release: Release, board: Arc<Board>) -> Self {
        Self {
            release,
            board,
            shadows: Shadows::default(),
            main_roles: MainRoles::default(),
            held_roles: HeldRoles::default(),
            org_names: Names::default(),
            class_titles: Names::default(),
            hidden_members: OnceLock::new(),
            kept: [OnceLock::new(), OnceLock::new()],
            lists: Mutex::default(),
            subsets: Mutex::default(),
        }
    }

    /// The roles that visible people hold, by org.
    pub fn held_roles(&self) -> &[(u32, u16)] {
        self.held_roles.of(&self.release)
    }

    /// The names of the orgs in the view by position, read once; `None` if the board has moved on meanwhile.
    pub fn org_names(&self, conn: &mut Conn) -> Result<Option<&[Option<Box<str>>]>, StoreError> {
        self.org_names.of(conn, &self.release, (Entity::Org, "name"))
    }

    /// The released titles of the classes in the view, likewise.
    pub fn class_titles(&self, conn: &mut Conn) -> Result<Option<&[Option<Box<str>>]>, StoreError> {
        self.class_titles.of(conn, &self.release, (Entity::Class, "title"))
    }

    /// What a door makes of the view for its answers, and lasts as long as it. Each door has one such thing: `None` if
    /// it is another.
    pub fn kept<T: Any + Send + Sync>(&self, door: Door, make: impl FnOnce() -> T) -> Option<&T> {
        self.kept.get(door as usize)?.get_or_init(|| Box::new(make())).downcast_ref()
    }

    /// Members of groups that the vendor made itself and that have left this view, by group; found once, since only
    /// what is in the view can be added.
    pub fn hidden_members<E>(
        &self,
        find: impl FnOnce() -> Result<HashMap<String, Vec<String>>, E>,
    ) -> Result<&HashMap<String, Vec<String>>, E> {
        if let Some(known) = self.hidden_members.get() {
            return Ok(known);
        }
        let found = find()?;
        Ok(self.hidden_members.get_or_init(|| found))
    }

    /// The objects that an address names, such as the students of a school; kept under the address.
    pub fn subset<E>(
        &self,
        address: &str,
        find: impl FnOnce() -> Result<RoaringBitmap, E>,
    ) -> Result<Arc<RoaringBitmap>, E> {
        if let Some(known) = self.subsets.lock().unwrap_or_else(PoisonError::into_inner).get(address) {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(find()?);
        if found.len() >= LONG {
            let mut subsets = self.subsets.lock().unwrap_or_else(PoisonError::into_inner);
            if subsets.len() >= MOST_SUBSETS {
                subsets.clear();
            }
            subsets.insert(address.to_owned(), Arc::clone(&found));
        }
        Ok(found)
    }

    /// Whether the list of a subset, unfiltered and in the vendor's order, was asked for before and is kept.
    pub fn has_list(&self, entity: Entity, subset: &str) -> bool {
        let key = (entity, Some(subset.to_owned()), None, VENDORS_ORDER);
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key)
    }

    /// The page that was asked for.
    pub fn page(&self, conn: &mut Conn, list: &List) -> Result<Page, QueryError> {
        let is_in_vendors_order = list.is_in_vendors_order();
        if is_in_vendors_order && list.filter.is_none() && list.within.is_none() {
            return Ok(self.cut_ranks(list, self.release.listed(list.entity)));
        }
        let sort = if is_in_vendors_order { VENDORS_ORDER } else { list.sort };
        let key = (list.entity, list.within.as_ref().map(|(key, _)| key.clone()), list.filter.clone(), sort);
        let known = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
        let listed = if let Some(listed) = known {
            listed
        } else {
            let listed = Arc::new(self.make(conn, list)?);
            if listed.len() >= LONG {
                let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
                if lists.len() >= MOST_LISTS {
                    lists.clear();
                }
                lists.insert(key, Arc::clone(&listed));
            }
            listed
        };
        Ok(match &*listed {
            Listed::Ranks(ranks) => self.cut_ranks(list, ranks),
            Listed::Sorted(positions) => self.cut_sorted(conn, list, positions)?,
        })
    }

    /// The visible objects for which a filter holds.
    pub fn evaluate(&self, conn: &mut Conn, entity: Entity, filter: &Filter) -> Result<RoaringBitmap, QueryError> {
        Context { release: &self.release, main_roles: &self.main_roles, board: &self.board, conn }
            .evaluate(entity, filter)
    }

    fn make(&self, conn: &mut Conn, list: &List) -> Result<Listed, QueryError> {
        let mut objects = match &list.within {
            Some((_, within)) if planted::is(Leak::NestedBesideView) => RoaringBitmap::clone(within),
            Some((_, within)) => &**within & self.release.visible(list.entity),
            None => self.release.visible(list.entity).clone(),
        };
        if let Some(filter) = &list.filter {
            objects &= self.evaluate(conn, list.entity, filter)?;
        }
        if list.is_in_vendors_order() {
            return Ok(Listed::Ranks(self.release.order(list.entity).ranks(&objects)));
        }
        Ok(Listed::Sorted(self.sorted(conn, list, &objects)?))
    }

    /// Sorts by value, then by the vendor's identifier; an absent value comes last when ascending, and a
    /// withheld one is absent.
    fn sorted(&self, conn: &mut Conn, list: &List, objects: &RoaringBitmap) -> Result<Vec<u32>, QueryError> {
        let order = self.release.order(list.entity);
        let values = self.values(conn, list, objects)?;
        let mut keyed: Vec<(i64, u32, u32)> =
            values.into_iter().map(|(position, value)| (value, order.rank(position), position)).collect();
        match list.sort.1 {
            Direction::Ascending => keyed.sort_unstable(),
            Direction::Descending => keyed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1))),
        }
        if list.sort == (SortKey::SourcedId, Direction::Descending) {
            keyed.reverse();
        }
        Ok(keyed.into_iter().map(|(_, _, position)| position).collect())
    }

    /// For each object something that sorts as its value does.
    fn values(&self, conn: &mut Conn, list: &List, objects: &RoaringBitmap) -> Result<Vec<(u32, i64)>, QueryError> {
        const ABSENT: i64 = i64::MAX;
        let (release, entity) = (&self.release, list.entity);
        match list.sort.0 {
            SortKey::Unsorted | SortKey::SourcedId => Ok(objects.iter().map(|p| (p, 0)).collect()),
            SortKey::Status => {
                let gone = release.recollection().tombstones(entity);
                Ok(objects.iter().map(|p| (p, i64::from(gone.contains(p)))).collect())
            }
            SortKey::DateLastModified => Ok(modified::times(release, entity, objects)),
            SortKey::Worded(version, name) => {
                let Some(field) = fields(entity, name).next() else { return Ok(Vec::new()) };
                let ranks = self.board.word_ranks(conn, (entity, field), version)?;
                let rank = |position: u32| {
                    let is_shown = release.shows(entity, field.category, position);
                    ranks.get(position as usize).copied().filter(|rank| is_shown && *rank != u32::MAX)
                };
                Ok(objects.iter().map(|p| (p, rank(p).map_or(ABSENT, i64::from))).collect())
            }
            SortKey::Field(name) => {
                if fields(entity, name).any(|field| field.kind == Kind::MainRole) {
                    return Ok(self.by_main_role(objects));
                }
                // Where a name has two categories, the first whose value is shown counts.
                let mut of_fields = Vec::new();
                let is_kept = |field: &&Field| is_sortable(field.kind) && !field.column.is_empty();
                for field in fields(entity, name).filter(is_kept) {
                    of_fields.push((field, self.board.ranks(conn, entity, field.column)?));
                }
                let value = |position: u32| {
                    of_fields
                        .iter()
                        .filter(|(field, _)| {
                            planted::is(Leak::SortBeforePolicy) || release.shows(entity, field.category, position)
                        })
                        .filter_map(|(_, ranks)| ranks.get(position as usize).copied())
                        .find(|rank| *rank != u32::MAX)
                        .map_or(ABSENT, i64::from)
                };
                Ok(objects.iter().map(|p| (p, value(p))).collect())
            }
        }
    }

    fn by_main_role(&self, people: &RoaringBitmap) -> Vec<(u32, i64)> {
        // The first eight letters tell all words of the vocabulary apart.
        let as_number = |word: &str| {
            let letters = word.bytes().chain(std::iter::repeat(0)).take(8);
            letters.fold(0, |number, letter| (number << 7) | i64::from(letter & 0x7f))
        };
        let value = |person: u32| {
            let is_shown = self.release.shows(Entity::User, Category::Identity, person);
            main_role::word(&self.release, person).filter(|_| is_shown).map_or(i64::MAX, as_number)
        };
        people.iter().map(|person| (person, value(person))).collect()
    }

    fn cut_ranks(&self, list: &List, ranks: &RoaringBitmap) -> Page {
        let total = self.total(list, ranks.len());
        let offset = match &list.start {
            Start::Offset(offset) => (*offset).min(total),
            Start::After(shown, fallback) => match self.release.rank_after(list.entity, &shown.identifier) {
                Some(rank) => rank.checked_sub(1).map_or(0, |before| ranks.rank(before)),
                None => (*fallback).min(total),
            },
        };
        let order = self.release.order(list.entity);
        let first = u32::try_from(offset).ok().and_then(|n| ranks.select(n));
        let positions = match first {
            Some(_) if planted::is(Leak::PageBeforePolicy) => self.cut_early(list, ranks, offset),
            Some(first) => ranks.range(first..).take(list.limit).map(|rank| order.position(rank)).collect(),
            None => Vec::new(),
        };
        Page { positions, total, offset }
    }

    fn total(&self, list: &List, visible: u64) -> u64 {
        let is_planted = planted::is(Leak::CountBeforePolicy) && list.filter.is_none() && list.within.is_none();
        if is_planted { u64::from(self.release.snapshot().ids(list.entity).len()) } else { visible }
    }

    fn cut_early(&self, list: &List, ranks: &RoaringBitmap, offset: u64) -> Vec<u32> {
        let order = self.release.order(list.entity);
        let page = (0..).skip(usize::try_from(offset).unwrap_or_default()).take(list.limit);
        page.filter(|rank| ranks.contains(*rank)).map(|rank| order.position(rank)).collect()
    }

    fn cut_sorted(&self, conn: &mut Conn, list: &List, sorted: &[u32]) -> Result<Page, StoreError> {
        let start = match &list.start {
            Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
            Start::After(shown, fallback) => match self.release.rank_after(list.entity, &shown.identifier) {
                Some(rank) => self.n_before(conn, list, sorted, (shown, rank))?,
                None => usize::try_from(*fallback).unwrap_or(usize::MAX),
            },
        }
        .min(sorted.len());
        let positions = sorted.iter().skip(start).take(list.limit).copied().collect();
        Ok(Page { positions, total: sorted.len() as u64, offset: start as u64 })
    }

    /// How many objects of a sorted list come before the place where a page ended: those with a lesser value, and of
    /// those with the same value the ones before that rank.
    fn n_before(
        &self,
        conn: &mut Conn,
        list: &List,
        sorted: &[u32],
        (shown, rank): (&Last, u32),
    ) -> Result<usize, StoreError> {
        let (release, entity, (key, direction)) = (&self.release, list.entity, list.sort);
        let order = release.order(entity);
        let is_before = |position: u32, values: Ordering| {
            direction.of(values).then_with(|| order.rank(position).cmp(&rank)) == Ordering::Less
        };
        if let (SortKey::DateLastModified, SortValue::Number(at)) = (key, &shown.value) {
            // The times of single objects cost more than those of all.
            #[expect(clippy::cast_possible_truncation, reason = "times in ms are exact in 53 bits")]
            let at = *at as i64;
            let [later, same] = [Op::Gt, Op::Eq].map(|op| modified::compared(release, entity, op, at));
            let values = |position: u32| match () {
                () if later.contains(position) => Ordering::Greater,
                () if same.contains(position) => Ordering::Equal,
                () => Ordering::Less,
            };
            return Ok(sorted.partition_point(|position| is_before(*position, values(*position))));
        }
        // A few values are read instead of all.
        let (mut low, mut high) = (0, sorted.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(position) = sorted.get(middle) else { break };
            let value = sort::of_school(conn, release, (entity, *position), key)?;
            if is_before(*position, shown.order(&value)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
