//! Writes rows of one table: one prepared statement a row on SQLite, a thousand rows a statement on PostgreSQL.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Double, Nullable, Text, Untyped};

use super::value::{Digest, Type, Value};
use crate::catalogue::{Entity, Field};
use crate::store::{Conn, Statement, StoreError};

/// How many rows one statement carries on PostgreSQL.
const ROWS_A_STATEMENT: usize = 1_000;

const BASE_COLUMNS: [&str; 7] = ["id", "tenant_id", "sourced_id", "status", "created_at", "changed", "digest"];

/// A row as it is to be stored. It is active.
#[derive(Debug)]
pub(super) struct Written {
    pub id: i64,
    pub sourced_id: String,
    pub created_at: i64,
    pub changed: Option<String>,
    pub digest: Digest,
    pub values: Vec<Value>,
}

/// Whether rows are new or take the place of stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Insert,
    Replace,
}

/// Writes rows of one table.
#[derive(Debug)]
pub(super) struct Writer {
    table: &'static str,
    tenant_id: i64,
    columns: Vec<&'static str>,
    types: Vec<Type>,
}

impl Writer {
    pub(super) fn new(tenant_id: i64, entity: Entity, fields: &[&'static Field]) -> Self {
        let columns = BASE_COLUMNS.into_iter().chain(fields.iter().map(|field| field.column)).collect();
        Self { table: entity.table(), tenant_id, columns, types: fields.iter().map(|field| Type::of(field)).collect() }
    }

    /// Stores rows, in their order.
    pub(super) fn write(&self, conn: &mut Conn, how: How, rows: Vec<Written>) -> Result<(), StoreError> {
        match conn {
            Conn::Sqlite(_) => self.one_by_one(conn, how, rows),
            Conn::Postgres(pg) => {
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let some = self.arrays(how, rows.by_ref().take(ROWS_A_STATEMENT));
                    diesel::RunQueryDsl::execute(some, pg)?;
                }
                Ok(())
            }
        }
    }

    fn one_by_one(&self, conn: &mut Conn, how: How, rows: Vec<Written>) -> Result<(), StoreError> {
        let marks = vec!["?"; self.columns.len()].join(", ");
        let sql = match how {
            How::Insert => format!("INSERT INTO {} ({}) VALUES ({marks})", self.table, self.columns.join(", ")),
            How::Replace => {
                let sets: Vec<_> = self.columns.iter().map(|column| format!("{column} = ?")).collect();
                format!("UPDATE {} SET {} WHERE id = ?", self.table, sets.join(", "))
            }
        };
        for row in rows {
            let id = row.id;
            let mut statement = Statement::new(sql.as_str())
                .bind(row.id)
                .bind(self.tenant_id)
                .bind(row.sourced_id)
                .bind("active")
                .bind(row.created_at)
                .bind(row.changed)
                .bind(row.digest.to_vec());
            for (value, of) in row.values.into_iter().zip(&self.types) {
                statement.push_bind(value.into_bind(*of));
            }
            if how == How::Replace {
                statement.push_bind(id);
            }
            statement.execute(conn)?;
        }
        Ok(())
    }

    /// PostgreSQL plans a statement of arrays once, and one of many rows of values for each of its parameters.
    fn arrays(&self, how: How, rows: impl Iterator<Item = Written>) -> Arrays {
        let columns = self.columns.join(", ");
        let tail = match how {
            How::Insert => String::new(),
            How::Replace => {
                let sets: Vec<_> = self.columns.iter().map(|column| format!("{column} = excluded.{column}")).collect();
                format!(" ON CONFLICT (tenant_id, id) DO UPDATE SET {}", sets.join(", "))
            }
        };
        let mut statement = Arrays::new(format!("INSERT INTO {} ({columns}) SELECT * FROM unnest(", self.table), tail);
        statement.values = self.types.iter().map(|of| Column::new(*of)).collect();
        for row in rows {
            statement.ids.push(row.id);
            statement.tenants.push(self.tenant_id);
            statement.sourced_ids.push(row.sourced_id);
            statement.statuses.push("active");
            statement.created.push(row.created_at);
            statement.changed.push(row.changed);
            statement.digests.push(row.digest.to_vec());
            for (column, value) in statement.values.iter_mut().zip(row.values) {
                column.push(value);
            }
        }
        statement
    }
}

/// An insert whose columns are arrays.
#[derive(Debug)]
struct Arrays {
    head: String,
    tail: String,
    ids: Vec<i64>,
    tenants: Vec<i64>,
    sourced_ids: Vec<String>,
    statuses: Vec<&'static str>,
    created: Vec<i64>,
    changed: Vec<Option<String>>,
    digests: Vec<Vec<u8>>,
    values: Vec<Column>,
}

#[derive(Debug)]
enum Column {
    Texts(Vec<Option<String>>),
    RowIds(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
}

impl Column {
    fn new(of: Type) -> Self {
        match of {
            Type::Text => Self::Texts(Vec::new()),
            Type::RowId => Self::RowIds(Vec::new()),
            Type::Real => Self::Reals(Vec::new()),
        }
    }

    fn push(&mut self, value: Value) {
        match self {
            Self::Texts(all) => all.push(value.into_text()),
            Self::RowIds(all) => all.push(value.into_row_id()),
            Self::Reals(all) => all.push(value.into_real()),
        }
    }
}

impl Arrays {
    fn new(head: String, tail: String) -> Self {
        Self {
            head,
            tail,
            ids: Vec::new(),
            tenants: Vec::new(),
            sourced_ids: Vec::new(),
            statuses: Vec::new(),
            created: Vec::new(),
            changed: Vec::new(),
            digests: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl QueryId for Arrays {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Arrays {
    type SqlType = Untyped;
}

impl<Conn> diesel::RunQueryDsl<Conn> for Arrays {}

impl QueryFragment<Pg> for Arrays {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.head);
        out.push_bind_param::<Array<BigInt>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.tenants)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.sourced_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.statuses)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.created)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.changed)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.digests)?;
        for column in &self.values {
            out.push_sql(", ");
            match column {
                Column::Texts(all) => out.push_bind_param::<Array<Nullable<Text>>, _>(all)?,
                Column::RowIds(all) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(all)?,
                Column::Reals(all) => out.push_bind_param::<Array<Nullable<Double>>, _>(all)?,
            }
        }
        out.push_sql(")");
        out.push_sql(&self.tail);
        Ok(())
    }
}
