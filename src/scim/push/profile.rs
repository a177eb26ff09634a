//! What a vocabulary has to say so that the rest can push in it.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::draft::{Draft, Hasher, Kind, Link};

use super::egil::Egil;
use super::standard::Standard;
use crate::audit::told::People;
use crate::consent::push::PushProfile;
use crate::consent::{Categories, Release};
use crate::http::App;
use crate::query::View;
use crate::store::{Conn, StoreError};

/// What is pushed from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The server.
    pub app: &'a App,
    /// The board, by its slug.
    pub tenant: &'a str,
    /// What the vendor may see.
    pub view: &'a Arc<View>,
}

impl<'a> Scene<'a> {
    /// What the vendor may see.
    pub fn release(self) -> &'a Release {
        &self.view.release
    }

    /// Whose hashes are made.
    pub fn hasher(self) -> Hasher<'a> {
        Hasher { key: &self.app.master_key, tenant: self.tenant, vendor: self.release().vendor() }
    }

    /// That these people are told of with these categories.
    pub fn told(self, people: &RoaringBitmap, categories: Categories) -> People {
        if people.is_empty() {
            return People::new();
        }
        let ids = &self.release().snapshot().people.ids;
        vec![(categories, people.iter().map(|person| ids.number(person)).collect())]
    }
}

/// What a resource is made from: positions in the snapshot, and numbers that only its profile understands.
pub type Key = [u32; 3];

/// When resources are taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Before anything is given: nobody waits who must not be there any more.
    First,
    /// After everything is given, so that nothing refers to what goes.
    Last,
}

/// How a resource is found that the server has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// By a filter.
    Filter,
    /// By reading all of its kind: the profile has no filters.
    List,
}

/// A vocabulary.
///
/// What it reads it gets as released records, from which its resources are made.
pub trait Profile: Sync {
    /// Its kinds of resource, each after those that it refers to.
    fn kinds(&self) -> &'static [Kind];
    /// When resources are taken back.
    fn taking(&self) -> Taking;
    /// How resources are found that are there already.
    fn finding(&self) -> Finding;
    /// The `$ref` of a reference, where the profile has it.
    fn reference(&self, link: &Link, remote: &str) -> Option<String>;
    /// All resources of a kind.
    fn keys(&self, scene: Scene<'_>, kind: &Kind) -> Vec<Key>;
    /// The vendor's identifier of a resource.
    fn id(&self, scene: Scene<'_>, kind: &Kind, key: Key) -> String;
    /// These resources; `None` if the board has moved on meanwhile.
    fn drafts(
        &self,
        scene: Scene<'_>,
        board: &mut Conn,
        kind: &Kind,
        keys: &[Key],
    ) -> Result<Option<Vec<Draft>>, StoreError>;
}

/// The profile of a target.
pub fn of(profile: PushProfile) -> &'static dyn Profile {
    match profile {
        PushProfile::Scim => &Standard,
        PushProfile::Egil => &Egil,
    }
}
