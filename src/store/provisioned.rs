//! What identity providers keep over SCIM: read back by the provider, and changed under the lock of its row.

use std::fmt::Write as _;

use crate::consent::provisioned::{Kept, Kind};
use crate::store::writer::VendorRow;
use crate::store::written::Of;
use crate::store::{Bind, Conn, Row, Statement, StoreError, cell};

const COLUMNS: &str = "kind, id, number, version, created_at, modified_at, CAST(CASE WHEN password IS NULL THEN 0 ELSE 1 END AS BIGINT), body";

/// How many values one `IN` list holds at most.
const LIST: usize = 500;

/// Where a page of a provider's objects begins, in the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// After that many.
    Offset(u64),
    /// After the one with that number.
    After(i64),
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// The member's id.
    pub id: String,
    /// A user (of the provider or the school) or a group.
    pub kind: Kind,
    /// What the provider calls it in this group.
    pub display: Option<String>,
}

/// One object.
pub fn find(conn: &mut Conn, of: Of<'_>, kind: Kind, id: &str) -> Result<Option<Kept>, StoreError> {
    if cell::is_unheard_of(id) {
        return Ok(None);
    }
    let mut statement = selection(of, kind);
    statement.push(" AND id = ?");
    statement.push_bind(id);
    Ok(collect(conn, &statement, of.1)?.pop())
}

/// Those of these objects that there are.
pub fn find_all(conn: &mut Conn, of: Of<'_>, kind: Kind, ids: &[String]) -> Result<Vec<Kept>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        let mut statement = selection(of, kind);
        push_in(&mut statement, " AND id", ids);
        found.extend(collect(conn, &statement, of.1)?);
    }
    Ok(found)
}

/// The objects of that kind with a folded name: of users and accounts the user name, of groups the display name.
pub fn named(conn: &mut Conn, of: Of<'_>, kind: Kind, name: &str) -> Result<Vec<Kept>, StoreError> {
    if cell::is_unheard_of(name) {
        return Ok(Vec::new());
    }
    let mut statement = selection(of, kind);
    statement.push(" AND name = ? ORDER BY number");
    statement.push_bind(name);
    collect(conn, &statement, of.1)
}

/// The objects of that kind that the provider knows by that identifier of its own.
pub fn with_external_id(conn: &mut Conn, of: Of<'_>, kind: Kind, id: &str) -> Result<Vec<Kept>, StoreError> {
    if cell::is_unheard_of(id) {
        return Ok(Vec::new());
    }
    let mut statement = selection(of, kind);
    statement.push(" AND external_id = ? ORDER BY number");
    statement.push_bind(id);
    collect(conn, &statement, of.1)
}

