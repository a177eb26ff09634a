//! Names of the objects that a vendor's POST makes.
//!
//! A name is the object's number among the vendor's, encrypted under a key of the board and the vendor: no two
//! objects get the same, and nobody guesses the next. It is no random one, so that two servers with one key and the
//! same data answer alike.

use aes::cipher::BlockEncrypt;
use aes::{Aes128, Block};

use crate::catalogue::Entity;
use crate::consent::pseudonym::cipher;
use crate::keys::MasterKey;

/// How the names of one vendor's new objects in one board are made.
#[derive(Clone)]
pub struct Allocation(Aes128);

impl std::fmt::Debug for Allocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Allocation")
    }
}

impl Allocation {
    /// The names of `vendor` in the board `tenant`.
    pub fn new(master: &MasterKey, tenant: &str, vendor: &str) -> Self {
        Self(cipher(&master.derive("allocated-name", &[tenant, vendor])))
    }

    /// The name of the object with that number, a UUID.
    pub fn name(&self, entity: Entity, number: i64) -> String {
        let plain = (u128::from(entity as u8) << 64) | u128::from(number.cast_unsigned());
        let mut block = Block::from(plain.to_be_bytes());
        self.0.encrypt_block(&mut block);
        uuid::Builder::from_custom_bytes(block.into()).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vendor_and_each_number_has_names_of_its_own() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();
        let (atlas, borg) = (Allocation::new(&key, "noord", "atlas"), Allocation::new(&key, "noord", "borg"));

        let name = atlas.name(Entity::LineItem, 7);

        assert_eq!(name, Allocation::new(&key, "noord", "atlas").name(Entity::LineItem, 7));
        assert_ne!(name, atlas.name(Entity::LineItem, 8));
        assert_ne!(name, atlas.name(Entity::Result, 7));
        assert_ne!(name, borg.name(Entity::LineItem, 7));
    }
}
