//! The rows of an answer, in one buffer.
//!
//! A page of a hundred people has thousands of values, and an allocation for each costs more than the
//! database.

use diesel::pg::Pg;
use diesel::row::Field as _;
use diesel::sqlite::{Sqlite, SqliteType};

use crate::store::StoreError;

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
    /// No rows, and room for so many wide ones.
    pub(super) fn with_room_for(n_rows: usize) -> Self {
        const TEXT_OF_A_ROW: usize = 1024;
        const CELLS_OF_A_ROW: usize = 40;
        let text = String::with_capacity(n_rows * TEXT_OF_A_ROW);
        Self { text, cells: Vec::with_capacity(n_rows * CELLS_OF_A_ROW), ..Self::default() }
    }

    /// Forgets the rows and keeps the room.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.bytes.clear();
        self.cells.clear();
    }

    /// Adds a row of SQLite.
    pub(super) fn add_sqlite<'r>(&mut self, row: &impl diesel::row::Row<'r, Sqlite>) {
        self.width = row.field_count();
        for i in 0..self.width {
            let cell = row.get(i).map_or(Cell::Null, |field| read_sqlite(field.value(), self));
            self.cells.push(cell);
        }
    }

    /// Adds a row of PostgreSQL.
    pub(super) fn add_postgres<'r>(&mut self, row: &impl diesel::row::Row<'r, Pg>) -> Result<(), StoreError> {
        self.width = row.field_count();
        for i in 0..self.width {
            let cell = match row.get(i) {
                Some(field) => read_postgres(field.value(), self)?,
                None => Cell::Null,
            };
            self.cells.push(cell);
        }
        Ok(())
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
