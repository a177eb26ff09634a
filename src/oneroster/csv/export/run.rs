//! An export from end to end: file after file, page after page, so that a board of any size needs as much
//! memory as a small one.
//!
//! Whoever calls lets nothing of the set leave before this returns: what it tells about people is durable then.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io::{Seek, Write};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::archive::Archive;
use super::below::kind_below;
use super::cells::{Filled, Filling, Scene, entity_of, fields_of, filled, parsed};
use super::error::ExportError;
use crate::audit::told::{People, note};
use crate::audit::{Disclosure, RecordError};
use crate::auth::{Scope, Scopes};
use crate::catalogue::{Category, Entity, Field, Kind, Version};
use crate::clock::Millis;
use crate::consent::sight::numbers;
use crate::oneroster::csv::import::plan::STEPS;
use crate::oneroster::csv::{Column, File, Mode, columns};
use crate::oneroster::edition::Edition;
use crate::oneroster::represent::{Frame, Represented};
use crate::oneroster::{v1p1, v1p2};
use crate::planted::{self, Leak};
use crate::query::{Direction, Filter, Leaf, List, Op, SortKey, Start, Target, View};
use crate::snapshot::times::within;
use crate::store::Conn;
use crate::store::hydrate::{Selection, hydrate};

/// How many objects are in memory at once.
const PAGE: usize = 1_000;

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// What the vendor may see.
    pub view: &'a View,
    /// In which version.
    pub version: Version,
    /// Only what changed for the vendor at that time or later; a bulk set if there is none.
    pub since: Option<Millis>,
    /// Which files the vendor may have.
    pub scopes: Scopes,
    /// Now.
    pub now: Millis,
    /// Under which name the disclosures are kept.
    pub request_id: Arc<str>,
}

/// What a set holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// The files with their numbers of rows, in their order in the set.
    pub files: Vec<(File, u64)>,
}

/// Makes disclosures durable; on an error nothing may leave.
pub type Disclose<'d> = &'d mut dyn FnMut(Disclosure) -> Result<(), RecordError>;

/// Writes the set.
pub fn export<W: Write + Seek>(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    out: W,
    disclose: Disclose<'_>,
) -> Result<(W, Exported), ExportError> {
    let scene = Scene {
        release: &wanted.view.release,
        version: wanted.version,
        is_delta: wanted.since.is_some(),
        written: HashMap::new(),
        unsayable: HashMap::new(),
    };
    let mut run = Run { conn, wanted, scene, archive: Archive::new(out), exported: Exported::default(), disclose };
    for file in File::TARGETS_FIRST {
        if file.is_in(wanted.version) && wanted.scopes.contains_any(scopes_for(file)) {
            run.file(file)?;
        }
    }
    let mode = if wanted.since.is_some() { Mode::Delta } else { Mode::Bulk };
    let n_people = planted::is(Leak::SetCountsBoard).then(|| wanted.view.release.snapshot().people.ids.len());
    Ok((run.archive.finish(wanted.version, mode, n_people)?, run.exported))
}

/// The scopes with which a vendor may have a file: those with which it may read the objects one by one.
pub fn scopes_for(file: File) -> &'static [Scope] {
    match file {
        File::Demographics => &[Scope::RosterDemographicsReadonly],
        File::Resources | File::ClassResources | File::CourseResources | File::UserResources => {
            &[Scope::ResourceReadonly]
        }
        File::Categories
        | File::LineItems
        | File::Results
        | File::ScoreScales
        | File::LineItemScoreScales
        | File::ResultScoreScales
        | File::LineItemLearningObjectiveIds
        | File::ResultLearningObjectiveIds => &[Scope::GradebookReadonly],
        File::AcademicSessions
        | File::Orgs
        | File::Courses
        | File::Classes
        | File::Users
        | File::Roles
        | File::UserProfiles
        | File::Enrollments => &[Scope::RosterReadonly],
    }
}

struct Run<'w, 'c, W: Write + Seek> {
    conn: &'c mut Conn,
    wanted: &'w Wanted<'w>,
    scene: Scene<'w>,
    archive: Archive<W>,
    exported: Exported,
    disclose: Disclose<'c>,
}

impl<W: Write + Seek> Run<'_, '_, W> {
    fn file(&mut self, file: File) -> Result<(), ExportError> {
        let mut people = People::new();
        let written = match entity_of(file) {
            Some(entity) => self.own(file, entity, &mut people)?,
            None => self.below(file, &mut people)?,
        };
        let Some((entity, rows)) = written.filter(|(_, rows)| *rows > 0) else { return Ok(()) };
        self.exported.files.push((file, rows));
        let objects = self.objects(entity);
        (self.disclose)(Disclosure {
            tenant_id: self.scene.release.snapshot().tenant_id,
            at: self.wanted.now,
            vendor: Arc::clone(self.scene.release.vendor()),
            request_id: Arc::clone(&self.wanted.request_id),
            rules: Arc::clone(self.scene.release.rules()),
            entity: entity.name(),
            records: u32::try_from(rows).unwrap_or(u32::MAX),
            people,
            objects,
        })?;
        Ok(())
    }

