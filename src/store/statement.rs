//! One SQL statement for both databases.
//!
//! Values are bound, always; the text comes from the catalogue and this folder.

use diesel::backend::Backend;
use diesel::connection::{DefaultLoadingMode, LoadConnection};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Double, Nullable, Text, Untyped};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use crate::store::rows::{Row, Rows};
use crate::store::{Conn, StoreError};

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// Text, or NULL.
    Text(Option<String>),
    /// An integer, or NULL.
    Int(Option<i64>),
    /// A real number, or NULL.
    Real(Option<f64>),
    /// Bytes, or NULL.
    Bytes(Option<Vec<u8>>),
    /// Row ids for `= ANY` on PostgreSQL; a padded `IN` list on SQLite.
    Ids(Vec<i64>),
}

/// What a text with NUL is compared as: it equals nothing.
static NOTHING: Option<String> = None;

impl Bind {
    /// Whether no text in the database can equal this one: PostgreSQL's text holds no NUL, and takes none to compare
    /// with either.
    fn is_unheard_of(&self) -> bool {
        matches!(self, Self::Text(Some(text)) if text.contains('\0'))
    }
}

impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Bind {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Bind {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Bind {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Bind {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Bind {
    fn from(number: f64) -> Self {
        Self::Real(Some(number))
    }
}

impl From<Vec<u8>> for Bind {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for Bind {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

/// SQL text with a `?` for each bound value.
#[derive(Debug, Clone)]
pub struct Statement {
    text: String,
    binds: Vec<Bind>,
}

impl Statement {
    /// A statement whose values follow by [`Statement::bind`].
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), binds: Vec::new() }
    }

    /// Binds the next `?`.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Appends text that may hold further `?`.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Binds the next `?` in place.
    pub fn push_bind(&mut self, value: impl Into<Bind>) {
        self.binds.push(value.into());
    }

    /// Runs the statement and returns the number of rows it touched.
    pub fn execute(&self, conn: &mut Conn) -> Result<usize, StoreError> {
        if self.binds.iter().any(Bind::is_unheard_of) {
            // Never kept as the NULL that it would become.
            return Err(diesel::result::Error::QueryBuilderError("a text with NUL".into()).into());
        }
        Ok(match conn {
            Conn::Sqlite(c) => self.execute_on(c)?,
            Conn::Postgres(c) => self.execute_on(c)?,
        })
    }

    fn execute_on<C>(&self, conn: &mut C) -> QueryResult<usize>
    where
        C: diesel::Connection,
        Self: QueryFragment<C::Backend>,
    {
        conn.execute_returning_count(self)
    }

    /// Runs the statement and reads all rows.
    pub fn rows(&self, conn: &mut Conn) -> Result<Rows, StoreError> {
        self.rows_into(conn, Rows::default())
    }

    /// Runs the statement, of which so many wide rows are expected, and reads them all.
    pub fn many_rows(&self, conn: &mut Conn, n_rows: usize) -> Result<Rows, StoreError> {
        self.rows_into(conn, Rows::with_room_for(n_rows))
    }

    fn rows_into(&self, conn: &mut Conn, mut rows: Rows) -> Result<Rows, StoreError> {
        match conn {
            Conn::Sqlite(c) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(c, self)? {
                    rows.add_sqlite(&row?);
                }
            }
            Conn::Postgres(c) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(c, self)? {
                    rows.add_postgres(&row?)?;
                }
            }
        }
        Ok(rows)
    }

    /// Runs the statement, whose rows are few, and hands each to `visit`: one after the other they pass through one
    /// place that stays near the processor, where a page in one piece would not.
    pub fn each_of_page(
        &self,
        conn: &mut Conn,
        mut visit: impl FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Conn::Postgres(c) = conn else { return self.each(conn, visit) };
        let mut rows = Rows::with_room_for(1);
        for row in LoadConnection::<DefaultLoadingMode>::load(c, self)? {
            rows.clear();
            rows.add_postgres(&row?)?;
            rows.first().map_or(Ok(()), &mut visit)?;
        }
        Ok(())
    }

    /// Runs the statement and hands each row to `visit` as it arrives, so that memory stays bounded.
    pub fn each(
        &self,
        conn: &mut Conn,
        mut visit: impl FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = Rows::with_room_for(1);
        match conn {
            Conn::Sqlite(c) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(c, self)? {
                    rows.clear();
                    rows.add_sqlite(&row?);
                    rows.first().map_or(Ok(()), &mut visit)?;
                }
            }
            Conn::Postgres(c) => {
                for row in LoadConnection::<PgRowByRowLoadingMode>::load(c, self)? {
                    rows.clear();
                    rows.add_postgres(&row?)?;
                    rows.first().map_or(Ok(()), &mut visit)?;
                }
            }
        }
        Ok(())
    }
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Statement {}

impl Statement {
    fn walk<'b, DB>(
        &'b self,
        mut out: AstPass<'_, 'b, DB>,
        bind: fn(&mut AstPass<'_, 'b, DB>, &'b Bind) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        DB: Backend,
    {
        let mut binds = self.binds.iter();
        let mut parts = self.text.split('?');
        if let Some(first) = parts.next() {
            out.push_sql(first);
        }
        for part in parts {
            let value =
                binds.next().ok_or_else(|| diesel::result::Error::QueryBuilderError("a `?` without a value".into()))?;
            bind(&mut out, value)?;
            out.push_sql(part);
        }
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out, |out, value| match value {
            Bind::Text(v) => out.push_bind_param::<Nullable<Text>, _>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<BigInt>, _>(v),
            Bind::Real(v) => out.push_bind_param::<Nullable<Double>, _>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<Binary>, _>(v),
            Bind::Ids(ids) => {
                for (i, id) in ids.iter().enumerate() {
                    if i > 0 {
                        out.push_sql(",");
                    }
                    out.push_bind_param::<BigInt, _>(id)?;
                }
                Ok(())
            }
        })
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out, |out, value| match value {
            unheard_of if unheard_of.is_unheard_of() => out.push_bind_param::<Nullable<Text>, _>(&NOTHING),
            Bind::Text(v) => out.push_bind_param::<Nullable<Text>, _>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<BigInt>, _>(v),
            Bind::Real(v) => out.push_bind_param::<Nullable<Double>, _>(v),
            Bind::Bytes(v) => out.push_bind_param::<Nullable<Binary>, _>(v),
            Bind::Ids(v) => out.push_bind_param::<Array<BigInt>, _>(v),
        })
    }
}
