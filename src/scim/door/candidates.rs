//! What a filter holds for: narrowed down by keys, and then asked of each resource as the provider sees it.

use std::collections::HashSet;

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::provisioned::{Kept, Kind};
use crate::planted::{self, Leak};
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::own::kind_of;
use crate::scim::door::select::Selector;
use crate::scim::filter::{Comparison, Filter, Operand, Operator};
use crate::scim::fold::fold;
use crate::scim::schema::ResourceType;
use crate::scim::school::directory::Source;
use crate::store::provisioned;

/// How many resources are looked at at once.
pub(super) const CHUNK: usize = 500;

impl Exchange<'_> {
    /// The school's people for whom the filter holds.
    pub(super) fn people_that(&self, desk: &mut Desk<'_>, filter: &Filter) -> Step<RoaringBitmap> {
        let bounds = Selector::new(self, desk).people(filter)?;
        if planted::is(Leak::ScimFilterBeforeRelease) {
            return Ok(Ok(bounds.maybe));
        }
        let mut found = bounds.sure;
        let doubtful: Vec<u32> = (bounds.maybe - &found).iter().collect();
        let with_groups = mentions(filter, "groups");
        for positions in doubtful.chunks(CHUNK) {
            let people = settled!(self.untold(|| self.people(desk, positions, Wants::attributes(with_groups))));
            let holds = positions.iter().zip(people).filter(|(_, person)| filter.holds(&person.attributes));
            found.extend(holds.map(|(position, _)| *position));
        }
        Ok(Ok(found))
    }

    /// The school's groups for which the filter holds.
    pub(super) fn groups_that(&self, desk: &mut Desk<'_>, filter: &Filter) -> Step<(Vec<Source>, RoaringBitmap)> {
        let classes = self.classes_that_may(desk, filter)?;
        let mut sources = self.directory().of_schools();
        if let Some(found) = self.groups_by_external_id(desk, filter)? {
            let found: HashSet<Source> = found.into_iter().collect();
            sources.retain(|source| found.contains(source));
        }
        let n_schools = sources.len();
        sources.extend(classes.iter().map(Source::Class));
        let with_members = mentions(filter, "members");
        let mut schools = Vec::new();
        let mut found = RoaringBitmap::new();
        for (first, some) in (0..).step_by(CHUNK).zip(sources.chunks(CHUNK)) {
            let groups = settled!(self.untold(|| self.groups(desk, some, Wants::attributes(with_members))));
            for (place, (source, group)) in (first..).zip(some.iter().zip(groups)) {
                match source {
                    _ if !filter.holds(&group.attributes) => {}
                    Source::Class(class) => _ = found.insert(*class),
                    Source::School(_) | Source::Role(..) if place < n_schools => schools.push(*source),
                    Source::School(_) | Source::Role(..) => {}
                }
            }
        }
        Ok(Ok((schools, found)))
    }

    /// The classes for which a filter may hold, by their title or id.
    fn classes_that_may(&self, desk: &mut Desk<'_>, filter: &Filter) -> Result<RoaringBitmap, Failure> {
        let all = self.directory().classes();
        let class = |source: Source| if let Source::Class(class) = source { Some(class) } else { None };
        if let Some(found) = self.groups_by_external_id(desk, filter)? {
            return Ok(found.into_iter().filter_map(class).collect());
        }
        match filter {
            Filter::And(parts) => {
                let mut found = all.clone();
                for part in parts {
                    found &= self.classes_that_may(desk, part)?;
                }
                Ok(found)
            }
            Filter::Or(parts) => {
                let mut found = RoaringBitmap::new();
                for part in parts {
                    found |= self.classes_that_may(desk, part)?;
                }
                Ok(found)
            }
            Filter::Compare(Comparison { path, operator, operand: Operand::Text(text) }) => {
                let is_positive = *operator == Operator::Eq || operator.is_textual();
                if path.is("id") && *operator == Operator::Eq {
                    return Ok(match self.directory().find(&text.text) {
                        Some(Source::Class(class)) => RoaringBitmap::from_iter([class]),
                        _ => RoaringBitmap::new(),
                    });
                }
                if path.is("members.value") && *operator == Operator::Eq {
                    let Some(person) = self.release().find_live(Entity::User, &text.text) else {
                        // Somebody may still be named so in other letters.
                        return Ok(all.clone());
                    };
                    let groups = self.directory().of_person(person);
                    return Ok(groups.into_iter().filter_map(|membership| class(membership.group)).collect());
                }
                if path.is("displayName") && is_positive {
                    return Ok(self.containing(desk, (Entity::Class, "title"), &text.text)? & all);
                }
                Ok(all.clone())
            }
            Filter::Values { filter, .. } => match filter.as_ref() {
                Filter::Compare(_) => self.classes_that_may(desk, filter),
                _ => Ok(all.clone()),
            },
            Filter::Compare(_) | Filter::Not(_) | Filter::Present(_) => Ok(all.clone()),
            Filter::Constant(holds) => Ok(if *holds { all.clone() } else { RoaringBitmap::new() }),
        }
    }

    /// What the provider keeps of a type and the filter holds for, in its order.
    pub(super) fn own_that(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        filter: &Filter,
    ) -> Step<Vec<Kept>> {
        if self.progress(desk)?.is_none() {
            return Ok(Ok(Vec::new()));
        }
        let kind = kind_of(resource_type);
        let related = if kind == Kind::Group { "members" } else { "groups" };
        let with_related = mentions(filter, related);
        let candidates = if let Some(candidates) = self.own_that_may(desk, kind, filter)? {
            candidates
        } else {
            let mut all = Vec::new();
            provisioned::each(desk.activity, self.of(), kind, |kept| {
                all.push(kept);
                Ok(())
            })?;
            all
        };
        let mut found = Vec::new();
        for some in candidates.chunks(CHUNK) {
            let resources = settled!(self.untold(|| self.own(desk, some.to_vec(), with_related)));
            let holds = some.iter().zip(resources).filter(|(_, resource)| filter.holds(&resource.attributes));
            found.extend(holds.map(|(kept, _)| kept.clone()));
        }
        Ok(Ok(found))
    }

    /// The objects for which the filter may hold, if an index leads to them.
    fn own_that_may(&self, desk: &mut Desk<'_>, kind: Kind, filter: &Filter) -> Result<Option<Vec<Kept>>, Failure> {
        let of = self.of();
        match filter {
            Filter::And(parts) => {
                for part in parts {
                    if let Some(found) = self.own_that_may(desk, kind, part)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
            Filter::Compare(Comparison { path, operator: Operator::Eq, operand: Operand::Text(text) }) => {
                if path.is("id") {
                    return Ok(Some(provisioned::find(desk.activity, of, kind, &text.text)?.into_iter().collect()));
                }
                if path.is("externalId") {
                    return Ok(Some(provisioned::with_external_id(desk.activity, of, kind, &text.text)?));
                }
                let name = if kind == Kind::Group { "displayName" } else { "userName" };
                if path.is(name) {
                    return Ok(Some(provisioned::named(desk.activity, of, kind, &fold(&text.text))?));
                }
                if kind == Kind::User && path.is("emails.value") {
                    return Ok(Some(provisioned::with_email(desk.activity, of, kind, &fold(&text.text))?));
                }
                let ids = match (kind, path.is("members.value"), path.is("groups.value")) {
                    (Kind::Group, true, _) => {
                        let named = [text.text.clone()];
                        let groups = provisioned::memberships(desk.activity, of, &named)?;
                        groups.into_iter().map(|(group, _)| group).collect::<Vec<_>>()
                    }
                    (Kind::User, _, true) => self.everybody_in(desk, &text.text)?.1,
                    _ => return Ok(None),
                };
                if ids.is_empty() {
                    // What is named may still be there in other letters.
                    return Ok(None);
                }
                let mut found = provisioned::find_all(desk.activity, of, kind, &ids)?;
                found.sort_by_key(|kept| kept.number);
                Ok(Some(found))
            }
            Filter::Values { filter, .. } => match filter.as_ref() {
                Filter::Compare(_) | Filter::And(_) => self.own_that_may(desk, kind, filter),
                _ => Ok(None),
            },
            Filter::Constant(false) => Ok(Some(Vec::new())),
            Filter::Compare(_) | Filter::Or(_) | Filter::Not(_) | Filter::Present(_) | Filter::Constant(true) => {
                Ok(None)
            }
        }
    }

    /// Looks at resources that the answer may not hold: what they tell is not told.
    pub(super) fn untold<T>(&self, look: impl FnOnce() -> T) -> T {
        let told = self.told.take();
        let seen = look();
        self.told.replace(told);
        seen
    }
}

/// Whether a filter asks about an attribute.
pub(super) fn mentions(filter: &Filter, attribute: &str) -> bool {
    let mut is_mentioned = false;
    filter.each_path(&mut |path| is_mentioned |= path.schema.is_none() && path.attribute.name == attribute);
    is_mentioned
}
