//! What vendors write to the gradebook, changed in transactions of many writes.

use std::sync::Arc;

use crate::catalogue::Entity;
use crate::consent::allocation::Allocation;
use crate::consent::written::Links;
use crate::planted::{self, Leak};
use crate::store::writer::VendorRow;
use crate::store::{Row, Statement, StoreError};

/// What the caller expects of an object before it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Anything,
    /// That it isn't there (`If-None-Match: *`).
    Absence,
    /// That it is there in this version (`If-Match`).
    Version(i64),
}

/// One change of one object.
#[derive(Debug, Clone)]
pub struct Change {
    /// What kind of object it is.
    pub entity: Entity,
    /// Its name.
    pub name: Name,
    /// What must be true before.
    pub expected: Expected,
    /// The vendor's own objects that it names: they must be there.
    pub needs: Vec<(Entity, String)>,
    /// What happens to it.
    pub what: What,
}

/// How an object is named.
#[derive(Debug, Clone)]
pub enum Name {
    /// As the vendor says.
    Given(String),
    /// As no object of the vendor is yet.
    New(Arc<Allocation>),
}

/// What happens to an object.
#[derive(Debug, Clone)]
pub enum What {
    /// It is made, or replaced as a whole.
    Put(Links, String),
    /// It goes, and results for it go too.
    Delete,
}

/// What came of a change, with the object's name.
pub type Made = (Done, String);

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A new object, or one that had been deleted.
    Created,
    /// The object was there.
    Replaced,
    /// The object is gone.
    Deleted,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The object to delete isn't there.
    Unknown,
    /// The object is not as expected.
    Stale,
    /// Other objects of the vendor name it.
    InUse,
    /// An own object that it names isn't there any more.
    Missing(Entity),
    /// It would be above itself.
    Ring,
}

/// The object that a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subject {
    entity: Entity,
    identifier: String,
}

