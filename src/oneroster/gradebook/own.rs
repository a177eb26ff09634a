//! What a vendor wrote itself, in the shape of the standard, and where lists hold it.

use roaring::RoaringBitmap;
use serde_json::Value;

use crate::audit::told::People;
use crate::auth::bearer::Caller;
use crate::catalogue::{Category, Entity, Field, Kind, Presence, Version, word};
use crate::consent::Release;
use crate::consent::connection::RequiredFields;
use crate::consent::release::bit;
use crate::consent::written::Own;
use crate::http::{App, Refusal};
use crate::json::{Json, write_segment};
use crate::oneroster::edition::{Edition, Warning};
use crate::oneroster::operation::{Nested, Subset};
use crate::oneroster::tombstone::withheld;
use crate::store::Conn;
use crate::store::written::{self, Named, Of, Which};

/// Writes an object of the vendor's own, cut to the members that were asked for.
pub fn write(json: &mut Json, own: &Own<'_>, (edition, root): (&'static Edition, &str), asked: Option<&[String]>) {
    let written = own.written();
    let wants = |name: &str| asked.is_none_or(|members| members.iter().any(|member| member == name));
    json.raw("{");
    if wants("sourcedId") {
        json.text_member("sourcedId", &written.identifier);
    }
    if wants("status") {
        json.text_member("status", own.status());
    }
    if wants("dateLastModified") {
        json.name("dateLastModified");
        json.plain(&crate::clock::Millis(written.modified_at).to_rfc3339());
    }
    for field in written.entity.fields_in(edition.version).filter(|field| wants(field.name)) {
        let stand_in = || written.entity.stand_in(edition.version, field.name);
        let value = written.body.get(field.name);
        let Some(value) = value.or_else(|| written.body.get(stand_in()?.name)) else {
            if is_owed(own, field, edition.version) {
                withheld(json, (edition, root), written.entity, field);
            }
            continue;
        };
        json.name(field.name);
        let target = match field.kind {
            Kind::Reference(target) => Some(target),
            Kind::ScoreScaleLink => Some(Entity::ScoreScale),
            _ => None,
        };
        match (target, value.get("sourcedId").and_then(Value::as_str)) {
            (Some(target), Some(identifier)) => {
                json.raw("{\"href\":\"");
                json.raw(root);
                json.raw((edition.collection)(target));
                write_segment(json, identifier);
                json.raw("\"");
                json.text_member("sourcedId", identifier);
                json.text_member("type", target.name());
                json.raw("}");
            }
            _ => match (field.kind, value) {
                // A word of the vendor's own has none in 1.1.
                (Kind::Text, Value::String(text)) => {
                    let word = word::in_version(edition.version, written.entity, field.name, text);
                    json.text(word.unwrap_or_default());
                }
                _ => json.raw(&value.to_string()),
            },
        }
    }
    json.raw("}");
}

/// Whether something must stand for a member that the object doesn't have: strict clients of 1.2 take no object without
/// it. What stays is as its vendor wrote it in 1.1.
fn is_owed(own: &Own<'_>, field: &Field, version: Version) -> bool {
    field.presence(version) == Presence::Required
        && own.written().entity.stand_in(version, field.name).is_none()
        && own.release().required_fields() == RequiredFields::Placeholder
        && (own.written().is_deleted || version == Version::V1p2)
}

/// The body of an answer with one object of the vendor's own.
pub fn body(
    (app, caller): (&App, &Caller),
    (edition, wrapper): (&'static Edition, &str),
    own: &Own<'_>,
    members: Option<&[String]>,
    warnings: &[Warning],
) -> Vec<u8> {
    let root = format!("{}/{}/ims/oneroster", app.public_url, caller.tenant);
    let mut json = Json::with_capacity(1024);
    json.raw("{\"");
    json.raw(wrapper);
    json.raw("\":");
    write(&mut json, own, (edition, &root), members);
    (edition.warn)(&mut json, warnings);
    json.raw("}");
    json.into_bytes()
}

/// Adds whom an object of the vendor's own is about.
pub fn note(people: &mut People, own: &Own<'_>) {
    let Some(student) = own.student() else { return };
    let number = own.release().snapshot().people.ids.number(student);
    let categories = bit(own.written().entity.base_category()) | bit(Category::Identity);
    match people.iter_mut().find(|(known, _)| *known == categories) {
        Some((_, set)) => _ = set.insert(number),
        None => people.push((categories, RoaringBitmap::from_iter([number]))),
    }
}

/// Which own objects a list holds, and whether it holds any of the school's.
pub struct Held {
    /// The own ones.
    pub which: Which,
    /// Whether the address leads to objects of the school too: not below a line item of the vendor's own.
    pub has_schools: bool,
}

/// Which own objects the list of an address holds; 404 if the address leads through something that isn't there.
pub fn held(
    conn: &mut Conn,
    release: &Release,
    of: Of<'_>,
    subset: Subset,
    identifiers: &[String],
) -> Result<Held, Refusal> {
    let mut held = Held { which: Which::default(), has_schools: true };
    let Subset::Nested(nested) = subset else { return Ok(held) };
    let first = identifiers.first().map_or("", String::as_str);
    if nested == Nested::ScoreScalesOfSchool {
        let school = release.find_live(Entity::Org, first).ok_or_else(Refusal::unknown)?;
        let only = RoaringBitmap::from_iter([school]);
        let classes = release.snapshot().classes.of_schools(&only) & release.live(Entity::Class);
        held.which.classes = Some(classes.iter().map(|class| release.identifier(Entity::Class, class)).collect());
        return Ok(held);
    }
    let class = release.find_live(Entity::Class, first).ok_or_else(Refusal::unknown)?;
    // A category has no class: each may be used in every class.
    if nested != Nested::CategoriesOfClass {
        held.which.classes = Some(vec![release.identifier(Entity::Class, class)]);
    }
    let second = identifiers.get(1).map(String::as_str);
    match (nested, second) {
        (Nested::ResultsOfLineItemInClass, Some(item)) => {
            match written::named(conn, of, Entity::LineItem, item)? {
                Named::Own(own) if own.links.class == Some(release.identifier(Entity::Class, class)) => {
                    // The school's results of a line item with that name are told to be of this one.
                    let of_school = release.find_live(Entity::LineItem, item);
                    let items = &release.snapshot().gradebook.line_items;
                    held.has_schools = of_school.is_some_and(|item| items.class_of(item) == Some(class));
                }
                Named::Own(_) | Named::Gone => return Err(Refusal::unknown()),
                Named::Unused => {}
            }
            held.which.item = Some(item.to_owned());
        }
        (Nested::ResultsOfStudentInClass, Some(student)) => held.which.student = Some(student.to_owned()),
        _ => {}
    }
    Ok(held)
}
