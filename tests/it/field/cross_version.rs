//! One view through two doors: whatever 1.1 says of an object follows from what 1.2 says of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::connections::of_village;
use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, VENDORS, on_each_demo};
use crate::rostering::client::{Client, encoded, id};
use crate::rostering::village::{serve, settle};

/// The word of 1.1 for a role of 1.2, if there is one.
fn word_of(role: &Value) -> Option<&str> {
    match role["role"].as_str().unwrap() {
        "districtAdministrator" | "siteAdministrator" | "systemAdministrator" | "principal" => Some("administrator"),
        "counselor" => Some("aide"),
        // What stands for a withheld role is the word that opens least.
        "ext:withheld" => Some("relative"),
        own if own.starts_with("ext:") => None,
        same => Some(same),
    }
}

/// 1.1 has closed vocabularies: where a member must be there, the word that promises least stands for one of the
/// school's own.
fn in_known_words(collection: &str, object: &mut Map<String, Value>) {
    for (of, member, least) in [
        ("orgs", "type", Some("department")),
        ("academicSessions", "type", Some("semester")),
        ("enrollments", "role", Some("proctor")),
        ("results", "scoreStatus", Some("submitted")),
        ("classes", "classType", None),
    ] {
        let is_own = object.get(member).and_then(Value::as_str).is_some_and(|word| word.starts_with("ext:"));
        match least {
            _ if of != collection || !is_own => {}
            Some(least) => _ = object.insert(member.to_owned(), json!(least)),
            None => _ = object.remove(member),
        }
    }
    if collection == "demographics" && object.get("sex").is_some_and(|sex| sex != "male" && sex != "female") {
        object.remove("sex");
    }
    if collection == "resources"
        && let Some(Value::Array(roles)) = object.get_mut("roles")
    {
        roles.retain(|role| !role.as_str().unwrap().starts_with("ext:"));
        if roles.is_empty() {
            object.remove("roles");
        }
    }
}

/// What 1.1 has of a person of 1.2: one role and the orgs of all roles, and nothing that came with 1.2.
fn person(mut user: Map<String, Value>) -> Map<String, Value> {
    let roles: Vec<Value> = match user.remove("roles") {
        Some(Value::Array(roles)) => roles,
        _ => Vec::new(),
    };
    let primary_org = user.remove("primaryOrg").map(|org| id(&org));
    for later in [
        "userMasterIdentifier",
        "preferredFirstName",
        "preferredMiddleName",
        "preferredLastName",
        "pronouns",
        "userProfiles",
        "resources",
    ] {
        user.remove(later);
    }
    let is_primary = |role: &Value| role["roleType"] == "primary";
    let is_there = |role: &Value| Some(id(&role["org"])) == primary_org;
    let worded: Vec<&Value> = roles.iter().filter(|role| word_of(role).is_some()).collect();
    let foremost = worded.iter().find(|role| is_primary(role) && is_there(role));
    let main = foremost.or_else(|| worded.iter().find(|role| is_primary(role))).or(worded.first());
    if let Some(word) = main.and_then(|role| word_of(role)) {
        user.insert("role".into(), json!(word));
    }
    if !roles.is_empty() {
        let mut orgs: Vec<Value> = Vec::new();
        for role in roles.iter().filter(|role| is_there(role)).chain(&roles) {
            if !orgs.contains(&role["org"]) {
                orgs.push(role["org"].clone());
            }
        }
        user.insert("orgs".into(), orgs.into());
    }
    user
}

/// What 1.1 has of an object of 1.2.
fn earlier(collection: &str, object: &Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    let dropped: &[&str] = match collection {
        "lineItems" => &["school", "scoreScale", "learningObjectiveSet"],
        "results" => {
            &["class", "scoreScale", "textScore", "learningObjectiveSet", "inProgress", "incomplete", "late", "missing"]
        }
        "categories" => &["weight"],
        // 1.2 requires one, and gets the object's own identifier where the school has none.
        "orgs" | "schools" if object.get("identifier") == object.get("sourcedId") => &["identifier"],
        _ => &[],
    };
    for name in dropped {
        object.remove(*name);
    }
    if collection == "users" {
        object = person(object);
    }
    in_known_words(collection, &mut object);
    let session = object.remove("academicSession");
    if let Some(session) = object.remove("gradingPeriod").or(session) {
        object.insert("gradingPeriod".into(), session);
    }
    let text = Value::Object(object).to_string();
    let services = ["rostering/v1p2", "gradebook/v1p2", "resources/v1p2"];
    let text =
        services.iter().fold(text, |text, service| text.replace(&format!("/oneroster/{service}/"), "/oneroster/v1p1/"));
    serde_json::from_str(&text).unwrap()
}

