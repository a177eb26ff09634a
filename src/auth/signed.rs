//! What a request signed by OAuth 1.0a says (RFC 5849 §3.1, §3.5), in its `Authorization` header or its query.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use percent_encoding::percent_decode_str;

use crate::auth::signature::{SignatureMethod, base_string, is_hash_of};

/// A name or value as its bytes: what is signed need not be text.
type Pair = (Vec<u8>, Vec<u8>);

/// A signed request, read and not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `oauth_consumer_key`: the vendor.
    pub vendor: String,
    /// How it is signed.
    pub method: SignatureMethod,
    /// `oauth_timestamp`, in seconds.
    pub at: i64,
    /// `oauth_nonce`.
    pub nonce: String,
    signature: Vec<u8>,
    body_hash: Option<Vec<u8>>,
    parameters: Vec<Pair>,
    called: Called,
}

/// The request as the client sent it, before anything was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The method.
    pub method: String,
    /// Scheme, host and port under which the client may have called, foremost first.
    pub origins: Vec<String>,
    /// The path, as it was encoded.
    pub path: String,
    /// The query, as it was encoded.
    pub query: String,
}

/// Why a signed request can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// The longest that a consumer key or nonce may be.
const LONGEST: usize = 200;

impl Signed {
    /// Reads a request; `None` if it isn't signed at all.
    pub fn read(authorization: Option<&str>, called: impl FnOnce() -> Called) -> Option<Result<Self, Unreadable>> {
        let in_header = authorization.map(|header| header.trim().split_once(' ').unwrap_or((header.trim(), "")));
        match in_header {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("oauth") => {
                Some(header_parameters(rest).and_then(|oauth| Self::of(oauth, called())))
            }
            Some(_) => None,
            None => {
                let called = called();
                called.query.contains("oauth_signature=").then(|| Self::of(Vec::new(), called))
            }
        }
    }

    fn of(in_header: Vec<Pair>, called: Called) -> Result<Self, Unreadable> {
        let mut parameters = in_header;
        parameters.extend(query_parameters(&called.query, Plus::IsSpace));
        let signature = text(&parameters, "oauth_signature")?.ok_or(Unreadable("There is no oauth_signature"))?;
        let need = |name, missing| text(&parameters, name)?.filter(|text| !text.is_empty()).ok_or(Unreadable(missing));
        let vendor = need("oauth_consumer_key", "There is no oauth_consumer_key")?;
        let nonce = need("oauth_nonce", "There is no oauth_nonce")?;
        let at = need("oauth_timestamp", "There is no oauth_timestamp")?;
        let method = need("oauth_signature_method", "There is no oauth_signature_method")?;
        if text(&parameters, "oauth_version")?.is_some_and(|version| version != "1.0") {
            return Err(Unreadable("oauth_version must be 1.0"));
        }
        if text(&parameters, "oauth_token")?.is_some_and(|token| !token.is_empty()) {
            return Err(Unreadable("There are no OAuth 1 tokens here: sign with consumer key and secret alone"));
        }
        // A plus sign that was not encoded arrives as a space.
        let bytes = |text: &str| base64(&text.replace(' ', "+"));
        let body_hash = text(&parameters, "oauth_body_hash")?;
        let body_hash = body_hash.map(|hash| bytes(&hash).ok_or(Unreadable("oauth_body_hash must be Base64")));
        if vendor.len() > LONGEST || nonce.len() > LONGEST {
            return Err(Unreadable("oauth_consumer_key and oauth_nonce may have 200 bytes each"));
        }
        Ok(Self {
            method: SignatureMethod::parse(&method)
                .ok_or(Unreadable("oauth_signature_method must be HMAC-SHA256 or HMAC-SHA1"))?,
            at: at.parse().map_err(|_| Unreadable("oauth_timestamp must be a number of seconds"))?,
            signature: bytes(&signature).ok_or(Unreadable("oauth_signature must be Base64"))?,
            body_hash: body_hash.transpose()?,
            vendor,
            nonce,
            parameters,
            called,
        })
    }

    /// The request with its body, which is that of `oauth_body_hash` where the client sent one.
    pub fn with_body(self, body: &[u8]) -> Result<Self, Unreadable> {
        if self.body_hash.as_ref().is_none_or(|hash| is_hash_of(hash, body)) {
            return Ok(self);
        }
        Err(Unreadable("oauth_body_hash is not that of the body"))
    }

