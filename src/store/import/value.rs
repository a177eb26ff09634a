//! A row of a set in the form of its table: one value for each field that has a column.

use sha2::{Digest as _, Sha256};

use crate::catalogue::{Category, Entity, Field, Kind, Presence};
use crate::store::{Bind, Row};

/// The org of a score scale: the CSV binding has it, the standard's objects don't.
const SCORE_SCALE_ORG: Field = Field {
    name: "org",
    category: Category::AssessmentItem,
    kind: Kind::Reference(Entity::Org),
    column: "org",
    csv: "orgSourcedId",
    is_required: false,
    in_v1p1: Presence::Absent,
};

/// The fields of an entity that have a column, in the order in which a row's values stand.
pub fn fields(entity: Entity) -> Vec<&'static Field> {
    let extra: &'static [Field] = if entity == Entity::ScoreScale { &[SCORE_SCALE_ORG] } else { &[] };
    entity.fields().iter().chain(extra).filter(|field| !field.column.is_empty()).collect()
}

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// None.
    #[default]
    Null,
    /// Text, or structured text.
    Text(String),
    /// The row id of another object.
    RowId(i64),
    /// A number.
    Real(f64),
    /// The set says nothing about this field: what is stored stays.
    Keep,
}

/// A row of a set, to be stored.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The row's number within the board.
    pub number: u32,
    /// The administration's identifier.
    pub sourced_id: String,
    /// The values of [`fields`], in their order.
    pub values: Vec<Value>,
}

/// Tells whether a row is the one that was stored.
pub type Digest = [u8; 16];

impl Incoming {
    /// The digest of the values as they are stored, never of what was dropped: a digest over a national
    /// number would allow to find it by trying them all.
    pub(super) fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        for value in &self.values {
            match value {
                Value::Null => hash.update([0]),
                Value::Text(text) => {
                    hash.update([1]);
                    hash.update(text.len().to_le_bytes());
                    hash.update(text.as_bytes());
                }
                Value::RowId(id) => {
                    hash.update([2]);
                    hash.update(id.to_le_bytes());
                }
                Value::Real(number) => {
                    hash.update([3]);
                    hash.update(number.to_le_bytes());
                }
                Value::Keep => hash.update([4]),
            }
        }
        let mut digest = Digest::default();
        digest.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        digest
    }
}

/// What the database calls a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Text, also structured.
    Text,
    /// Row ids.
    RowId,
    /// Real numbers.
    Real,
}

impl Type {
    /// The type of a field's column.
    pub(super) const fn of(field: &Field) -> Self {
        match field.kind {
            Kind::Reference(_) => Self::RowId,
            Kind::Number => Self::Real,
            Kind::Text
            | Kind::Boolean
            | Kind::Date
            | Kind::DateTime
            | Kind::TextList
            | Kind::ReferenceList(_)
            | Kind::Children(_)
            | Kind::Roles
            | Kind::MainRole
            | Kind::RoleOrgs
            | Kind::UserIds
            | Kind::UserProfiles
            | Kind::Resources
            | Kind::ScoreScaleLink
            | Kind::ScoreScaleValues
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults
            | Kind::Metadata
            | Kind::Unstored => Self::Text,
        }
    }
}

impl Value {
    /// Reads what is stored in a column of that type.
    pub(super) fn read(row: Row<'_>, column: usize, of: Type) -> Self {
        match of {
            Type::Text => row.text(column).map_or(Self::Null, |text| Self::Text(text.to_owned())),
            Type::RowId => row.int(column).map_or(Self::Null, Self::RowId),
            Type::Real => row.real(column).map_or(Self::Null, Self::Real),
        }
    }

    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::RowId(_) | Self::Real(_) | Self::Keep => None,
        }
    }

    pub(super) fn into_row_id(self) -> Option<i64> {
        match self {
            Self::RowId(id) => Some(id),
            Self::Null | Self::Text(_) | Self::Real(_) | Self::Keep => None,
        }
    }

    pub(super) fn into_real(self) -> Option<f64> {
        match self {
            Self::Real(number) => Some(number),
            Self::Null | Self::Text(_) | Self::RowId(_) | Self::Keep => None,
        }
    }

    pub(super) fn into_bind(self, of: Type) -> Bind {
        match of {
            Type::Text => Bind::Text(self.into_text()),
            Type::RowId => Bind::Int(self.into_row_id()),
            Type::Real => Bind::Real(self.into_real()),
        }
    }
}