impl VendorRow<'_> {
    /// Makes all changes or none.
    pub fn apply(&mut self, changes: &[Change]) -> Result<Result<Vec<Made>, Denied>, StoreError> {
        let mut before = Vec::with_capacity(changes.len());
        let mut last_number = self.last_number;
        for change in changes {
            let identifier = match &change.name {
                Name::Given(identifier) => identifier.clone(),
                Name::New(allocation) => {
                    last_number += 1;
                    allocation.name(change.entity, last_number)
                }
            };
            let subject = Subject { entity: change.entity, identifier };
            let found = self.version_of(&subject)?;
            if let Some(denied) = self.denied(change, &subject, found)? {
                return Ok(Err(denied));
            }
            before.push((subject, found));
        }
        let mut made = Vec::with_capacity(changes.len());
        for (change, (subject, found)) in changes.iter().zip(before) {
            let done = match &change.what {
                What::Put(links, body) => self.put(&subject, found, links, body)?,
                What::Delete => self.delete(&subject)?,
            };
            made.push((done, subject.identifier));
        }
        Ok(Ok(made))
    }

    fn keyed(&self, sql: &str, entity: Entity, value: &str) -> Statement {
        Statement::new(format!("{sql} tenant_id = ? AND vendor_id = ? AND entity = ? AND "))
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(entity.name())
            .bind(value)
    }

    fn version_of(&mut self, subject: &Subject) -> Result<Option<(i64, bool)>, StoreError> {
        let mut statement =
            self.keyed("SELECT version, status FROM written WHERE", subject.entity, &subject.identifier);
        statement.push("identifier = ?");
        let rows = statement.rows(self.conn)?;
        let read = |row: Row<'_>| Ok((row.need_int(0)?, row.need_text(1)? == "active"));
        rows.first().map(read).transpose()
    }

    fn denied(
        &mut self,
        change: &Change,
        subject: &Subject,
        found: Option<(i64, bool)>,
    ) -> Result<Option<Denied>, StoreError> {
        let active = found.filter(|(_, is_active)| *is_active).map(|(version, _)| version);
        let is_as_expected = match change.expected {
            Expected::Anything => true,
            Expected::Absence => active.is_none(),
            Expected::Version(version) => active == Some(version),
        };
        if matches!(change.what, What::Delete) {
            if active.is_none() {
                return Ok(Some(Denied::Unknown));
            }
            if is_as_expected && self.is_in_use(subject)? {
                return Ok(Some(Denied::InUse));
            }
        }
        if !is_as_expected {
            return Ok(Some(Denied::Stale));
        }
        for (entity, identifier) in &change.needs {
            let needed = Subject { entity: *entity, identifier: identifier.clone() };
            if !self.version_of(&needed)?.is_some_and(|(_, is_active)| is_active) {
                return Ok(Some(Denied::Missing(*entity)));
            }
        }
        if let What::Put(Links { item: Some(parent), .. }, _) = &change.what
            && subject.entity == Entity::AssessmentLineItem
            && self.is_above(subject, parent)?
        {
            return Ok(Some(Denied::Ring));
        }
        Ok(None)
    }

    /// Whether the object is that parent, or above it at any height.
    fn is_above(&mut self, subject: &Subject, parent: &str) -> Result<bool, StoreError> {
        if subject.identifier == parent {
            return Ok(true);
        }
        // `UNION` takes nothing twice, so that it ends whatever is there.
        let of_vendor = "tenant_id = ? AND vendor_id = ? AND entity = ? AND status = 'active' AND item IS NOT NULL";
        let mut statement = Statement::new(format!(
            "WITH RECURSIVE above AS (SELECT item FROM written WHERE identifier = ? AND {of_vendor} \
             UNION SELECT written.item FROM written, above WHERE written.identifier = above.item AND {0}) \
             SELECT item FROM above WHERE item = ?",
            of_vendor.replace("item IS", "written.item IS"),
        ))
        .bind(parent);
        for _ in 0..2 {
            statement.push_bind(self.tenant_id);
            statement.push_bind(self.vendor.as_str());
            statement.push_bind(subject.entity.name());
        }
        Ok(!statement.bind(subject.identifier.as_str()).rows(self.conn)?.is_empty())
    }

    /// Whether objects name this one that don't go with it.
    fn is_in_use(&mut self, subject: &Subject) -> Result<bool, StoreError> {
        let users: &[(Entity, &str)] = match subject.entity {
            Entity::LineItemCategory => &[(Entity::LineItem, "category = ?")],
            Entity::ScoreScale => &[
                (Entity::LineItem, "scale = ?"),
                (Entity::Result, "scale = ?"),
                (Entity::AssessmentLineItem, "scale = ?"),
                (Entity::AssessmentResult, "scale = ?"),
            ],
            Entity::AssessmentLineItem => &[(Entity::AssessmentLineItem, "item = ?")],
            _ => &[],
        };
        if planted::is(Leak::InUseByOthers) && subject.entity == Entity::LineItem {
            let sql = "SELECT identifier FROM written WHERE tenant_id = ? AND vendor_id <> ? AND entity = 'result' \
                       AND item = ? AND status = 'active'";
            let statement = Statement::new(sql).bind(self.tenant_id).bind(self.vendor.as_str());
            return Ok(!statement.bind(subject.identifier.as_str()).rows(self.conn)?.is_empty());
        }
        for (entity, condition) in users {
            let mut statement = self.keyed("SELECT identifier FROM written WHERE", *entity, &subject.identifier);
            statement.push(condition);
            statement.push(" AND status = 'active' LIMIT 1");
            if !statement.rows(self.conn)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(
        &mut self,
        subject: &Subject,
        found: Option<(i64, bool)>,
        links: &Links,
        body: &str,
    ) -> Result<Done, StoreError> {
        let values = |statement: Statement| {
            let links = [&links.class, &links.item, &links.student, &links.category, &links.scale];
            links.into_iter().fold(statement, |statement, link| statement.bind(link.as_deref()))
        };
        let Some((_, was_active)) = found else {
            let number = self.next_number();
            let statement = Statement::new(
                "INSERT INTO written (number, modified_at, \"class\", item, student, category, scale, body, \
                 tenant_id, vendor_id, entity, identifier, version, status) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'active')",
            );
            values(statement.bind(number).bind(self.at))
                .bind(body)
                .bind(self.tenant_id)
                .bind(self.vendor.as_str())
                .bind(subject.entity.name())
                .bind(subject.identifier.as_str())
                .execute(self.conn)?;
            return Ok(Done::Created);
        };
        let statement = Statement::new(
            "UPDATE written SET version = version + 1, status = 'active', modified_at = ?, \"class\" = ?, item = ?, \
             student = ?, category = ?, scale = ?, body = ? \
             WHERE tenant_id = ? AND vendor_id = ? AND entity = ? AND identifier = ?",
        );
        values(statement.bind(self.at))
            .bind(body)
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(subject.entity.name())
            .bind(subject.identifier.as_str())
            .execute(self.conn)?;
        Ok(if was_active { Done::Replaced } else { Done::Created })
    }

    fn delete(&mut self, subject: &Subject) -> Result<Done, StoreError> {
        let below = match subject.entity {
            Entity::LineItem => Some(Entity::Result),
            Entity::AssessmentLineItem => Some(Entity::AssessmentResult),
            _ => None,
        };
        let own = (subject.entity, "identifier = ?");
        for (entity, condition) in std::iter::once(own).chain(below.map(|below| (below, "item = ?"))) {
            // What remains is that it was there, and when it went.
            let sql = "UPDATE written SET version = version + 1, status = 'tobedeleted', modified_at = ?, body = '{}' \
                       WHERE tenant_id = ? AND vendor_id = ? AND entity = ? AND status = 'active' AND ";
            let is_untold = planted::is(Leak::CascadeUntold) && condition != own.1;
            Statement::new(format!("{sql}{condition}"))
                .bind(if is_untold { 0 } else { self.at })
                .bind(self.tenant_id)
                .bind(self.vendor.as_str())
                .bind(entity.name())
                .bind(subject.identifier.as_str())
                .execute(self.conn)?;
        }
        Ok(Done::Deleted)
    }
}
