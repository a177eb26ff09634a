//! Changes of what identity providers keep over SCIM, under the lock of their row.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::consent::provisioned::{Kept, Kind};
use crate::store::provisioned::{LIST, Member, email_key, is_kind, memberships, push_in};
use crate::store::writer::VendorRow;
use crate::store::{Bind, Conn, Statement, StoreError};

/// What is kept of an object.
#[derive(Debug, Clone)]
pub struct Draft {
    /// See [`named`].
    pub name: Option<String>,
    /// See [`with_external_id`].
    pub external_id: Option<String>,
    /// The attributes, as JSON.
    pub body: String,
    /// See [`emails_of`].
    pub emails: BTreeSet<String>,
    /// A new password's hash; `None` keeps what there is.
    pub password: Option<String>,
}

/// What the e-mail addresses of a user or an account are found by; others have none.
pub fn emails_of(kind: Kind, body: &Map<String, Value>) -> BTreeSet<String> {
    let has_emails = matches!(kind, Kind::User | Kind::Account);
    let emails = body.get("emails").filter(|_| has_emails).and_then(Value::as_array).into_iter().flatten();
    emails.filter_map(|email| email.get("value")?.as_str()).map(email_key).collect()
}

impl VendorRow<'_> {
    /// The connection, for what must be read under the lock.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Whose row it is.
    pub fn of(&self) -> (i64, String) {
        (self.tenant_id, self.vendor.clone())
    }

    fn bound(&self, statement: Statement) -> Statement {
        statement.bind(self.tenant_id).bind(self.vendor.as_str())
    }

    /// Makes an object.
    pub fn create(&mut self, kind: Kind, (id, number): (&str, i64), draft: &Draft) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO provisioned (tenant_id, vendor_id, kind, id, number, version, created_at, modified_at, \
             name, external_id, password, body) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
        );
        self.bound(statement)
            .bind(kind.name())
            .bind(id)
            .bind(number)
            .bind(self.at)
            .bind(self.at)
            .bind(draft.name.as_deref())
            .bind(draft.external_id.as_deref())
            .bind(draft.password.as_deref())
            .bind(draft.body.as_str())
            .execute(self.conn)?;
        self.add_emails(kind, id, draft.emails.iter())
    }

    /// Replaces an object's attributes.
    pub fn replace(&mut self, before: &Kept, draft: &Draft) -> Result<(), StoreError> {
        let (kind, id) = (before.kind, before.id.as_str());
        let statement = Statement::new(format!(
            "UPDATE provisioned SET version = version + 1, modified_at = ?, name = ?, external_id = ?, \
             password = COALESCE(?, password), body = ? WHERE tenant_id = ? AND vendor_id = ? AND {} AND id = ?",
            is_kind(kind)
        ))
        .bind(self.at)
        .bind(draft.name.as_deref())
        .bind(draft.external_id.as_deref())
        .bind(draft.password.as_deref())
        .bind(draft.body.as_str());
        self.bound(statement).bind(id).execute(self.conn)?;
        let emails = emails_of(kind, &before.body);
        self.remove_emails(kind, id, emails.difference(&draft.emails))?;
        self.add_emails(kind, id, draft.emails.difference(&emails))
    }

    fn add_emails<'e>(
        &mut self,
        kind: Kind,
        id: &str,
        emails: impl Iterator<Item = &'e String>,
    ) -> Result<(), StoreError> {
        for email in emails {
            let statement = Statement::new(
                "INSERT INTO provisioned_email (tenant_id, vendor_id, kind, email, id) VALUES (?, ?, ?, ?, ?)",
            );
            self.bound(statement).bind(kind.name()).bind(email.as_str()).bind(id).execute(self.conn)?;
        }
        Ok(())
    }

    fn remove_emails<'e>(
        &mut self,
        kind: Kind,
        id: &str,
        emails: impl Iterator<Item = &'e String>,
    ) -> Result<(), StoreError> {
        for email in emails {
            let statement = Statement::new(format!(
                "DELETE FROM provisioned_email WHERE tenant_id = ? AND vendor_id = ? AND {} AND email = ? AND id = ?",
                is_kind(kind)
            ));
            self.bound(statement).bind(email.as_str()).bind(id).execute(self.conn)?;
        }
        Ok(())
    }

    /// Notes that something about these objects changed beside their attributes, such as a group's members.
    pub fn touch(&mut self, kind: Kind, ids: &[String]) -> Result<(), StoreError> {
        for ids in ids.chunks(LIST) {
            let mut statement = self.bound(
                Statement::new(format!(
                    "UPDATE provisioned SET version = version + 1, modified_at = ? \
                     WHERE tenant_id = ? AND vendor_id = ? AND {}",
                    is_kind(kind)
                ))
                .bind(self.at),
            );
            push_in(&mut statement, " AND id", ids);
            statement.execute(self.conn)?;
        }
        Ok(())
    }

    /// Keeps whom a user has as manager, for [`crate::store::provisioned::managed_by`].
    pub fn note_manager(&mut self, id: &str, manager: Option<&str>) -> Result<(), StoreError> {
        let statement = Statement::new(
            "UPDATE provisioned SET manager = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = 'User' AND id = ?",
        );
        self.bound(statement.bind(manager)).bind(id).execute(self.conn)?;
        Ok(())
    }

    /// Notes that the users who have this one as manager tell something else of it.
    pub fn touch_managed_by(&mut self, manager: &str) -> Result<(), StoreError> {
        let statement = Statement::new(
            "UPDATE provisioned SET version = version + 1, modified_at = ? \
             WHERE tenant_id = ? AND vendor_id = ? AND kind = 'User' AND manager = ? AND manager IS NOT NULL",
        )
        .bind(self.at);
        self.bound(statement).bind(manager).execute(self.conn)?;
        Ok(())
    }

    /// Deletes an object, with its memberships and its members; the groups that it was in have changed.
    pub fn remove(&mut self, kept: &Kept) -> Result<(), StoreError> {
        let (kind, id) = (kept.kind, kept.id.as_str());
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
        let sql =
            format!("DELETE FROM provisioned WHERE tenant_id = ? AND vendor_id = ? AND {} AND id = ?", is_kind(kind));
        let statement = Statement::new(sql);
        self.bound(statement).bind(id).execute(self.conn)?;
        let sql = "UPDATE writer SET removals = removals + 1 WHERE tenant_id = ? AND vendor_id = ?";
        self.bound(Statement::new(sql)).execute(self.conn)?;
        self.remove_emails(kind, id, emails_of(kind, &kept.body).iter())
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

    fn members_of(&self, group: &str) -> Statement {
        Statement::new("DELETE FROM provisioned_member WHERE tenant_id = ? AND vendor_id = ? AND group_id = ?")
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(group)
    }
}
