//! The UUIDs of EGIL's resources: the vendor's identifier where that is one, else one made of the vendor's pairwise
//! number.

use uuid::Uuid;

use crate::catalogue::Entity;
use crate::consent::Identifiers;
use crate::scim::push::profile::Scene;

/// The UUID of an object.
pub fn of_object(scene: Scene<'_>, entity: Entity, position: u32) -> String {
    let release = scene.release();
    let sourced_id = release.snapshot().ids(entity).sourced_id(position);
    if release.identifiers() == Identifiers::Source
        && let Ok(uuid) = Uuid::try_parse(sourced_id)
    {
        return uuid.hyphenated().to_string();
    }
    uuid(release.pseudonyms().number(entity, sourced_id).to_be_bytes())
}

/// The UUID of what is made from several objects.
pub fn of_parts(scene: Scene<'_>, kind: &str, parts: &[&str]) -> String {
    let mut all = vec![scene.tenant, scene.release().vendor(), kind];
    all.extend(parts);
    let derived = scene.app.master_key.derive("egil identifier", &all);
    uuid(derived.first_chunk().copied().unwrap_or_default())
}

/// RFC 9562 §5.8: any bits, but for those that say so.
fn uuid(bytes: [u8; 16]) -> String {
    Uuid::from_bytes(with_version(bytes)).hyphenated().to_string()
}

fn with_version(mut bytes: [u8; 16]) -> [u8; 16] {
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    bytes
}
