//! Pages in the order of an attribute.
//!
//! Everything is looked at for each, since what the school has and what the provider keeps are in one order then.

use serde_json::Value;

use crate::scim::door::candidates::CHUNK;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::{Listed, Section, Wants};
use crate::scim::door::mark::{Mark, Place};
use crate::scim::door::parameters::{Paging, Parameters};
use crate::scim::refusal::Refusal;
use crate::scim::schema::ResourceType;
use crate::scim::sort::{Key, Sort};

/// A resource of a sorted list: of each only its key and id are kept, as a whole board of resources would take
/// gigabytes.
struct Entry {
    key: Key,
    /// Its place in the list as it is without a sort, which decides between equal keys.
    place: u64,
    resource_type: &'static ResourceType,
    id: String,
}

impl Exchange<'_> {
    /// A page in the order of an attribute.
    pub(super) fn sorted(
        &self,
        desk: &mut Desk<'_>,
        (types, sections): (&[&'static ResourceType], &[Section<'_>]),
        (sort_by, parameters): (&str, &Parameters),
        wants: Wants,
    ) -> Step<Listed> {
        let order = if parameters.is_descending { "descending" } else { "ascending" };
        let sorts = types.iter().map(|of| Sort::parse(sort_by, Some(order), of));
        let sorts: Vec<Option<Sort>> = if types.len() > 1 {
            sorts.map(Result::ok).collect()
        } else {
            sorts.map(|sort| sort.map(Some)).collect::<Result<_, _>>()?
        };
        let Some(first) = sorts.iter().flatten().next() else {
            return Err(Refusal::invalid_value("`sortBy` must be the name of an attribute").into());
        };
        let total: u64 = sections.iter().map(Section::len).sum();
        let is_related = ["groups", "members"].contains(&first.path.attribute.name);
        let related = Wants::attributes(wants.related || is_related);
        let mut entries: Vec<Entry> = Vec::new();
        for chunk in (0..total).step_by(CHUNK) {
            let resources = settled!(self.untold(|| self.cut(desk, sections, (chunk, CHUNK), related)));
            for (place, (resource_type, resource)) in (chunk..).zip(resources) {
                let sort = types.iter().position(|of| *of == resource_type).and_then(|at| sorts.get(at));
                let key = sort.and_then(Option::as_ref).map_or(Key::Absent, |sort| sort.key(&resource.attributes));
                let id = resource.attributes.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                entries.push(Entry { key, place, resource_type, id });
            }
        }
        entries.sort_by(|a, b| first.compare(&a.key, &b.key));
        let bound = Mark::bound(types, parameters);
        let (before, start_index) = match &parameters.paging {
            Paging::Index(start) => (usize::try_from(start - 1).unwrap_or(usize::MAX), Some(*start)),
            Paging::Cursor(text) => match Mark::open(self, &bound, text)? {
                Place::Start | Place::After(..) => (0, None),
                place @ Place::Sorted(..) => (self.n_sorted_before(sections, (first, &entries), &place), None),
            },
        };
        let mut page = Vec::new();
        for entry in entries.iter().skip(before).take(parameters.count) {
            let found = settled!(self.find(desk, entry.resource_type, &entry.id, wants));
            page.extend(found.map(|found| (entry.resource_type, found)));
        }
        let after = before.saturating_add(parameters.count);
        let last = after.checked_sub(1).and_then(|last| entries.get(last));
        let last = last.filter(|_| start_index.is_none() && after < entries.len() && parameters.count > 0);
        let next_cursor = match last {
            Some(last) => {
                let place = self.place_of(sections, last.place + 1);
                let place = place.and_then(|place| place.sorted(last.key.clone().short()));
                place.map(|place| Mark::seal(self, &bound, &place))
            }
            None => None,
        };
        Ok(Ok(Listed { resources: page, total, start_index, next_cursor }))
    }

    /// How many resources come before the place where a page ended, whatever became of the last one on it: those with
    /// a lesser key, and of those with the same key the ones that came no later without a sort.
    fn n_sorted_before(&self, sections: &[Section<'_>], (sort, entries): (&Sort, &[Entry]), place: &Place) -> usize {
        let Place::Sorted(key, ..) = place else { return 0 };
        let n_before = self.n_before(sections, place);
        let is_before = |entry: &Entry| {
            let keys = sort.compare(&entry.key.clone().short(), key);
            keys.is_lt() || (keys.is_eq() && entry.place < n_before)
        };
        entries.partition_point(is_before)
    }
}
