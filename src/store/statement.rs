//! One SQL statement for both databases, and the rows that come back.
//!
//! Values are bound, always; the text comes from the catalogue and this folder. Rows are read into one
//! buffer, because a page of a hundred people has thousands of values and an allocation each costs more
//! than the database.

use diesel::backend::Backend;
use diesel::connection::{DefaultLoadingMode, LoadConnection};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field as _, Row as _};
use diesel::sql_types::{Array, BigInt, Binary, Double, Nullable, Text, Untyped};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{QueryResult, RunQueryDsl};

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
    /// Bytes.
    Bytes(Vec<u8>),
    /// Row ids for `= ANY` on PostgreSQL; a padded `IN` list on SQLite.
    Ids(Vec<i64>),
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
        const TEXT_OF_A_ROW: usize = 1024;
        const CELLS_OF_A_ROW: usize = 36;
        let text = String::with_capacity(n_rows * TEXT_OF_A_ROW);
        let cells = Vec::with_capacity(n_rows * CELLS_OF_A_ROW);
        self.rows_into(conn, Rows { text, cells, ..Rows::default() })
    }

    fn rows_into(&self, conn: &mut Conn, mut rows: Rows) -> Result<Rows, StoreError> {
        match conn {
            Conn::Sqlite(c) => {
                let cursor = LoadConnection::<DefaultLoadingMode>::load(c, self)?;
                for row in cursor {
                    let row = row?;
                    rows.width = row.field_count();
                    for i in 0..row.field_count() {
                        let cell = row.get(i).map_or(Cell::Null, |field| read_sqlite(field.value(), &mut rows));
                        rows.cells.push(cell);
                    }
                }
            }
            Conn::Postgres(c) => {
                let cursor = LoadConnection::<DefaultLoadingMode>::load(c, self)?;
                for row in cursor {
                    let row = row?;
                    rows.width = row.field_count();
                    for i in 0..row.field_count() {
                        let cell = match row.get(i) {
                            Some(field) => read_postgres(field.value(), &mut rows)?,
                            None => Cell::Null,
                        };
                        rows.cells.push(cell);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Runs the statement and hands each row to `visit` as it arrives, so that memory stays bounded.
    pub fn each(
        &self,
        conn: &mut Conn,
        mut visit: impl FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = Rows::default();
        match conn {
            Conn::Sqlite(c) => {
                let cursor = LoadConnection::<DefaultLoadingMode>::load(c, self)?;
                for row in cursor {
                    let row = row?;
                    rows.clear(row.field_count());
                    for i in 0..row.field_count() {
                        let cell = row.get(i).map_or(Cell::Null, |field| read_sqlite(field.value(), &mut rows));
                        rows.cells.push(cell);
                    }
                    visit(Row { rows: &rows, start: 0 })?;
                }
            }
            Conn::Postgres(c) => {
                let cursor = LoadConnection::<PgRowByRowLoadingMode>::load(c, self)?;
                for row in cursor {
                    let row = row?;
                    rows.clear(row.field_count());
                    for i in 0..row.field_count() {
                        let cell = match row.get(i) {
                            Some(field) => read_postgres(field.value(), &mut rows)?,
                            None => Cell::Null,
                        };
                        rows.cells.push(cell);
                    }
                    visit(Row { rows: &rows, start: 0 })?;
                }
            }
        }
        Ok(())
    }
}

fn read_sqlite(value: Option<diesel::sqlite::SqliteValue<'_, '_, '_>>, rows: &mut Rows) -> Cell {
    let Some(mut value) = value else {
        return Cell::Null;
    };
    match value.value_type() {
        None => Cell::Null,
        Some(SqliteType::Text) => rows.push_text(value.read_text()),
        Some(SqliteType::Binary) => rows.push_bytes(value.read_blob()),
        Some(SqliteType::Float | SqliteType::Double) => Cell::Real(value.read_double()),
        Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => Cell::Int(value.read_long()),
    }
}

/// The object ids of the PostgreSQL types that this schema uses.
mod oid {
    pub const BYTEA: u32 = 17;
    pub const NAME: u32 = 19;
    pub const INT8: u32 = 20;
    pub const INT4: u32 = 23;
    pub const TEXT: u32 = 25;
    pub const FLOAT8: u32 = 701;
    pub const VARCHAR: u32 = 1043;
}

fn read_postgres(value: Option<diesel::pg::PgValue<'_>>, rows: &mut Rows) -> Result<Cell, StoreError> {
    let Some(value) = value else {
        return Ok(Cell::Null);
    };
    let bytes = value.as_bytes();
    let wrong = || StoreError::Shape("a value whose bytes do not fit its type");
    Ok(match value.get_oid().get() {
        oid::TEXT | oid::VARCHAR | oid::NAME => rows.push_text(std::str::from_utf8(bytes).map_err(|_| wrong())?),
        oid::BYTEA => rows.push_bytes(bytes),
        oid::INT8 => Cell::Int(i64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
        oid::INT4 => Cell::Int(i64::from(i32::from_be_bytes(bytes.try_into().map_err(|_| wrong())?))),
        oid::FLOAT8 => Cell::Real(f64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
        _ => {
            return Err(StoreError::Shape("a column type that the schema does not use"));
        }
    })
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Null,
    Text(u32, u32),
    Bytes(u32, u32),
    Int(i64),
    Real(f64),
}

/// The rows of an answer, in one buffer.
#[derive(Debug, Default)]
pub struct Rows {
    text: String,
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    width: usize,
}

impl Rows {
    fn clear(&mut self, width: usize) {
        self.text.clear();
        self.bytes.clear();
        self.cells.clear();
        self.width = width;
    }

    #[expect(clippy::cast_possible_truncation, reason = "an answer is far smaller than 4 GiB")]
    fn push_text(&mut self, text: &str) -> Cell {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Cell::Text(start, self.text.len() as u32)
    }

    #[expect(clippy::cast_possible_truncation, reason = "an answer is far smaller than 4 GiB")]
    fn push_bytes(&mut self, bytes: &[u8]) -> Cell {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        Cell::Bytes(start, self.bytes.len() as u32)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows in the order of the answer.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|i| Row { rows: self, start: i * self.width })
    }

    /// One row by its place in the answer.
    pub fn row(&self, i: usize) -> Option<Row<'_>> {
        (i < self.len()).then(|| Row { rows: self, start: i * self.width })
    }

    /// The first row, if there is one.
    pub fn first(&self) -> Option<Row<'_>> {
        self.row(0)
    }
}

/// One row of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    start: usize,
}

impl<'a> Row<'a> {
    fn cell(&self, column: usize) -> Cell {
        self.rows.cells.get(self.start + column).copied().unwrap_or(Cell::Null)
    }

    /// The column as text; `None` if it is NULL or not text.
    pub fn text(&self, column: usize) -> Option<&'a str> {
        match self.cell(column) {
            Cell::Text(start, end) => self.rows.text.get(start as usize..end as usize),
            Cell::Null | Cell::Bytes(..) | Cell::Int(_) | Cell::Real(_) => None,
        }
    }

    /// The column as an integer; `None` if it is NULL or not an integer.
    pub fn int(&self, column: usize) -> Option<i64> {
        match self.cell(column) {
            Cell::Int(number) => Some(number),
            Cell::Null | Cell::Bytes(..) | Cell::Text(..) | Cell::Real(_) => None,
        }
    }

    /// The column as a real number; `None` if it is NULL or not a number.
    #[expect(clippy::cast_precision_loss, reason = "SQLite hands whole numbers of a REAL column back as they are")]
    pub fn real(&self, column: usize) -> Option<f64> {
        match self.cell(column) {
            Cell::Real(number) => Some(number),
            Cell::Int(number) => Some(number as f64),
            Cell::Null | Cell::Bytes(..) | Cell::Text(..) => None,
        }
    }

    /// The column as bytes; `None` if it is NULL or not bytes.
    pub fn bytes(&self, column: usize) -> Option<&'a [u8]> {
        match self.cell(column) {
            Cell::Bytes(start, end) => self.rows.bytes.get(start as usize..end as usize),
            Cell::Null | Cell::Int(_) | Cell::Text(..) | Cell::Real(_) => None,
        }
    }

    /// The column as text that must be there.
    pub fn need_text(&self, column: usize) -> Result<&'a str, StoreError> {
        self.text(column).ok_or(StoreError::Shape("text is missing where the schema has it"))
    }

    /// The column as an integer that must be there.
    pub fn need_int(&self, column: usize) -> Result<i64, StoreError> {
        self.int(column).ok_or(StoreError::Shape("an integer is missing where the schema has it"))
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
            Bind::Bytes(v) => out.push_bind_param::<Binary, _>(v),
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
            Bind::Text(v) => out.push_bind_param::<Nullable<Text>, _>(v),
            Bind::Int(v) => out.push_bind_param::<Nullable<BigInt>, _>(v),
            Bind::Real(v) => out.push_bind_param::<Nullable<Double>, _>(v),
            Bind::Bytes(v) => out.push_bind_param::<Binary, _>(v),
            Bind::Ids(v) => out.push_bind_param::<Array<BigInt>, _>(v),
        })
    }
}
