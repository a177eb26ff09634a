//! Signed requests, which 1.1 has beside tokens (RFC 5849).

use serde_json::Value;

use super::brief::{must, needing, policy};
use super::service::Service;
use crate::check::{Basis, Check, Severity, Stop, Verdict, expect};
use crate::credentials::{Credentials, Secret, Signature, encode, sign};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.1 §5; RFC 5849 §3";
const NEEDS: &str = "an OAuth 1.0a consumer: --oauth 1";

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    needing(NEEDS, must("OR-013", "A request that is signed by HMAC-SHA256 is served", CLAUSE, signed)),
    needing(NEEDS, must("OR-013b", "A filter with blanks and quotes can be signed", CLAUSE, signed_filter)),
    needing(NEEDS, must("OR-013c", "A signature by another secret is refused: 401", CLAUSE, wrong_secret)),
    needing(NEEDS, must("OR-013d", "A signature of another request is refused: 401", CLAUSE, another_request)),
    needing(NEEDS, policy("OR-013e", "A signature of long ago is refused: 401", "RFC 5849 §3.3", long_ago)),
    needing(NEEDS, must("OR-013f", "A signed request that comes again is refused: 401", "RFC 5849 §3.3", again)),
    needing(NEEDS, must("OR-013g", "A consumer that isn't known is refused: 401", CLAUSE, unknown_consumer)),
    Check {
        severity: Severity::May,
        basis: Basis::Practice,
        ..needing(
            NEEDS,
            must("OR-014", "A request that is signed by HMAC-SHA1 is served, or refused: 401", CLAUSE, sha1),
        )
    },
];

/// What a signature is made with beside the request.
struct Pen<'a> {
    signature: Signature,
    consumer: &'a Secret,
    seconds: i64,
    nonce: String,
}

impl<'a> Pen<'a> {
    /// A good one for now; a skip if the run's client doesn't sign.
    fn of(probe: &Probe<'a>) -> Result<Self, Stop> {
        match &probe.target.credentials {
            Credentials::OAuth1(consumer) => {
                Ok(Self { signature: Signature::Sha256, consumer, seconds: now(), nonce: nonce() })
            }
            _ => Err(Stop::skipped("the run has no OAuth 1.0a consumer")),
        }
    }

    fn header(&self, request: &Request) -> String {
        sign(self.signature, self.consumer, request, (self.seconds, &self.nonce))
    }

    fn send(&self, probe: &Probe<'_>, request: Request) -> Result<Response, Stop> {
        let header = self.header(&request);
        probe.send_bare(request.header("Authorization", header))
    }
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a signature holds for the time at which it is sent")]
    let now = chrono::Utc::now();
    now.timestamp()
}

fn page_of_one(probe: &Probe<'_>) -> Request {
    let service = Service::of(probe);
    // Who signs in vain sees nothing at all.
    let path = service.first().map_or("orgs", |first| first.path);
    Request::new("GET", service.url(&format!("{path}?limit=1"))).header("Accept", "application/json")
}

fn expect_status(response: &Response, status: u16, what: &str) -> Verdict {
    expect(response.status == status, format!("{what}: {status}"), || response.summary())
}

fn signed(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    expect_status(&pen.send(probe, page_of_one(probe))?, 200, "GET signed by HMAC-SHA256")
}

fn signed_filter(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let filter = encode("name~'a b' OR status='active'");
    for filter in [filter.clone(), filter.replace("%27", "'")] {
        let request = Request::new("GET", service.url(&format!("orgs?limit=1&filter={filter}")));
        let response = Pen::of(probe)?.send(probe, request)?;
        let is_list = response.json().get("orgs").is_some_and(Value::is_array);
        expect(response.status == 200 && is_list, format!("a signed GET with filter={filter}: 200"), || {
            response.summary()
        })?;
    }
    Ok(())
}

fn wrong_secret(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    let other = Secret { id: pen.consumer.id.clone(), secret: nonce() };
    let pen = Pen { consumer: &other, ..pen };
    expect_status(&pen.send(probe, page_of_one(probe))?, 401, "GET signed with another secret")
}

fn unknown_consumer(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    let other = Secret { id: nonce(), secret: pen.consumer.secret.clone() };
    let pen = Pen { consumer: &other, ..pen };
    expect_status(&pen.send(probe, page_of_one(probe))?, 401, "GET signed by an unknown consumer")
}

fn another_request(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    let request = page_of_one(probe);
    let header = pen.header(&request);
    let url = request.url.replace("limit=1", "limit=2");
    let other = Request { url, ..request }.header("Authorization", header);
    expect_status(&probe.send_bare(other)?, 401, "GET with limit=2, signed with limit=1")
}

fn long_ago(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    let pen = Pen { seconds: pen.seconds - 86_400, ..pen };
    expect_status(&pen.send(probe, page_of_one(probe))?, 401, "GET signed a day ago")
}

fn again(probe: &Probe<'_>) -> Verdict {
    let pen = Pen::of(probe)?;
    let first = pen.send(probe, page_of_one(probe))?;
    if first.status != 200 {
        return Err(Stop::skipped(format!("a signed request is answered by {}", first.status)));
    }
    expect_status(&pen.send(probe, page_of_one(probe))?, 401, "the same signed GET again")
}

fn sha1(probe: &Probe<'_>) -> Verdict {
    let pen = Pen { signature: Signature::Sha1, ..Pen::of(probe)? };
    let response = pen.send(probe, page_of_one(probe))?;
    expect(matches!(response.status, 200 | 401), "GET signed by HMAC-SHA1: 200, or 401", || response.summary())
}
