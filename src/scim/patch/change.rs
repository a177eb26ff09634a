//! What a PATCH changes, with every name resolved and every value of its attribute's kind.

use serde_json::Value;

use super::target::Target;
use crate::consent::switches::{SecondPrimary, Switches};
use crate::scim::schema::{Attribute, ResourceType};
use crate::scim::value::Parts;

/// A PATCH that has been understood. What is wrong with it whatever the resource is has been refused already.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    pub(super) resource_type: &'static ResourceType,
    pub(super) changes: Vec<Change>,
    pub(super) rules: Rules,
}

/// The connection's switches that matter while changes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    pub create_on_replace: bool,
    pub second_primary: SecondPrimary,
}

impl Rules {
    pub fn of(switches: &Switches) -> Self {
        Self { create_on_replace: switches.create_on_replace_nomatch, second_primary: switches.second_primary }
    }
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Replace,
    Remove,
}

impl Op {
    /// Reads it in any case: Entra writes `Add`.
    pub fn parse(word: &str) -> Option<Self> {
        let named = |name: &str| word.eq_ignore_ascii_case(name);
        match () {
            () if named("add") => Some(Self::Add),
            () if named("replace") => Some(Self::Replace),
            () if named("remove") => Some(Self::Remove),
            () => None,
        }
    }
}

/// One change of one target.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub op: Op,
    pub target: Target,
    pub new: New,
}

/// What the target gets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum New {
    /// No value.
    Nothing,
    /// A simple one.
    Value(Value),
    /// Parts of a complex one.
    Parts(Parts),
    /// Elements of a list.
    List(Vec<Value>),
}

impl New {
    /// What it gives to a complex value, of which it may be one part alone.
    pub fn into_parts(self, sub: Option<&'static Attribute>) -> Parts {
        match (self, sub) {
            (Self::Parts(parts), _) => parts,
            (Self::Value(value), Some(sub)) => {
                Parts { set: [(sub.name.to_owned(), value)].into_iter().collect(), cleared: Vec::new() }
            }
            (_, Some(sub)) => Parts { cleared: vec![sub], ..Parts::default() },
            (_, None) => Parts::default(),
        }
    }
}
