//! The servers that vendors' data is pushed to: the PEM files that a rules file names for them, its checks, and what
//! it changes.

use std::fs;
use std::path::Path;

use chrono::{Days, NaiveDate};

use crate::consent::certificates::{Certificates, PemError};
use crate::consent::push::{PushProfile, PushStatus, PushTarget};
use crate::consent::rules_file::Problem;
use crate::consent::rules_file::check::Found;
use crate::consent::rules_file::difference::SECRET;
use crate::consent::rules_file::document::At;
use crate::consent::rules_file::entry::{PushEntry, RulesFile, Secret, VendorEntry};
use crate::consent::rules_file::facts;
use crate::consent::rules_file::known::Known;
use crate::consent::rules_file::plan::{Change, Step};
use crate::keys::MasterKey;
use crate::store::push_target::{Credential, StoredTarget};

/// How many days before its end a certificate is worth a warning.
const NOTICE: Days = Days::new(30);

/// What happens to a credential.
#[derive(Debug)]
pub enum CredentialStep {
    /// It stays: its sealed bytes.
    Keep(Vec<u8>),
    /// The file names it.
    Take(Secret),
}

/// What opens a server: each of them there, or not.
#[derive(Debug)]
pub struct Credentials {
    /// The token.
    pub token: Option<CredentialStep>,
    /// The key of the client certificate.
    pub client_key: Option<CredentialStep>,
}

/// Reads the PEM files that the file names, which lie in or below that folder unless their paths are absolute.
pub fn read_pem_files(file: &mut RulesFile, folder: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for push in file.vendors.iter_mut().filter_map(|vendor| vendor.push.as_mut()) {
        let mut read = |key: &str, at: Option<&At<String>>, check: &dyn Fn(&str) -> Result<(), PemError>| {
            let At { line, value: path } = at?;
            let problem = match fs::read_to_string(folder.join(path)) {
                Err(error) => format!("can't be read: {error}"),
                Ok(text) => match check(&text) {
                    Ok(()) => return Some(text),
                    Err(error) => error.to_string(),
                },
            };
            problems.push(Problem { line: *line, text: format!("{}: `{key}` {path} {problem}", push.label) });
            None
        };
        let is_read = |text: &str| Certificates::from_pem(text).map(drop);
        let is_trusted = |text: &str| Certificates::from_pem(text)?.check_trust();
        let certificates = |text: Option<String>| text.and_then(|text| Certificates::from_pem(&text).ok());
        let client_certificate = certificates(read("client_certificate", push.client_certificate.as_ref(), &is_read));
        let fits = |text: &str| client_certificate.as_ref().map_or(Ok(()), |certificate| certificate.check_key(text));
        let client_key = read("client_key", push.client_key.as_ref(), &fits).map(Secret);
        let trusted = certificates(read("trusted_certificates", push.trusted_certificates.as_ref(), &is_trusted));
        push.pem.client_certificate = client_certificate;
        push.pem.client_key = client_key;
        push.pem.trusted_certificates = trusted;
    }
    problems
}

/// Certificates that end soon or did.
pub fn warnings(file: &RulesFile, today: NaiveDate) -> Vec<Problem> {
    let mut found = Vec::new();
    for push in file.vendors.iter().filter_map(|vendor| vendor.push.as_ref()) {
        let (Some(at), Some(certificate)) = (&push.client_certificate, &push.pem.client_certificate) else { continue };
        let last = certificate.last_day();
        let verb = if last < today { "ended" } else { "ends" };
        if last < today + NOTICE {
            let text = format!("{}: `client_certificate` {} {verb} on {last}", push.label, at.value);
            found.push(Problem { line: at.line, text });
        }
    }
    found
}

/// What an entry says against itself or against what is kept.
pub(super) fn check_push(found: &mut Found, vendor: &VendorEntry, known: &Known) {
    let (Some(id), Some(push)) = (&vendor.id, &vendor.push) else { return };
    let stored = known.targets.iter().find(|stored| stored.target.vendor == id.value);
    if let Some(at) = push.client_certificate.as_ref().or(push.trusted_certificates.as_ref())
        && push.url.as_ref().is_some_and(|url| !url.value.starts_with("https://"))
    {
        found.add(at.line, &push.label, "certificates need an address with https://");
    }
    if push.client_certificate.is_some() {
        check_key(found, push, stored);
    } else {
        if let Some(key) = &push.client_key {
            found.add(key.line, &push.label, "`client_key` is of no use without its `client_certificate`");
        }
        check_token(found, push, stored);
    }
}

