//! What the demo's former vendor received while its rule still ran: it gets tombstones, others don't.

use anyhow::{Context, anyhow};

use crate::auth::Proof;
use crate::auth::credentials::Credentials;
use crate::auth::grant::{Asked, grant};
use crate::clock::{Clock, Millis};
use crate::http::App;
use crate::keys::MasterKey;
use crate::oneroster::answer::{Request, answer};
use crate::oneroster::operation::Operation;
use crate::oneroster::v1p2::rostering::OPERATIONS;
use crate::store::Database;

const TWO_DAYS: i64 = 2 * 24 * 60 * 60 * 1000;

const PAGE: u64 = 10_000;

/// A vendor of the demo, as it authenticates.
pub struct Former<'a> {
    /// The board's name in addresses.
    pub tenant: &'a str,
    /// The vendor's id.
    pub vendor: &'a str,
    /// The vendor's secret.
    pub secret: &'a str,
}

/// Lets the vendor fetch all users as of two days ago, by the way that every request goes.
pub fn fetch(database: &Database, key: &MasterKey, now: Millis, former: &Former<'_>) -> anyhow::Result<()> {
    let before = App::new(database.clone(), key.clone(), Clock::Fixed(Millis(now.0 - TWO_DAYS)), "")?;
    let asked = Asked {
        credentials: Credentials::plain(former.vendor, former.secret),
        scopes: Vec::new(),
        tenant: Some(former.tenant.to_owned()),
    };
    let token = grant(&before, &asked)?.token;
    let (operation, _) = Operation::find(OPERATIONS, &["users".to_owned()]).context("users are no collection")?;
    let mut offset = 0;
    loop {
        let request = Request {
            tenant: former.tenant.to_owned(),
            operation,
            identifiers: Vec::new(),
            query: format!("limit={PAGE}&offset={offset}"),
            proof: Proof::Bearer(Some(format!("Bearer {token}"))),
            request_id: format!("earlier-{offset}").into(),
        };
        let page = answer(&before, &request).answer.map_err(|refusal| anyhow!("the former vendor: {refusal}"))?;
        actix_web::rt::System::new().block_on(before.recorder.record(page.disclosure))?;
        offset += PAGE;
        if page.total.unwrap_or_default() <= offset {
            return Ok(());
        }
    }
}
