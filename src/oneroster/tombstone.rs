//! What stands in a member that the standard requires and that an object doesn't have: that it is withheld. Of an
//! object that left the view nothing but its identifier is told, and of what a vendor wrote over 1.1 there is no more
//! than 1.1 asks for; clients that check answers by the schema must still take them.

use crate::catalogue::element::ScoreScaleValue;
use crate::catalogue::{Entity, Field, Kind, word};
use crate::consent::released::Record;
use crate::json::Json;
use crate::oneroster::edition::Edition;
use crate::oneroster::objectives;
use crate::oneroster::represent::{Represented, list};

/// What stands for a text or an identifier.
const WITHHELD: &str = "withheld";
/// What stands for a word of an open vocabulary.
const WORD: &str = "ext:withheld";

/// A version, and the address of OneRoster at a board.
type Place<'a> = (&'static Edition, &'a str);

/// Writes what stands for a required member; returns whether anything does.
pub(in crate::oneroster) fn withheld(json: &mut Json, place: Place<'_>, entity: Entity, field: &'static Field) -> bool {
    match field.kind {
        Kind::Text => json.text_member(field.name, text(place.0, entity, field)),
        Kind::Date => json.text_member(field.name, "1970-01-01"),
        Kind::DateTime => json.text_member(field.name, "1970-01-01T00:00:00.000Z"),
        Kind::Reference(target) => {
            json.name(field.name);
            reference(json, place, target);
        }
        Kind::ReferenceList(target) => {
            return list(json, field.name, &[target], |json, target| reference(json, place, *target));
        }
        Kind::ScoreScaleValues => {
            let pair = ScoreScaleValue { left: WITHHELD.into(), right: WITHHELD.into() };
            return objectives::write_scale(json, field.name, &[pair]);
        }
        _ => return false,
    }
    true
}

fn text(edition: &Edition, entity: Entity, field: &'static Field) -> &'static str {
    match (entity, field.name) {
        (Entity::Org | Entity::AcademicSession, "type")
        | (Entity::Enrollment, "role")
        | (Entity::Result | Entity::AssessmentResult, "scoreStatus") => {
            word::in_version(edition.version, entity, field.name, WORD).unwrap_or(WORD)
        }
        (_, "schoolYear") => "1970",
        _ => WITHHELD,
    }
}

/// A reference to something that is not told.
fn reference(json: &mut Json, (edition, root): Place<'_>, target: Entity) {
    json.raw("{\"href\":\"");
    json.raw(root);
    json.raw((edition.collection)(target));
    json.raw(WITHHELD);
    json.raw("\"");
    json.text_member("sourcedId", WITHHELD);
    json.text_member("type", target.name());
    json.raw("}");
}

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    /// Writes what stands for a required member; returns whether anything does.
    pub(in crate::oneroster) fn withheld(&self, json: &mut Json, field: &'static Field) -> bool {
        withheld(json, (self.frame.edition, self.frame.root), self.released.entity(), field)
    }

    /// A reference to something that is not told.
    pub(in crate::oneroster) fn withheld_reference(&self, json: &mut Json, target: Entity) {
        reference(json, (self.frame.edition, self.frame.root), target);
    }
}
