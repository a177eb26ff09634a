//! One attribute and its characteristics (RFC 7643 §2.2, §7).
//!
//! The tables are written with the `const` functions here, which start from the standard's defaults, so that a row
//! says only what is particular to it.

/// What kind of value an attribute has (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Decimal,
    /// A number without a fraction.
    Integer,
    /// A date with a time, compared as an instant.
    DateTime,
    /// Bytes in base64.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

impl Kind {
    /// Its name in a Schema resource.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

/// Who may write an attribute, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// The client.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, who never reads it back.
    WriteOnly,
}

impl Mutability {
    /// Its name in a Schema resource.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// In every one.
    Always,
    /// In none.
    Never,
    /// Unless the client says otherwise.
    Default,
    /// Only when the client asks for it.
    Request,
}

impl Returned {
    /// Its name in a Schema resource.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

/// `PostgreSQL` takes 2,700 bytes into an index, other columns among them.
const LONGEST_KEY: usize = 1000;

/// Among which resources a value may occur only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// It may occur often.
    None,
    /// Among those of one board.
    Server,
    /// Everywhere.
    Global,
}

impl Uniqueness {
    /// Its name in a Schema resource.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
            Self::Global => "global",
        }
    }
}

/// An attribute, or a sub-attribute of a complex one. It lives in a static table, and is equal only to itself.
#[derive(Debug)]
pub struct Attribute {
    /// Its name, as it is written in answers.
    pub name: &'static str,
    /// What it holds, for who reads `/Schemas`.
    pub description: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// Whether it is a list.
    pub multi_valued: bool,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether letter case matters in filters, sorts and uniqueness.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Where its values are unique.
    pub uniqueness: Uniqueness,
    /// How many bytes a text has at most, if an index leads to it.
    pub longest: Option<usize>,
    /// Values that are suggested, never enforced.
    pub canonical_values: &'static [&'static str],
    /// What a reference may lead to.
    pub reference_types: &'static [&'static str],
    /// The parts of a complex attribute.
    pub sub_attributes: &'static [Attribute],
}

/// Identity: two rows of the tables are never the same attribute.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Attribute {}

impl Attribute {
    /// The sub-attribute of this name, in any case.
    pub fn sub(&self, name: &str) -> Option<&'static Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// The sub-attribute `value`, which stands for the whole where one value is wanted.
    pub fn value(&self) -> Option<&'static Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name == "value")
    }

    /// Whether the client may not write it.
    pub fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }

    /// Whether it is a list whose elements are replaced whole, as the members of a group.
    pub fn has_fixed_elements(&self) -> bool {
        self.multi_valued
            && !self.sub_attributes.is_empty()
            && self.sub_attributes.iter().all(|sub| sub.mutability == Mutability::Immutable)
    }

    const fn of(kind: Kind, name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            multi_valued: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            longest: None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
        }
    }

    pub(crate) const fn string(name: &'static str, description: &'static str) -> Self {
        Self::of(Kind::String, name, description)
    }

    pub(crate) const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::of(Kind::Boolean, name, description)
    }

    pub(crate) const fn integer(name: &'static str, description: &'static str) -> Self {
        Self::of(Kind::Integer, name, description)
    }

    pub(crate) const fn date_time(name: &'static str, description: &'static str) -> Self {
        Self::of(Kind::DateTime, name, description)
    }

    pub(crate) const fn binary(name: &'static str, description: &'static str) -> Self {
        Self { case_exact: true, ..Self::of(Kind::Binary, name, description) }
    }

    /// A reference is always case exact (RFC 7643 §2.3.7).
    pub(crate) const fn reference(name: &'static str, to: &'static [&'static str], description: &'static str) -> Self {
        Self { case_exact: true, reference_types: to, ..Self::of(Kind::Reference, name, description) }
    }

    pub(crate) const fn complex(name: &'static str, parts: &'static [Attribute], description: &'static str) -> Self {
        Self { sub_attributes: parts, ..Self::of(Kind::Complex, name, description) }
    }

    pub(crate) const fn many(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    pub(crate) const fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }

    pub(crate) const fn immutable(self) -> Self {
        Self { mutability: Mutability::Immutable, ..self }
    }

    pub(crate) const fn secret(self) -> Self {
        Self { mutability: Mutability::WriteOnly, returned: Returned::Never, ..self }
    }

    pub(crate) const fn always(self) -> Self {
        Self { returned: Returned::Always, ..self }
    }

    pub(crate) const fn unique(self) -> Self {
        Self { uniqueness: Uniqueness::Server, ..self }
    }

    pub(crate) const fn key(self) -> Self {
        Self { longest: Some(LONGEST_KEY), ..self }
    }

    pub(crate) const fn suggesting(self, values: &'static [&'static str]) -> Self {
        Self { canonical_values: values, ..self }
    }
}
