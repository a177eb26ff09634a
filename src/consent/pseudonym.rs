//! Identifiers that no two vendors share, and that lead back to the object without a table.
//!
//! An object's own 128-bit number is a keyed hash of its kind and sourcedId; a vendor's identifier is
//! that number encrypted under a key of the vendor. Without the master key neither can be linked to the
//! other, to another vendor's, or to the sourcedId.

use aes::cipher::{BlockEncrypt, KeyInit};
use aes::{Aes128, Block};

use crate::catalogue::Entity;
use crate::keys::MasterKey;

/// How one vendor's pairwise identifiers in one board are made.
pub struct Pseudonyms {
    objects: Aes128,
    vendor: Aes128,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

const BLOCK: usize = 16;

impl Pseudonyms {
    /// The identifiers of `vendor` in the board `tenant`.
    pub fn new(master: &MasterKey, tenant: &str, vendor: &str) -> Self {
        Self {
            objects: cipher(&master.derive("object-number", &[tenant])),
            vendor: cipher(&master.derive("pairwise-identifier", &[tenant, vendor])),
        }
    }

    /// The vendor's identifier of an object, as a number.
    pub fn number(&self, entity: Entity, sourced_id: &str) -> u128 {
        let mut block = Block::from(self.object_number(entity, sourced_id));
        self.vendor.encrypt_block(&mut block);
        u128::from_be_bytes(block.into())
    }

    /// The vendor's identifier of an object: 32 hexadecimal digits.
    pub fn identifier(&self, entity: Entity, sourced_id: &str) -> String {
        hexadecimal(self.number(entity, sourced_id))
    }

    /// CBC-MAC over a first block that holds the kind and the length, so that no input is the beginning of another.
    fn object_number(&self, entity: Entity, sourced_id: &str) -> [u8; BLOCK] {
        // Demographics carry the identifier of their person.
        let entity = if entity == Entity::Demographics { Entity::User } else { entity };
        let mut state = [0_u8; BLOCK];
        let [kind, length @ ..] = &mut state;
        *kind = entity as u8;
        if let Some(place) = length.first_chunk_mut::<8>() {
            *place = (sourced_id.len() as u64).to_be_bytes();
        }
        let mut block = Block::from(state);
        self.objects.encrypt_block(&mut block);
        for chunk in sourced_id.as_bytes().chunks(BLOCK) {
            for (byte, with) in block.iter_mut().zip(chunk) {
                *byte ^= with;
            }
            self.objects.encrypt_block(&mut block);
        }
        block.into()
    }
}

/// 32 digits. A page of people names a thousand objects, and the standard library writes each at the price of a look-up.
fn hexadecimal(number: u128) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half & 15)).map_or('0', |digit| char::from(*digit));
    let mut text = String::with_capacity(32);
    for byte in number.to_be_bytes() {
        text.push(digit(byte >> 4));
        text.push(digit(byte));
    }
    text
}

/// Reads an identifier of the form that [`Pseudonyms::identifier`] writes; no other form is one.
pub fn parse(identifier: &str) -> Option<u128> {
    let is_own_form = identifier.len() == 32 && identifier.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_own_form.then(|| u128::from_str_radix(identifier, 16).ok()).flatten()
}

pub(super) fn cipher(key: &[u8; 32]) -> Aes128 {
    let (first, _) = key.split_at(BLOCK);
    let mut half = [0_u8; BLOCK];
    half.copy_from_slice(first);
    Aes128::new(&Block::from(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms(tenant: &str, vendor: &str) -> Pseudonyms {
        Pseudonyms::new(&MasterKey::from_text(&"ab".repeat(32)).unwrap(), tenant, vendor)
    }

    #[test]
    fn two_vendors_share_no_identifier() {
        let (atlas, borg) = (pseudonyms("noord", "atlas"), pseudonyms("noord", "borg"));

        assert_eq!(atlas.identifier(Entity::User, "p-1"), pseudonyms("noord", "atlas").identifier(Entity::User, "p-1"));
        assert_ne!(atlas.identifier(Entity::User, "p-1"), borg.identifier(Entity::User, "p-1"));
        assert_ne!(atlas.identifier(Entity::User, "p-1"), pseudonyms("zuid", "atlas").identifier(Entity::User, "p-1"));
    }

    #[test]
    fn kinds_and_lengths_are_told_apart() {
        let atlas = pseudonyms("noord", "atlas");

        assert_ne!(atlas.number(Entity::User, "x"), atlas.number(Entity::Class, "x"));
        assert_ne!(atlas.number(Entity::User, "x"), atlas.number(Entity::User, "x\0"));
        assert_eq!(atlas.number(Entity::User, "x"), atlas.number(Entity::Demographics, "x"));
    }

    #[test]
    fn only_the_written_form_is_read() {
        let identifier = pseudonyms("noord", "atlas").identifier(Entity::User, "p-1");

        assert_eq!(parse(&identifier), Some(pseudonyms("noord", "atlas").number(Entity::User, "p-1")));
        assert_eq!(hexadecimal(0xf0), "000000000000000000000000000000f0");
        assert_eq!(parse(&identifier.to_uppercase()), None);
        assert_eq!(parse("+0000000000000000000000000000001"), None);
    }
}
