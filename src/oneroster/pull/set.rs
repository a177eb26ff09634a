//! The CSV set that the pages make: of the version that was read, whole or of changes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::below::{Below, rows_below};
use super::error::PullError;
use super::fetch::Event;
use super::rows::{Class, Object, Scene, is_gone, note_metadata, text, written};
use super::source::{Collection, Source};
use super::spool::Spool;
use crate::catalogue::Entity;
use crate::oneroster::csv::plan::{Child, STEPS, Step};
use crate::oneroster::csv::{Column, File, MANIFEST, Mode, manifest_text};
use crate::store::import::known;
use crate::store::{Conn, tenant};

/// Who is asked what the board has.
pub(super) type Board<'b> = (&'b mut Conn, &'b str);

/// Writes the set into a folder.
pub(super) fn write(
    source: &Source,
    spool: &Spool,
    folder: &Path,
    is_delta: bool,
    (board, tell): (Board<'_>, &mut dyn FnMut(Event)),
) -> Result<(), PullError> {
    let version = source.version;
    let scene = Scene {
        version,
        is_delta,
        began: spool.began().to_rfc3339(),
        classes: HashMap::new(),
        line_items: None,
        left_out: HashSet::new(),
    };
    let mut set = Set { spool, scene, folder, board, files: BTreeMap::new() };
    let collections: Vec<Collection> = source.collections().collect();
    // Those that the provider doesn't give, and those that refer to them.
    let mut is_there: BTreeSet<File> = BTreeSet::new();
    for collection in &collections {
        let needed = collection.file.needs(version).filter(|file| *file != File::Roles);
        if spool.has(collection.name) && needed.into_iter().all(|file| is_there.contains(&file)) {
            is_there.insert(collection.file);
        }
    }
    for collection in collections.iter().filter(|collection| is_there.contains(&collection.file)) {
        let Some(step) = STEPS.iter().find(|step| step.file == collection.file) else { continue };
        let n = set.own(*collection, step)?;
        if n > 0 {
            tell(Event::LeftOut { collection: collection.name, n });
        }
        for child in step.children.iter().filter(|child| child.file.is_in(version)) {
            let mut targets = child.file.needs(version).filter(|file| *file != File::Roles);
            if targets.all(|file| is_there.contains(&file)) {
                set.below(*collection, step, *child)?;
            }
        }
    }
    set.finish()
}

struct Set<'s> {
    spool: &'s Spool,
    scene: Scene,
    folder: &'s Path,
    board: Board<'s>,
    /// The files that have rows, with what these are.
    files: BTreeMap<File, Mode>,
}