fn check_key(found: &mut Found, push: &PushEntry, stored: Option<&StoredTarget>) {
    if push.client_key.is_some() {
        return;
    }
    let kept = stored.filter(|stored| stored.client_key_sealed.is_some());
    let Some(kept) = kept.and_then(|stored| stored.target.client_certificate.as_ref()) else {
        return found.add(push.line, &push.label, "`client_key` is missing");
    };
    let Some(certificate) = &push.pem.client_certificate else { return };
    if !certificate.has_key_of(kept) {
        found.add(push.line, &push.label, "`client_key` is missing: the one that is kept is of another certificate");
    }
}

fn check_token(found: &mut Found, push: &PushEntry, stored: Option<&StoredTarget>) {
    let (None, Some(url)) = (&push.token, &push.url) else { return };
    let Some(stored) = stored.filter(|stored| stored.token_sealed.is_some()) else {
        let text = "`token` is missing; the vendor's server must have given one, or want a `client_certificate`";
        return found.add(push.line, &push.label, text);
    };
    if host(&stored.target.url) != host(&url.value) {
        // Whoever may change the address must not be able to have the token sent there.
        found.add(url.line, &push.label, "another server needs a `token` of its own");
    }
}

/// Scheme, host and port of an address.
fn host(url: &str) -> &str {
    let path = url.find("://").and_then(|at| Some(at + 3 + url.get(at + 3..)?.find('/')?));
    path.and_then(|at| url.get(..at)).unwrap_or(url)
}

/// What an entry changes; `None` is a value that was not read and `Some(None)` nothing to change.
///
/// An entry without a push ends what there was, as each of its other keys falls back to its default.
pub fn change(entry: &VendorEntry, known: &Known, key: &MasterKey) -> Option<Option<Change>> {
    let vendor = entry.id.as_ref()?.value.clone();
    let stored = known.targets.iter().find(|stored| stored.target.vendor == vendor);
    let (target, credentials) = match (&entry.push, stored) {
        (None, None) => return Some(None),
        (None, Some(stored)) => {
            let target = PushTarget { status: PushStatus::Ended, ..stored.target.clone() };
            let keep = |credential| stored.sealed(credential).cloned().map(CredentialStep::Keep);
            (target, Credentials { token: keep(Credential::Token), client_key: keep(Credential::ClientKey) })
        }
        (Some(entry), stored) => (target(entry, vendor.clone())?, credentials(entry, stored, key)),
    };
    let before = stored.map(|stored| facts::of_push(&stored.target));
    let mut after = facts::of_push(&target);
    if stored.is_some_and(|stored| credentials.differ(stored)) {
        after = after.with(SECRET, "changed");
    }
    let differs = before.as_ref() != Some(&after);
    let subject = format!("push to {vendor}");
    Some(differs.then_some(Change { subject, before, after, step: Step::Push(Box::new(target), credentials) }))
}

fn target(entry: &PushEntry, vendor: String) -> Option<PushTarget> {
    let profile = entry.profile.map_or(PushProfile::Scim, |at| at.value);
    Some(PushTarget {
        vendor,
        url: entry.url.as_ref()?.value.trim_end_matches('/').to_owned(),
        profile,
        deprovision: entry.deprovision.map_or(profile.deprovisions().0, |at| at.value),
        status: PushStatus::Active,
        client_certificate: entry.pem.client_certificate.clone(),
        trusted_certificates: entry.pem.trusted_certificates.clone(),
    })
}

fn credentials(entry: &PushEntry, stored: Option<&StoredTarget>, key: &MasterKey) -> Credentials {
    let step = |credential, named: Option<&Secret>| {
        let sealed = stored.and_then(|stored| stored.sealed(credential)).cloned();
        let Some(named) = named else { return sealed.map(CredentialStep::Keep) };
        let kept = stored.and_then(|stored| stored.unseal(key, credential).ok().flatten());
        let sealed = sealed.filter(|_| kept.as_ref() == Some(&named.0));
        Some(sealed.map_or_else(|| CredentialStep::Take(named.clone()), CredentialStep::Keep))
    };
    if entry.client_certificate.is_none() {
        return Credentials { token: step(Credential::Token, entry.token.as_ref()), client_key: None };
    }
    // What the server is shown is the certificate then, and a token only if the file says so.
    let token = entry.token.as_ref().and_then(|token| step(Credential::Token, Some(token)));
    Credentials { token, client_key: step(Credential::ClientKey, entry.pem.client_key.as_ref()) }
}

impl Credentials {
    /// Whether they are others than those that are kept.
    fn differ(&self, stored: &StoredTarget) -> bool {
        let differs = |step: Option<&CredentialStep>, credential| match step {
            None => stored.sealed(credential).is_some(),
            Some(CredentialStep::Keep(_)) => false,
            Some(CredentialStep::Take(_)) => true,
        };
        differs(self.token.as_ref(), Credential::Token) || differs(self.client_key.as_ref(), Credential::ClientKey)
    }
}
