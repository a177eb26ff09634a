//! Words, dates and lists in a row: text in the database, typed values here.

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value};

use crate::store::{Row, StoreError};

/// A list or another structured value as JSON text.
pub fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Shape("a value that can't be written as JSON"))
}

/// An enum that is stored as its word.
pub fn word(value: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Shape("a value that can't be written as a word")),
    }
}

/// Reads what [`json`] wrote.
pub fn read_json<T: DeserializeOwned>(row: Row<'_>, column: usize) -> Result<T, StoreError> {
    parsed(row.need_text(column)?)
}

/// Reads JSON that was stored as text.
pub fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Shape("a list that is not the JSON expected"))
}

/// Reads what [`word`] wrote.
pub fn read_word<T: DeserializeOwned>(row: Row<'_>, column: usize) -> Result<T, StoreError> {
    T::deserialize(row.need_text(column)?.into_deserializer())
        .map_err(|_: value::Error| StoreError::Shape("a word that this version does not know"))
}

/// Reads a day.
pub fn read_date(row: Row<'_>, column: usize) -> Result<NaiveDate, StoreError> {
    row.need_text(column)?.parse().map_err(|_| StoreError::Shape("a date that is not one"))
}

/// Reads a day that may be absent.
pub fn read_optional_date(row: Row<'_>, column: usize) -> Result<Option<NaiveDate>, StoreError> {
    row.text(column).map(|_| read_date(row, column)).transpose()
}
