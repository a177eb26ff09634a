//! A filter written in any spelling answers as a naive reading of RFC 7644 §3.4.2.2 does.

use chrono::DateTime;
use koppelvlak::scim::filter::{Filter, Scope};
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::USER;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::people::{ENTERPRISE, INSTANTS, TEXTS, TYPES, user};

/// A question, as a person would put it.
#[derive(Debug, Clone)]
enum Ask {
    All(Vec<Ask>),
    Any(Vec<Ask>),
    Not(Box<Ask>),
    Leaf(Leaf),
    /// One element of the list satisfies this.
    Element(&'static str, Box<Ask>),
    /// The same with the last condition behind the brackets.
    ElementAndPart(&'static str, Box<Ask>, Leaf),
}

#[derive(Debug, Clone)]
struct Leaf {
    /// As it is written.
    name: String,
    /// Where the values are: steps into objects.
    steps: Vec<&'static str>,
    kind: Kind,
    asked: Asked,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Folded,
    Exact,
    Boolean,
    Time,
}

#[derive(Debug, Clone)]
enum Asked {
    Present,
    Absent,
    NotAbsent,
    Compared(&'static str, Value),
}

type Known = (&'static str, &'static [&'static str], Kind);

const OF_A_USER: &[Known] = &[
    ("userName", &["userName"], Kind::Folded),
    ("urn:ietf:params:scim:schemas:core:2.0:User:userName", &["userName"], Kind::Folded),
    ("externalId", &["externalId"], Kind::Exact),
    ("id", &["id"], Kind::Exact),
    ("title", &["title"], Kind::Folded),
    ("name.familyName", &["name", "familyName"], Kind::Folded),
    ("active", &["active"], Kind::Boolean),
    ("emails", &["emails", "value"], Kind::Folded),
    ("emails.value", &["emails", "value"], Kind::Folded),
    ("emails.type", &["emails", "type"], Kind::Folded),
    ("emails.primary", &["emails", "primary"], Kind::Boolean),
    ("addresses.country", &["addresses", "country"], Kind::Folded),
    ("meta.created", &["meta", "created"], Kind::Time),
    ("meta.resourceType", &["meta", "resourceType"], Kind::Exact),
    ("department", &[ENTERPRISE, "department"], Kind::Folded),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        &[ENTERPRISE, "manager", "value"],
        Kind::Folded,
    ),
    ("groups.value", &["groups", "value"], Kind::Folded),
];

const OF_AN_EMAIL: &[Known] =
    &[("value", &["value"], Kind::Folded), ("type", &["type"], Kind::Folded), ("primary", &["primary"], Kind::Boolean)];

const OF_AN_ADDRESS: &[Known] = &[("country", &["country"], Kind::Folded), ("region", &["region"], Kind::Folded)];

fn leaf(known: &'static [Known]) -> impl Strategy<Value = Leaf> {
    select(known).prop_flat_map(|(name, steps, kind)| {
        asked(kind).prop_map(move |asked| Leaf { name: name.to_owned(), steps: steps.to_vec(), kind, asked })
    })
}

fn asked(kind: Kind) -> impl Strategy<Value = Asked> {
    let text = || prop_oneof![select(TEXTS.as_slice()), select(TYPES.as_slice()), Just("id-1"), Just("")];
    let order = ["eq", "ne", "gt", "ge", "lt", "le"].as_slice();
    let compared = match kind {
        Kind::Folded | Kind::Exact => {
            let operators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"].as_slice();
            (select(operators), text().prop_map(Value::from)).boxed()
        }
        Kind::Boolean => (select(["eq", "ne"].as_slice()), any::<bool>().prop_map(Value::from)).boxed(),
        Kind::Time => (select(order), select(INSTANTS.as_slice()).prop_map(Value::from)).boxed(),
    };
    prop_oneof![
        1 => Just(Asked::Present),
        1 => Just(Asked::Absent),
        1 => Just(Asked::NotAbsent),
        6 => compared.prop_map(|(operator, value)| Asked::Compared(operator, value)),
    ]
}

fn joined(leaf: BoxedStrategy<Ask>) -> BoxedStrategy<Ask> {
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Ask::All),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Ask::Any),
            inner.prop_map(|inner| Ask::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn element(list: &'static str, known: &'static [Known]) -> impl Strategy<Value = Ask> {
    let inner = || joined(leaf(known).prop_map(Ask::Leaf).boxed()).prop_map(Box::new);
    prop_oneof![
        inner().prop_map(move |inner| Ask::Element(list, inner)),
        (inner(), leaf(known)).prop_map(move |(inner, leaf)| Ask::ElementAndPart(list, inner, leaf)),
    ]
}

fn ask() -> impl Strategy<Value = Ask> {
    joined(
        prop_oneof![
            4 => leaf(OF_A_USER).prop_map(Ask::Leaf),
            1 => element("emails", OF_AN_EMAIL),
            1 => element("addresses", OF_AN_ADDRESS),
        ]
        .boxed(),
    )
}

/// A way of writing: which letters are large, where spaces and needless parentheses are.
struct Pen(u64);

impl Pen {
    fn chance(&mut self) -> bool {
        // An xorshift generator: repeatable, and good enough for spelling.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.is_multiple_of(4)
    }

    fn spelled(&mut self, word: &str) -> String {
        word.chars().map(|c| if self.chance() { c.to_ascii_uppercase() } else { c }).collect()
    }

    fn space(&mut self) -> &'static str {
        if self.chance() { "  " } else { " " }
    }

    fn write(&mut self, ask: &Ask) -> String {
        let text = match ask {
            Ask::All(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.within(part, matches!(part, Ask::Any(_)))).collect();
                parts.join(&format!("{}{} ", self.space(), self.spelled("and")))
            }
            Ask::Any(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.within(part, false)).collect();
                parts.join(&format!(" {}{}", self.spelled("or"), self.space()))
            }
            Ask::Not(part) => {
                format!("{}{}({})", self.spelled("not"), if self.chance() { " " } else { "" }, self.write(part))
            }
            Ask::Leaf(leaf) => self.leaf(leaf),
            Ask::Element(list, part) => format!("{}[{}]", self.spelled(list), self.write(part)),
            Ask::ElementAndPart(list, part, leaf) => {
                format!("{}[{}].{}", self.spelled(list), self.write(part), self.leaf(leaf))
            }
        };
        if self.chance() && !matches!(ask, Ask::All(_) | Ask::Any(_)) { format!("( {text})") } else { text }
    }

    fn within(&mut self, ask: &Ask, grouped: bool) -> String {
        let text = self.write(ask);
        if grouped { format!("({text})") } else { text }
    }

    fn leaf(&mut self, leaf: &Leaf) -> String {
        let name = self.spelled(&leaf.name);
        match &leaf.asked {
            Asked::Present => format!("{name}{}{}", self.space(), self.spelled("pr")),
            Asked::Absent => format!("{name} {} {}", self.spelled("eq"), self.spelled("null")),
            Asked::NotAbsent => format!("{name} {} null", self.spelled("ne")),
            Asked::Compared(operator, value) => {
                let space = if value.is_string() && self.chance() { "" } else { " " };
                format!("{name}{}{}{space}{value}", self.space(), self.spelled(operator))
            }
        }
    }
}

/// All values at the end of the steps; lists on the way are walked through.
fn values(at: &Value, steps: &[&str]) -> Vec<Value> {
    match (at, steps) {
        (Value::Array(elements), _) => elements.iter().flat_map(|element| values(element, steps)).collect(),
        (_, []) => vec![at.clone()],
        (_, [step, rest @ ..]) => at.get(*step).map_or_else(Vec::new, |next| values(next, rest)),
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

fn compares(value: &Value, operator: &str, operand: &Value, kind: Kind) -> bool {
    let ordering = match kind {
        Kind::Boolean => return (value == operand) == (operator == "eq"),
        Kind::Time => {
            let instant = |value: &Value| DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
            instant(value).cmp(&instant(operand))
        }
        Kind::Folded | Kind::Exact => {
            let text = |value: &Value| match kind {
                Kind::Folded => folded(value.as_str().unwrap()),
                _ => value.as_str().unwrap().to_owned(),
            };
            let (value, operand) = (text(value), text(operand));
            match operator {
                "co" => return value.contains(&operand),
                "sw" => return value.starts_with(&operand),
                "ew" => return value.ends_with(&operand),
                _ => value.cmp(&operand),
            }
        }
    };
    match operator {
        "eq" => ordering.is_eq(),
        "ne" => ordering.is_ne(),
        "gt" => ordering.is_gt(),
        "ge" => ordering.is_ge(),
        "lt" => ordering.is_lt(),
        _ => ordering.is_le(),
    }
}

fn leaf_holds(leaf: &Leaf, at: &Value) -> bool {
    let values = values(at, &leaf.steps);
    match &leaf.asked {
        Asked::Present | Asked::NotAbsent => !values.is_empty(),
        Asked::Absent => values.is_empty(),
        Asked::Compared("ne", _) if values.is_empty() => true,
        Asked::Compared(operator, operand) => values.iter().any(|value| compares(value, operator, operand, leaf.kind)),
    }
}

fn holds(ask: &Ask, at: &Value) -> bool {
    let elements = |list: &str| at.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    match ask {
        Ask::All(parts) => parts.iter().all(|part| holds(part, at)),
        Ask::Any(parts) => parts.iter().any(|part| holds(part, at)),
        Ask::Not(part) => !holds(part, at),
        Ask::Leaf(leaf) => leaf_holds(leaf, at),
        Ask::Element(list, part) => elements(list).iter().any(|element| holds(part, element)),
        Ask::ElementAndPart(list, part, leaf) => {
            elements(list).iter().any(|element| holds(part, element) && leaf_holds(leaf, element))
        }
    }
}

fn present(emails_pr: &Leaf) -> bool {
    emails_pr.name.ends_with("emails") || emails_pr.name.ends_with("manager")
}

/// `emails pr` asks for any part, not for `value` alone.
fn with_whole_attributes(ask: Ask) -> Ask {
    let each = |parts: Vec<Ask>| parts.into_iter().map(with_whole_attributes).collect();
    match ask {
        Ask::All(parts) => Ask::All(each(parts)),
        Ask::Any(parts) => Ask::Any(each(parts)),
        Ask::Not(part) => Ask::Not(Box::new(with_whole_attributes(*part))),
        Ask::Leaf(mut leaf) if present(&leaf) && !matches!(leaf.asked, Asked::Compared(..)) => {
            leaf.steps.pop();
            Ask::Leaf(leaf)
        }
        other => other,
    }
}

fn read(text: &str) -> Filter {
    Filter::parse(text, Scope::of(&USER)).unwrap_or_else(|refusal| panic!("{text}: {refusal}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_answers_as_it_reads(
        ask in ask().prop_map(with_whole_attributes),
        people in proptest::collection::vec(user(), 1..6),
        pen in 1..u64::MAX,
    ) {
        let text = Pen(pen).write(&ask);
        let filter = read(&text);
        for person in people {
            let whole = Value::Object(person.clone());
            prop_assert_eq!(filter.holds(&person), holds(&ask, &whole), "{} on {}", text, whole);
        }
    }

    #[test]
    fn the_canonical_form_reads_back(ask in ask(), pen in 1..u64::MAX) {
        let filter = read(&Pen(pen).write(&ask));
        prop_assert_eq!(read(&filter.to_string()), filter);
    }

    #[test]
    fn an_attribute_without_a_value_is_only_unequal(leaf in leaf(OF_A_USER)) {
        let nobody = Object::new();
        let is_true = matches!(leaf.asked, Asked::Absent | Asked::Compared("ne", _));
        prop_assert_eq!(read(&Pen(1).leaf(&leaf)).holds(&nobody), is_true);
    }
}
