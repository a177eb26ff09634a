//! What stands in a required field that is withheld: stable, telling people apart, and no real value.
//!
//! Everything is keyed by the vendor and the object alone, so that a placeholder says nothing of the value.

use crate::catalogue::Entity;
use crate::consent::Release;

/// Names of animals, one of which stands for a given name.
const ANIMALS: [&str; 64] = [
    "Aardvark",
    "Albatross",
    "Alpaca",
    "Anteater",
    "Antelope",
    "Armadillo",
    "Axolotl",
    "Badger",
    "Barracuda",
    "Beaver",
    "Bison",
    "Buzzard",
    "Capybara",
    "Caribou",
    "Cassowary",
    "Chamois",
    "Chinchilla",
    "Cormorant",
    "Coyote",
    "Dolphin",
    "Dormouse",
    "Dragonfly",
    "Echidna",
    "Flamingo",
    "Gazelle",
    "Gecko",
    "Gibbon",
    "Giraffe",
    "Grasshopper",
    "Grouse",
    "Hamster",
    "Hedgehog",
    "Heron",
    "Ibex",
    "Jackdaw",
    "Kingfisher",
    "Kookaburra",
    "Lapwing",
    "Lemur",
    "Lobster",
    "Manatee",
    "Marmot",
    "Meerkat",
    "Mongoose",
    "Narwhal",
    "Nightjar",
    "Ocelot",
    "Opossum",
    "Otter",
    "Pangolin",
    "Pelican",
    "Platypus",
    "Porcupine",
    "Quokka",
    "Salamander",
    "Seahorse",
    "Squirrel",
    "Tapir",
    "Toucan",
    "Walrus",
    "Warthog",
    "Weasel",
    "Wolverine",
    "Wombat",
];

/// Letters and digits that are not mistaken for one another.
const CODE: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The placeholder of a required field; `None` where the standard requires none.
pub fn of(release: &Release, entity: Entity, sourced_id: &str, field: &str) -> Option<String> {
    let number = || release.pseudonyms().number(entity, sourced_id);
    match (entity, field) {
        (Entity::User, "givenName") => Some(animal(number()).to_owned()),
        (Entity::User, "familyName") => Some(format!("P-{}", code(number()))),
        (Entity::User, "username") => Some(format!("withheld-{}", code(number()))),
        (Entity::User, "enabledUser") => Some("true".to_owned()),
        (Entity::Class, "title") => Some(format!("Class {}", code(number()))),
        (Entity::Course, "title") => Some(format!("Course {}", code(number()))),
        (Entity::Course, "courseCode") => Some(format!("C-{}", code(number()))),
        _ => None,
    }
}

fn animal(number: u128) -> &'static str {
    ANIMALS.get(number as usize % ANIMALS.len()).copied().unwrap_or("Wombat")
}

/// Seven characters, 35 bits: within one school two people hardly ever share one.
fn code(number: u128) -> String {
    let character = |i: u32| CODE.get((number >> (8 + 5 * i)) as usize % CODE.len()).copied().map_or('2', char::from);
    (0..7).map(character).collect()
}
