//! Two boards for everyone: one without people, and the village with them. Each test is a provider of its own, and
//! no provider knows of another's users and groups.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use koppelvlak::auth::bearer_token::{self, Wanted};
use koppelvlak::clock::{Clock, Millis};

use crate::harness::{NOW, Server, World};
use crate::rostering::board::SECRET;
use crate::rostering::village::settle;
use crate::scim::client::Provider;

/// How many tests may have a provider at a board.
const PROVIDERS: usize = 200;

/// What a provider may see of the village: the people and classes of one school, and whose accounts it keeps.
const RULES: &str = r#"
categories = ["structure", "class-label", "identity", "name", "enrolment", "login", "contact-email", "grade-level",
    "local-id"]
schools = ["S1"]
roles = ["student", "teacher", "principal"]
purpose = "Accounts of pupils and staff"
basis = "public-task"
agreement = "DPA-1"
from = "2026-08-01"
until = "2027-07-31"
write = ["login", "contact-email"]
"#;

/// Both boards of one database, with a server over them.
pub struct Boards {
    pub server: Server,
    pub world: World,
    n_providers: AtomicUsize,
}

impl Boards {
    fn new(world: World) -> Self {
        settle(&world);
        world.apply(&rules("leeg", |_| String::new()));
        world.apply(&rules("noord", |id| format!("[[rule]]\nid = \"{id}-1\"\nvendor = \"{id}\"{RULES}")));
        let server = world.serve();
        Self { server, world, n_providers: AtomicUsize::new(0) }
    }

    fn on_sqlite() -> &'static Self {
        static BOARDS: OnceLock<Boards> = OnceLock::new();
        BOARDS.get_or_init(|| Self::new(World::on_sqlite_for_all()))
    }

    fn on_postgres() -> Option<&'static Self> {
        static BOARDS: OnceLock<Option<Boards>> = OnceLock::new();
        BOARDS.get_or_init(|| World::on_postgres().map(Self::new)).as_ref()
    }

    /// A provider that nobody was before, at a board.
    pub fn provider(&self, tenant: &str) -> Provider<'_> {
        let n = self.n_providers.fetch_add(1, Ordering::Relaxed);
        assert!(n < PROVIDERS, "there are more tests than providers");
        self.provider_named(tenant, &format!("p{n}"))
    }

    /// Another connection of a provider.
    pub fn provider_named(&self, tenant: &str, vendor: &str) -> Provider<'_> {
        let token = token(&self.world, tenant, vendor);
        Provider {
            boards: self,
            server: &self.server,
            base: format!("/{tenant}/scim/v2"),
            vendor: vendor.into(),
            token,
        }
    }
}

/// A bearer token for a year.
pub fn token(world: &World, tenant: &str, vendor: &str) -> String {
    let now = Clock::fixed(NOW).unwrap().now();
    let expires_at = Millis(now.0 + 365 * 24 * 60 * 60 * 1000);
    bearer_token::issue(&world.database, &Wanted { tenant, vendor, label: "A test", expires_at }, now).unwrap()
}

fn rules(tenant: &str, rule: impl Fn(&str) -> String) -> String {
    let provider = |n: usize| {
        let rule = rule(&format!("p{n}"));
        format!(
            "[[vendor]]\nid = \"p{n}\"\nname = \"Provider {n}\"\nidentifiers = \"pairwise\"\nsecret = \"{SECRET}\"\n\
             scopes = [\"scim\", \"scim.readonly\", \"scim.provision\"]\n{rule}"
        )
    };
    let providers: Vec<String> = (0..PROVIDERS).map(provider).collect();
    format!("[tenant]\nslug = \"{tenant}\"\nname = \"A board\"\n{}", providers.concat())
}

/// Runs one rule as a test on each database, with a provider of its own at a board.
macro_rules! with_a_provider {
    ($board:literal; $(fn $name:ident($provider:ident: &Provider) $body:block)*) => {$(
        mod $name {
            use super::*;

            fn rule($provider: &Provider<'_>) $body

            #[test]
            fn sqlite() {
                rule(&$crate::scim::board::on_sqlite($board));
            }

            #[test]
            fn postgres() {
                if let Some(provider) = $crate::scim::board::on_postgres($board) {
                    rule(&provider);
                }
            }
        }
    )*};
}
pub(crate) use with_a_provider;

/// A provider at the board without people, or in the village.
pub fn on_sqlite(tenant: &str) -> Provider<'static> {
    Boards::on_sqlite().provider(tenant)
}

/// The same on PostgreSQL, if there is a server to test with.
pub fn on_postgres(tenant: &str) -> Option<Provider<'static>> {
    Some(Boards::on_postgres()?.provider(tenant))
}
