//! What stays of a row's elements when a delta changes some of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::children::Elements;
use super::error::ImportError;
use super::lookup::Lookup;
use super::plan::Child;
use crate::oneroster::csv::{File, Package, read};
use crate::store::StoreError;
use crate::store::import::Run;

/// What every element has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    #[serde(borrow)]
    sourced_id: Cow<'a, str>,
    #[serde(default)]
    gone: bool,
}

/// The elements of each parent that a delta names, without those that it replaces or takes away.
pub(super) fn elements(
    run: &mut Run<'_>,
    package: &Package,
    child: Child,
    lookup: Lookup<'_>,
) -> Result<Elements, ImportError> {
    let mut told: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    read(package, child.file, &mut |row| {
        if let Some(parent) = row.text(child.parent).and_then(|sourced_id| lookup.open.find(sourced_id)) {
            told.entry(parent).or_default().insert(row.sourced_id().to_owned());
        }
        Ok::<_, ImportError>(())
    })?;
    let numbers: Vec<u32> = told.keys().copied().collect();
    let mut elements = Elements::of_parents(child.column, numbers.iter().copied().collect());
    for (parent, _, text) in lookup.open.stored(run, child.column, &numbers)? {
        let unreadable = |_| StoreError::Shape("elements of another form than the catalogue says");
        let text = text.unwrap_or_default();
        let stored: Vec<&RawValue> = match text.as_bytes().first() {
            Some(b'[') => serde_json::from_str(&text).map_err(unreadable)?,
            Some(_) => vec![serde_json::from_str(&text).map_err(unreadable)?],
            None => Vec::new(),
        };
        for element in stored {
            let Stored { sourced_id, gone } = serde_json::from_str(element.get()).map_err(unreadable)?;
            if !gone && !told.get(&parent).is_some_and(|told| told.contains(&*sourced_id)) {
                elements.push(parent, &sourced_id, element.get());
            }
        }
    }
    Ok(elements)
}

/// The people that a delta has rows of.
pub(super) fn people(package: &Package, lookup: Lookup<'_>) -> Result<BTreeSet<u32>, ImportError> {
    let mut people = BTreeSet::new();
    read(package, File::Users, &mut |row| {
        people.extend(lookup.open.find(row.sourced_id()).filter(|_| !row.is_removal()));
        Ok::<_, ImportError>(())
    })?;
    Ok(people)
}
