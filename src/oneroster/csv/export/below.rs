//! The rows of files below an entity's own: roles, accounts, links and objectives, each from its parent.

use std::collections::BTreeMap;

use super::archive::Cells;
use super::cells::{Filling, one_line, parsed};
use super::naming::Naming;
use crate::catalogue::element::{LearningObjective, ResourceLink, Role, ScoreScaleLink, UserProfile};
use crate::catalogue::{Category, Entity, Field, Kind};
use crate::consent::RequiredFields;
use crate::consent::released::Record;
use crate::oneroster::csv::import::plan::Child;
use crate::oneroster::csv::{Column, File};

/// How many roles a person has at one org at most, for a delta that takes some away.
const MOST_ROLES: usize = 4;

/// What a row says, by the names of its columns, beside its sourcedId, status and time.
type Says<'s> = Vec<(&'static str, std::borrow::Cow<'s, str>)>;

/// One row below another.
struct Below<'s> {
    sourced_id: String,
    is_gone: bool,
    says: Says<'s>,
}

impl<'a, R: Record<'a>> Filling<'a, '_, R> {
    /// The rows of a file below the record's own.
    pub(super) fn rows_below(&self, child: &Child, columns: &[&'static Column]) -> Vec<Cells> {
        if self.record.released.is_tombstone() {
            return Vec::new();
        }
        let rows = match child.file {
            File::Roles => self.role_rows(),
            File::UserProfiles => self.account_rows(),
            File::UserResources | File::ClassResources | File::CourseResources => self.material_rows(),
            File::LineItemScoreScales | File::ResultScoreScales => self.scale_rows(),
            File::LineItemLearningObjectiveIds | File::ResultLearningObjectiveIds => self.objective_rows(),
            File::AcademicSessions
            | File::Orgs
            | File::Courses
            | File::Classes
            | File::Users
            | File::Enrollments
            | File::Demographics
            | File::Resources
            | File::Categories
            | File::LineItems
            | File::Results
            | File::ScoreScales => Vec::new(),
        };
        let is_written = |row: &&Below<'_>| self.scene.is_delta || !row.is_gone;
        rows.iter().filter(is_written).map(|row| self.cells_below(row, child, columns)).collect()
    }

    fn cells_below(&self, row: &Below<'_>, child: &Child, columns: &[&'static Column]) -> Cells {
        let parent = self.record.released.identifier();
        let cell = |column: &&Column| match column.name {
            "sourcedId" => row.sourced_id.clone(),
            "status" | "dateLastModified" if !self.scene.is_delta => String::new(),
            "status" => (if row.is_gone { "tobedeleted" } else { "active" }).to_owned(),
            // That of the record: a time of the row's own would move with what of the row is withheld.
            "dateLastModified" => self.time.unwrap_or_default().to_owned(),
            name if name == child.parent => parent.clone().into_owned(),
            name => {
                row.says.iter().find(|(other, _)| *other == name).map(|(_, text)| one_line(text)).unwrap_or_default()
            }
        };
        columns.iter().map(cell).collect()
    }

    fn naming(&self) -> (Naming<'a>, String) {
        (Naming::new(self.scene.release), self.record.released.identifier().into_owned())
    }

    /// The first field of that kind that is shown, with its text.
    fn shown(&self, kind: Kind) -> Option<(&'static Field, &'a str)> {
        let released = self.record.released;
        released.fields().filter(|(_, field)| field.kind == kind).find_map(|(place, field)| {
            let text = released.text(place, field)?;
            Some((field, text))
        })
    }