/// How many objects of that kind there are.
pub fn count(conn: &mut Conn, (tenant_id, vendor): Of<'_>, kind: Kind) -> Result<u64, StoreError> {
    let rows = Statement::new("SELECT COUNT(*) FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind = ?")
        .bind(tenant_id)
        .bind(vendor)
        .bind(kind.name())
        .rows(conn)?;
    Ok(rows.first().and_then(|row| row.int(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}

/// How many objects of that kind were made up to the one with that number.
pub fn count_up_to(conn: &mut Conn, (tenant_id, vendor): Of<'_>, kind: Kind, number: i64) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND number <= ?";
    let statement = Statement::new(sql).bind(tenant_id).bind(vendor).bind(kind.name()).bind(number);
    let rows = statement.rows(conn)?;
    Ok(rows.first().and_then(|row| row.int(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}

/// A page of the objects of that kind.
pub fn page(conn: &mut Conn, of: Of<'_>, kind: Kind, from: From, limit: usize) -> Result<Vec<Kept>, StoreError> {
    let mut statement = selection(of, kind);
    if let From::After(number) = from {
        statement.push(" AND number > ?");
        statement.push_bind(number);
    }
    statement.push(" ORDER BY number LIMIT ?");
    statement.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    if let From::Offset(offset) = from {
        statement.push(" OFFSET ?");
        statement.push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
    }
    collect(conn, &statement, of.1)
}

/// Every object of that kind, one by one in their order.
pub fn each(
    conn: &mut Conn,
    of: Of<'_>,
    kind: Kind,
    mut visit: impl FnMut(Kept) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = selection(of, kind);
    statement.push(" ORDER BY number");
    statement.each(conn, |row| visit(read(row, of.1)?))
}

/// The id of every object of that kind.
pub fn each_id(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    kind: Kind,
    mut visit: impl FnMut(&str),
) -> Result<(), StoreError> {
    Statement::new("SELECT id FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind = ?")
        .bind(tenant_id)
        .bind(vendor)
        .bind(kind.name())
        .each(conn, |row| {
            visit(row.need_text(0)?);
            Ok(())
        })
}

/// The members of these groups: group and member, in the order of their ids.
pub fn members(conn: &mut Conn, of: Of<'_>, groups: &[String]) -> Result<Vec<(String, Member)>, StoreError> {
    related(conn, of, ("group_id", "ORDER BY group_id, member_id"), groups)
}

/// The groups that name these as members: group and member, in the order of their ids.
pub fn memberships(conn: &mut Conn, of: Of<'_>, members: &[String]) -> Result<Vec<(String, Member)>, StoreError> {
    related(conn, of, ("member_id", "ORDER BY member_id, group_id"), members)
}

fn related(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    (column, order): (&str, &str),
    ids: &[String],
) -> Result<Vec<(String, Member)>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        let mut statement = Statement::new(
            "SELECT group_id, member_id, kind, display FROM provisioned_member WHERE tenant_id = ? AND vendor_id = ?",
        )
        .bind(tenant_id)
        .bind(vendor);
        push_in(&mut statement, &format!(" AND {column}"), ids);
        statement.push(" ");
        statement.push(order);
        statement.each(conn, |row| {
            let (kind, display) = (read_kind(row, 2)?, row.text(3).map(str::to_owned));
            found.push((row.need_text(0)?.to_owned(), Member { id: row.need_text(1)?.to_owned(), kind, display }));
            Ok(())
        })?;
    }
    Ok(found)
}

fn selection((tenant_id, vendor): Of<'_>, kind: Kind) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind = ?"))
        .bind(tenant_id)
        .bind(vendor)
        .bind(kind.name())
}

fn push_in(statement: &mut Statement, what: &str, values: &[String]) {
    let mut sql = String::from(what);
    sql.push_str(" IN (");
    for (place, _) in values.iter().enumerate() {
        _ = write!(sql, "{}?", if place == 0 { "" } else { ", " });
    }
    sql.push(')');
    statement.push(&sql);
    for value in values {
        statement.push_bind(value.as_str());
    }
}

fn collect(conn: &mut Conn, statement: &Statement, vendor: &str) -> Result<Vec<Kept>, StoreError> {
    let mut found = Vec::new();
    statement.each(conn, |row| {
        found.push(read(row, vendor)?);
        Ok(())
    })?;
    Ok(found)
}

fn read_kind(row: Row<'_>, column: usize) -> Result<Kind, StoreError> {
    Kind::of_name(row.need_text(column)?).ok_or(StoreError::Shape("an object of no known kind"))
}

fn read(row: Row<'_>, vendor: &str) -> Result<Kept, StoreError> {
    Ok(Kept {
        vendor: vendor.to_owned(),
        kind: read_kind(row, 0)?,
        id: row.need_text(1)?.to_owned(),
        number: row.need_int(2)?,
        version: row.need_int(3)?,
        created_at: row.need_int(4)?,
        modified_at: row.need_int(5)?,
        has_password: row.need_int(6)? != 0,
        body: cell::read_json(row, 7)?,
    })
}

/// An account that the board's own data doesn't show yet.
#[derive(Debug)]
pub struct ToAdopt {
    /// The account.
    pub kept: Kept,
}

/// The accounts of a board that changed since its own data last took them over, by vendor and in their order.
pub fn to_adopt(conn: &mut Conn, tenant_id: i64) -> Result<Vec<ToAdopt>, StoreError> {
    let mut found = Vec::new();
    Statement::new(format!(
        "SELECT {COLUMNS}, vendor_id FROM provisioned WHERE tenant_id = ? AND kind = 'Account' \
         AND version <> adopted_version ORDER BY modified_at, vendor_id, number"
    ))
    .bind(tenant_id)
    .each(conn, |row| {
        found.push(ToAdopt { kept: read(row, row.need_text(8)?)? });
        Ok(())
    })?;
    Ok(found)
}

/// The boards with accounts to adopt.
pub fn boards_to_adopt(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let rows = Statement::new(
        "SELECT DISTINCT tenant_id FROM provisioned WHERE kind = 'Account' AND version <> adopted_version",
    )
    .rows(conn)?;
    rows.iter().map(|row| row.need_int(0)).collect()
}

/// Notes that these accounts are in the board's own data, as they were read.
pub fn note_adopted(conn: &mut Conn, tenant_id: i64, adopted: &[ToAdopt]) -> Result<(), StoreError> {
    for ToAdopt { kept } in adopted {
        Statement::new(
            "UPDATE provisioned SET adopted_version = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = 'Account' AND id = ?",
        )
        .bind(kept.version)
        .bind(tenant_id)
        .bind(kept.vendor.as_str())
        .bind(kept.id.as_str())
        .execute(conn)?;
    }
    Ok(())
}

/// What is kept of an object.
#[derive(Debug, Clone)]
pub struct Draft {
    /// See [`named`].
    pub name: Option<String>,
    /// See [`with_external_id`].
    pub external_id: Option<String>,
    /// The attributes, as JSON.
    pub body: String,
    /// A new password's hash; `None` keeps what there is.
    pub password: Option<String>,
}

/// Which of these ids are users or groups of the provider, and which of the two.
pub fn kinds(conn: &mut Conn, (tenant_id, vendor): Of<'_>, ids: &[String]) -> Result<Vec<(String, Kind)>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        let mut statement = Statement::new(
            "SELECT id, kind FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind IN ('User', 'Group')",
        )
        .bind(tenant_id)
        .bind(vendor);
        push_in(&mut statement, " AND id", ids);
        statement.each(conn, |row| {
            found.push((row.need_text(0)?.to_owned(), read_kind(row, 1)?));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Whether a group has more members than that.
pub fn has_more_members(conn: &mut Conn, (tenant_id, vendor): Of<'_>, group: &str, n: i64) -> Result<bool, StoreError> {
    let rows = Statement::new(
        "SELECT member_id FROM provisioned_member WHERE tenant_id = ? AND vendor_id = ? AND group_id = ? \
         ORDER BY member_id LIMIT 1 OFFSET ?",
    )
    .bind(tenant_id)
    .bind(vendor)
    .bind(group)
    .bind(n)
    .rows(conn)?;
    Ok(!rows.is_empty())
}

impl VendorRow<'_> {
    /// Notes that a user whom the provider made may be this person of the school.
    pub fn note_double(&mut self, id: &str, person: u32, attribute: &str) -> Result<(), StoreError> {
        Statement::new(
            "INSERT INTO reconciliation (tenant_id, vendor_id, provisioned_id, person, attribute, noted_at) \
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, vendor_id, provisioned_id, person) DO NOTHING",
        )
        .bind(self.tenant_id)
        .bind(self.vendor.as_str())
        .bind(id)
        .bind(i64::from(person))
        .bind(attribute)
        .bind(self.at)
        .execute(self.conn)?;
        Ok(())
    }

    /// The connection, for what must be read under the lock.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Whose row it is.
    pub fn of(&self) -> (i64, String) {
        (self.tenant_id, self.vendor.clone())
    }

    fn bound(&self, statement: Statement, kind: Kind) -> Statement {
        statement.bind(self.tenant_id).bind(self.vendor.as_str()).bind(kind.name())
    }

    /// Makes an object.
    pub fn create(&mut self, kind: Kind, (id, number): (&str, i64), draft: &Draft) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO provisioned (tenant_id, vendor_id, kind, id, number, version, created_at, modified_at, \
             name, external_id, password, body) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
        );
        self.bound(statement, kind)
            .bind(id)
            .bind(number)
            .bind(self.at)
            .bind(self.at)
            .bind(draft.name.as_deref())
            .bind(draft.external_id.as_deref())
            .bind(draft.password.as_deref())
            .bind(draft.body.as_str())
            .execute(self.conn)?;
        Ok(())
    }

    /// Replaces an object's attributes.
    pub fn replace(&mut self, kind: Kind, id: &str, draft: &Draft) -> Result<(), StoreError> {
        let statement = Statement::new(
            "UPDATE provisioned SET version = version + 1, modified_at = ?, name = ?, external_id = ?, \
             password = COALESCE(?, password), body = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?",
        )
        .bind(self.at)
        .bind(draft.name.as_deref())
        .bind(draft.external_id.as_deref())
        .bind(draft.password.as_deref())
        .bind(draft.body.as_str());
        self.bound(statement, kind).bind(id).execute(self.conn)?;
        Ok(())
    }

    /// Notes that something about these objects changed beside their attributes, such as a group's members.
    pub fn touch(&mut self, kind: Kind, ids: &[String]) -> Result<(), StoreError> {
        for ids in ids.chunks(LIST) {
            let mut statement = self.bound(
                Statement::new(
                    "UPDATE provisioned SET version = version + 1, modified_at = ? \
                     WHERE tenant_id = ? AND vendor_id = ? AND kind = ?",
                )
                .bind(self.at),
                kind,
            );
            push_in(&mut statement, " AND id", ids);
            statement.execute(self.conn)?;
        }
        Ok(())
    }

    /// Deletes an object, with its memberships and its members; the groups that it was in have changed.
    pub fn remove(&mut self, kind: Kind, id: &str) -> Result<(), StoreError> {
        let (tenant_id, vendor) = self.of();
        let names = [id.to_owned()];
        let mut groups: Vec<String> =
            memberships(self.conn, (tenant_id, &vendor), &names)?.into_iter().map(|(group, _)| group).collect();
        groups.dedup();
        self.touch(Kind::Group, &groups)?;
        for column in ["group_id", "member_id"] {
            let sql = format!("DELETE FROM provisioned_member WHERE tenant_id = ? AND vendor_id = ? AND {column} = ?");
            Statement::new(sql).bind(tenant_id).bind(vendor.as_str()).bind(id).execute(self.conn)?;
        }
        let statement =
            Statement::new("DELETE FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?");
        self.bound(statement, kind).bind(id).execute(self.conn)?;
        Ok(())
    }

    /// Adds members to a group; returns whether any of them is new.
    pub fn add_members(&mut self, group: &str, members: &[Member]) -> Result<bool, StoreError> {
        let mut n_new = 0;
        for members in members.chunks(LIST) {
            let mut sql = String::from(
                "INSERT INTO provisioned_member (tenant_id, vendor_id, group_id, member_id, kind, display) VALUES ",
            );
            let mut binds: Vec<Bind> = Vec::with_capacity(members.len() * 6);
            for (place, member) in members.iter().enumerate() {
                sql.push_str(if place == 0 { "(?, ?, ?, ?, ?, ?)" } else { ", (?, ?, ?, ?, ?, ?)" });
                binds.push(self.tenant_id.into());
                binds.extend([&self.vendor, group, &member.id, member.kind.name()].map(|text: &str| text.into()));
                binds.push(member.display.as_deref().into());
            }
            sql.push_str(" ON CONFLICT (tenant_id, vendor_id, group_id, member_id) DO NOTHING");
            n_new += binds.into_iter().fold(Statement::new(sql), Statement::bind).execute(self.conn)?;
        }
        Ok(n_new > 0)
    }

    /// Removes members from a group; returns whether any of them was in it.
    pub fn remove_members(&mut self, group: &str, ids: &[String]) -> Result<bool, StoreError> {
        let mut n_gone = 0;
        for ids in ids.chunks(LIST) {
            let mut statement = self.members_of(group);
            push_in(&mut statement, " AND member_id", ids);
            n_gone += statement.execute(self.conn)?;
        }
        Ok(n_gone > 0)
    }

    /// Removes all members from a group; returns whether there were any.
    pub fn clear_members(&mut self, group: &str) -> Result<bool, StoreError> {
        Ok(self.members_of(group).execute(self.conn)? > 0)
    }

    fn members_of(&self, group: &str) -> Statement {
        Statement::new("DELETE FROM provisioned_member WHERE tenant_id = ? AND vendor_id = ? AND group_id = ?")
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(group)
    }
}
