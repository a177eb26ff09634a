//! What identity providers keep over SCIM, read back by the provider. [`crate::store::provisioning`] changes it.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::Map;

use crate::consent::provisioned::{Kept, KeptUser, Kind};
use crate::store::written::Of;
use crate::store::{Conn, Row, Statement, StoreError, cell};

const COLUMNS: &str = "kind, id, number, version, created_at, modified_at, person, body";

/// How many values one `IN` list holds at most.
pub(super) const LIST: usize = 500;

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
    let mut statement = selection(of, kind);
    statement.push(" AND name = ? ORDER BY number");
    statement.push_bind(name);
    collect(conn, &statement, of.1)
}

/// The objects of that kind that the provider knows by that identifier of its own.
pub fn with_external_id(conn: &mut Conn, of: Of<'_>, kind: Kind, id: &str) -> Result<Vec<Kept>, StoreError> {
    let mut statement = selection(of, kind);
    statement.push(" AND external_id = ? ORDER BY number");
    statement.push_bind(id);
    collect(conn, &statement, of.1)
}

/// The objects of that kind that may have an e-mail address, in whatever letters: those with another are not among
/// them, unless it has letters beyond ASCII's.
pub fn with_email(conn: &mut Conn, of: Of<'_>, kind: Kind, email: &str) -> Result<Vec<Kept>, StoreError> {
    let is_kind = is_kind(kind);
    let sql = format!(
        "SELECT id FROM provisioned_email WHERE tenant_id = ? AND vendor_id = ? AND {is_kind} AND email IN (?, '')"
    );
    let mut ids = Vec::new();
    Statement::new(sql).bind(of.0).bind(of.1).bind(email_key(email)).each(conn, |row| {
        ids.push(row.need_text(0)?.to_owned());
        Ok(())
    })?;
    // In two steps: in one, a database may go through all objects in their order and look each of them up.
    let mut found = find_all(conn, of, kind, &ids)?;
    found.sort_by_key(|kept| kept.number);
    Ok(found)
}

/// What an e-mail address is found by.
pub fn email_key(email: &str) -> String {
    let is_plain = email.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain { email.to_ascii_lowercase() } else { String::new() }
}

/// The users who have this one as manager.
pub fn managed_by(conn: &mut Conn, of: Of<'_>, manager: &str) -> Result<Vec<Kept>, StoreError> {
    let mut statement = selection(of, Kind::User);
    // The index leaves out users without one, and SQLite uses it only if that is said here as well.
    statement.push(" AND manager = ? AND manager IS NOT NULL ORDER BY number");
    statement.push_bind(manager);
    collect(conn, &statement, of.1)
}

/// The numbers of the objects of that kind after the first number, up to the second, in their order.
pub fn numbers(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    kind: Kind,
    (after, up_to): (i64, i64),
) -> Result<Vec<i64>, StoreError> {
    let is_kind = is_kind(kind);
    let sql = format!(
        "SELECT number FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND {is_kind} \
         AND number > ? AND number <= ? ORDER BY number"
    );
    let mut found = Vec::new();
    Statement::new(sql).bind(tenant_id).bind(vendor).bind(after).bind(up_to).each(conn, |row| {
        found.push(row.need_int(0)?);
        Ok(())
    })?;
    Ok(found)
}

/// The objects of that kind with numbers from the first to the last.
pub fn page(conn: &mut Conn, of: Of<'_>, kind: Kind, (first, last): (i64, i64)) -> Result<Vec<Kept>, StoreError> {
    let mut statement = selection(of, kind);
    statement.push(" AND number BETWEEN ? AND ? ORDER BY number");
    statement.push_bind(first);
    statement.push_bind(last);
    collect(conn, &statement, of.1)
}

/// The users with numbers from the first to the last, as they are stored.
pub fn page_of_users(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    (first, last): (i64, i64),
) -> Result<Vec<KeptUser>, StoreError> {
    let statement = Statement::new(format!(
        "SELECT {COLUMNS}, CASE WHEN manager IS NULL THEN 0 ELSE 1 END FROM provisioned \
         WHERE tenant_id = ? AND vendor_id = ? AND kind = 'User' AND number BETWEEN ? AND ? ORDER BY number",
    ));
    let mut found = Vec::new();
    statement.bind(tenant_id).bind(vendor).bind(first).bind(last).each(conn, |row| {
        let (body, is_managed) = (row.need_text(7)?.to_owned(), row.need_int(8)? != 0);
        found.push(KeptUser { kept: read_about(row, vendor)?, body, is_managed });
        Ok(())
    })?;
    Ok(found)
}

