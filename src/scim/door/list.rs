//! Lists of resources: filtered, counted, cut into pages (RFC 7644 §3.4.2, RFC 9865).
//!
//! A list has sections, one after the other: the school's, and then what the provider keeps itself, as it made it.
//! Each gives its page at any depth for the same price.

use std::borrow::Cow;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::provisioned::{Kept, Kind};
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::mark::{Mark, Place};
use crate::scim::door::own::kind_of;
use crate::scim::door::own_lists::Order;
use crate::scim::door::parameters::{Paging, Parameters};
use crate::scim::door::resource::Resource;
use crate::scim::filter::{Filter, Scope};
use crate::scim::projection::Projection;
use crate::scim::schema::{ResourceType, USER};
use crate::scim::school::directory::Source;
use crate::store::{StoreError, provisioned};

/// Whether members of groups, or groups of users, are shown.
pub fn related_to(projection: &Projection, resource_type: &ResourceType) -> bool {
    let name = if *resource_type == USER { "groups" } else { "members" };
    resource_type.attribute(name).is_some_and(|attribute| projection.shows(attribute))
}

/// A page of a list.
#[derive(Debug, Default)]
pub struct Listed {
    /// The resources on it, each with its type.
    pub resources: Vec<(&'static ResourceType, Resource)>,
    /// How many the whole list has.
    pub total: u64,
    /// The place of the first one, from 1; of a page by cursor none.
    pub start_index: Option<u64>,
    /// Leads to the next page, of a page by cursor.
    pub next_cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug)]
pub(super) enum Section<'r> {
    /// People of the school, as places in the vendor's order.
    People(Cow<'r, RoaringBitmap>),
    /// Schools and the roles there.
    Schools(Vec<Source>),
    /// Classes, as places in the vendor's order.
    Classes(Cow<'r, RoaringBitmap>),
    /// All that the provider keeps of a type.
    Own(&'static ResourceType, Arc<Order>),
    /// Some of it, in order.
    Some(&'static ResourceType, Vec<Kept>),
}

impl Section<'_> {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::People(ranks) | Self::Classes(ranks) => ranks.len(),
            Self::Schools(sources) => sources.len() as u64,
            Self::Own(_, order) => order.n(),
            Self::Some(_, kept) => kept.len() as u64,
        }
    }
}

/// What of each resource is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wants {
    /// Members of groups, and groups of users, beside its own attributes.
    pub related: bool,
    /// Nothing but the whole as it is shown: it may be written already, and then its attributes are not there.
    pub only_text: bool,
    /// Its version and its address beside that, for the headers of an answer.
    pub headers: bool,
}

impl Wants {
    /// Whether it is everything, and as text.
    pub const fn is_whole(self) -> bool {
        self.related && self.only_text
    }

    /// The attributes, and what is related if that is wanted.
    pub const fn attributes(related: bool) -> Self {
        Self { related, only_text: false, headers: true }
    }
}

