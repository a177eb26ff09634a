//! What a tombstone says in the members that the standard requires: that they are withheld. Of an object that left the
//! view nothing but its identifier is told, and clients that check answers by the schema must still take it.

use crate::catalogue::element::ScoreScaleValue;
use crate::catalogue::{Entity, Field, Kind};
use crate::consent::released::Record;
use crate::json::Json;
use crate::oneroster::objectives;
use crate::oneroster::represent::{Represented, list};

/// What stands for a text or an identifier.
const WITHHELD: &str = "withheld";
/// What stands for a word of an open vocabulary.
const WORD: &str = "ext:withheld";

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    /// Writes what stands for a required member; returns whether anything does.
    pub(in crate::oneroster) fn withheld(&self, json: &mut Json, field: &'static Field) -> bool {
        match field.kind {
            Kind::Text => json.text_member(field.name, self.withheld_text(field)),
            Kind::Date => json.text_member(field.name, "1970-01-01"),
            Kind::DateTime => json.text_member(field.name, "1970-01-01T00:00:00.000Z"),
            Kind::Reference(target) => {
                json.name(field.name);
                self.withheld_reference(json, target);
            }
            Kind::ReferenceList(target) => {
                return list(json, field.name, &[target], |json, target| self.withheld_reference(json, *target));
            }
            Kind::ScoreScaleValues => {
                let pair = ScoreScaleValue { left: WITHHELD.into(), right: WITHHELD.into() };
                return objectives::write_scale(json, field.name, &[pair]);
            }
            _ => return false,
        }
        true
    }

    fn withheld_text(&self, field: &'static Field) -> &'static str {
        match (self.released.entity(), field.name) {
            (Entity::Org | Entity::AcademicSession, "type")
            | (Entity::Enrollment, "role")
            | (Entity::Result | Entity::AssessmentResult, "scoreStatus") => self.word(field, WORD).unwrap_or(WORD),
            (_, "schoolYear") => "1970",
            _ => WITHHELD,
        }
    }

    /// A reference to something that is not told.
    pub(in crate::oneroster) fn withheld_reference(&self, json: &mut Json, target: Entity) {
        json.raw("{\"href\":\"");
        json.raw(self.frame.root);
        json.raw((self.frame.edition.collection)(target));
        json.raw(WITHHELD);
        json.raw("\"");
        json.text_member("sourcedId", WITHHELD);
        json.text_member("type", target.name());
        json.raw("}");
    }
}
