//! Two servers: one with a school, and one of a vendor that is pushed to.

use std::sync::Arc;
use std::time::{Duration, Instant};

use koppelvlak::clock::Clock;
use koppelvlak::http::App;
use koppelvlak::scim::push::plan::Counts;
use koppelvlak::scim::push::{Options, PushError, Summary, push, rehearse};
use koppelvlak::store::Statement;
use serde_json::{Map, Value};

use crate::harness::{NOW, Server, World};
use crate::rostering::board::SECRET;
use crate::rostering::village::{rules, settle};

/// A board of a school, and a vendor's server.
pub struct Two<'w> {
    pub world: &'w World,
    theirs: Server,
    ours: Server,
    token: String,
    _their_world: World,
}

impl<'w> Two<'w> {
    pub fn new(world: &'w World) -> Self {
        settle(world);
        let their_world =
            if world.url.starts_with("sqlite") { World::on_sqlite() } else { World::on_postgres().unwrap() };
        their_world.apply(&format!(
            "[tenant]\nslug = \"atlas\"\nname = \"Atlas\"\n[[vendor]]\nid = \"noord\"\nname = \"Noord\"\n\
             scopes = [\"scim\"]\nsecret = \"{SECRET}\"\n"
        ));
        let theirs = their_world.serve();
        let token = theirs.token("noord", SECRET);
        Self { world, theirs, ours: world.serve(), token, _their_world: their_world }
    }

    /// Rules for the board, which pushes to `atlas`.
    pub fn rules(&self, rest: &str, push: &str) -> String {
        push_rules(rest, &format!("{}/atlas/scim/v2", self.theirs.url), &self.token, push)
    }

    /// The same, without a push.
    pub fn rules_without_push(&self, rest: &str) -> String {
        self.rules(rest, "").split("[vendor.push]").next().unwrap().to_owned()
    }

    pub fn apply(&self, rest: &str) {
        self.apply_with(rest, "");
    }

    pub fn apply_with(&self, rest: &str, push: &str) {
        self.world.apply(&self.rules(rest, push));
    }

    pub fn app(&self) -> Arc<App> {
        app_at(self.world, NOW)
    }

    pub fn push(&self) -> Summary {
        push_at(self.world, NOW).unwrap()
    }

    pub fn rehearse(&self) -> Vec<Counts> {
        rehearse(&self.app(), "noord", "atlas").unwrap()
    }

    /// What the vendor's server has of that kind, in the order of our identifiers.
    pub fn copy(&self, name: &str) -> Vec<Value> {
        all(&self.theirs, &self.token, &format!("/atlas/scim/v2/{name}"), "externalId")
    }

    /// The vendor's copy of that resource of ours.
    pub fn copied(&self, id: &str) -> Value {
        let everything = ["Users", "Groups"].map(|name| self.copy(name));
        everything.into_iter().flatten().find(|resource| resource["externalId"] == id).unwrap()
    }

    /// The ids of a group's members in the vendor's copy.
    pub fn members(&self, group: &str) -> Vec<String> {
        let members = self.copied(group)["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }

    /// What the vendor could have read at our SCIM door.
    pub fn read(&self, name: &str) -> Vec<Value> {
        let token = self.ours.token("atlas", SECRET);
        all(&self.ours, &token, &format!("/noord/scim/v2/{name}"), "id")
    }

    pub fn n_given(&self) -> i64 {
        self.n_rows("pushed")
    }

    pub fn n_rows(&self, table: &str) -> i64 {
        n_rows(self.world, table)
    }

    /// Waits for a condition, for half a minute at most.
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !holds(self) {
            assert!(Instant::now() < end, "not in time: {what}");
            std::thread::yield_now();
        }
    }
}

pub fn push_rules(rest: &str, url: &str, token: &str, push: &str) -> String {
    let rules = rules(rest).replace("scopes = [", "scopes = [\"scim.readonly\", ");
    format!("{rules}[vendor.push]\nurl = \"{url}\"\ntoken = \"{token}\"\n{push}\n")
}

pub fn app_at(world: &World, instant: &str) -> Arc<App> {
    App::new(world.database.clone(), world.key.clone(), Clock::fixed(instant).unwrap(), "").unwrap()
}

pub fn push_at(world: &World, instant: &str) -> Result<Summary, PushError> {
    let options = Options { tenant: "noord", vendor: "atlas", once: true };
    push(&app_at(world, instant), options, &mut |_| panic!("nothing waits"))
}

pub fn n_rows(world: &World, table: &str) -> i64 {
    let rows = Statement::new(format!("SELECT COUNT(*) FROM {table}"));
    rows.rows(&mut world.database.read_activity().unwrap()).unwrap().first().unwrap().int(0).unwrap()
}

fn all(server: &Server, token: &str, path: &str, order: &str) -> Vec<Value> {
    let reply = server.get_as(token, &format!("{path}?count=1000"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let mut resources = reply.json()["Resources"].as_array().unwrap().clone();
    resources.sort_by_key(|resource| resource[order].as_str().unwrap().to_owned());
    resources
}

/// A resource without some of its attributes.
pub fn without(resource: &Value, names: &[&str]) -> Map<String, Value> {
    let mut resource = resource.as_object().unwrap().clone();
    resource.retain(|name, _| !names.contains(&name.as_str()));
    resource
}