/// A user with its attributes.
pub fn whole(user: KeptUser) -> Result<Kept, StoreError> {
    Ok(Kept { body: cell::parsed(&user.body)?, ..user.kept })
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
    let is_kind = is_kind(kind);
    Statement::new(format!("SELECT id FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND {is_kind}"))
        .bind(tenant_id)
        .bind(vendor)
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

/// Every member of the provider's groups that isn't a user of its own, with its group.
pub fn each_member_of_school(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    mut visit: impl FnMut(&str, &Member),
) -> Result<(), StoreError> {
    Statement::new(
        "SELECT group_id, member_id, kind FROM provisioned_member \
         WHERE tenant_id = ? AND vendor_id = ? AND kind <> 'User' ORDER BY group_id, member_id",
    )
    .bind(tenant_id)
    .bind(vendor)
    .each(conn, |row| {
        let member = Member { id: row.need_text(1)?.to_owned(), kind: read_kind(row, 2)?, display: None };
        visit(row.need_text(0)?, &member);
        Ok(())
    })
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
    let is_kind = is_kind(kind);
    Statement::new(format!("SELECT {COLUMNS} FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND {is_kind}"))
        .bind(tenant_id)
        .bind(vendor)
}

/// The condition that an object is of that kind. If the kind were bound, SQLite would plan the statement anew each time:
/// for accounts there is an index of their own.
pub(super) fn is_kind(kind: Kind) -> String {
    format!("kind = '{}'", kind.name())
}

pub(super) fn push_in(statement: &mut Statement, what: &str, values: &[String]) {
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
    Ok(Kept { body: cell::read_json(row, 7)?, ..read_about(row, vendor)? })
}

/// An object without its attributes.
fn read_about(row: Row<'_>, vendor: &str) -> Result<Kept, StoreError> {
    Ok(Kept {
        vendor: vendor.to_owned(),
        kind: read_kind(row, 0)?,
        id: row.need_text(1)?.to_owned(),
        number: row.need_int(2)?,
        version: row.need_int(3)?,
        created_at: row.need_int(4)?,
        modified_at: row.need_int(5)?,
        person: row.int(6),
        body: Map::new(),
    })
}

/// An account that the board's own data doesn't show yet.
#[derive(Debug)]
pub struct ToAdopt {
    /// The account.
    pub kept: Kept,
}

/// The accounts of a board that changed since its own data last took them over, by vendor and in their order; also
/// those of which something was left out, if they are wanted.
///
/// An account that was taken over in part has the negative of its version there.
pub fn to_adopt(conn: &mut Conn, tenant_id: i64, with_left_out: bool) -> Result<Vec<ToAdopt>, StoreError> {
    let mut found = Vec::new();
    let which = if with_left_out { "" } else { "AND version <> -adopted_version" };
    Statement::new(format!(
        "SELECT {COLUMNS}, vendor_id FROM provisioned WHERE tenant_id = ? AND kind = 'Account' \
         AND version <> adopted_version {which} ORDER BY modified_at, vendor_id, number"
    ))
    .bind(tenant_id)
    .each(conn, |row| {
        found.push(ToAdopt { kept: read(row, row.need_text(8)?)? });
        Ok(())
    })?;
    Ok(found)
}

/// The boards with accounts to adopt, each with whether any of them changed; of the others something was left out.
pub fn boards_to_adopt(conn: &mut Conn) -> Result<Vec<(i64, bool)>, StoreError> {
    let rows = Statement::new(
        "SELECT tenant_id, MAX(CASE WHEN version <> -adopted_version THEN 1 ELSE 0 END) FROM provisioned \
         WHERE kind = 'Account' AND version <> adopted_version GROUP BY tenant_id",
    )
    .rows(conn)?;
    rows.iter().map(|row| Ok((row.need_int(0)?, row.int(1) == Some(1)))).collect()
}

/// Notes that an account is in the board's own data as it was read, or what may be of it.
pub fn note_adopted(conn: &mut Conn, tenant_id: i64, adopted: &ToAdopt, is_whole: bool) -> Result<(), StoreError> {
    let kept = &adopted.kept;
    Statement::new(
        "UPDATE provisioned SET adopted_version = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = 'Account' AND id = ?",
    )
    .bind(if is_whole { kept.version } else { -kept.version })
    .bind(tenant_id)
    .bind(kept.vendor.as_str())
    .bind(kept.id.as_str())
    .execute(conn)?;
    Ok(())
}

/// Notes that something of these accounts (vendors and ids) is in the board's own data no more.
pub fn note_left_out(conn: &mut Conn, tenant_id: i64, accounts: &[(String, String)]) -> Result<(), StoreError> {
    for (vendor, id) in accounts {
        Statement::new(
            "UPDATE provisioned SET adopted_version = -version WHERE tenant_id = ? AND vendor_id = ? \
             AND kind = 'Account' AND id = ? AND adopted_version = version",
        )
        .bind(tenant_id)
        .bind(vendor.as_str())
        .bind(id.as_str())
        .execute(conn)?;
    }
    Ok(())
}

/// The people whom the school took for users of a provider: vendors and row numbers.
pub fn reconciled(conn: &mut Conn, tenant_id: i64) -> Result<HashSet<(String, i64)>, StoreError> {
    let rows = Statement::new(
        "SELECT vendor_id, person FROM provisioned WHERE tenant_id = ? AND kind = 'User' AND person IS NOT NULL",
    )
    .bind(tenant_id)
    .rows(conn)?;
    rows.iter().map(|row| Ok((row.need_text(0)?.to_owned(), row.need_int(1)?))).collect()
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
