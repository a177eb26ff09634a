//! Entity tags and conditional reads (RFC 9110 §8.8.3, §13.1.2).

use actix_web::HttpRequest;
use actix_web::http::header::{EntityTag, Header as _, IfNoneMatch};
use xxhash_rust::xxh3::Xxh3;

use crate::keys::MasterKey;

/// The tag of what one vendor receives: the bytes themselves and the headers that describe them, and nothing
/// else, so that a change that the vendor can't see never shows in it.
///
/// It is weak, because the same tag stands for the compressed forms.
pub fn of(key: &MasterKey, (tenant, vendor): (&str, &str), parts: &[&[u8]]) -> EntityTag {
    let derived = key.derive("entity tag", &[tenant, vendor]);
    let seed = derived.first_chunk().copied().map(u64::from_le_bytes).unwrap_or_default();
    let mut hash = Xxh3::with_seed(seed);
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    EntityTag::new_weak(format!("{:032x}", hash.digest128()))
}

/// Whether the client holds what it would get. A header that can't be read is ignored.
pub fn is_held(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(held)) => held.iter().any(|held| held.weak_eq(tag)),
        Err(_) => false,
    }
}
