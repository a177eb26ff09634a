//! The school's groups by a provider's own identifiers, which are all that it may change of them.
//!
//! Nobody else sees them, and nothing of another provider moves with them. They survive imports; while a group is out
//! of the view, so is its identifier.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::consent::provisioned::{Kept, Kind};
use crate::scim::door::answer::Failure;
use crate::scim::door::change::{Change, Command, Done, Prepared, not_yours, stale};
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::read::names;
use crate::scim::filter::{Comparison, Filter, Operand, Operator};
use crate::scim::put;
use crate::scim::refusal::Refusal;
use crate::scim::resource::Object;
use crate::scim::schema::GROUP;
use crate::scim::school::directory::Source;
use crate::store::provisioning::Draft;
use crate::store::writer::VendorRow;
use crate::store::{StoreError, provisioned};
use crate::writing::Task;

const EXTERNAL_ID: &str = "externalId";

/// A change of a provider's identifier of a group of the school.
pub struct SchoolGroupTask {
    /// The group's id.
    id: String,
    /// In which version of what is kept of it the client knows the group.
    expected: Option<i64>,
    /// The new identifier.
    external_id: Option<String>,
}

impl Exchange<'_> {
    /// What the provider keeps of these groups of the school, by their ids.
    pub(super) fn kept_of_groups(
        &self,
        desk: &mut Desk<'_>,
        sources: &[Source],
    ) -> Result<HashMap<String, Kept>, Failure> {
        if self.n_kept(desk, Kind::SchoolGroup)? == 0 {
            return Ok(HashMap::new());
        }
        let ids: Vec<String> = sources.iter().map(|source| self.directory().id(*source)).collect();
        let kept = provisioned::find_all(desk.activity, self.of(), Kind::SchoolGroup, &ids)?;
        Ok(kept.into_iter().map(|kept| (kept.id.clone(), kept)).collect())
    }

    /// The groups of the school for which a filter may hold, if it asks for a provider's own identifier.
    pub(super) fn groups_by_external_id(
        &self,
        desk: &mut Desk<'_>,
        filter: &Filter,
    ) -> Result<Option<Vec<Source>>, StoreError> {
        let directory = self.directory();
        let mut found = Vec::new();
        match filter {
            Filter::And(parts) => {
                for part in parts {
                    if let Some(found) = self.groups_by_external_id(desk, part)? {
                        return Ok(Some(found));
                    }
                }
                return Ok(None);
            }
            Filter::Compare(Comparison { path, operator: Operator::Eq, operand: Operand::Text(text) })
                if path.is(EXTERNAL_ID) =>
            {
                let kept = provisioned::with_external_id(desk.activity, self.of(), Kind::SchoolGroup, &text.text)?;
                found.extend(kept.iter().filter_map(|kept| directory.find(&kept.id)));
            }
            Filter::Compare(Comparison { path, operator, operand: Operand::Text(_) })
                if path.is(EXTERNAL_ID) && operator.is_textual() =>
            {
                self.each_kept_group(desk, &mut found)?;
            }
            Filter::Present(path) if path.is(EXTERNAL_ID) => self.each_kept_group(desk, &mut found)?,
            Filter::Or(_)
            | Filter::Not(_)
            | Filter::Compare(_)
            | Filter::Present(_)
            | Filter::Values { .. }
            | Filter::Constant(_) => return Ok(None),
        }
        Ok(Some(found))
    }

    fn each_kept_group(&self, desk: &mut Desk<'_>, found: &mut Vec<Source>) -> Result<(), StoreError> {
        let directory = self.directory();
        let visit = |id: &str| found.extend(directory.find(id));
        provisioned::each_id(desk.activity, self.of(), Kind::SchoolGroup, visit)
    }

    /// Gets a change of a group of the school ready.
    pub(super) fn prepare_school_group(
        &self,
        desk: &mut Desk<'_>,
        source: Source,
        (command, change): (&Command, &Change),
    ) -> Step<Prepared> {
        // Before the group is read: whoever changes it in between makes this change stale, and not lost.
        let id = self.directory().id(source);
        let kept = provisioned::find(desk.activity, self.of(), Kind::SchoolGroup, &id)?;
        let groups = settled!(self.groups(desk, &[source], Wants::attributes(true)));
        let Some(found) = groups.into_iter().next() else { return Err(Refusal::unknown().into()) };
        if command.if_match.as_deref().is_some_and(|held| !names(held, found.tag.as_deref())) {
            return Err(stale().into());
        }
        let wanted = match change {
            Change::Replace(accepted) => accepted.get(EXTERNAL_ID).cloned(),
            Change::Patch(patch) => {
                let mut current = found.attributes.clone();
                if let Some((name, value)) = &found.placeholder {
                    // A client sends back what it has read.
                    current.insert((*name).to_owned(), value.as_str().into());
                }
                let mut changed = patch.apply(&current)?.resource;
                current.remove(EXTERNAL_ID);
                let wanted = changed.remove(EXTERNAL_ID);
                if !put::same(&current, &changed, &GROUP) {
                    let detail = "of a group that the school's administration keeps only `externalId` can be changed";
                    return Err(Refusal::mutability(detail).into());
                }
                wanted
            }
            Change::Create(_) | Change::Delete => return Err(not_yours().into()),
        };
        if found.attributes.get(EXTERNAL_ID) == wanted.as_ref() {
            return Ok(Ok(Prepared::Unchanged(Box::new(found))));
        }
        let expected = command.if_match.as_ref().map(|_| kept.map_or(0, |kept| kept.version));
        let external_id = wanted.as_ref().and_then(Value::as_str).map(str::to_owned);
        Ok(Ok(Prepared::SchoolGroup(SchoolGroupTask { id, expected, external_id })))
    }
}

impl Task for SchoolGroupTask {
    type Outcome = Result<Done, Refusal>;

    fn run(&self, row: &mut VendorRow<'_>) -> Result<Self::Outcome, StoreError> {
        let (tenant_id, vendor) = row.of();
        let kept = provisioned::find(row.conn(), (tenant_id, &vendor), Kind::SchoolGroup, &self.id)?;
        let version = kept.as_ref().map_or(0, |kept| kept.version);
        if self.expected.is_some_and(|expected| expected != version) {
            return Ok(Err(stale()));
        }
        let external_id = self.external_id.clone();
        let body: Object = external_id.iter().map(|id| (EXTERNAL_ID.to_owned(), id.as_str().into())).collect();
        let body = crate::store::cell::json(&body)?;
        let draft = Draft { name: None, external_id, emails: BTreeSet::new(), body, password: None };
        if let Some(kept) = &kept {
            // One that is cleared stays without an identifier: it tells when that changed.
            row.replace(kept, &draft)?;
        } else {
            let number = row.next_number();
            row.create(Kind::SchoolGroup, (&self.id, number), &draft)?;
        }
        Ok(Ok(Done { id: Some(self.id.clone()), is_new: false, has_account: false }))
    }
}
