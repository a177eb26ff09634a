//! What `koppelvlak show` says of pushing: a row for each target, and one for each dead letter.

use crate::clock::Millis;
use crate::consent::push::PushStatus;
use crate::consent::rules_file::difference::Facts;
use crate::consent::rules_file::facts;
use crate::store::push_queue::{Operation, Order, Standing};
use crate::store::push_target::StoredTarget;
use crate::store::tenant::Tenant;
use crate::store::{Conn, StoreError, push_queue, push_state, push_target, pushed};

/// How many dead letters of a vendor are listed.
const LETTERS: i64 = 1000;

/// A target in a few words: `scim https://example.org/scim/v2`.
pub fn target(stored: &StoredTarget) -> String {
    let about = facts::of_push(&stored.target);
    let ended = if stored.target.status == PushStatus::Ended { " (ended)" } else { "" };
    let until = facts::until(&stored.target).map(|day| format!(" (certificate until {day})")).unwrap_or_default();
    format!("{} {}{until}{ended}", about.shown("profile"), about.shown("url"))
}

/// The rows of a board.
pub fn rows(
    (conn, activity): (&mut Conn, &mut Conn),
    board: &Tenant,
    vendor: Option<&str>,
) -> Result<Vec<Facts>, StoreError> {
    let mut rows = Vec::new();
    for stored in push_target::all(conn, board.id)? {
        if vendor.is_some_and(|vendor| vendor != stored.target.vendor) {
            continue;
        }
        let of = (board.id, stored.target.vendor.as_str());
        let [queued, dead, forgotten] = push_queue::counts(activity, of)?;
        let state = push_state::read(activity, of)?;
        let at = |ms: i64| Millis(ms).to_rfc3339();
        let row =
            |about: &str| Facts::new().with("tenant", board.slug.as_str()).with("vendor", of.1).with("about", about);
        let summary = format!("{queued} queued, {dead} dead, {forgotten} forgotten");
        let paused_until = state.as_ref().map(|state| state.not_before).filter(|until| *until > 0);
        rows.push(
            row(&target(&stored))
                .with("state", summary)
                .with("given", pushed::count(activity, of)?)
                .with("queued", queued)
                .with("dead", dead)
                .with("forgotten", forgotten)
                .with("not_before", paused_until.map(at))
                .with("error", state.as_ref().and_then(|state| state.last_error.clone()))
                .with("client_certificate_until", facts::until(&stored.target))
                .with("last_success", state.and_then(|state| state.last_success_at).map(at)),
        );
        for order in push_queue::dead(activity, of, LETTERS)? {
            let Order { kind, id, operation, attempts, last_error, .. } = order;
            let word = if operation == Operation::Give { "give" } else { "take back" };
            rows.push(
                row(&format!("{kind} {id}"))
                    .with("operation", word)
                    .with("state", Standing::Dead.word())
                    .with("attempts", attempts)
                    .with("error", last_error),
            );
        }
    }
    Ok(rows)
}
