//! The ready file: tells scripts that the server answers, and where.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value, json};

/// Writes the file in one step, so that whoever waits for it never reads half of it.
pub fn write(path: &Path, content: &Map<String, Value>) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = || format!("the ready file {} can't be written", path.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    serde_json::to_writer_pretty(&mut file, content).with_context(failed)?;
    writeln!(file).with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// What the ready file of a plain server says.
pub fn of_server(public_url: &str, listen_url: &str) -> Map<String, Value> {
    [
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("pid", json!(std::process::id())),
        ("public_url", json!(public_url)),
        ("listen_url", json!(listen_url)),
        ("token_url", json!(format!("{public_url}/oauth2/token"))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}
