//! Rows for people or for programs: aligned columns, or JSON with everything.

use std::io::{self, Write};

use serde_json::Value;

use crate::cli::arguments::Format;
use crate::consent::rules_file::difference::Facts;

/// Prints rows: these columns of them as a table, or all of them as JSON.
pub fn print(rows: &[Facts], columns: &[&str], format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Json => writeln!(out, "{:#}", Value::Array(rows.iter().map(Facts::to_value).collect())),
        Format::Table => print_table(rows, columns, out),
    }
}

fn print_table(rows: &[Facts], columns: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let head = columns.iter().map(|column| (*column).to_owned()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(cells).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|i| lines.iter().filter_map(|line| line.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    for line in &lines {
        let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
    }
    Ok(())
}

fn cell(row: &Facts, column: &str) -> String {
    let text = row.shown(column);
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_what_is_absent_is_a_dash() {
        let rows =
            [Facts::new().with("id", "a").with("name", "Atlas"), Facts::new().with("id", "longer").with("more", true)];
        let mut out = Vec::new();

        print(&rows, &["id", "name"], Format::Table, &mut out).unwrap();

        assert_eq!(String::from_utf8(out).unwrap(), "id      name\na       Atlas\nlonger  -\n");
    }
}
