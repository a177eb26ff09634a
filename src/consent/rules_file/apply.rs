//! Applies a rules file in one transaction, or only says what that would do.

use std::path::Path;

use crate::auth::secret::new_secret;
use crate::clock::Millis;
use crate::consent::push::PushTarget;
use crate::consent::rules_file::check::{check, warnings};
use crate::consent::rules_file::difference::Facts;
use crate::consent::rules_file::known::Known;
use crate::consent::rules_file::plan::{Change, SecretStep, Step, plan};
use crate::consent::rules_file::pushes::{self, CredentialStep};
use crate::consent::rules_file::{FaultyFile, Problem, RulesFile};
use crate::keys::{KeyError, MasterKey};
use crate::store::connection::transaction;
use crate::store::history::Entry;
use crate::store::push_target::{Credential, StoredTarget};
use crate::store::vendor::{StoredConnection, seal_secret};
use crate::store::{Conn, Database, Statement, StoreError, choice, history, push_target, rule, tenant, vendor};

/// A rules file, handed in by someone at some time.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The file as messages name it; the PEM files that it names are looked for beside it.
    pub file: &'a str,
    /// What it says.
    pub text: &'a str,
    /// Who hands it in.
    pub who: &'a str,
    /// When.
    pub now: Millis,
}

/// What a file changed, or would change.
#[derive(Debug, Default)]
pub struct Applied {
    /// The slug of the board.
    pub tenant: String,
    /// A line for each change.
    pub changes: Vec<String>,
    /// What a school should look at, though it stopped nothing.
    pub warnings: Vec<Problem>,
    /// Vendors whose secret was made, with the secret: it is shown now or never.
    pub secrets: Vec<(String, String)>,
}

/// Why a file was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The file has problems.
    #[error(transparent)]
    Faulty(#[from] FaultyFile),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret can't be made or sealed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<diesel::result::Error> for ApplyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Applies a file: all of it or, if anything is wrong, nothing.
pub fn apply(database: &Database, key: &MasterKey, submission: Submission<'_>) -> Result<Applied, ApplyError> {
    transaction(&mut *database.write()?, |conn| {
        one_at_a_time(conn)?;
        let (mut applied, changes) = prepare(conn, key, submission)?;
        if !changes.is_empty() {
            applied.secrets = write(conn, key, &applied.tenant, submission, &changes)?;
        }
        Ok(applied)
    })
}

/// Says what [`apply`] would do, and writes nothing.
pub fn rehearse(database: &Database, key: &MasterKey, submission: Submission<'_>) -> Result<Applied, ApplyError> {
    Ok(prepare(&mut *database.read()?, key, submission)?.0)
}

// Two files at the same moment must not give the same numbers. SQLite has one writer anyway.
fn one_at_a_time(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(_) => {}
        Conn::Postgres(_) => {
            Statement::new("SELECT pg_advisory_xact_lock(7065730001)").execute(conn)?;
        }
    }
    Ok(())
}

fn prepare(conn: &mut Conn, key: &MasterKey, submission: Submission<'_>) -> Result<(Applied, Vec<Change>), ApplyError> {
    let faulty = |problems| FaultyFile { file: submission.file.to_owned(), problems };
    let today = submission.now.date();
    let (mut file, mut problems) = RulesFile::read(submission.text);
    let folder = Path::new(submission.file).parent().unwrap_or(Path::new(""));
    problems.extend(pushes::read_pem_files(&mut file, folder));
    let known = Known::of(conn, &file)?;
    problems.extend(check(&file, &known, today));
    problems.sort();
    if !problems.is_empty() {
        return Err(faulty(problems).into());
    }
    let unread = || faulty(vec![Problem { line: 1, text: "a value could not be read".to_owned() }]);
    let changes = plan(&file, &known, key).ok_or_else(unread)?;
    let applied = Applied {
        tenant: file.tenant.slug.as_ref().map(|slug| slug.value.clone()).unwrap_or_default(),
        changes: changes.iter().map(Change::line).collect(),
        warnings: warnings(&file).into_iter().chain(pushes::warnings(&file, today)).collect(),
        secrets: Vec::new(),
    };
    Ok((applied, changes))
}

/// Writes the changes and their history; returns the secrets that were made.
fn write(
    conn: &mut Conn,
    key: &MasterKey,
    slug: &str,
    submission: Submission<'_>,
    changes: &[Change],
) -> Result<Vec<(String, String)>, ApplyError> {
    let Submission { who, now, .. } = submission;
    let mut board = match tenant::by_slug(conn, slug)? {
        Some(board) => board,
        None => tenant::insert(conn, slug, slug, now)?,
    };
    let mut secrets = Vec::new();
    for change in changes {
        match &change.step {
            Step::Tenant { name, local_identifiers } => {
                board.name.clone_from(name);
                board.local_identifiers.clone_from(local_identifiers);
                tenant::update(conn, &board)?;
            }
            Step::Special(special) => tenant::put_special(conn, board.id, special)?,
            Step::Vendor(connection, step) => {
                let secret_sealed = match step {
                    SecretStep::Keep(sealed) => sealed.clone(),
                    SecretStep::Take(secret) => seal_secret(key, board.id, &connection.vendor, &secret.0)?,
                    SecretStep::Make => {
                        let secret = new_secret()?;
                        let sealed = seal_secret(key, board.id, &connection.vendor, &secret)?;
                        secrets.push((connection.vendor.clone(), secret));
                        sealed
                    }
                };
                let stored = StoredConnection { tenant_id: board.id, connection: connection.clone(), secret_sealed };
                vendor::put(conn, &stored, now)?;
            }
            Step::Push(target, credentials) => {
                let of = (board.id, target.vendor.as_str());
                let stored = StoredTarget {
                    tenant_id: board.id,
                    target: PushTarget::clone(target),
                    token_sealed: sealed(key, of, Credential::Token, credentials.token.as_ref())?,
                    client_key_sealed: sealed(key, of, Credential::ClientKey, credentials.client_key.as_ref())?,
                };
                push_target::put(conn, &stored)?;
            }
            Step::Rule(version) => rule::append(conn, board.id, version, now, who)?,
            Step::Choice(stored) => choice::put(conn, board.id, stored, now, who)?,
        }
    }
    let entries: Vec<Entry> = changes.iter().map(|change| entry(change, submission)).collect();
    history::append(conn, board.id, &entries)?;
    tenant::advance_consent_epoch(conn, board.id)?;
    Ok(secrets)
}

fn sealed(
    key: &MasterKey,
    of: (i64, &str),
    credential: Credential,
    step: Option<&CredentialStep>,
) -> Result<Option<Vec<u8>>, KeyError> {
    match step {
        None => Ok(None),
        Some(CredentialStep::Keep(sealed)) => Ok(Some(sealed.clone())),
        Some(CredentialStep::Take(secret)) => credential.seal(key, of, &secret.0).map(Some),
    }
}

fn entry(change: &Change, submission: Submission<'_>) -> Entry {
    Entry {
        at: submission.now,
        who: submission.who.to_owned(),
        subject: change.subject.clone(),
        before: change.before.as_ref().map(Facts::to_json),
        after: Some(change.after.to_json()),
    }
}