impl<'a> Exchange<'a> {
    /// A page of the resources of these types.
    pub fn list(
        &self,
        desk: &mut Desk<'_>,
        types: &[&'static ResourceType],
        parameters: &Parameters,
        wants: Wants,
    ) -> Step<Listed> {
        let filters = self.filters(types, parameters.filter.as_deref())?;
        let mut sections = Vec::new();
        for (resource_type, filter) in types.iter().zip(&filters) {
            sections.extend(settled!(self.sections(desk, resource_type, filter.as_ref())));
        }
        if let Some(sort_by) = &parameters.sort_by {
            return self.sorted(desk, (types, &sections), (sort_by, parameters), wants);
        }
        let total = sections.iter().map(Section::len).sum();
        let bound = Mark::bound(types, parameters);
        match &parameters.paging {
            Paging::Index(start) => {
                let resources = settled!(self.cut(desk, &sections, (start - 1, parameters.count), wants));
                Ok(Ok(Listed { resources, total, start_index: Some(*start), next_cursor: None }))
            }
            Paging::Cursor(text) => {
                let place = Mark::open(self, &bound, text)?;
                let before = self.n_before(&sections, &place);
                let resources = settled!(self.cut(desk, &sections, (before, parameters.count), wants));
                // Not after those that were found: one may have been deleted meanwhile, and the sections have it still.
                let after = before.saturating_add(parameters.count as u64);
                let is_last = after >= total || parameters.count == 0;
                let next = if is_last { None } else { self.place_of(&sections, after) };
                let next_cursor = next.map(|place| Mark::seal(self, &bound, &place));
                Ok(Ok(Listed { resources, total, start_index: None, next_cursor }))
            }
        }
    }

    fn filters(&self, types: &[&'static ResourceType], text: Option<&str>) -> Result<Vec<Option<Filter>>, Failure> {
        let Some(text) = text else { return Ok(vec![None; types.len()]) };
        let read = types.iter().map(|resource_type| {
            let scope = Scope::of(resource_type);
            let scope = if types.len() > 1 { scope.at_root() } else { scope };
            let scope = if self.switches.filter_bare_words { scope } else { scope.strict() };
            Filter::parse(text, scope).map(Some)
        });
        Ok(read.collect::<Result<_, _>>()?)
    }

    fn sections(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        filter: Option<&Filter>,
    ) -> Step<Vec<Section<'a>>> {
        let release = self.release();
        let mut found = Vec::new();
        if *resource_type == USER {
            found.push(Section::People(match filter {
                None => Cow::Borrowed(release.live_in_order(Entity::User)),
                Some(filter) => {
                    let people = settled!(self.people_that(desk, filter));
                    Cow::Owned(release.order(Entity::User).ranks(&people))
                }
            }));
        } else {
            let (schools, classes) = match filter {
                None => (self.directory().of_schools(), Cow::Borrowed(release.live_in_order(Entity::Class))),
                Some(filter) => {
                    let (schools, classes) = settled!(self.groups_that(desk, filter));
                    (schools, Cow::Owned(release.order(Entity::Class).ranks(&classes)))
                }
            };
            found.push(Section::Schools(schools));
            found.push(Section::Classes(classes));
        }
        found.push(match filter {
            None => Section::Own(resource_type, self.order_of(desk, kind_of(resource_type))?),
            Some(filter) => Section::Some(resource_type, settled!(self.own_that(desk, resource_type, filter))),
        });
        Ok(Ok(found))
    }

    /// How many objects of that type the provider keeps.
    pub(super) fn n_own(&self, desk: &mut Desk<'_>, resource_type: &'static ResourceType) -> Result<u64, StoreError> {
        self.n_kept(desk, kind_of(resource_type))
    }

    /// How many objects of that kind the provider keeps.
    pub(super) fn n_kept(&self, desk: &mut Desk<'_>, kind: Kind) -> Result<u64, StoreError> {
        Ok(self.order_of(desk, kind)?.n())
    }

    /// The order of what the provider keeps of that kind.
    fn order_of(&self, desk: &mut Desk<'_>, kind: Kind) -> Result<Arc<Order>, StoreError> {
        let Some(progress) = self.progress(desk)? else { return Ok(Arc::default()) };
        let list = (self.caller.tenant_id, Arc::clone(&self.caller.vendor), kind);
        let read = |after, up_to| provisioned::numbers(desk.activity, self.of(), kind, (after, up_to));
        self.app.scim_lists.order(&list, progress, read)
    }

    /// How many resources come before a place.
    pub(super) fn n_before(&self, sections: &[Section<'_>], place: &Place) -> u64 {
        let (n, key) = match place {
            Place::Start => return 0,
            Place::After(n, key) | Place::Sorted(_, n, key) => (*n, key.as_str()),
        };
        let before: u64 = sections.iter().take(n).map(Section::len).sum();
        let release = self.release();
        let of_ranks = |ranks: &RoaringBitmap, entity: Entity| {
            let first = release.rank_after(entity, key).unwrap_or_default();
            first.checked_sub(1).map_or(0, |last| ranks.rank(last))
        };
        let number = || key.parse::<i64>().unwrap_or_default();
        let within = match sections.get(n) {
            None => 0,
            Some(Section::People(ranks)) => of_ranks(ranks, Entity::User),
            Some(Section::Classes(ranks)) => of_ranks(ranks, Entity::Class),
            Some(Section::Schools(sources)) => {
                let last = sources.iter().position(|source| self.directory().id(*source) == key);
                last.map_or(0, |last| last as u64 + 1)
            }
            Some(Section::Own(_, order)) => order.up_to(number()),
            Some(Section::Some(_, kept)) => kept.iter().filter(|kept| kept.number <= number()).count() as u64,
        };
        before + within
    }

    /// The place after so many resources, named by the last of them.
    pub(super) fn place_of(&self, sections: &[Section<'_>], after: u64) -> Option<Place> {
        let mut last = after.saturating_sub(1);
        for (n, section) in sections.iter().enumerate() {
            if last >= section.len() {
                last -= section.len();
                continue;
            }
            let place = usize::try_from(last).unwrap_or(usize::MAX);
            let at = |ranks: &RoaringBitmap, entity: Entity| {
                let rank = u32::try_from(last).ok().and_then(|last| ranks.select(last))?;
                Some(self.release().identifier(entity, self.release().order(entity).position(rank)))
            };
            let key = match section {
                Section::People(ranks) => at(ranks, Entity::User),
                Section::Classes(ranks) => at(ranks, Entity::Class),
                Section::Schools(sources) => sources.get(place).map(|source| self.directory().id(*source)),
                Section::Some(_, kept) => kept.get(place).map(|kept| kept.number.to_string()),
                Section::Own(_, order) => order.after(last).map(|number| number.to_string()),
            };
            return key.map(|key| Place::After(n, key));
        }
        None
    }

    /// So many resources after so many.
    pub(super) fn cut(
        &self,
        desk: &mut Desk<'_>,
        sections: &[Section<'_>],
        (mut offset, count): (u64, usize),
        wants: Wants,
    ) -> Step<Vec<(&'static ResourceType, Resource)>> {
        let mut found = Vec::new();
        for section in sections {
            if found.len() >= count {
                break;
            }
            let n = section.len();
            if offset >= n {
                offset -= n;
                continue;
            }
            let resources = settled!(self.part(desk, section, (offset, count - found.len()), wants));
            found.extend(resources);
            offset = 0;
        }
        Ok(Ok(found))
    }

    /// A part of a section.
    fn part(
        &self,
        desk: &mut Desk<'_>,
        section: &Section<'_>,
        (offset, count): (u64, usize),
        wants: Wants,
    ) -> Step<Vec<(&'static ResourceType, Resource)>> {
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let from = |ranks: &RoaringBitmap, entity: Entity| -> Vec<u32> {
            let order = self.release().order(entity);
            let first = u32::try_from(offset).ok().and_then(|n| ranks.select(n));
            let after = first.map(|first| ranks.range(first..).take(count).map(|rank| order.position(rank)).collect());
            after.unwrap_or_default()
        };
        let resource_type = match section {
            Section::People(_) => &USER,
            Section::Schools(_) | Section::Classes(_) => &crate::scim::schema::GROUP,
            Section::Own(resource_type, _) | Section::Some(resource_type, _) => *resource_type,
        };
        let resources = match section {
            Section::People(ranks) => {
                let positions = from(ranks, Entity::User);
                settled!(self.people(desk, &positions, wants))
            }
            Section::Schools(sources) => {
                let sources: Vec<Source> = sources.iter().skip(skip).take(count).copied().collect();
                settled!(self.groups(desk, &sources, wants))
            }
            Section::Classes(ranks) => {
                let sources: Vec<Source> = from(ranks, Entity::Class).into_iter().map(Source::Class).collect();
                settled!(self.groups(desk, &sources, wants))
            }
            Section::Own(resource_type, order) => {
                let Some(numbers) = order.numbers(offset, count) else { return Ok(Ok(Vec::new())) };
                settled!(self.own_page(desk, resource_type, numbers, wants))
            }
            Section::Some(_, kept) => {
                let kept: Vec<Kept> = kept.iter().skip(skip).take(count).cloned().collect();
                settled!(self.own(desk, kept, wants.related))
            }
        };
        Ok(Ok(resources.into_iter().map(|resource| (resource_type, resource)).collect()))
    }
}
