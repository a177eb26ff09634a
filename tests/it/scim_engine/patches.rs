//! A PATCH of random operations ends as a plain model of a user does that knows no JSON and no paths.

use koppelvlak::consent::switches::Switches;
use koppelvlak::scim::accept::accept;
use koppelvlak::scim::patch::Patch;
use koppelvlak::scim::put::same;
use koppelvlak::scim::refusal::Refusal;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::USER;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::people::{ENTERPRISE, object};

#[derive(Debug, Clone, Default, PartialEq)]
struct Person {
    title: Option<&'static str>,
    given: Option<&'static str>,
    family: Option<&'static str>,
    department: Option<&'static str>,
    manager: Option<&'static str>,
    emails: Vec<Email>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Email {
    value: Option<&'static str>,
    kind: Option<&'static str>,
    display: Option<&'static str>,
    primary: bool,
}

const VALUES: [&str; 4] = ["a@x", "b@x", "A@x", "c@x"];
const KINDS: [&str; 2] = ["work", "home"];
const WORDS: [&str; 3] = ["one", "two", "three"];

#[derive(Debug, Clone)]
enum Step {
    /// add or replace, a value or the lack of one.
    Title(Way, Option<&'static str>),
    Names(Way, Option<&'static str>, Option<&'static str>),
    Family(Way, Option<&'static str>),
    Department(Way, Option<&'static str>),
    Manager(Way, Option<&'static str>),
    Emails(Way, Vec<Email>),
    RemoveTitle,
    RemoveName,
    RemoveManager,
    RemoveEmails,
    RemoveListed(Vec<&'static str>),
    RemoveKind(&'static str),
    RemoveDisplay(&'static str),
    Value(Way, &'static str, Option<&'static str>),
    Display(Way, &'static str, &'static str),
    Kind(Way, &'static str, &'static str),
    Primary(Way, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Add,
    Replace,
}

fn way() -> impl Strategy<Value = Way> {
    select([Way::Add, Way::Replace].as_slice())
}

fn word() -> impl Strategy<Value = &'static str> {
    select(WORDS.as_slice())
}

fn kind() -> impl Strategy<Value = &'static str> {
    select(KINDS.as_slice())
}

fn email() -> impl Strategy<Value = Email> {
    (select(VALUES.as_slice()), proptest::option::of(kind()), proptest::option::of(word()))
        .prop_map(|(value, kind, display)| Email { value: Some(value), kind, display, primary: false })
}

fn emails() -> impl Strategy<Value = Vec<Email>> {
    (proptest::collection::vec(email(), 1..4), any::<Option<prop::sample::Index>>()).prop_map(
        |(mut emails, primary)| {
            if let Some(primary) = primary {
                primary.get_mut(&mut emails).primary = true;
            }
            distinct(emails)
        },
    )
}

/// Without what is there already, which is the primary one if one of them is.
fn distinct(emails: Vec<Email>) -> Vec<Email> {
    let identity = |email: &Email| (email.value, email.kind, email.display.filter(|_| email.value.is_none()));
    let mut kept: Vec<Email> = Vec::new();
    for email in emails {
        match kept.iter_mut().find(|known| identity(known) == identity(&email)) {
            Some(known) => known.primary |= email.primary,
            None => kept.push(email),
        }
    }
    kept
}

fn person() -> impl Strategy<Value = Person> {
    let word = || proptest::option::of(word());
    (word(), word(), word(), word(), word(), prop_oneof![emails(), Just(Vec::new())]).prop_map(
        |(title, given, family, department, manager, emails)| Person {
            title,
            given,
            family,
            department,
            manager,
            emails,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let maybe = || proptest::option::of(word());
    prop_oneof![
        (way(), maybe()).prop_map(|(way, value)| Step::Title(way, value)),
        (way(), maybe(), maybe()).prop_map(|(way, given, family)| Step::Names(way, given, family)),
        (way(), maybe()).prop_map(|(way, value)| Step::Family(way, value)),
        (way(), maybe()).prop_map(|(way, value)| Step::Department(way, value)),
        (way(), maybe()).prop_map(|(way, value)| Step::Manager(way, value)),
        (way(), emails()).prop_map(|(way, emails)| Step::Emails(way, emails)),
        Just(Step::RemoveTitle),
        Just(Step::RemoveName),
        Just(Step::RemoveManager),
        Just(Step::RemoveEmails),
        proptest::collection::vec(select(VALUES.as_slice()), 1..3).prop_map(Step::RemoveListed),
        kind().prop_map(Step::RemoveKind),
        kind().prop_map(Step::RemoveDisplay),
        (way(), kind(), proptest::option::of(select(VALUES.as_slice())))
            .prop_map(|(way, kind, value)| Step::Value(way, kind, value)),
        (way(), kind(), word()).prop_map(|(way, kind, value)| Step::Display(way, kind, value)),
        (way(), kind(), kind()).prop_map(|(way, kind, value)| Step::Kind(way, kind, value)),
        (way(), kind()).prop_map(|(way, kind)| Step::Primary(way, kind)),
    ]
}

fn op(way: Way) -> Value {
    match way {
        Way::Add => "Add".into(),
        Way::Replace => "replace".into(),
    }
}

fn written(email: &Email) -> Value {
    let text = |value: Option<&str>| value.map_or(Value::Null, Value::from);
    json!({"value": text(email.value), "type": text(email.kind), "display": text(email.display), "primary": email.primary})
}

impl Step {
    fn operation(&self) -> Value {
        let set = |way: Way, path: String, value: Value| json!({"op": op(way), "path": path, "value": value});
        let of = |kind: &str, sub: &str| format!("emails[type eq \"{kind}\"]{sub}");
        match self {
            Self::Title(way, value) => set(*way, "title".to_owned(), json!(value)),
            Self::Names(way, given, family) => {
                json!({"op": op(*way), "value": object([("name", json!({"givenName": given, "familyName": family}))])})
            }
            Self::Family(way, value) => json!({"op": op(*way), "value": object([("name.familyName", json!(value))])}),
            Self::Department(way, value) => set(*way, format!("{ENTERPRISE}:department"), json!(value)),
            Self::Manager(way, value) => set(*way, "manager".to_owned(), json!(value)),
            Self::Emails(way, emails) => set(*way, "emails".to_owned(), emails.iter().map(written).collect()),
            Self::RemoveTitle => json!({"op": "remove", "path": "title"}),
            Self::RemoveName => json!({"op": "remove", "path": "name"}),
            Self::RemoveManager => json!({"op": "remove", "path": format!("{ENTERPRISE}:manager")}),
            Self::RemoveEmails => json!({"op": "Remove", "path": "emails"}),
            Self::RemoveListed(values) => {
                let values: Vec<_> = values.iter().map(|value| json!({"value": value})).collect();
                json!({"op": "Remove", "path": "emails", "value": values})
            }
            Self::RemoveKind(kind) => json!({"op": "remove", "path": of(kind, "")}),
            Self::RemoveDisplay(kind) => json!({"op": "remove", "path": of(kind, ".display")}),
            Self::Value(way, kind, value) => set(*way, of(kind, ".value"), json!(value)),
            Self::Display(way, kind, value) => set(*way, of(kind, ""), json!({"display": value})),
            Self::Kind(way, kind, value) => set(*way, of(kind, ".type"), json!(value)),
            Self::Primary(way, kind) => set(*way, of(kind, ".primary"), json!("True")),
        }
    }

    /// What the step does to a person, or nothing if it can't be taken.
    fn take(&self, person: &mut Person) -> Option<()> {
        match self {
            Self::Title(way, value) => assign(&mut person.title, *way, *value),
            Self::Names(way, given, family) => {
                assign(&mut person.given, *way, *given);
                assign(&mut person.family, *way, *family);
            }
            Self::Family(way, value) => assign(&mut person.family, *way, *value),
            Self::Department(way, value) => assign(&mut person.department, *way, *value),
            Self::Manager(way, value) => assign(&mut person.manager, *way, *value),
            Self::Emails(Way::Replace, emails) => person.emails.clone_from(emails),
            Self::Emails(Way::Add, emails) => emails.iter().for_each(|email| add(&mut person.emails, email)),
            Self::RemoveTitle => person.title = None,
            Self::RemoveName => (person.given, person.family) = (None, None),
            Self::RemoveManager => person.manager = None,
            Self::RemoveEmails => person.emails.clear(),
            Self::RemoveListed(values) => person.emails.retain(|email| {
                !email.value.is_some_and(|value| values.iter().any(|listed| listed.eq_ignore_ascii_case(value)))
            }),
            Self::RemoveKind(kind) => person.emails.retain(|email| email.kind != Some(kind)),
            Self::RemoveDisplay(kind) => {
                person
                    .emails
                    .iter_mut()
                    .filter(|email| email.kind == Some(kind))
                    .for_each(|email| email.display = None);
            }
            Self::Value(Way::Add, _, None) => {}
            Self::Value(Way::Replace, kind, None) => person.emails.retain(|email| email.kind != Some(kind)),
            Self::Value(way, kind, value) => each(person, *way, kind, |email| email.value = *value)?,
            Self::Display(way, kind, value) => each(person, *way, kind, |email| email.display = Some(value))?,
            // What is made for one kind can't be of another.
            Self::Kind(Way::Add, kind, value)
                if kind != value && !person.emails.iter().any(|email| email.kind == Some(kind)) =>
            {
                return None;
            }
            Self::Kind(way, kind, value) => each(person, *way, kind, |email| email.kind = Some(value))?,
            Self::Primary(way, kind) => {
                each(person, *way, kind, |email| email.primary = true)?;
                let others = person.emails.iter_mut().filter(|email| email.kind != Some(kind));
                others.for_each(|email| email.primary = false);
            }
        }
        Some(())
    }
}

/// Adding nothing does nothing.
fn assign(field: &mut Option<&'static str>, way: Way, value: Option<&'static str>) {
    if way == Way::Replace || value.is_some() {
        *field = value;
    }
}

fn add(emails: &mut Vec<Email>, email: &Email) {
    if email.primary {
        for other in emails.iter_mut() {
            other.primary = false;
        }
    }
    match emails.iter_mut().find(|known| (known.value, known.kind) == (email.value, email.kind)) {
        None => emails.push(email.clone()),
        Some(known) => {
            known.display = email.display.or(known.display);
            known.primary = email.primary;
        }
    }
}

fn each(person: &mut Person, way: Way, kind: &'static str, change: impl Fn(&mut Email)) -> Option<()> {
    if !person.emails.iter().any(|email| email.kind == Some(kind)) {
        if way == Way::Replace {
            return None;
        }
        person.emails.push(Email { kind: Some(kind), ..Email::default() });
    }
    person.emails.iter_mut().filter(|email| email.kind == Some(kind)).for_each(change);
    Some(())
}

/// The person after all steps, if every one could be taken.
fn modeled(person: &Person, steps: &[Step]) -> Option<Person> {
    let mut person = person.clone();
    for step in steps {
        step.take(&mut person)?;
    }
    let listed = steps.iter().any(|step| step.operation().to_string().contains("emails"));
    if listed {
        person.emails.retain(|email| email.value.is_some() || email.display.is_some());
        person.emails = distinct(person.emails);
    }
    (person.emails.iter().filter(|email| email.primary).count() < 2).then_some(person)
}

fn resource(person: &Person) -> Object {
    let body = json!({
        "userName": "ann",
        "title": person.title,
        "name": {"givenName": person.given, "familyName": person.family},
        "emails": person.emails.iter().map(written).collect::<Vec<_>>(),
        ENTERPRISE: {"department": person.department, "manager": {"value": person.manager}},
    });
    accept(body, &USER, &Switches::default()).unwrap()
}

fn patch(stored: &Object, steps: &[Step]) -> Result<koppelvlak::scim::put::Changed, Refusal> {
    let operations: Vec<Value> = steps.iter().map(Step::operation).collect();
    Patch::read(object([("Operations", operations.into())]), &USER, &Switches::default())?.apply(stored)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patch_ends_as_its_steps_read(person in person(), steps in proptest::collection::vec(step(), 1..6)) {
        let stored = resource(&person);
        match (patch(&stored, &steps), modeled(&person, &steps)) {
            (Ok(changed), Some(person)) => {
                let expected = resource(&person);
                prop_assert!(same(&changed.resource, &expected, &USER), "{:?} became {:?}", steps, changed.resource);
                prop_assert_eq!(&changed.resource["schemas"], &expected["schemas"]);
                prop_assert_eq!(changed.changed, !same(&stored, &expected, &USER));
            }
            (Err(_), None) => {}
            (answer, expected) => prop_assert!(false, "{:?}: {:?}, but {:?}", steps, answer, expected),
        }
    }

    #[test]
    fn what_was_replaced_or_removed_stays_so_when_it_is_sent_again(person in person(), step in step()) {
        prop_assume!(!matches!(&step, Step::Kind(_, from, to) if from != to));
        if let Ok(once) = patch(&resource(&person), std::slice::from_ref(&step)) {
            let twice = patch(&once.resource, &[step]).unwrap();
            prop_assert!(!twice.changed, "{:?} became {:?}", once.resource, twice.resource);
        }
    }
}
