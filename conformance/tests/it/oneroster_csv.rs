//! The suite `oneroster-csv` against the demo's packages, and against packages with something wrong in them.

use std::fs::{self, File};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use koppelvlak_conformance::credentials::{Credentials, Secret, Tokens};
use koppelvlak_conformance::probe::Shared;
use koppelvlak_conformance::run::look;
use koppelvlak_conformance::suites::Suite;
use koppelvlak_conformance::target::Target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::good_server::Demo;
use crate::sabotage::{Sabotage, of, oneroster_csv};
use crate::saboteur::{all_pass, each_is_noticed, each_is_sabotaged};

/// What a bulk package can't show.
const OF_DELTAS: &[&str] = &["OR-612", "OR-612b"];
/// What a package of 1.1 can't show.
const OF_1P2: &[&str] = &["OR-615b", "OR-617b", "OR-617c", "OR-621", "OR-621b", "OR-621c"];
/// What a delta can't show.
const OF_BULK: &[&str] = &["OR-611", "OR-620", "OR-620b", "OR-620c", "OR-621b"];

#[test]
fn every_check_of_csv_passes_on_a_good_package_and_fails_on_a_broken_one() {
    let demo = Demo::start(60, &[]);
    let suite = Suite::named("oneroster-csv").unwrap();
    let (origin, root, tokens) = (demo.text("/public_url"), demo.text("/oneroster/root"), demo.text("/token_url"));
    let id = demo.text("/vendors/everything/client_id");
    let secret = demo.text("/vendors/everything/client_secret");
    let client = Secret { id, secret };
    let aim_at = |package: &str, at: &str| {
        let tokens = Tokens::new(tokens.replace(&origin, at), client.clone(), String::new());
        let address = format!("{}/csv/{package}", root.replace(&origin, at));
        Target::new(&address, Credentials::OAuth2(Arc::new(tokens)), Duration::from_secs(30))
    };
    let over = |package: &str, may_be_skipped: &[&str], sabotages: &[&'static [Sabotage]]| {
        all_pass(suite, &aim_at(package, &origin), may_be_skipped);
        let sabotages: Vec<&'static Sabotage> = sabotages.iter().copied().flatten().collect();
        each_is_noticed(suite, &sabotages, &origin, &|at| aim_at(package, at));
    };

    let bulk = [oneroster_csv::PACKAGE, oneroster_csv::TEXT, oneroster_csv::VALUES, oneroster_csv::RELATIONS];
    over("v1p2/bulk.zip", OF_DELTAS, &bulk);
    over("v1p1/bulk.zip", &[OF_DELTAS, OF_1P2].concat(), &[oneroster_csv::V1P1]);
    over("v1p2/delta.zip?since=2026-11-01T00:00:00Z", OF_BULK, &[oneroster_csv::DELTA]);
    each_is_sabotaged(suite, &of(suite.name));
}

#[test]
fn a_zip_and_a_folder_are_packages_too() {
    let folder = std::env::temp_dir().join(format!("koppelvlak-conformance-csv-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files = [
        ("manifest.csv", manifest()),
        (
            "orgs.csv",
            "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\no,,,De Kievit,school,,\n"
                .to_owned(),
        ),
    ];
    let mut zip = ZipWriter::new(File::create(folder.with_extension("zip")).unwrap());
    for (name, text) in &files {
        fs::write(folder.join(name), text).unwrap();
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();

    let passed = [folder.clone(), folder.with_extension("zip")].map(|path| {
        let target = Target::new(path.to_str().unwrap(), Credentials::None, Duration::from_secs(30));
        let suite = Suite::named("oneroster-csv").unwrap();
        let shared = Shared::new(suite.name);
        suite.checks().filter(|check| look(&target, &shared, check).verdict == Ok(())).map(|check| check.id).collect()
    });

    let [from_folder, from_zip]: [Vec<&str>; 2] = passed;
    assert_eq!(from_folder, from_zip);
    assert!(["OR-602", "OR-604", "OR-608", "OR-613", "OR-616"].iter().all(|id| from_zip.contains(id)), "{from_zip:?}");
    fs::remove_dir_all(&folder).unwrap();
    fs::remove_file(folder.with_extension("zip")).unwrap();
}

/// A manifest of 1.1 with one file.
fn manifest() -> String {
    let absent = "academicSessions categories classes classResources courses courseResources demographics enrollments \
                  lineItems resources results users";
    let absent = absent.split_whitespace().map(|file| format!("file.{file},absent\n"));
    let rest: String = absent.collect();
    format!("propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.orgs,bulk\n{rest}")
}
