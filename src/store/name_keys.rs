//! Keys that providers' objects are found by name with, where an earlier version made another one of the same name: it
//! knew nothing of a letter's width, or of how its marks are written.

use crate::letters;
use crate::store::connection::{Database, transaction};
use crate::store::{Bind, Conn, Statement, StoreError};

/// Brings every key to what this version looks for; returns how many were others.
///
/// What is kept is left as it is, versions and times too. Two objects may have one key afterwards: each goes on having
/// its name, and nobody new gets it.
pub fn renew(database: &Database) -> Result<usize, StoreError> {
    transaction(&mut *database.write_activity()?, |conn| {
        let outdated = outdated(conn)?;
        for (object, key) in &outdated {
            let statement = Statement::new(
                "UPDATE provisioned SET name = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ? \
                 AND name = ?",
            );
            object.iter().cloned().fold(statement.bind(key.as_str()), Statement::bind).execute(conn)?;
        }
        Ok(outdated.len())
    })
}

/// Objects with another key than this version makes of their names, each with that.
fn outdated(conn: &mut Conn) -> Result<Vec<([Bind; 5], String)>, StoreError> {
    // Regular expressions are spelled otherwise. A key of ASCII alone is never outdated.
    let is_beyond_ascii = match conn {
        Conn::Sqlite(_) => "name GLOB '*[^ -~]*'",
        Conn::Postgres(_) => "name ~ '[^ -~]'",
    };
    let mut found = Vec::new();
    Statement::new(format!("SELECT tenant_id, vendor_id, kind, id, name FROM provisioned WHERE {is_beyond_ascii}"))
        .each(conn, |row| {
            let old = row.need_text(4)?;
            // It is in small letters already.
            let ordinary = letters::in_ordinary_width(old);
            let key = letters::composed(&ordinary);
            if key != old {
                let text = |column| row.need_text(column).map(Bind::from);
                found.push(([row.need_int(0)?.into(), text(1)?, text(2)?, text(3)?, old.into()], key.into_owned()));
            }
            Ok(())
        })?;
    Ok(found)
}