    /// The objects that the set has rows of, as row numbers; people are told of apart.
    fn objects(&self, entity: Entity) -> Option<(Entity, RoaringBitmap)> {
        let written = self.scene.written.get(&entity).filter(|_| entity != Entity::User)?;
        Some((entity, numbers(self.scene.release.snapshot().ids(entity), written)))
    }

    /// A file with a row for each object.
    fn own(&mut self, file: File, entity: Entity, people: &mut People) -> Result<Option<(Entity, u64)>, ExportError> {
        let columns = filled(self.wanted.version, file, entity);
        let keys = self.metadata_keys(entity)?;
        let fields = fields_of(&columns).chain(always(entity)).chain(metadata(entity).filter(|_| !keys.is_empty()));
        let selection = selection(entity, fields);
        let mut header: Vec<Cow<'_, str>> = columns.iter().map(|filled| filled.column.name.into()).collect();
        header.extend(keys.iter().map(|key| Cow::Owned(format!("metadata.{key}"))));
        if self.scene.is_delta && entity == Entity::LineItem {
            let unsayable = self.unsayable(entity, &columns, &selection)?;
            self.scene.unsayable.insert(entity, unsayable);
        }
        let mut offset = 0;
        let mut rows = 0;
        let mut written = RoaringBitmap::new();
        let mut following: Option<std::vec::IntoIter<Vec<u32>>> = None;
        loop {
            let changed = if following.is_none() { self.page(entity, &mut offset)? } else { None };
            let next = match changed {
                Some(positions) => Some(positions),
                None => following.get_or_insert_with(|| self.following(entity, &written).into_iter()).next(),
            };
            let Some(positions) = next else { break };
            let release = self.scene.release;
            let records = hydrate(self.conn, release, &selection, &positions)?.ok_or(ExportError::Moved)?;
            let frame = Frame::new((edition(self.wanted.version), ""), entity, selection.fields(), None);
            let mut cells = Vec::with_capacity(positions.len());
            for released in records.released(release, &selection, &positions) {
                if released.is_tombstone() && !self.scene.is_delta {
                    continue;
                }
                let record = Represented::new(&frame, &released);
                let roles = record.roles();
                let time = self.scene.is_delta.then(|| released.modified_at().to_rfc3339());
                let filling =
                    Filling { scene: &self.scene, entity, record: &record, roles: &roles, time: time.as_deref() };
                match filling.cells(&columns) {
                    Some(mut row) => {
                        row.extend(filling.metadata(&keys));
                        cells.push(row);
                    }
                    // It may have had a row before, which must not stay with what it said.
                    None if self.scene.is_delta => {
                        let mut row = filling.removal(&columns);
                        row.resize(header.len(), String::new());
                        cells.push(row);
                        self.scene.unsayable.entry(entity).or_default().insert(released.position());
                    }
                    None => continue,
                }
                written.insert(released.position());
                released.note(entity.base_category());
                note(people, &released);
            }
            rows += cells.len() as u64;
            self.archive.add(file, &header, &cells)?;
        }
        self.scene.written.insert(entity, written);
        Ok(Some((entity, rows)))
    }

    /// Which objects of the view files can't hold, changed or not.
    fn unsayable(
        &mut self,
        entity: Entity,
        columns: &[Filled],
        selection: &Selection,
    ) -> Result<RoaringBitmap, ExportError> {
        let release = self.scene.release;
        let frame = Frame::new((edition(self.wanted.version), ""), entity, selection.fields(), None);
        let live: Vec<u32> = release.live(entity).iter().collect();
        let mut unsayable = RoaringBitmap::new();
        for positions in live.chunks(PAGE) {
            let records = hydrate(self.conn, release, selection, positions)?.ok_or(ExportError::Moved)?;
            for released in records.released(release, selection, positions) {
                let record = Represented::new(&frame, &released);
                let filling = Filling { scene: &self.scene, entity, record: &record, roles: &[], time: None };
                if filling.cells(columns).is_none() {
                    unsayable.insert(released.position());
                }
            }
        }
        Ok(unsayable)
    }

    /// What a delta says again because what it refers to is said anew, or no more: a line item that files
    /// can't hold takes its results with it, and brings them back.
    fn following(&self, entity: Entity, written: &RoaringBitmap) -> Vec<Vec<u32>> {
        let line_items = self.scene.written.get(&Entity::LineItem).filter(|_| self.scene.is_delta);
        let (Entity::Result, Some(line_items)) = (entity, line_items) else { return Vec::new() };
        let release = self.scene.release;
        let of_items = release.snapshot().gradebook.results.of_line_items(line_items);
        let order = release.order(entity);
        let mut positions: Vec<u32> = ((of_items & release.live(entity)) - written).iter().collect();
        positions.sort_unstable_by_key(|position| order.rank(*position));
        positions.chunks(PAGE).map(<[u32]>::to_vec).collect()
    }

