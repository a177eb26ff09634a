//! Sweden's school profile: what its reference server is sent, and in which order.

use std::collections::BTreeSet;

use koppelvlak::audit::Disclosure;
use koppelvlak::audit::disclosure::mask_of;
use koppelvlak::catalogue::Category;
use koppelvlak::store::Statement;
use roaring::RoaringBitmap;
use serde_json::Value;

use super::ALL;
use super::fake::{Asked, Fake, Manner, Trouble};
use super::two::{n_rows, push_at, push_rules};
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::village::{one_rule, settle, village};

const LATER: &str = "2026-09-01T09:00:00Z";

/// The endpoints in the order of the profile, each with what its resources must have.
const TYPES: [(&str, &str, &[&str]); 7] = [
    ("/Organisations", "Organisation", &["displayName"]),
    ("/SchoolUnitGroups", "SchoolUnitGroup", &["displayName"]),
    ("/SchoolUnits", "SchoolUnit", &["displayName", "schoolUnitCode"]),
    ("/Users", "User", &["userName", "displayName", "name"]),
    ("/Employments", "Employment", &["employedAt", "user", "employmentRole"]),
    ("/StudentGroups", "StudentGroup", &["displayName", "owner", "studentGroupType"]),
    ("/Activities", "Activity", &["displayName", "owner", "groups"]),
];

fn rules(fake: &Fake, rule: &str) -> String {
    push_rules(rule, &fake.url, "tulip", "profile = \"egil\"").replace("\"absent\"", "\"placeholder\"")
}

fn pushing_to_a_fake(world: &World, categories: &[&str]) -> Fake {
    settle(world);
    let fake = Fake::start(Manner::Egil);
    world.apply(&rules(&fake, &one_rule("r", categories, "")));
    fake
}

/// Every `$ref` in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").map(|at| at.as_str().unwrap().to_owned()));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn place(asked: &Asked) -> usize {
    TYPES.iter().position(|(endpoint, ..)| *endpoint == asked.endpoint()).unwrap()
}