    /// Whether the vendor's secret made the signature.
    ///
    /// Behind a proxy the server doesn't know by which address it was called, so each likely one is tried. A
    /// signature is the vendor's proof for this request whatever name of the server went into it.
    pub fn is_by(&self, secret: &[u8]) -> bool {
        let mut readings = vec![self.signed_parameters(Plus::IsSpace)];
        if self.called.query.contains('+') {
            readings.push(self.signed_parameters(Plus::IsPlus));
        }
        let mut is_by = false;
        for parameters in &readings {
            for origin in &self.called.origins {
                let text = base_string(&self.called.method, &format!("{origin}{}", self.called.path), parameters);
                // No way out at the first that fits: how long it takes says nothing.
                is_by |= self.method.verifies(secret, &text, &self.signature);
            }
        }
        is_by
    }

    fn signed_parameters(&self, plus: Plus) -> Vec<Pair> {
        let n_query = query_parameters(&self.called.query, plus).count();
        let n_header = self.parameters.len().saturating_sub(n_query);
        let in_header = self.parameters.iter().take(n_header).cloned();
        let all = in_header.chain(query_parameters(&self.called.query, plus));
        all.filter(|(name, _)| name != b"oauth_signature" && name != b"realm").collect()
    }
}

/// What a plus sign in a query stands for: clients differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plus {
    IsSpace,
    IsPlus,
}

fn query_parameters(query: &str, plus: Plus) -> impl Iterator<Item = Pair> {
    let decoded = move |part: &str| match plus {
        Plus::IsSpace => percent_decode_str(&part.replace('+', " ")).collect(),
        Plus::IsPlus => percent_decode_str(part).collect(),
    };
    query.split('&').filter(|part| !part.is_empty()).map(move |part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    })
}

/// The parameters of the header but for `realm`, which is not signed.
fn header_parameters(text: &str) -> Result<Vec<Pair>, Unreadable> {
    let malformed = Unreadable("The Authorization header can't be read");
    let parameters = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').ok_or(malformed)?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        Ok((percent_decode_str(name.trim()).collect(), percent_decode_str(value).collect()))
    });
    parameters.filter(|pair| !pair.as_ref().is_ok_and(|(name, _): &Pair| name == b"realm")).collect()
}

/// The value of a parameter that may be there once (RFC 5849 §3.1).
fn text(parameters: &[Pair], name: &str) -> Result<Option<String>, Unreadable> {
    let mut values = parameters.iter().filter(|(n, _)| n == name.as_bytes()).map(|(_, value)| value);
    let first = values.next();
    if values.next().is_some() {
        return Err(Unreadable("A parameter of OAuth is there twice"));
    }
    let text = first.map(|value| String::from_utf8(value.clone()));
    text.transpose().map_err(|_| Unreadable("A parameter of OAuth is not UTF-8 text"))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(query: &str) -> impl FnOnce() -> Called {
        let query = query.to_owned();
        move || Called {
            method: "GET".into(),
            origins: vec!["https://example.org".into()],
            path: "/users".into(),
            query,
        }
    }

    const HEADER: &str = r#"OAuth realm="x", oauth_consumer_key="at%20las",oauth_nonce="n", oauth_timestamp="7",
        oauth_signature_method="HMAC-SHA1", oauth_signature="AAAA%2BAA%3D""#;

    #[test]
    fn a_header_is_read_with_its_values_decoded() {
        let signed = Signed::read(Some(HEADER), called("")).unwrap().unwrap();

        assert_eq!((signed.vendor.as_str(), signed.nonce.as_str(), signed.at), ("at las", "n", 7));
        assert_eq!(signed.method, SignatureMethod::HmacSha1);
        assert!(signed.parameters.iter().all(|(name, _)| name != b"realm"));
    }

    #[test]
    fn what_is_not_signed_is_not_read_and_what_is_signed_badly_is_refused() {
        assert_eq!(Signed::read(None, called("limit=1")), None);
        assert_eq!(Signed::read(Some("Bearer abc"), called("oauth_signature=x")), None);
        assert!(Signed::read(Some("OAuth"), called("")).unwrap().is_err());
        assert!(Signed::read(None, called("oauth_signature=AAAA")).unwrap().is_err());
        for (from, to) in [
            ("HMAC-SHA1", "PLAINTEXT"),
            ("oauth_timestamp=\"7\"", "oauth_timestamp=\"soon\""),
            ("oauth_nonce=\"n\"", "oauth_nonce=\"\""),
            ("realm=\"x\"", "oauth_version=\"2.0\""),
            ("realm=\"x\"", "oauth_token=\"t\""),
            ("realm=\"x\"", "oauth_nonce=\"m\""),
            ("realm=\"x\"", "oauth"),
            ("AAAA%2BAA%3D", "!"),
        ] {
            let header = HEADER.replace(from, to);
            assert!(Signed::read(Some(&header), called("")).unwrap().is_err(), "{to}");
        }
    }
}
