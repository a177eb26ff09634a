//! Which roles visible people hold at which orgs of the view, found once for each view.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;

/// The roles that somebody in the view is seen to hold: org and role, in the vendor's order of orgs.
#[derive(Debug, Default)]
pub struct HeldRoles(OnceLock<Vec<(u32, u16)>>);

impl HeldRoles {
    /// The roles that are held.
    pub fn of(&self, release: &Release) -> &[(u32, u16)] {
        self.0.get_or_init(|| {
            let people = &release.snapshot().people;
            let held = people.with_role.keys().copied().filter(|(org, role)| !holders(release, *org, *role).is_empty());
            let mut held: Vec<(u32, u16)> = held.collect();
            let order = release.order(Entity::Org);
            held.sort_unstable_by_key(|(org, role)| (order.rank(*org), people.role_name(*role)));
            held
        })
    }
}

/// The people in the view who are seen to hold a role at an org.
pub fn holders(release: &Release, org: u32, role: u16) -> RoaringBitmap {
    if !release.is_live(Entity::Org, org) {
        return RoaringBitmap::new();
    }
    let all = release.snapshot().people.with_role.get(&(org, role));
    all.map_or_else(RoaringBitmap::new, |all| all & release.released(Category::Identity) & release.live(Entity::User))
}
