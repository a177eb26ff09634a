//! Mutual TLS: a target that shows a certificate, and trusts those that the rules file names.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use koppelvlak::cli::arguments::Format;
use koppelvlak::cli::show::{Show, What};
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::consent::rules_file::{self, Applied, Submission};
use koppelvlak::store::push_target::{self, Credential};
use koppelvlak::store::{Statement, push_state};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;

use super::ALL;
use super::fake::{Fake, Manner};
use super::two::{n_rows, push_at, push_rules};
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::village::{one_rule, settle};

/// Who signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

impl Authority {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let name = format!("Authority {}", NEXT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// A certificate of 127.0.0.1 for that key, that ends on 15 January 2031.
    fn sign(&self, key: &KeyPair) -> rcgen::Certificate {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2031, 1, 15);
        params.signed_by(key, &self.issuer).unwrap()
    }
}

/// A vendor's server that lets in whom an authority knows, and the folder with the PEM files.
struct Federation<'w> {
    world: &'w World,
    fake: Fake,
    authority: Authority,
}

impl<'w> Federation<'w> {
    fn new(world: &'w World) -> Self {
        settle(world);
        let (authority, of_servers) = (Authority::new(), Authority::new());
        let key = KeyPair::generate().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![of_servers.sign(&key).der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let federation = Self { world, fake: Fake::start_with_tls(Manner::Egil, &Arc::new(config)), authority };
        federation.write("servers.pem", &of_servers.pem);
        let own = KeyPair::generate().unwrap();
        federation.write("noord.pem", &federation.authority.sign(&own).pem());
        federation.write("noord.key", &own.serialize_pem());
        federation
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap();
    }

    fn folder(&self) -> &Path {
        self.world.folder()
    }

    fn rules(&self, keys: &str) -> String {
        let rules = push_rules(&one_rule("r", &ALL, ""), &self.fake.url, "tulip", "profile = \"egil\"");
        rules.replace("token = \"tulip\"\n", keys)
    }

    fn hand_in(&self, text: &str, instant: &str) -> Result<Applied, String> {
        let file = self.folder().join("rules.toml").display().to_string();
        let now = Clock::fixed(instant).unwrap().now();
        let submission = Submission { file: &file, text, who: "test", now };
        rules_file::apply(&self.world.database, &self.world.key, submission).map_err(|error| error.to_string())
    }

    fn apply(&self, keys: &str) -> Result<Applied, String> {
        self.hand_in(&self.rules(keys), NOW)
    }

    /// Why nothing arrived.
    fn refusal(&self) -> String {
        let summary = push_at(self.world, NOW).unwrap();
        assert_eq!((summary.given, summary.failed), (0, 1));
        assert!(self.fake.take().is_empty() && n_rows(self.world, "pushed") == 0);
        let conn = &mut *self.world.database.read_activity().unwrap();
        push_state::read(conn, (1, "atlas")).unwrap().unwrap().last_error.unwrap()
    }
}

const OWN: &str = "client_certificate = \"noord.pem\"\nclient_key = \"noord.key\"\n";
const TRUSTED: &str = "trusted_certificates = \"servers.pem\"\n";

fn show(world: &World, what: What, format: Format) -> String {
    let mut out = Vec::new();
    let show = Show { what, tenant: Some("noord".into()), vendor: None };
    show.print(&world.database, Clock::Fixed(Millis(0)), format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

on_each_database! {
    fn who_shows_a_certificate_is_let_in_without_a_token(world: &World) {
        let federation = Federation::new(world);
        federation.apply(&format!("{OWN}{TRUSTED}")).unwrap();

        let summary = push_at(world, NOW).unwrap();

        let asked = federation.fake.take();
        assert_eq!((summary.failed, summary.queued), (0, 0));
        assert_eq!(federation.fake.has("/Users").len(), 7);
        assert!(asked.iter().all(|asked| asked.authorization.is_empty()));
    }

    fn a_token_may_come_with_the_certificate(world: &World) {
        let federation = Federation::new(world);
        federation.apply(&format!("{OWN}{TRUSTED}token = \"tulip\"\n")).unwrap();

        push_at(world, NOW).unwrap();

        assert!(federation.fake.take().iter().all(|asked| asked.authorization == "bearer tulip"));
    }

    fn without_a_certificate_nothing_gets_in(world: &World) {
        let federation = Federation::new(world);
        federation.apply(&format!("{TRUSTED}token = \"tulip\"\n")).unwrap();

        assert!(federation.refusal().ends_with(": TLS failed: the server wants a client certificate"));
    }

    fn a_certificate_of_another_authority_does_not_get_in(world: &World) {
        let federation = Federation::new(world);
        let key = KeyPair::generate().unwrap();
        federation.write("noord.pem", &Authority::new().sign(&key).pem());
        federation.write("noord.key", &key.serialize_pem());
        federation.apply(&format!("{OWN}{TRUSTED}")).unwrap();

        assert!(federation.refusal().ends_with(": TLS failed: the server doesn't accept the client certificate"));
    }

    fn a_server_of_another_authority_is_told_nothing(world: &World) {
        let federation = Federation::new(world);
        federation.write("servers.pem", &Authority::new().pem);
        for trusted in [TRUSTED, ""] {
            federation.apply(&format!("{OWN}{trusted}")).unwrap();

            let refusal = federation.refusal();

            let problem = ": TLS failed: the server's certificate is not by an authority that is trusted";
            assert!(refusal.ends_with(problem), "{refusal}");
            assert!(show(world, What::Push, Format::Table).contains("TLS failed"));
            // The next attempt comes at once.
            let conn = &mut *world.database.write_activity().unwrap();
            for table in ["push_state", "push_queue"] {
                Statement::new(format!("DELETE FROM {table}")).execute(conn).unwrap();
            }
        }
    }

    fn a_file_that_can_not_be_used_is_named_with_its_problem(world: &World) {
        let federation = Federation::new(world);
        federation.write("empty.pem", "");
        federation.write("broken.pem", "-----BEGIN CERTIFICATE-----\nTm8gREVS\n-----END CERTIFICATE-----\n");
        federation.write("cut.pem", "-----BEGIN CERTIFICATE-----\nTm8gREVS\n");
        federation.write("other.key", &KeyPair::generate().unwrap().serialize_pem());
        federation.write("locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nTm8gREVS\n-----END ENCRYPTED PRIVATE KEY-----\n");
        federation.write("odd.key", "-----BEGIN PRIVATE KEY-----\nTm8gREVS\n-----END PRIVATE KEY-----\n");
        let of = |certificate: &str, key: &str| format!("client_certificate = \"{certificate}\"\nclient_key = \"{key}\"\n");
        for (keys, problem) in [
            (of("none.pem", "noord.key"), "`client_certificate` none.pem can't be read: "),
            (of("empty.pem", "noord.key"), "`client_certificate` empty.pem holds no certificate, which begins with"),
            (of("broken.pem", "noord.key"), "`client_certificate` broken.pem holds a certificate that is broken"),
            (of("cut.pem", "noord.key"), "`client_certificate` cut.pem is broken: its PEM can't be read"),
            (of("noord.pem", "none.key"), "`client_key` none.key can't be read: "),
            (of("noord.pem", "noord.pem"), "`client_key` noord.pem holds no private key, which begins with"),
            (of("noord.pem", "other.key"), "`client_key` other.key holds the key of another certificate"),
            (of("noord.pem", "locked.key"), "`client_key` locked.key holds a key with a passphrase; `openssl pkey`"),
            (of("noord.pem", "odd.key"), "`client_key` odd.key holds a key that can't be used; RSA"),
            (format!("{OWN}trusted_certificates = \"noord.key\"\n"), "`trusted_certificates` noord.key holds no certificate"),
            ("client_certificate = \"noord.pem\"\n".to_owned(), "`client_key` is missing"),
            ("client_key = \"noord.key\"\ntoken = \"tulip\"\n".to_owned(), "`client_key` is of no use without its"),
            (String::new(), "`token` is missing; the vendor's server must have given one, or want a `client_certificate`"),
        ] {
            let error = federation.apply(&keys).unwrap_err();
            assert!(error.contains(&format!(": push of vendor `atlas`: {problem}")), "{error}");
        }
        let open = federation.rules(OWN).replace("https://", "http://");
        assert!(federation.hand_in(&open, NOW).unwrap_err().contains("certificates need an address with https://"));
        assert!(push_target::all(&mut world.database.read().unwrap(), 1).unwrap().is_empty());
    }

    fn a_key_is_sealed_and_shown_nowhere_and_its_certificate_with_its_end(world: &World) {
        let federation = Federation::new(world);
        let key = fs::read_to_string(federation.folder().join("noord.key")).unwrap();
        // Many keep both in one file.
        let certificate = fs::read_to_string(federation.folder().join("noord.pem")).unwrap();
        federation.write("noord.pem", &format!("{key}{certificate}"));

        let applied = federation.apply(&format!("{OWN}{TRUSTED}")).unwrap();

        let stored = push_target::find(&mut world.database.read().unwrap(), 1, "atlas").unwrap().unwrap();
        assert_eq!(stored.unseal(&world.key, Credential::ClientKey).unwrap().unwrap(), key);
        assert_eq!(stored.token_sealed, None);
        let kept = stored.target.client_certificate.as_ref().unwrap().to_pem();
        let shown = [What::Vendors, What::History, What::Push].map(|what| show(world, what, Format::Json)).concat();
        let told = format!("{stored:?}{kept}{shown}{:?}{:?}", applied.changes, applied.warnings);
        let secret = key.lines().nth(1).unwrap();
        assert!(!told.contains("PRIVATE") && !told.contains(secret), "{told}");
        assert!(shown.contains("\"client_certificate_until\": \"2031-01-15\""), "{shown}");
        assert!(show(world, What::Vendors, Format::Table).contains("(certificate until 2031-01-15)\n"));
    }

    fn an_end_that_is_near_is_worth_a_warning(world: &World) {
        let federation = Federation::new(world);
        let rules = federation.rules(&format!("{OWN}{TRUSTED}"));

        let warnings = ["2030-12-01T00:00:00Z", "2030-12-20T00:00:00Z", "2031-02-01T00:00:00Z"]
            .map(|at| federation.hand_in(&rules, at).unwrap().warnings.iter().map(|w| w.text.clone()).collect::<String>());

        let of = |verb: &str| format!("push of vendor `atlas`: `client_certificate` noord.pem {verb} on 2031-01-15");
        assert_eq!(warnings, [String::new(), of("ends"), of("ended")]);
    }

    fn a_key_is_kept_for_a_new_certificate_of_its_own_only(world: &World) {
        let federation = Federation::new(world);
        federation.apply(&format!("{OWN}{TRUSTED}")).unwrap();
        let keyless = format!("client_certificate = \"noord.pem\"\n{TRUSTED}");
        let same = federation.apply(&keyless).unwrap();
        let key = KeyPair::from_pem(&fs::read_to_string(federation.folder().join("noord.key")).unwrap()).unwrap();

        federation.write("noord.pem", &federation.authority.sign(&key).pem());
        let renewed = federation.apply(&keyless).unwrap();
        federation.write("noord.pem", &federation.authority.sign(&KeyPair::generate().unwrap()).pem());
        let other = federation.apply(&keyless).unwrap_err();

        assert!(same.changes.is_empty());
        assert!(renewed.changes.len() == 1 && renewed.changes[0].starts_with("~ push to atlas: client_certificate "), "{renewed:?}");
        assert!(other.contains("`client_key` is missing: the one that is kept is of another certificate"), "{other}");
        assert_eq!(push_at(world, NOW).unwrap().queued, 0);
    }

    fn a_certificate_takes_the_place_of_a_token(world: &World) {
        let federation = Federation::new(world);
        federation.apply(&format!("{TRUSTED}token = \"tulip\"\n")).unwrap();

        let applied = federation.apply(&format!("{OWN}{TRUSTED}")).unwrap();
        push_at(world, NOW).unwrap();

        assert!(applied.changes.len() == 1 && applied.changes[0].contains("secret changed"), "{applied:?}");
        assert!(federation.fake.take().iter().all(|asked| asked.authorization.is_empty()));
    }
}
