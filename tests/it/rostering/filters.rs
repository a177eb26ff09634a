//! Filters: what they find is what a reader of the bodies would find, for every member and operator.

use std::collections::BTreeSet;

use koppelvlak::catalogue::{Entity, Kind, Version};
use serde_json::Value;

use crate::harness::{World, on_each_database};
use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{Client, encoded, id, set};
use crate::rostering::village::{atlas, one_rule, rules, rules_of, serve, settle};

const COLLECTIONS: [(&str, Entity); 7] = [
    ("/users", Entity::User),
    ("/orgs", Entity::Org),
    ("/classes", Entity::Class),
    ("/courses", Entity::Course),
    ("/academicSessions", Entity::AcademicSession),
    ("/enrollments", Entity::Enrollment),
    ("/demographics", Entity::Demographics),
];

/// The dotted names under which a member can be filtered on, and whether it is a list of plain texts.
fn paths(version: Version, entity: Entity) -> Vec<(String, bool)> {
    let mut paths = vec![("sourcedId".into(), false), ("status".into(), false), ("dateLastModified".into(), false)];
    for field in entity.fields_in(version) {
        let name = field.name;
        let below = |members: &[&str]| members.iter().map(|member| (format!("{name}.{member}"), false)).collect();
        let more: Vec<(String, bool)> = match field.kind {
            Kind::Text | Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Number | Kind::MainRole => {
                vec![(name.into(), false)]
            }
            Kind::TextList => vec![(name.into(), true)],
            Kind::Reference(_) | Kind::ReferenceList(_) | Kind::Children(_) | Kind::RoleOrgs | Kind::Resources => {
                below(&["sourcedId", "type"])
            }
            Kind::Roles => below(&["role", "roleType", "org.sourcedId", "beginDate", "endDate", "userProfile"]),
            Kind::UserIds => below(&["type", "identifier"]),
            Kind::UserProfiles => below(&["profileId", "profileType", "vendorId", "applicationId"]),
            Kind::Metadata
            | Kind::Unstored
            | Kind::ScoreScaleLink
            | Kind::ScoreScaleValues
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults => Vec::new(),
        };
        paths.extend(more);
    }
    paths.dedup();
    paths
}

/// Every text at a dotted name; a name through a list leads to each of its elements.
fn texts(value: &Value, path: &str) -> Vec<String> {
    match (value, path.split_once('.').unwrap_or((path, ""))) {
        (Value::Array(items), _) => items.iter().flat_map(|item| texts(item, path)).collect(),
        (Value::String(text), ("", _)) => vec![text.clone()],
        (Value::Object(members), (name, rest)) => members.get(name).map_or_else(Vec::new, |value| texts(value, rest)),
        _ => Vec::new(),
    }
}

/// What a reader of the body would say.
fn holds(found: &[String], op: &str, wanted: &str, is_list: bool) -> bool {
    let any = |holds: fn(&str, &str) -> bool| found.iter().any(|found| holds(found, wanted));
    match op {
        // A list equals the whole set of its items; these filters name one of them.
        "=" if is_list => found.iter().collect::<BTreeSet<_>>() == BTreeSet::from([&wanted.to_owned()]),
        "=" => any(|found, wanted| found == wanted),
        "!=" => !holds(found, "=", wanted, is_list),
        ">" => any(|found, wanted| found > wanted),
        ">=" => any(|found, wanted| found >= wanted),
        "<" => any(|found, wanted| found < wanted),
        "<=" => any(|found, wanted| found <= wanted),
        "~" if is_list => any(|found, wanted| found == wanted),
        _ => any(|found, wanted| found.to_lowercase().contains(&wanted.to_lowercase())),
    }
}

/// Compares what each operator on each member finds with what a reader of the bodies would find.
pub fn check(client: &Client<'_>, version: Version, vendor: &str) {
    for (path, entity) in COLLECTIONS.iter().filter(|(path, _)| vendor == "everything" || *path != "/demographics") {
        let all = client.page(&format!("{path}?limit=10000"));
        let values = |object: &Value, name: &str| match name.split_once('.') {
            // What only stands for a withheld value is not there for filters.
            _ if object["status"] == "tobedeleted" && name != "sourcedId" && name != "status" => Vec::new(),
            _ => texts(object, name).into_iter().filter(|text| !text.starts_with("withheld-")).collect(),
        };
        for (name, is_list) in paths(version, *entity) {
            let mut known: Vec<String> = all.iter().flat_map(|object| values(object, &name)).collect();
            known.sort_unstable();
            known.dedup();
            let Some(middle) = known.get(known.len() / 2) else { continue };
            for op in ["=", "!=", ">", ">=", "<", "<=", "~"] {
                if op == "~" && name == "dateLastModified" {
                    continue;
                }
                let expected: BTreeSet<String> =
                    all.iter().filter(|object| holds(&values(object, &name), op, middle, is_list)).map(id).collect();
                let found = client.found(path, &format!("{name}{op}'{}'", middle.replace('\'', "''")));
                assert_eq!(found, expected, "{vendor} {path} {name}{op}'{middle}'");
            }
        }
    }
}

