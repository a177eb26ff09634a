//! The members of a group apart from the rest of it: a group of five thousand is changed without reading them.

use serde_json::Value;

use super::change::{Change, New, Op, Patch};
use super::target::Target;
use crate::scim::filter::{Filter, Operand, Operator};
use crate::scim::path::Path;
use crate::scim::resource::Object;
use crate::scim::schema::GROUP;

/// Who is to be in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member's id.
    pub value: String,
    /// What kind of resource it is, if the client said.
    pub kind: Option<String>,
    /// What the client calls it.
    pub display: Option<String>,
}

/// One change of a group's members; they follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// These come in, if they aren't yet.
    Add(Vec<Member>),
    /// These go, if they are there.
    Remove(Vec<String>),
    /// All go.
    RemoveAll,
    /// These are all that there are.
    ReplaceAll(Vec<Member>),
}

/// A PATCH of a group, with its members apart where that is possible.
#[derive(Debug, Clone, PartialEq)]
pub enum Split {
    /// The members can be changed without knowing them.
    Apart {
        /// What it changes otherwise; to be applied to the group without its members.
        rest: Patch,
        /// What it changes of the members, in order.
        members: Vec<MemberChange>,
    },
    /// It must be applied to the group with its members.
    Whole(Patch),
}

impl Patch {
    /// Sets the changes of members apart.
    pub fn split(self) -> Split {
        if self.resource_type != &GROUP {
            return Split::Apart { rest: self, members: Vec::new() };
        }
        let mut members = Vec::new();
        for change in self.changes.iter().filter(|change| is_of_members(change)) {
            match member_change(change) {
                Some(change) => append(&mut members, change),
                None => return Split::Whole(self),
            }
        }
        let changes = self.changes.into_iter().filter(|change| !is_of_members(change)).collect();
        Split::Apart { rest: Patch { changes, ..self }, members }
    }
}

/// Takes the members out of an accepted group.
pub fn take_members(group: &mut Object) -> Vec<Member> {
    let members = group.remove("members");
    members.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(member).collect()
}

fn is_of_members(change: &Change) -> bool {
    let is_members = |path: &Path| path.schema.is_none() && path.attribute.name == "members";
    match &change.target {
        Target::Extension(_) => false,
        Target::Path(path) | Target::Values { path, .. } => is_members(path),
    }
}

fn member_change(change: &Change) -> Option<MemberChange> {
    match (&change.target, change.op, &change.new) {
        (Target::Path(path), op, new) if path.sub.is_none() => Some(match (op, new) {
            (Op::Add, New::List(given)) => MemberChange::Add(given.iter().filter_map(member).collect()),
            (Op::Replace, New::List(given)) if !given.is_empty() => {
                MemberChange::ReplaceAll(given.iter().filter_map(member).collect())
            }
            (Op::Remove, New::List(given)) => {
                MemberChange::Remove(given.iter().filter_map(member).map(|member| member.value).collect())
            }
            _ => MemberChange::RemoveAll,
        }),
        (Target::Values { filter, sub: None, .. }, Op::Remove, _) => Some(MemberChange::Remove(named(filter)?)),
        (Target::Values { filter, sub: None, .. }, Op::Replace, New::Nothing) => {
            Some(MemberChange::Remove(named(filter)?))
        }
        _ => None,
    }
}

fn member(element: &Value) -> Option<Member> {
    let text = |name| element.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Member { value: text("value")?, kind: text("type"), display: text("display") })
}

/// The members that a filter names one by one, if it does nothing else.
fn named(filter: &Filter) -> Option<Vec<String>> {
    match filter {
        Filter::Compare(comparison) if comparison.operator == Operator::Eq && comparison.path.is("members.value") => {
            match &comparison.operand {
                Operand::Text(text) => Some(vec![text.text.clone()]),
                Operand::Boolean(_) | Operand::Number(_) | Operand::Instant(..) => None,
            }
        }
        Filter::Or(parts) => {
            let named: Option<Vec<_>> = parts.iter().map(named).collect();
            named.map(|named| named.concat())
        }
        _ => None,
    }
}

/// Joins changes of one kind, as clients send one operation for each member.
fn append(changes: &mut Vec<MemberChange>, next: MemberChange) {
    match (changes.last_mut(), next) {
        (_, MemberChange::Add(none)) if none.is_empty() => {}
        (_, MemberChange::Remove(none)) if none.is_empty() => {}
        (Some(MemberChange::Add(last) | MemberChange::ReplaceAll(last)), MemberChange::Add(next)) => last.extend(next),
        (Some(MemberChange::Remove(last)), MemberChange::Remove(next)) => last.extend(next),
        (_, next @ (MemberChange::ReplaceAll(_) | MemberChange::RemoveAll)) => {
            // What came before makes no difference any more.
            changes.clear();
            changes.push(next);
        }
        (_, next) => changes.push(next),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::consent::switches::Switches;

    fn split(operations: Value) -> Split {
        let body = Value::from_iter([("Operations", operations)]);
        Patch::read(body, &GROUP, &Switches::default()).unwrap().split()
    }

    fn member(value: &str) -> Member {
        Member { value: value.to_owned(), kind: None, display: None }
    }

    #[test]
    fn members_are_set_apart_in_every_form() {
        let Split::Apart { rest, members } = split(json!([
            {"op": "Add", "path": "members", "value": [{"$ref": null, "value": "a"}, {"value": "b", "type": "User"}]},
            {"op": "add", "path": "Members", "value": "c"},
            {"op": "replace", "path": "displayName", "value": "New"},
            {"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "a"}]},
            {"op": "remove", "path": "members[value eq \"b\" or value eq \"c\"]"},
            {"op": "add", "value": {"members": ["d"], "externalId": "x"}},
        ])) else {
            panic!()
        };

        let b = Member { kind: Some("User".to_owned()), ..member("b") };
        assert_eq!(
            members,
            [
                MemberChange::Add(vec![member("a"), b, member("c")]),
                MemberChange::Remove(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]),
                MemberChange::Add(vec![member("d")]),
            ]
        );
        let changed = rest.apply(json!({"displayName": "Old"}).as_object().unwrap()).unwrap();
        assert_eq!(Value::from(changed.resource)["displayName"], "New");
    }

    #[test]
    fn what_empties_or_replaces_makes_earlier_changes_void() {
        for (value, expected) in [
            (json!([{"value": "z"}]), MemberChange::ReplaceAll(vec![member("z")])),
            (json!(null), MemberChange::RemoveAll),
            (json!([]), MemberChange::RemoveAll),
        ] {
            let Split::Apart { members, .. } = split(json!([
                {"op": "add", "path": "members", "value": ["a"]},
                {"op": "Replace", "path": "members", "value": value},
            ])) else {
                panic!()
            };
            assert_eq!(members, [expected]);
        }
        let Split::Apart { members, .. } = split(json!([{"op": "remove", "path": "members"}])) else { panic!() };
        assert_eq!(members, [MemberChange::RemoveAll]);
    }

    #[test]
    fn removing_an_empty_list_removes_nobody() {
        for value in [json!([]), json!([{"$ref": null}]), json!([null])] {
            let Split::Apart { members, .. } = split(json!([{"op": "remove", "path": "members", "value": value}]))
            else {
                panic!()
            };
            assert_eq!(members, []);
        }
    }

    #[test]
    fn a_filter_on_anything_but_ids_needs_the_members() {
        for path in ["members[type eq \"User\"]", "members[value sw \"a\"]", "members[value eq \"a\"].display"] {
            assert!(matches!(split(json!([{"op": "remove", "path": path}])), Split::Whole(_)), "{path}");
        }
    }
}