/// The same without what has no order, and without the account that 1.1 requires where it is withheld.
fn compared(object: &Value) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    if members.get("username").and_then(Value::as_str).is_some_and(|name| name.starts_with("withheld-")) {
        members.remove("username");
    }
    if let Some(Value::Array(orgs)) = members.get_mut("orgs") {
        orgs.sort_by_key(id);
    }
    object
}

fn both<'s>(server: &'s Server, tenant: &str, vendor: &str, service: &str) -> [Client<'s>; 2] {
    [service, "v1p1"].map(|service| Client::of_service(server, tenant, (vendor, SECRET), service))
}

const ROSTERING: [&str; 13] = [
    "users",
    "students",
    "teachers",
    "orgs",
    "schools",
    "academicSessions",
    "terms",
    "gradingPeriods",
    "courses",
    "classes",
    "enrollments",
    "demographics",
    "users?sort=familyName&orderBy=desc",
];

/// Compares every object of both versions, in lists and alone.
fn agree([wide, narrow]: &[Client<'_>; 2], vendor: &str, path: &str) {
    let collection = match path.split('?').next().unwrap() {
        "students" | "teachers" => "users",
        other => other,
    };
    let join = if path.contains('?') { '&' } else { '?' };
    let [wide_page, narrow_page] = [wide, narrow].map(|client| client.page(&format!("/{path}{join}limit=10000")));
    let by_id = |page: Vec<Value>| -> BTreeMap<String, Value> {
        page.into_iter().map(|object| (id(&object), object)).collect()
    };
    let order = |page: &[Value]| page.iter().map(id).collect::<Vec<_>>();
    // 1.1 lists people by their one role: a parent who also teaches may be no teacher there.
    if !["students", "teachers"].contains(&path) {
        assert_eq!(order(&narrow_page), order(&wide_page), "{vendor} {path}");
    }
    let wide_page = by_id(wide_page);
    for found in &narrow_page {
        let wide = &wide_page[&id(found)];
        if let (Some(first), Some(primary)) = (found["orgs"].get(0), wide.get("primaryOrg")) {
            assert_eq!(id(first), id(primary), "{vendor} {path}");
        }
        let expected = earlier(collection, wide);
        assert_eq!(compared(found), compared(&expected), "{vendor} {path}");
    }
    for found in narrow_page.iter().take(3) {
        let one = narrow.one(&format!("/{collection}/{}", encoded(&id(found))));
        assert_eq!(one, *found, "{vendor} {path}");
    }
}

on_each_demo! {
    fn or_809_every_object_of_1_1_follows_from_that_of_1_2(demo: &Demo) {
        for vendor in VENDORS {
            let clients = both(&demo.server, "demo", vendor, "rostering/v1p2");
            for path in ROSTERING.iter().filter(|path| vendor == "everything" || **path != "demographics") {
                agree(&clients, vendor, path);
            }
        }
        let clients = both(&demo.server, "demo", "everything", "gradebook/v1p2");
        for path in ["lineItems", "results", "categories"] {
            agree(&clients, "everything", path);
        }
        let clients = both(&demo.server, "demo", "everything", "resources/v1p2");
        agree(&clients, "everything", "resources");
    }

    fn or_809_a_hidden_object_is_hidden_from_both_and_counts_are_the_same(demo: &Demo) {
        let everything = demo.client("everything");
        for vendor in ["names-only", "identity-provider"] {
            let [wide, narrow] = both(&demo.server, "demo", vendor, "rostering/v1p2");
            for collection in ["users", "classes", "orgs", "enrollments"] {
                let count = |client: &Client<'_>| client.ok(&format!("/{collection}?limit=1")).header("x-total-count").to_owned();
                assert_eq!(count(&wide), count(&narrow), "{vendor} {collection}");
                for hidden in everything.all(&format!("/{collection}")).iter().take(3) {
                    let path = format!("/{collection}/{}", encoded(hidden));
                    assert_eq!((wide.get(&path).status, narrow.get(&path).status), (404, 404), "{vendor} {path}");
                }
            }
        }
    }
}

on_each_database! {
    fn or_809_a_sync_of_either_version_has_the_same_people_in_the_same_classes(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let clients = both(&server, "noord", "atlas", "rostering/v1p2");
        for path in ROSTERING {
            agree(&clients, "atlas", path);
        }
        for class in ["K1", "K2", "K3"] {
            for nested in ["students", "teachers"] {
                let [wide, narrow] = clients.each_ref().map(|client| client.all(&format!("/classes/{class}/{nested}")));
                assert_eq!(wide, narrow, "{class} {nested}");
            }
        }
    }
}
