//! Texts of objects of one kind, packed: most of what one says, others say too.

use std::sync::{Mutex, OnceLock, PoisonError};

use lz4_flex::block::{compress_with_dict, decompress_into_with_dict, get_maximum_output_size};

/// What texts of one kind have in common: the first of them.
#[derive(Debug, Default)]
pub struct Dictionary {
    texts: OnceLock<Box<[u8]>>,
    gathered: Mutex<Vec<u8>>,
}

/// A text that is packed. Only the dictionary that packed it can unpack it.
#[derive(Debug)]
pub struct Packed {
    bytes: Box<[u8]>,
    /// Of the text, in bytes.
    len: u32,
}

impl Dictionary {
    /// How much is gathered first, in bytes. Twice as much makes people smaller by a tenth, and packing them dearer by
    /// a third.
    const ENOUGH: usize = 3 * 1024;

    /// Packs a text; `None` if it was needed for the dictionary.
    pub fn pack(&self, text: &[u8]) -> Option<Packed> {
        let Some(texts) = self.texts.get() else {
            self.gather(text);
            return None;
        };
        Some(Packed { bytes: compress_with_dict(text, texts).into(), len: u32::try_from(text.len()).ok()? })
    }

    fn gather(&self, text: &[u8]) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.extend_from_slice(text);
        if gathered.len() >= Self::ENOUGH {
            self.texts.get_or_init(|| std::mem::take(&mut *gathered).into());
        }
    }

    /// Appends a text to bytes; `None` if this isn't the dictionary that packed it.
    pub fn unpack(&self, packed: &Packed, bytes: &mut Vec<u8>) -> Option<()> {
        let start = bytes.len();
        bytes.resize(start + packed.len as usize, 0);
        let n = decompress_into_with_dict(&packed.bytes, bytes.get_mut(start..)?, self.texts.get()?).ok()?;
        (n == packed.len as usize).then_some(())
    }
}

impl Packed {
    /// How many bytes a text takes at most, were it like no other.
    pub fn at_most(text: &[u8]) -> usize {
        get_maximum_output_size(text.len())
    }

    /// How many bytes it takes beside its own size.
    pub fn n_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// How long the text is, in bytes.
    pub fn text_len(&self) -> usize {
        self.len as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_come_out_as_they_went_in(texts in prop::collection::vec(".{0,900}", 5..30)) {
            let dictionary = Dictionary::default();
            dictionary.gather(&[b'x'; Dictionary::ENOUGH]);
            for text in &texts {
                let packed = dictionary.pack(text.as_bytes()).unwrap();
                let mut bytes = b"before".to_vec();
                prop_assert_eq!(dictionary.unpack(&packed, &mut bytes), Some(()));
                prop_assert_eq!(bytes, format!("before{text}").into_bytes());
            }
        }
    }

    #[test]
    fn what_is_alike_is_small_and_the_first_ones_are_gathered() {
        let dictionary = Dictionary::default();
        let person = |n: u32| {
            format!(
                r#"{{"id":"{n:032}","userName":"leerling{n}","name":{{"givenName":"Maud","familyName":"de Vries"}},"active":true}}"#
            )
        };
        let packed: Vec<Option<Packed>> = (0..60).map(|n| dictionary.pack(person(n).as_bytes())).collect();

        let n_gathered = packed.iter().take_while(|packed| packed.is_none()).count();
        assert_eq!(n_gathered, Dictionary::ENOUGH.div_ceil(person(0).len()));
        assert!(packed.iter().skip(n_gathered).flatten().count() == 60 - n_gathered);
        assert!(packed.iter().flatten().all(|packed| packed.n_bytes() * 3 < packed.text_len()));
    }

    #[test]
    fn another_dictionary_unpacks_nothing() {
        let dictionaries = [Dictionary::default(), Dictionary::default()];
        dictionaries[0].gather(&[b'x'; Dictionary::ENOUGH]);

        let packed = dictionaries[0].pack(&[b'x'; 64]).unwrap();

        assert_eq!(dictionaries[1].unpack(&packed, &mut Vec::new()), None);
    }
}
