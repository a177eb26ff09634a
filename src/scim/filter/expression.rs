//! A filter whose names are attributes and whose values fit them, open to whoever can answer a part of it sooner.

use std::fmt;

use serde_json::Number;

use crate::scim::fold::fold;
use crate::scim::instant::Instant;
use crate::scim::path::Path;

/// Which resources are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them hold. Never empty, and none is an `And` itself.
    And(Vec<Filter>),
    /// Any of them holds. Never empty, and none is an `Or` itself.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// Some value compares so; for `ne` also none at all.
    Compare(Comparison),
    /// There is a value.
    Present(Path),
    /// One and the same element satisfies all of it. The paths in the filter are whole ones (`emails.type`), and
    /// `emails[type eq "work"].value eq "x"` is `emails[type eq "work" and value eq "x"]`.
    Values {
        /// The list.
        path: Path,
        /// What one element must satisfy.
        filter: Box<Filter>,
    },
    /// What is asked of an attribute that this kind of resource doesn't have.
    Constant(bool),
}

/// One comparison. `eq null` is none: it is the absence of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is compared; never a complex attribute.
    pub path: Path,
    /// How.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
}

/// How values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A value of the attribute's own kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// For strings, references and binaries.
    Text(Text),
    /// For booleans.
    Boolean(bool),
    /// For integers and decimals.
    Number(Number),
    /// For dateTimes, with what the client wrote.
    Instant(Instant, String),
}

/// A text, folded once where letter case doesn't matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As the client wrote it.
    pub text: String,
    /// Without letter case; none if that matters.
    pub folded: Option<String>,
}

impl Text {
    /// A text for an attribute that is case exact, or isn't.
    pub fn new(text: String, case_exact: bool) -> Self {
        let folded = (!case_exact).then(|| fold(&text).into_owned());
        Self { text, folded }
    }
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// Its two letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// Reads its two letters, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name().eq_ignore_ascii_case(word))
    }

    /// Whether it looks into a text.
    pub const fn is_textual(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }

    /// Whether it asks which comes first.
    pub const fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }
}

impl Filter {
    /// All of these.
    pub fn all(parts: impl IntoIterator<Item = Filter>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(parts) => parts,
            other => vec![other],
        });
        Self::only_or(flat.collect(), Self::And)
    }

    /// Any of these.
    pub fn any(parts: impl IntoIterator<Item = Filter>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(parts) => parts,
            other => vec![other],
        });
        Self::only_or(flat.collect(), Self::Or)
    }

    fn only_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Self) -> Self {
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                parts.push(last);
                join(parts)
            }
            (None, _) => join(parts),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Shows every path in it, in the order of the text; that of a list comes before those of its elements.
    pub fn each_path(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_path(visit)),
            Self::Not(part) => part.each_path(visit),
            Self::Compare(comparison) => visit(&comparison.path),
            Self::Present(path) => visit(path),
            Self::Values { path, filter } => {
                visit(path);
                filter.each_path(visit);
            }
            Self::Constant(_) => {}
        }
    }
}

/// The canonical form, which reads back as the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Inside::Resource)
    }
}

/// Where a filter is written: in brackets, names are those of sub-attributes.
#[derive(Clone, Copy)]
enum Inside {
    Resource,
    Brackets,
}

impl Filter {
    fn write(&self, f: &mut fmt::Formatter<'_>, inside: Inside) -> fmt::Result {
        match self {
            Self::And(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { " and " })?;
                    match part {
                        Self::Or(_) => part.write_grouped(f, inside)?,
                        _ => part.write(f, inside)?,
                    }
                }
                Ok(())
            }
            Self::Or(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { " or " })?;
                    part.write(f, inside)?;
                }
                Ok(())
            }
            Self::Not(part) => {
                f.write_str("not ")?;
                part.write_grouped(f, inside)
            }
            Self::Compare(Comparison { path, operator, operand }) => {
                write_name(path, f, inside)?;
                write!(f, " {} {operand}", operator.name())
            }
            Self::Present(path) => {
                write_name(path, f, inside)?;
                f.write_str(" pr")
            }
            Self::Values { path, filter } => {
                write!(f, "{path}[")?;
                filter.write(f, Inside::Brackets)?;
                f.write_str("]")
            }
            // Every resource has an id.
            Self::Constant(true) => f.write_str("id pr"),
            Self::Constant(false) => f.write_str("not (id pr)"),
        }
    }

    fn write_grouped(&self, f: &mut fmt::Formatter<'_>, inside: Inside) -> fmt::Result {
        f.write_str("(")?;
        self.write(f, inside)?;
        f.write_str(")")
    }
}

fn write_name(path: &Path, f: &mut fmt::Formatter<'_>, inside: Inside) -> fmt::Result {
    match inside {
        Inside::Resource => write!(f, "{path}"),
        Inside::Brackets => f.write_str(path.sub.map_or("value", |sub| sub.name)),
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(Text { text, .. }) | Self::Instant(_, text) => {
                f.write_str(&serde_json::Value::from(text.as_str()).to_string())
            }
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}
