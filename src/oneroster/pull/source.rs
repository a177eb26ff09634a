//! The provider: its version, the addresses of its services, and the origins that may have credentials.

use ureq::http::Uri;

use crate::catalogue::Version;
use crate::oneroster::csv::File;

/// Why an address can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is no address of the web.
    #[error("{0} must be an address such as https://data.example.org/ims/oneroster, without a user and a query")]
    Address(&'static str),
    /// Secrets would be readable on their way.
    #[error("{0} must begin with https://; only this machine itself may be asked without TLS")]
    Plain(&'static str),
    /// There is nothing to derive the token address from.
    #[error("--from doesn't end in /ims/oneroster, so --token-url must say where tokens come from")]
    NoTokenUrl,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The version that is spoken.
    pub version: Version,
    /// Where tokens come from.
    pub token_url: Option<String>,
    pub(super) root: String,
    pub(super) origin: String,
}

/// A collection that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collection {
    /// Its name in the address, which is also its wrapper.
    pub(super) name: &'static str,
    pub(super) file: File,
    service: &'static str,
    /// Whether a provider without it is none.
    pub(super) is_needed: bool,
}

const fn collection(name: &'static str, file: File, service: &'static str) -> Collection {
    Collection { name, file, service, is_needed: false }
}

const fn needed(name: &'static str, file: File) -> Collection {
    Collection { name, file, service: "rostering", is_needed: true }
}

/// Every collection after those that its objects refer to.
const COLLECTIONS: [Collection; 12] = [
    needed("orgs", File::Orgs),
    needed("academicSessions", File::AcademicSessions),
    needed("courses", File::Courses),
    needed("classes", File::Classes),
    needed("users", File::Users),
    needed("enrollments", File::Enrollments),
    collection("demographics", File::Demographics, "rostering"),
    collection("resources", File::Resources, "resources"),
    collection("categories", File::Categories, "gradebook"),
    collection("scoreScales", File::ScoreScales, "gradebook"),
    collection("lineItems", File::LineItems, "gradebook"),
    collection("results", File::Results, "gradebook"),
];

impl Source {
    /// Reads the provider's address: the root that ends in `/ims/oneroster`, or the base path of a service.
    pub fn parse(from: &str, version: Version, token_url: Option<&str>) -> Result<Self, SourceError> {
        let from = from.trim_end_matches('/');
        let origin = origin(from, "--from")?;
        let services: &[&str] = match version {
            Version::V1p1 => &["/v1p1"],
            Version::V1p2 => &["/rostering/v1p2", "/gradebook/v1p2", "/resources/v1p2", "/v1p2"],
        };
        let root = services.iter().find_map(|service| from.strip_suffix(service)).unwrap_or(from);
        let derived = root.strip_suffix("/ims/oneroster").map(|prefix| format!("{prefix}/oauth2/token"));
        if let Some(url) = token_url {
            self::origin(url, "--token-url")?;
        }
        let token_url = token_url.map(str::to_owned).or(derived);
        Ok(Self { version, token_url, root: root.to_owned(), origin })
    }

    pub(super) fn collections(&self) -> impl Iterator<Item = Collection> {
        let version = self.version;
        COLLECTIONS.into_iter().filter(move |collection| collection.file.is_in(version))
    }

    /// The address of a collection, without a query.
    pub(super) fn address(&self, collection: Collection) -> String {
        let (root, name) = (&self.root, collection.name);
        match self.version {
            Version::V1p1 => format!("{root}/v1p1/{name}"),
            Version::V1p2 => format!("{root}/{}/v1p2/{name}", collection.service),
        }
    }

    /// Whether an address lies at the provider's origin, so that credentials may go there.
    pub(super) fn is_own(&self, address: &str) -> bool {
        origin(address, "a link").is_ok_and(|origin| origin == self.origin)
    }
}

/// Scheme, host and port of an address, without a default port.
pub(super) fn origin(address: &str, name: &'static str) -> Result<String, SourceError> {
    let uri: Uri = address.parse().map_err(|_| SourceError::Address(name))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(SourceError::Address(name));
    };
    let is_link = name == "a link";
    if authority.as_str().contains('@') || (uri.query().is_some() && !is_link) {
        return Err(SourceError::Address(name));
    }
    let host = authority.host().to_ascii_lowercase();
    let default = match scheme {
        "https" => 443,
        "http" if matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") => 80,
        "http" => return Err(SourceError::Plain(name)),
        _ => return Err(SourceError::Address(name)),
    };
    let port = uri.port_u16().filter(|port| *port != default).map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_services_and_tokens_follow_from_the_root() {
        for from in ["https://x.org/a/ims/oneroster", "https://x.org/a/ims/oneroster/rostering/v1p2/"] {
            let source = Source::parse(from, Version::V1p2, None).unwrap();
            let lines = source.collections().find(|collection| collection.name == "lineItems").unwrap();

            assert_eq!(source.address(lines), "https://x.org/a/ims/oneroster/gradebook/v1p2/lineItems");
            assert_eq!(source.token_url.as_deref(), Some("https://x.org/a/oauth2/token"));
        }
        let source = Source::parse("https://x.org/ims/oneroster/v1p1", Version::V1p1, None).unwrap();
        let orgs = source.collections().next().unwrap();
        assert_eq!(source.address(orgs), "https://x.org/ims/oneroster/v1p1/orgs");
    }

    #[test]
    fn credentials_go_over_tls_and_to_the_origin_alone() {
        let parse = |from| Source::parse(from, Version::V1p2, None);
        let source = parse("https://x.org/ims/oneroster").unwrap();

        assert_eq!(parse("http://x.org/ims/oneroster"), Err(SourceError::Plain("--from")));
        assert!(parse("https://me:secret@x.org/ims/oneroster").is_err() && parse("x.org").is_err());
        assert!(source.is_own("https://X.org:443/y?offset=1"));
        for other in ["https://x.org:444/", "http://x.org/", "https://x.org.evil.org/", "https://x.org@evil.org/", "/y"]
        {
            assert!(!source.is_own(other), "{other}");
        }
    }
}