    /// A file whose rows hang below those of another.
    fn below(&mut self, file: File, people: &mut People) -> Result<Option<(Entity, u64)>, ExportError> {
        let mut all = STEPS.iter().flat_map(|step| step.children.iter().map(|child| (step.entity, child)));
        let Some((entity, child)) = all.find(|(_, child)| child.file == file) else { return Ok(None) };
        let Some(kind) = kind_below(file) else { return Ok(None) };
        let columns: Vec<&'static Column> = columns(self.wanted.version, file).iter().collect();
        let header: Vec<Cow<'_, str>> = columns.iter().map(|column| column.name.into()).collect();
        let of_kind = entity.fields().iter().filter(|field| field.kind == kind);
        let selection = selection(entity, of_kind.chain(always(entity)));
        let mut offset = 0;
        let mut rows = 0;
        while let Some(mut positions) = self.page(entity, &mut offset)? {
            let has = |all: &HashMap<Entity, RoaringBitmap>, p| all.get(&entity).is_some_and(|some| some.contains(p));
            positions.retain(|p| has(&self.scene.written, *p) && !has(&self.scene.unsayable, *p));
            let release = self.scene.release;
            let records = hydrate(self.conn, release, &selection, &positions)?.ok_or(ExportError::Moved)?;
            let frame = Frame::new((edition(self.wanted.version), ""), entity, selection.fields(), None);
            let mut cells = Vec::new();
            for released in records.released(release, &selection, &positions) {
                let record = Represented::new(&frame, &released);
                let roles = record.roles();
                let time = self.scene.is_delta.then(|| released.modified_at().to_rfc3339());
                let filling =
                    Filling { scene: &self.scene, entity, record: &record, roles: &roles, time: time.as_deref() };
                let below = filling.rows_below(child, &columns);
                if !below.is_empty() {
                    released.note(entity.base_category());
                    note(people, &released);
                }
                cells.extend(below);
            }
            rows += cells.len() as u64;
            self.archive.add(file, &header, &cells)?;
        }
        Ok(Some((entity, rows)))
    }

    /// The next objects in the vendor's order; none after the last.
    fn page(&mut self, entity: Entity, offset: &mut u64) -> Result<Option<Vec<u32>>, ExportError> {
        let since = |since: Millis| {
            Filter::Leaf(Leaf { target: Target::DateLastModified, op: Op::Ge, value: since.to_rfc3339() })
        };
        let list = List {
            entity,
            within: None,
            filter: self.wanted.since.filter(|_| !planted::is(Leak::SetByTimesOfRecords)).map(since),
            sort: (SortKey::SourcedId, Direction::Ascending),
            start: Start::Offset(*offset),
            limit: PAGE,
        };
        let page = self.wanted.view.page(self.conn, &list)?;
        *offset += page.positions.len() as u64;
        if page.positions.is_empty() {
            return Ok(None);
        }
        let mut positions = page.positions;
        if let Some(since) = self.wanted.since.filter(|_| planted::is(Leak::SetByTimesOfRecords)) {
            let touched = self.touched(entity, since);
            positions.retain(|position| touched.contains(*position));
        }
        Ok(Some(positions))
    }

    /// What imports touched, shown or not: for the planted leak alone.
    fn touched(&self, entity: Entity, since: Millis) -> RoaringBitmap {
        let times = self.scene.release.snapshot().times(entity);
        let of_all = times.into_iter().flat_map(|times| times.of_category.values());
        of_all.fold(RoaringBitmap::new(), |all, by_time| all | within(by_time, since.0..))
    }

    /// The keys of the extension fields that the set's rows show, each of which is a column.
    fn metadata_keys(&mut self, entity: Entity) -> Result<Vec<String>, ExportError> {
        let release = self.scene.release;
        let mut keys = BTreeSet::new();
        if release.shown(entity, Category::Free).is_empty() {
            return Ok(Vec::new());
        }
        let selection = selection(entity, metadata(entity));
        let mut offset = 0;
        while let Some(positions) = self.page(entity, &mut offset)? {
            let records = hydrate(self.conn, release, &selection, &positions)?.ok_or(ExportError::Moved)?;
            for released in records.released(release, &selection, &positions) {
                if !released.is_tombstone() {
                    let text = released.fields().find_map(|(place, field)| released.text(place, field));
                    keys.extend(
                        parsed::<serde_json::Map<_, _>>(text).unwrap_or_default().into_iter().map(|(key, _)| key),
                    );
                }
            }
        }
        Ok(keys.into_iter().collect())
    }
}

fn selection(entity: Entity, fields: impl Iterator<Item = &'static Field>) -> Selection {
    let mut distinct: Vec<&'static Field> = Vec::new();
    for field in fields {
        if !distinct.contains(&field) {
            distinct.push(field);
        }
    }
    Selection::new(entity, distinct)
}

/// The time of a person's record depends on the roles that are shown.
fn always(entity: Entity) -> impl Iterator<Item = &'static Field> {
    entity.fields().iter().filter(|field| field.kind == Kind::Roles)
}

fn metadata(entity: Entity) -> impl Iterator<Item = &'static Field> {
    entity.fields().iter().filter(|field| field.kind == Kind::Metadata)
}

const fn edition(version: Version) -> &'static Edition {
    match version {
        Version::V1p1 => &v1p1::edition::EDITION,
        Version::V1p2 => &v1p2::edition::EDITION,
    }
}