    /// Roles at orgs in the view, numbered at each org. What says which roles went away is only that one did,
    /// so in a delta the numbers after those that are there go too: taking away what isn't there does nothing.
    fn role_rows(&self) -> Vec<Below<'_>> {
        let (release, orgs) = (self.scene.release, &self.scene.release.snapshot().orgs.ids);
        let (mut naming, user) = self.naming();
        let org_of = |role: &Role<'_>| {
            let position = orgs.position(role.org);
            let there = position.filter(|org| self.scene.may_refer(Entity::User, Entity::Org, *org));
            there.map(|org| release.identifier(Entity::Org, org))
        };
        let present = self.roles.iter().filter(|role| !role.gone);
        let mut told: Vec<(String, Says<'_>)> =
            present.filter_map(|role| org_of(role).map(|org| (org.clone(), self.says_of_role(role, org)))).collect();
        told.sort_unstable();
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        let mut rows: Vec<Below<'_>> = Vec::with_capacity(told.len());
        for (org, says) in told {
            let sourced_id = naming.name(&["role", &user, &org]);
            *held.entry(org).or_default() += 1;
            rows.push(Below { sourced_id, is_gone: false, says });
        }
        if rows.is_empty() && release.required_fields() == RequiredFields::Placeholder {
            rows.extend(self.withheld_role(&mut naming, &user));
        }
        for role in self.roles.iter().filter(|role| role.gone && self.scene.is_delta) {
            let Some(org) = org_of(role) else { continue };
            let n_held = held.get(&org).copied().unwrap_or_default();
            for _ in n_held..MOST_ROLES {
                let sourced_id = naming.name(&["role", &user, &org]);
                rows.push(Below { sourced_id, is_gone: true, says: Vec::new() });
            }
        }
        rows
    }

    fn says_of_role<'r>(&self, role: &'r Role<'_>, org: String) -> Says<'r> {
        let (released, release) = (self.record.released, self.scene.release);
        let mut says: Says<'r> = vec![("roleType", (&*role.role_type).into()), ("role", (&*role.role).into())];
        if released.shows(Category::EnrolmentDates) {
            for (name, date) in [("beginDate", &role.begin_date), ("endDate", &role.end_date)] {
                if let Some(date) = date {
                    released.note(Category::EnrolmentDates);
                    says.push((name, (&**date).into()));
                }
            }
        }
        if let Some(profile) = role.user_profile.as_deref().filter(|_| released.shows(Category::Login)) {
            released.note(Category::Login);
            says.push(("userProfileSourcedId", release.account_in_files(profile).into()));
        }
        says.push(("orgSourcedId", org.into()));
        says
    }

    /// A role that says only that the role is withheld.
    fn withheld_role(&self, naming: &mut Naming<'_>, user: &str) -> Option<Below<'static>> {
        let org = self.scene.placeholder_org()?;
        let sourced_id = naming.name(&["role", user, &org]);
        let says: Says<'static> =
            vec![("roleType", "primary".into()), ("role", "ext:withheld".into()), ("orgSourcedId", org.into())];
        Some(Below { sourced_id, is_gone: false, says })
    }

    fn account_rows(&self) -> Vec<Below<'_>> {
        let accounts: Vec<UserProfile<'a>> =
            self.shown(Kind::UserProfiles).and_then(|(_, text)| parsed(Some(text))).unwrap_or_default();
        let mut rows: Vec<Below<'_>> = accounts
            .into_iter()
            .map(|account| Below {
                sourced_id: self.scene.release.account_in_files(&account.sourced_id),
                is_gone: false,
                says: vec![
                    ("profileType", account.profile_type),
                    ("vendorId", account.vendor_id),
                    ("applicationId", account.application_id.unwrap_or_default()),
                    ("description", account.description.unwrap_or_default()),
                    ("credentialType", account.credential_type),
                    ("username", account.username),
                ],
            })
            .collect();
        rows.sort_unstable_by(|a, b| a.sourced_id.cmp(&b.sourced_id));
        rows
    }

    /// The API shows no more of a link than where it leads.
    fn material_rows(&self) -> Vec<Below<'_>> {
        let links: Vec<ResourceLink<'a>> =
            self.shown(Kind::Resources).and_then(|(_, text)| parsed(Some(text))).unwrap_or_default();
        let mut positions: Vec<u32> =
            links.iter().filter_map(|link| self.there(Entity::Resource, link.resource)).collect();
        positions.sort_unstable_by_key(|position| self.scene.release.order(Entity::Resource).rank(*position));
        positions.dedup();
        let (mut naming, parent) = self.naming();
        let mut row = |position: u32| {
            let resource = self.scene.release.identifier(Entity::Resource, position);
            let sourced_id = naming.name(&["resource", self.entity.name(), &parent, &resource]);
            Below { sourced_id, is_gone: false, says: vec![("resourceSourcedId", resource.into())] }
        };
        positions.into_iter().map(&mut row).collect()
    }

    fn scale_rows(&self) -> Vec<Below<'_>> {
        let found = self.shown(Kind::ScoreScaleLink).and_then(|(_, text)| parsed::<ScoreScaleLink<'a>>(Some(text)));
        let scale = found.and_then(|link| self.there(Entity::ScoreScale, link.score_scale));
        let (mut naming, parent) = self.naming();
        let row = scale.map(|position| {
            let scale = self.scene.release.identifier(Entity::ScoreScale, position);
            let sourced_id = naming.name(&["scale", self.entity.name(), &parent, &scale]);
            Below { sourced_id, is_gone: false, says: vec![("scoreScaleSourcedId", scale.into())] }
        });
        row.into_iter().collect()
    }

    fn objective_rows(&self) -> Vec<Below<'_>> {
        let of_item = self.shown(Kind::LearningObjectives);
        let found = of_item.or_else(|| self.shown(Kind::LearningObjectiveResults));
        let objectives: Vec<LearningObjective<'a>> = found.and_then(|(_, text)| parsed(Some(text))).unwrap_or_default();
        let (mut naming, parent) = self.naming();
        let mut row = |objective: LearningObjective<'a>| {
            let LearningObjective { source, learning_objective_id: id, score, text_score, .. } = objective;
            let sourced_id = naming.name(&["objective", self.entity.name(), &parent, &source, &id]);
            let mut says: Says<'_> = vec![("source", source), ("learningObjectiveId", id)];
            says.extend(score.map(|score| ("score", score.to_string().into())));
            says.extend(text_score.map(|text| ("textScore", text)));
            Below { sourced_id, is_gone: false, says }
        };
        objectives.into_iter().map(&mut row).collect()
    }

    fn there(&self, target: Entity, row_id: i64) -> Option<u32> {
        let position = self.scene.release.snapshot().ids(target).position(row_id)?;
        self.scene.may_refer(self.entity, target, position).then_some(position)
    }
}

/// Whether a set may have rows of the file: what the scene has no entity for has none.
pub(super) fn kind_below(file: File) -> Option<Kind> {
    match file {
        File::Roles => Some(Kind::Roles),
        File::UserProfiles => Some(Kind::UserProfiles),
        File::UserResources | File::ClassResources | File::CourseResources => Some(Kind::Resources),
        File::LineItemScoreScales | File::ResultScoreScales => Some(Kind::ScoreScaleLink),
        File::LineItemLearningObjectiveIds => Some(Kind::LearningObjectives),
        File::ResultLearningObjectiveIds => Some(Kind::LearningObjectiveResults),
        File::AcademicSessions
        | File::Orgs
        | File::Courses
        | File::Classes
        | File::Users
        | File::Enrollments
        | File::Demographics
        | File::Resources
        | File::Categories
        | File::LineItems
        | File::Results
        | File::ScoreScales => None,
    }
}