/// What a vendor finds in the village by a filter of people, as it goes over the wire.
fn raw(client: &crate::rostering::client::Client<'_>, filter: &str) -> BTreeSet<String> {
    crate::rostering::client::ids(&client.page(&format!("/users?filter={filter}")))
}

const PEOPLE: &[&str] = &["identity", "name", "contact-email", "login", "local-id", "enrolment", "grade-level"];

on_each_demo! {
    fn or_314_317_324_every_member_compares_by_every_operator_as_its_body_reads(demo: &Demo) {
        check(&demo.client("everything"), Version::V1p2, "everything");
    }

    fn what_a_pairwise_vendor_finds_is_what_its_bodies_hold(demo: &Demo) {
        check(&demo.client("names-only"), Version::V1p2, "names-only");
        check(&demo.client("identity-provider"), Version::V1p2, "identity-provider");
    }

    fn or_321_an_unknown_field_is_refused_by_name_and_gives_no_data(demo: &Demo) {
        let client = demo.client("everything");
        for (path, name) in [
            ("/users", "nothing"), ("/users", "Status"), ("/users", "role"), ("/users", "orgs.sourcedId"), ("/users", "roles.color"),
            ("/classes", "school.name"), ("/orgs", "parent.identifier"), ("/enrollments", "email")
        ] {
            let reply = client.get(&format!("{path}?filter={}", encoded(&format!("{name}='x'"))));
            assert_eq!(crate::rostering::client::refusal(&reply), (400, "invalid_filter_field".into()), "{name}");
            assert!(reply.json()["imsx_description"].as_str().unwrap().contains(name), "{}", reply.body);
        }
    }

    fn or_322_what_is_no_filter_is_refused(demo: &Demo) {
        let client = demo.client("everything");
        for filter in [
            "", " ", "status", "status=", "status='active", "='x'", "status='active' AND",
            "AND status='active'", "status==='x'", "(status='active'", "status='active')", "status LIKE 'a'", "a'b'='c'", "status='active' status='active'",
            "birthDate>'yesterday'", "dateLastModified>'soon'",
            "status='active' XOR status='active'", "status!='a' XOR status='x'", "status!='a',status='x'", "status!='a' && status='x'",
            "status!='a' NOT status='y'", "status!='a' 'b'", "status!='a'status='x'", "status!='a'xor status='x'",
            "status!='x' union select 'a'", "status!=a AND", "status!=a OR", "status!=a AND ", "status!=a b", "status!=a,status=b",
        ] {
            for path in ["/users", "/demographics"] {
                let refused = client.refused(&format!("{path}?filter={}", encoded(filter)));
                assert_eq!(refused, (400, "invalid_filter_field".into()), "{filter}");
            }
        }
        assert_eq!(client.refused("/users?filter=status='active'&filter=status='active'").0, 400);
    }

    fn or_325_a_word_outside_the_vocabulary_finds_nothing(demo: &Demo) {
        let client = demo.client("everything");

        for (path, filter) in [("/users", "roles.role='janitor'"), ("/orgs", "type='galaxy'"), ("/users", "status='inactive'"),
            ("/users", "enabledUser='maybe'"), ("/demographics", "sex='x'")] {
            assert_eq!(client.found(path, filter), set([]), "{filter}");
        }
    }

    fn or_332_a_filter_of_a_nested_list_does_not_widen_it(demo: &Demo) {
        let client = demo.client("everything");
        let class = encoded(&demo.board.home_rooms[0]);
        let path = format!("/classes/{class}/students");
        let pupils = client.all(&path);

        assert_eq!(client.found(&path, "status='active' OR status!='active'"), pupils);
        let one = pupils.first().unwrap();
        assert_eq!(client.found(&path, &format!("sourcedId='{one}'")).len(), 1);
        let outside = client.all("/teachers");
        assert_eq!(client.found(&path, &format!("sourcedId='{}'", outside.first().unwrap())), set([]));
    }

    fn a_withheld_value_is_found_by_no_operator_but_unequal(demo: &Demo) {
        let client = demo.client("names-only");
        let all = client.all("/users");
        let email = demo.client("everything").page("/users?limit=1000")
            .iter().find_map(|user| user["email"].as_str().map(str::to_owned)).unwrap();

        for (op, expected) in [("=", set([])), (">", set([])), (">=", set([])), ("<", set([])), ("<=", set([])), ("~", set([])), ("!=", all)] {
            assert_eq!(client.found("/users", &format!("email{op}'{email}'")), expected, "{op}");
        }
    }
}

