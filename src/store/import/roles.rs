//! A person's roles, each with the time at which it last changed.
//!
//! A role that went away, or that moved to another org, stays as `gone`: a vendor that could see the org
//! notices, the others don't.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::element::Role;
use crate::store::StoreError;

/// The roles of the set (as JSON without times) with the times of those that were stored.
pub(super) fn merge(stored: &str, incoming: &str, now: i64) -> Result<String, StoreError> {
    let stored: Vec<Role<'_>> = parse(stored)?;
    let mut merged: Vec<Role<'_>> = parse(incoming)?;
    let mut gone: BTreeMap<i64, Role<'_>> = BTreeMap::new();
    // A role that only has another sourcedId is the same: vendors never see that of the administration.
    let mut renamed: BTreeSet<usize> = BTreeSet::new();
    let named: BTreeSet<String> = merged.iter().map(|role| role.sourced_id.to_string()).collect();
    for role in &mut merged {
        let old = stored.iter().find(|old| !old.gone && old.sourced_id == role.sourced_id);
        let other = stored.iter().enumerate().find(|(at, other)| {
            let is_left = old.is_none() && !other.gone && !renamed.contains(at) && !named.contains(&*other.sourced_id);
            is_left && is_same(other, &Role { sourced_id: other.sourced_id.clone(), ..role.clone() })
        });
        renamed.extend(other.map(|(at, _)| at));
        let same = old.filter(|old| is_same(old, role)).or(other.map(|(_, other)| other));
        role.at = same.map_or(now, |same| same.at);
    }
    for (at, old) in stored.into_iter().enumerate() {
        let is_renamed = renamed.contains(&at);
        let new = merged.iter().find(|role| role.sourced_id == old.sourced_id);
        let is_still_there = is_renamed || (!old.gone && new.is_some_and(|role| role.org == old.org));
        if !is_still_there {
            let at = if old.gone { old.at } else { now };
            let latest = gone.entry(old.org).or_insert_with(|| Role { at, gone: true, ..old.clone() });
            if latest.at < at {
                *latest = Role { at, gone: true, ..old };
            }
        }
    }
    merged.extend(gone.into_values());
    write(&merged)
}

/// The roles of a person who is new.
pub(super) fn first(incoming: &str, now: i64) -> Result<String, StoreError> {
    let mut roles: Vec<Role<'_>> = parse(incoming)?;
    for role in &mut roles {
        role.at = now;
    }
    write(&roles)
}

fn is_same(old: &Role<'_>, new: &Role<'_>) -> bool {
    *old == Role { at: old.at, ..new.clone() }
}

fn parse(text: &str) -> Result<Vec<Role<'_>>, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Shape("roles of another form than the catalogue says"))
}

fn write(roles: &[Role<'_>]) -> Result<String, StoreError> {
    crate::store::cell::json(&roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &str = "[]";

    fn role(sourced_id: &str, role: &str, org: i64) -> String {
        format!(r#"{{"sourcedId":"{sourced_id}","roleType":"primary","role":"{role}","org":{org},"at":0}}"#)
    }

    fn shown(merged: &str) -> Vec<(String, i64, i64, bool)> {
        parse(merged).unwrap().into_iter().map(|r| (r.sourced_id.into_owned(), r.org, r.at, r.gone)).collect()
    }

    #[test]
    fn a_role_that_stays_keeps_its_time() {
        let list = format!("[{}]", role("r", "student", 1));
        let stored = first(&list, 5).unwrap();

        assert_eq!(merge(&stored, &list, 9).unwrap(), stored);
    }

    #[test]
    fn a_role_that_only_has_another_sourced_id_keeps_its_time_and_leaves_no_trace() {
        let stored = first(&format!("[{},{}]", role("a", "student", 1), role("b", "student", 1)), 5).unwrap();

        let list = format!("[{},{},{}]", role("c", "student", 1), role("d", "student", 1), role("e", "student", 1));
        let merged = merge(&stored, &list, 9).unwrap();

        assert_eq!(shown(&merged), [("c".into(), 1, 5, false), ("d".into(), 1, 5, false), ("e".into(), 1, 9, false)]);
    }

    #[test]
    fn a_role_that_goes_stays_as_gone() {
        let stored = first(&format!("[{},{}]", role("a", "student", 1), role("b", "aide", 2)), 5).unwrap();

        let merged = merge(&stored, &format!("[{}]", role("a", "student", 1)), 9).unwrap();

        assert_eq!(shown(&merged), [("a".into(), 1, 5, false), ("b".into(), 2, 9, true)]);
    }

    #[test]
    fn a_role_that_moves_is_noticed_at_both_orgs() {
        let stored = first(&format!("[{}]", role("a", "student", 1)), 5).unwrap();

        let merged = merge(&stored, &format!("[{}]", role("a", "student", 2)), 9).unwrap();

        assert_eq!(shown(&merged), [("a".into(), 2, 9, false), ("a".into(), 1, 9, true)]);
    }

    #[test]
    fn one_trace_is_kept_for_each_org_however_often_roles_come_and_go() {
        let list = format!("[{}]", role("a", "student", 1));
        let mut stored = first(&list, 1).unwrap();
        for at in [2, 4, 6] {
            stored = merge(&stored, NONE, at).unwrap();
            stored = merge(&stored, &list, at + 1).unwrap();
        }

        assert_eq!(shown(&stored), [("a".into(), 1, 7, false), ("a".into(), 1, 6, true)]);
    }
}