impl Set<'_> {
    /// Each object of a collection once, as it was read last; of a whole set those that are there.
    fn each(&self, name: &str, visit: &mut dyn FnMut(&Object) -> Result<(), PullError>) -> Result<(), PullError> {
        let mut seen: HashSet<String> = HashSet::new();
        self.spool.each_page(name, &mut |page| {
            for object in page.iter().rev().filter_map(Value::as_object) {
                let id = object.get("sourcedId").and_then(Value::as_str).unwrap_or_default();
                if seen.insert(id.to_owned()) && (self.scene.is_delta || !is_gone(object)) {
                    visit(object)?;
                }
            }
            Ok(())
        })
    }

    /// Writes the file of a collection; returns how many objects it can't hold.
    fn own(&mut self, collection: Collection, step: &Step) -> Result<u64, PullError> {
        let mut keys = BTreeSet::new();
        self.each(collection.name, &mut |object| {
            note_metadata(object, &mut keys);
            Ok(())
        })?;
        if collection.file == File::Classes {
            let mut classes = HashMap::new();
            if let (true, Some(tenant_id)) = (self.scene.is_delta, self.tenant_id()?) {
                known::each_class(self.board.0, tenant_id, &mut |id, school, course| {
                    classes.insert(id.to_owned(), Class::stored(school, course));
                })?;
            }
            self.each(collection.name, &mut |object| {
                classes.extend([Class::of(object)]);
                Ok(())
            })?;
            self.scene.classes = classes;
        }
        let keys: Vec<String> = keys.into_iter().collect();
        let columns = written(self.scene.version, collection.file);
        let names = columns.iter().map(|column| column.name.to_owned());
        let mut table =
            Table::new(self.folder, collection.file, names.chain(keys.iter().map(|key| format!("metadata.{key}"))));
        // What goes takes its results with it, and what is left out too.
        let (mut left_out, mut held, mut gone) = (HashSet::new(), HashSet::new(), HashSet::new());
        self.each(collection.name, &mut |object| {
            let Some(cells) = self.scene.cells(collection.file, object, &keys) else {
                left_out.insert(text(object.get("sourcedId")));
                return Ok(());
            };
            if collection.file == File::LineItems {
                if is_gone(object) { &mut gone } else { &mut held }.insert(text(object.get("sourcedId")));
            }
            table.add(&cells)
        })?;
        if collection.file == File::LineItems {
            if let (true, Some(tenant_id)) = (self.scene.is_delta, self.tenant_id()?) {
                held.extend(known::active(self.board.0, tenant_id, Entity::LineItem)?);
                held.retain(|id| !gone.contains(id) && !left_out.contains(id));
            }
            self.scene.line_items = Some(held);
        }
        let n_left_out = u64::try_from(left_out.len()).unwrap_or(u64::MAX);
        let is_all_gone = table.is_empty() && !self.scene.is_delta;
        if is_all_gone {
            self.ended_rows(step, &columns, &mut table, |_| true)?;
        } else if self.scene.is_delta && !left_out.is_empty() {
            // The board may have what the files of an earlier pull could say.
            self.ended_rows(step, &columns, &mut table, |id| left_out.contains(id))?;
        }
        self.scene.left_out.extend(left_out.into_iter().map(|id| (collection.file, id)));
        let mode = if is_all_gone { Mode::Delta } else { self.mode() };
        self.finish_table(collection.file, table, mode).map(|()| n_left_out)
    }

    /// Takes away what the board has and `is_ended`: a bulk file can't be empty, so changes also say where the
    /// provider has no objects any more.
    fn ended_rows(
        &mut self,
        step: &Step,
        columns: &[&'static Column],
        table: &mut Table,
        is_ended: impl Fn(&str) -> bool,
    ) -> Result<(), PullError> {
        let Some(tenant_id) = self.tenant_id()? else { return Ok(()) };
        let mut ids: Vec<String> = known::active(self.board.0, tenant_id, step.entity)?.into_iter().collect();
        ids.retain(|id| is_ended(id));
        ids.sort_unstable();
        let n_metadata = table.header.len() - columns.len();
        for id in ids {
            let mut cells = self.ended(columns, ("", ""), &id);
            cells.extend(vec![String::new(); n_metadata]);
            table.add(&cells)?;
        }
        Ok(())
    }

    /// The cells of a row that takes away, below a parent if it is below any.
    fn ended(&self, columns: &[&'static Column], (name, parent): (&str, &str), id: &str) -> Vec<String> {
        let cell = |column: &&Column| match column.name {
            "sourcedId" => id.to_owned(),
            "status" => "tobedeleted".to_owned(),
            "dateLastModified" => self.scene.began.clone(),
            other if other == name => parent.to_owned(),
            _ => String::new(),
        };
        columns.iter().map(cell).collect()
    }

    fn mode(&self) -> Mode {
        if self.scene.is_delta { Mode::Delta } else { Mode::Bulk }
    }

    fn tenant_id(&mut self) -> Result<Option<i64>, PullError> {
        let (conn, slug) = &mut self.board;
        Ok(tenant::by_slug(conn, slug)?.map(|board| board.id))
    }

    fn finish_table(&mut self, file: File, table: Table, mode: Mode) -> Result<(), PullError> {
        if table.finish()? {
            self.files.insert(file, mode);
        }
        Ok(())
    }

    /// Writes a file below another. A set of changes also takes away what the board has below an object and
    /// the provider no more.
    fn below(&mut self, collection: Collection, step: &Step, child: Child) -> Result<(), PullError> {
        let columns = written(self.scene.version, child.file);
        let mut table = Table::new(self.folder, child.file, columns.iter().map(|column| column.name.to_owned()));
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        self.each(collection.name, &mut |object| {
            let parent = text(object.get("sourcedId"));
            let is_of_other = step.file == File::LineItems && !self.scene.has_line_item(&parent);
            if is_gone(object) || is_of_other || !self.scene.may_name(step.file, &parent) {
                return Ok(());
            }
            let mut ids = BTreeSet::new();
            for row in rows_below(child.file, object) {
                let Some(cells) = self.cells_below(&columns, (child, &parent), &row, object) else { continue };
                table.add(&cells)?;
                ids.insert(row.sourced_id);
            }
            if self.scene.is_delta {
                told.insert(parent, ids);
            }
            Ok(())
        })?;
        let takes_all = table.is_empty() && !self.scene.is_delta;
        if takes_all || !told.is_empty() {
            for (parent, id) in self.ended_below(step, child, (!takes_all).then_some(&told))? {
                table.add(&self.ended(&columns, (child.parent, &parent), &id))?;
            }
        }
        let mode = if takes_all { Mode::Delta } else { self.mode() };
        self.finish_table(child.file, table, mode)
    }

    fn cells_below(
        &self,
        columns: &[&'static Column],
        (child, parent): (Child, &str),
        row: &Below,
        object: &Object,
    ) -> Option<Vec<String>> {
        let said = |name: &str| row.says.iter().find(|(other, _)| *other == name).map(|(_, text)| text.clone());
        let cell = |column: &&Column| match column.name {
            "sourcedId" => Some(row.sourced_id.clone()),
            "status" | "dateLastModified" => Some(self.scene.change(column, object)),
            name if name == child.parent => Some(parent.to_owned()),
            name => self.scene.named(column, said(name).unwrap_or_default()),
        };
        columns.iter().map(cell).collect()
    }

    /// What the board has below the told parents, or all, and was not told, with its parent.
    fn ended_below(
        &mut self,
        step: &Step,
        child: Child,
        told: Option<&BTreeMap<String, BTreeSet<String>>>,
    ) -> Result<Vec<(String, String)>, PullError> {
        let Some(tenant_id) = self.tenant_id()? else { return Ok(Vec::new()) };
        let mut ended = Vec::new();
        known::each_with_elements(
            self.board.0,
            tenant_id,
            (step.entity, child.column),
            &mut |parent, is_active, ids| {
                let of_parent = told.map(|told| told.get(parent));
                let is_ended = |id: &String| match of_parent {
                    None => is_active,
                    Some(told) => told.is_some_and(|told| !told.contains(id)),
                };
                ended.extend(ids.into_iter().filter(is_ended).map(|id| (parent.to_owned(), id)));
            },
        )?;
        Ok(ended)
    }

    fn finish(self) -> Result<(), PullError> {
        let of = |file| self.files.get(&file).copied().unwrap_or(Mode::Absent);
        let path = self.folder.join(MANIFEST);
        fs::write(&path, manifest_text(self.scene.version, of)).map_err(|source| PullError::Spool { path, source })
    }
}

/// A file of the set, which begins with its first row: one without rows is not in the set.
struct Table {
    path: PathBuf,
    header: Vec<String>,
    writer: Option<csv::Writer<BufWriter<fs::File>>>,
}

impl Table {
    fn new(folder: &Path, file: File, header: impl Iterator<Item = String>) -> Self {
        Self { path: folder.join(file.name()), header: header.collect(), writer: None }
    }

    fn is_empty(&self) -> bool {
        self.writer.is_none()
    }

    fn add(&mut self, cells: &[String]) -> Result<(), PullError> {
        let at = |source| PullError::Spool { path: self.path.clone(), source };
        let mut writer = if let Some(writer) = self.writer.take() {
            writer
        } else {
            let file = BufWriter::new(fs::File::create(&self.path).map_err(at)?);
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
            writer.write_record(&self.header).map_err(|error| at(error.into()))?;
            writer
        };
        writer.write_record(cells).map_err(|error| at(error.into()))?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Ends the file; returns whether it has rows.
    fn finish(self) -> Result<bool, PullError> {
        let Some(writer) = self.writer else { return Ok(false) };
        let at = |source| PullError::Spool { path: self.path.clone(), source };
        let mut out = writer.into_inner().map_err(|error| at(error.into_error()))?;
        out.flush().map_err(at)?;
        Ok(true)
    }
}