on_each_database! {
    fn types_come_in_order_with_what_they_need_and_refer_backwards_only(world: &World) {
        for categories in [&ALL[..], &["identity", "structure", "enrolment"], &["identity", "structure", "enrolment", "carers"]] {
            let fake = pushing_to_a_fake(world, categories);

            let summary = push_at(world, NOW).unwrap();

            let asked = fake.take();
            assert_eq!((summary.failed, summary.queued), (0, 0));
            assert!(asked.iter().all(|asked| asked.method == "POST" && asked.content_type.starts_with("application/scim+json")));
            assert!(asked.is_sorted_by_key(place));
            let mut sent = BTreeSet::new();
            for asked in &asked {
                let (endpoint, name, needed) = TYPES[place(asked)];
                for name in needed {
                    assert!(!asked.body[name].is_null(), "{endpoint}: {name}");
                }
                let urn = format!("urn:scim:schemas:extension:sis:school:1.0:{name}");
                assert!(asked.body["schemas"].as_array().unwrap().contains(&urn.into()), "{endpoint}");
                let uuid = uuid::Uuid::try_parse(asked.external_id()).unwrap();
                assert_eq!(uuid.hyphenated().to_string(), asked.external_id());
                let mut led_to = Vec::new();
                references(&asked.body, &mut led_to);
                for reference in led_to {
                    assert!(sent.contains(&reference), "{endpoint}: {reference}");
                }
                sent.insert(format!("{}/{}", &endpoint[1..], asked.external_id()));
            }
            let n = TYPES.map(|(endpoint, ..)| fake.has(endpoint).len());
            assert_eq!(n, [1, 0, 2, 7, 2, 3, 3], "{categories:?}");
        }
    }

    fn the_words_are_those_of_the_profile(world: &World) {
        let fake = pushing_to_a_fake(world, &ALL);

        push_at(world, NOW).unwrap();

        let school = fake.has("/SchoolUnits").into_iter().find(|it| it["displayName"] == "School One").unwrap();
        let ann = fake.has("/Users").into_iter().find(|it| it["userName"] == "ann1").unwrap();
        let extension = &ann["urn:scim:schemas:extension:sis:school:1.0:User"];
        let class = fake.has("/StudentGroups").into_iter().find(|it| it["displayName"] == "Maths 1").unwrap();
        let homeroom = fake.has("/StudentGroups").into_iter().find(|it| it["displayName"] == "Reading 2").unwrap();
        let activity = fake.has("/Activities").into_iter().find(|it| it["displayName"] == "Maths 1").unwrap();
        let employment = fake.has("/Employments").into_iter().find(|it| it["employedAt"]["value"] == school["id"]).unwrap();
        assert_eq!(school["schoolUnitCode"], "11AA");
        assert_eq!(ann["name"]["familyName"], "O'Brien");
        assert_eq!(extension["enrolments"][0]["value"], school["id"]);
        assert_eq!(extension["enrolments"][0]["schoolYear"], 1);
        assert_eq!((&class["studentGroupType"], &homeroom["studentGroupType"]), (&"Undervisning".into(), &"Klass".into()));
        assert_eq!(class["owner"]["$ref"], format!("SchoolUnits/{}", school["id"].as_str().unwrap()));
        assert_eq!(class["studentMemberships"].as_array().unwrap().len(), 2);
        assert_eq!(employment["employmentRole"], "Lärare");
        assert_eq!(activity["groups"][0]["value"], class["id"]);
        assert_eq!(activity["teachers"][0]["value"], employment["id"]);
        let organisation = &fake.has("/Organisations")[0];
        assert_eq!(school["organisation"]["value"], organisation["id"]);
    }

    fn what_stands_between_the_top_and_a_school_is_a_group_of_school_units(world: &World) {
        let mut set = village();
        set.edit("orgs.csv", "S1,,,School One,school,11AA,B", "N,,,North,local,,B\nD,,,Dales,local,,N\nS1,,,School One,school,11AA,D");
        import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
        let fake = Fake::start(Manner::Egil);
        world.apply(&rules(&fake, &one_rule("r", &ALL, "")));

        let summary = push_at(world, NOW).unwrap();

        assert_eq!((summary.failed, summary.queued), (0, 0));
        let find = |endpoint: &str, name: &str| {
            fake.has(endpoint).into_iter().find(|it| it["displayName"] == name).unwrap()
        };
        let (board, dales) = (find("/Organisations", "Board"), find("/SchoolUnitGroups", "Dales"));
        let (one, two) = (find("/SchoolUnits", "School One"), find("/SchoolUnits", "School Two"));
        assert_eq!((fake.has("/Organisations").len(), fake.has("/SchoolUnitGroups").len()), (1, 2));
        assert_eq!(one["organisation"]["value"], board["id"]);
        assert_eq!(one["schoolUnitGroup"]["value"], dales["id"]);
        assert_eq!(one["schoolUnitGroup"]["$ref"], format!("SchoolUnitGroups/{}", dales["id"].as_str().unwrap()));
        assert_eq!((&two["organisation"]["value"], &two["schoolUnitGroup"]), (&board["id"], &Value::Null));
        assert_eq!(dales["schemas"][0], "urn:scim:schemas:extension:sis:school:1.0:SchoolUnitGroup");
    }

    fn a_pupils_carers_are_told_where_they_are_released_and_only_as_far(world: &World) {
        for (categories, more, expected) in [
            (&["carers"][..], "", vec![("Annan ansvarig", None), ("Vårdnadshavare", None)]),
            (&["carers", "name"], "", vec![("Annan ansvarig", Some("Tia 𝕿ia é")), ("Vårdnadshavare", Some("Mum O'Brien"))]),
            (&["name", "login"], "", vec![]),
            (&["carers", "name"], "roles = [\"student\"]", vec![]),
        ] {
            let categories = [&["identity", "structure", "enrolment"], categories].concat();
            let mut set = village();
            set.edit("roles.csv", "tia,secondary,parent", "tia,secondary,relative");
            import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
            let fake = Fake::start(Manner::Egil);
            world.apply(&rules(&fake, &one_rule("r", &categories, more)));

            let summary = push_at(world, NOW).unwrap();

            let users = fake.has("/Users");
            let of = |user: &Value| user["urn:scim:schemas:extension:sis:school:1.0:User"]["userRelations"].clone();
            let relations: Vec<Value> = users.iter().flat_map(|user| of(user).as_array().cloned().unwrap_or_default()).collect();
            let mut told: Vec<_> = relations
                .iter()
                .map(|relation| (relation["relationType"].as_str().unwrap(), relation["displayName"].as_str()))
                .collect();
            told.sort_unstable();
            assert_eq!((summary.failed, summary.queued), (0, 0));
            assert_eq!(told, expected, "{categories:?}");
            for relation in &relations {
                let id = relation["value"].as_str().unwrap();
                assert_eq!(relation["$ref"], format!("Users/{id}"));
                assert!(users.iter().any(|user| user["id"] == id && of(user).is_null()));
            }
        }
    }

    fn who_is_told_of_as_a_carer_is_on_record(world: &World) {
        let fake = pushing_to_a_fake(world, &["identity", "structure", "enrolment", "carers", "name"]);

        push_at(world, NOW).unwrap();

        assert_eq!(fake.has("/Users").len(), 7);
        let rows = Statement::new("SELECT people FROM disclosure WHERE vendor_id = 'atlas'");
        let rows = rows.rows(&mut world.database.read_activity().unwrap()).unwrap();
        let told: Vec<_> = rows.iter().flat_map(|row| Disclosure::decode(row.bytes(0).unwrap()).unwrap()).collect();
        let with = |category| {
            let of_category = told.iter().filter(|(mask, _)| mask & mask_of([category]) != 0);
            of_category.fold(RoaringBitmap::new(), |all, (_, people)| all | people)
        };
        assert_eq!((with(Category::Carers).len(), with(Category::Name).len()), (4, 7), "two pupils and two carers");
    }

    fn a_refused_relation_is_not_told_and_is_taken_back(world: &World) {
        let fake = pushing_to_a_fake(world, &["identity", "structure", "enrolment", "carers"]);
        push_at(world, NOW).unwrap();
        let before = format!("{:?}", fake.has("/Users"));
        let refusal = "[[choice]]\nperson = \"mum\"\nvendor = \"atlas\"\ncategories = [\"carers\"]\nchoice = \"refuse\"\nby = \"mum\"\non = \"2026-08-20\"\n";

        let rule = one_rule("r", &["identity", "structure", "enrolment", "carers"], "");
        world.apply(&rules(&fake, &format!("{rule}{refusal}")));
        push_at(world, LATER).unwrap();

        let wire = format!("{:?}", fake.has("/Users"));
        assert_eq!(before.matches("userRelations").count(), 2, "of Ann, and of Dee");
        assert_eq!(wire.matches("userRelations").count(), 1, "of Dee");
    }

    fn nothing_withheld_is_sent(world: &World) {
        let fake = pushing_to_a_fake(world, &["identity", "structure", "enrolment"]);

        push_at(world, NOW).unwrap();

        let wire = format!("{:?}", fake.take());
        for withheld in ["noord.example", "ann1", "O'Brien", "Maths", "schoolYear", "1001"] {
            assert!(!wire.contains(withheld), "{withheld}");
        }
    }

    fn what_goes_goes_last_and_against_the_order(world: &World) {
        let fake = pushing_to_a_fake(world, &ALL);
        push_at(world, NOW).unwrap();
        fake.take();

        let mut set = village();
        set.cut_where("users.csv", |line| line.starts_with("tom,"));
        set.cut_where("roles.csv", |line| line.contains(",tom,"));
        set.cut_where("enrollments.csv", |line| line.contains(",tom,"));
        import_at(world, "noord", &set.folder().path, "2026-08-21T06:00:00Z");
        push_at(world, LATER).unwrap();

        let asked: Vec<(String, String)> =
            fake.take().into_iter().map(|asked| (asked.method.clone(), asked.endpoint().to_owned())).collect();
        let expected = [("DELETE", "/Activities"), ("DELETE", "/Activities"), ("DELETE", "/Employments"), ("DELETE", "/Users")];
        assert_eq!(asked, expected.map(|(method, endpoint)| (method.to_owned(), endpoint.to_owned())));
    }

    fn a_list_tells_what_arrived_without_an_answer(world: &World) {
        let fake = pushing_to_a_fake(world, &ALL);
        let mut n = 0;
        fake.fail(move |asked| {
            n += usize::from(asked.endpoint() == "/Users");
            (asked.endpoint() == "/Users" && n == 3).then_some(Trouble::BreakAfter)
        });
        push_at(world, NOW).unwrap();
        fake.heal();

        let summary = push_at(world, LATER).unwrap();

        assert_eq!((summary.failed, summary.queued), (0, 0));
        assert_eq!(fake.has("/Users").len(), 7);
        assert!(fake.take().iter().any(|asked| asked.method == "GET" && asked.path == "/Users"));
    }

    fn the_end_of_the_rule_leaves_nothing(world: &World) {
        let fake = pushing_to_a_fake(world, &ALL);
        push_at(world, NOW).unwrap();

        world.apply(&rules(&fake, &one_rule("r", &ALL, "status = \"ended\"")));
        push_at(world, LATER).unwrap();

        assert!(TYPES.iter().all(|(endpoint, ..)| fake.has(endpoint).is_empty()));
        assert_eq!(n_rows(world, "pushed"), 0);
        assert!(fake.take().iter().all(|asked| asked.method != "PATCH"));
    }
}