on_each_database! {
    fn or_315_316_323_326_filters_are_read_as_clients_write_them(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", PEOPLE, "")));
        let client = atlas(&server);

        for (filter, people) in [
            // The whole value encoded, or nothing but spaces, or with `+` for them.
            ("familyName%3D%27van%20den%20Berg%27", set(["bob"])),
            ("familyName='van%20den%20Berg'", set(["bob"])),
            ("familyName='van+den+Berg'", set(["bob"])),
            ("givenName='Ann'", set(["ann"])),
            ("givenName+=+'Ann'", set(["ann"])),
            ("familyName='O''Brien'", set(["ann", "mum"])),
            ("familyName='O'Brien'", set(["ann", "mum"])),
            ("familyName='O'Brien'+AND+givenName='Mum'", set(["mum"])),
            ("familyName='A+AND+B=c'", set(["dee"])),
            ("email='tom%2Bx@noord.example'", set(["tom"])),
            ("email='bob@noord.example'", set(["bob"])),
            ("familyName='A%C4%9Fao%C4%9Flu'", set(["cas"])),
            ("familyName~'a%C4%9FAO'", set(["cas"])),
            ("familyName~'%F0%9D%95%BFia'", set(["tia"])),
            ("familyName=%E2%80%98O%E2%80%99Brien%E2%80%99", set(["ann", "mum"])),
            // Wildcards and regular expressions of databases mean themselves.
            ("familyName~'50%25'", set(["tom"])),
            ("familyName~'%25'", set(["tom"])),
            ("familyName~'_'", set(["tom"])),
            ("familyName~'.*'", set(["tom"])),
            ("familyName~'%5C'", set(["tom"])),
            // Two clauses and more, words in any case, parentheses.
            ("givenName='Ann'+AND+familyName='X'", set([])),
            ("givenName='Ann'+OR+givenName='Bob'", set(["ann", "bob"])),
            ("givenName='Ann'+or+givenName='Bob'+or+givenName='Cas'", set(["ann", "bob", "cas"])),
            ("(givenName='Ann'+OR+givenName='Bob')+AND+grades='02'", set(["bob"])),
            ("givenName='Ann'+OR+givenName='Bob'+AND+grades='01'", set(["ann"])),
            ("enabledUser=false", set(["tia"])),
            ("enabledUser='TRUE'+and+roles.role=teacher", set(["tom"])),
            ("familyName!='van+'t+Hof'+AND+givenName='Ann'", set(["ann"])),
            // What does not exist differs from everything.
            ("middleName!='x'", set(["ann", "bob", "cas", "dee", "mum", "tia", "tom"])),
            ("middleName='x'", set([])),
        ] {
            assert_eq!(raw(&client, filter), people, "{filter}");
        }
    }

    fn or_318_a_reference_may_be_named_alone(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", PEOPLE, "")));
        let client = atlas(&server);

        for (alone, whole, n) in [("class='K1'", "class.sourcedId='K1'", 3), ("school='S2'", "school.sourcedId='S2'", 3), ("user='ann'", "user.sourcedId='ann'", 1)] {
            let found = client.found("/enrollments", alone);
            assert_eq!((found.len(), &found), (n, &client.found("/enrollments", whole)), "{alone}");
        }
        assert_eq!(client.found("/users", "roles.org='S2'"), set(["cas", "dee", "tia"]));
        assert_eq!(client.found("/classes", "terms='T2'"), set(["K2", "K3"]));
    }

    fn or_319_lists_compare_as_sets(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "class-label", "enrolment"], "")));
        let client = atlas(&server);

        for (filter, is_found) in [
            ("subjects='s1'", false), ("subjects='s1,s2'", false), ("subjects='s1,s2,s3'", true), ("subjects='s3,s1,s2'", true),
            ("subjects~'s1'", true), ("subjects~'s1,s2'", true), ("subjects~'s1,s2,s3'", true), ("subjects~'s4'", false),
            ("subjects=s1,s2,s3", true),
        ] {
            assert_eq!(client.found("/classes", filter).contains("K1"), is_found, "{filter}");
        }
    }

    fn or_320_times_are_read_in_every_form(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", PEOPLE, "")));
        let client = atlas(&server);

        for (text, n) in [
            ("2026-08-01", 7), ("2026-08-01T05:59:59Z", 7), ("2026-08-01T05:59:59.999Z", 7), ("2026-08-01T06:00:00.000Z", 0),
            ("2026-08-01T06:00:00", 0), ("2026-08-01T07:59:59%2B02:00", 7), ("2026-08-01T07:59:59+02:00", 7), ("2026-08-02", 0),
        ] {
            assert_eq!(raw(&client, &format!("dateLastModified%3E'{text}'")).len(), n, "{text}");
        }
    }

    fn the_sources_identifier_of_an_account_finds_nothing_for_a_pairwise_vendor(world: &World) {
        settle(world);
        let server = serve(world, &rules_of("pairwise", "absent", &one_rule("r1", &["identity", "login"], "")));
        let client = atlas(&server);
        let shown = client.page("/users?filter=username='ann1'")[0]["userProfiles"][0]["profileId"].clone();
        assert_eq!(client.found("/users", &format!("userProfiles.profileId='{}'", shown.as_str().unwrap())).len(), 1);

        for name in ["userProfiles.profileId", "roles.userProfile"] {
            for value in ["F1", "urn:koppelvlak:profile:F1"] {
                assert_eq!(client.found("/users", &format!("{name}='{value}'")), set([]), "{name} {value}");
            }
        }
    }

    fn part_of_a_date_is_found_as_text(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "birth-date"], "")));

        assert_eq!(atlas(&server).found("/demographics", "birthDate~'2015-02'"), set(["ann"]));
    }
}
