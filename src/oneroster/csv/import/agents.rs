//! Who is whose agent after a delta of people.
//!
//! Links are kept at both ends, whoever named them, so a row that names nobody can't tell whether the other
//! end still does: it leaves the links alone. A row that names somebody says all of its person's links.

use std::collections::{BTreeMap, BTreeSet};

use super::error::ImportError;
use super::lookup::Lookup;
use crate::oneroster::csv::{File, Package, read};
use crate::store::StoreError;
use crate::store::import::Run;

type Agents = BTreeMap<u32, BTreeSet<u32>>;

/// All agents of those whose agents change.
pub(super) fn changed(run: &mut Run<'_>, package: &Package, lookup: Lookup<'_>) -> Result<Agents, ImportError> {
    let mut named: Agents = BTreeMap::new();
    read(package, File::Users, &mut |row| {
        let number = lookup.open.find(row.sourced_id()).filter(|_| !row.is_removal());
        let agents: BTreeSet<u32> =
            row.list("agentSourcedIds").filter_map(|sourced_id| lookup.open.find(sourced_id)).collect();
        if let Some(number) = number.filter(|_| !agents.is_empty()) {
            named.insert(number, agents);
        }
        Ok::<_, ImportError>(())
    })?;
    let before = stored(run, lookup, named.keys().copied())?;
    let others = named.values().chain(before.values()).flatten().copied();
    let mut after = stored(run, lookup, others.collect::<BTreeSet<u32>>().into_iter())?;
    let was: Agents = before.iter().chain(&after).map(|(person, agents)| (*person, agents.clone())).collect();
    for (person, agents) in &named {
        for lost in before.get(person).into_iter().flatten().filter(|other| !agents.contains(other)) {
            after.entry(*lost).or_default().remove(person);
        }
        after.insert(*person, agents.clone());
    }
    // Whoever is named by either end is linked at both.
    for (person, agents) in &named {
        for other in agents {
            after.entry(*other).or_default().insert(*person);
        }
    }
    // The same links in another order are no change.
    after.retain(|person, agents| was.get(person).unwrap_or(&BTreeSet::new()) != agents);
    Ok(after)
}

fn stored(run: &mut Run<'_>, lookup: Lookup<'_>, people: impl Iterator<Item = u32>) -> Result<Agents, ImportError> {
    let numbers: Vec<u32> = people.collect();
    let mut agents = Agents::new();
    for (person, _, text) in lookup.open.stored(run, "agents", &numbers)? {
        let ids: Vec<i64> = match text {
            Some(text) => {
                serde_json::from_str(&text).map_err(|_| StoreError::Shape("agents that are no list of rows"))?
            }
            None => Vec::new(),
        };
        agents.insert(person, ids.iter().filter_map(|id| u32::try_from(id & 0xffff_ffff).ok()).collect());
    }
    Ok(agents)
}
