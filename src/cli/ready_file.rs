//! The ready file: tells scripts that the server answers, and where.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// Writes the file in one step, so that whoever waits for it never reads half of it.
pub fn write(path: &Path, content: &Value) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = || format!("the ready file {} can't be written", path.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    writeln!(file, "{content:#}").with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// What the ready file of a plain server says.
pub fn of_server(public_url: &str, listen_url: &str) -> Value {
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "public_url": public_url,
        "listen_url": listen_url,
        "token_url": format!("{public_url}/oauth2/token"),
    })
}
