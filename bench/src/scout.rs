//! What can be asked of one board by one vendor: real addresses for each operation, and how much each answers.

use std::collections::HashMap;

use anyhow::Context;
use koppelvlak::catalogue::Entity;
use koppelvlak::oneroster::operation::{Operation, Subset};
use koppelvlak::oneroster::v1p2::rostering;
use koppelvlak::oneroster::{v1p1, v1p2};
use serde_json::Value;

use crate::board::TENANT;
use crate::product::Server;
use crate::wire::{self, Client, Reply};
use crate::workload::encoded;

/// The services of both versions.
pub const SERVICES: [&[Operation]; 4] = [
    v1p2::rostering::OPERATIONS,
    v1p2::gradebook::OPERATIONS,
    v1p2::resources::OPERATIONS,
    v1p1::operations::OPERATIONS,
];

/// An address and how many objects it answers, a page at most.
pub type Found = (String, usize);

/// How many objects a page has that is asked for without a limit.
const PAGE: usize = 100;

/// How many objects are looked at for those that have others below them.
const PARENTS: usize = 60;

/// One vendor at one board.
pub struct Scout {
    client: Client,
    /// The vendor's token.
    pub token: String,
    /// Some identifiers of each collection, from all over it, by the address of its service and its own.
    known: HashMap<(&'static str, &'static str), Vec<String>>,
    /// Classes with line items: others have no gradebook below them.
    marked: Vec<String>,
}

/// Whether an operation answers with one object.
pub fn is_single(operation: &Operation) -> bool {
    matches!(operation.subset, Subset::One | Subset::OneOfKind(_))
}

fn address(base: &str, path: &str) -> String {
    format!("/{TENANT}/ims/oneroster/{base}/{path}")
}

impl Scout {
    /// Finds out what there is.
    pub fn of(server: &Server, vendor: &str) -> anyhow::Result<Self> {
        let token = server.token(vendor)?;
        let mut scout = Self { client: server.client()?, token, known: HashMap::new(), marked: Vec::new() };
        for operation in SERVICES.into_iter().flatten().filter(|operation| !operation.path.contains('{')) {
            let ids = scout.spread(&address(operation.base, operation.path))?;
            scout.known.insert((operation.base, operation.path), ids);
        }
        let items = address("gradebook/v1p2", "lineItems?limit=10000&fields=class");
        for item in scout.objects(&items)? {
            let class = item.get("class").and_then(|class| class.get("sourcedId")).and_then(Value::as_str);
            scout
                .marked
                .extend(class.filter(|class| !scout.marked.iter().any(|known| known == class)).map(str::to_owned));
        }
        Ok(scout)
    }

    fn get(&mut self, address: &str) -> anyhow::Result<Option<Reply>> {
        let reply = self.client.send(&wire::get(address, Some(&self.token))).with_context(|| address.to_owned())?;
        Ok(Some(reply).filter(|reply| reply.status == 200))
    }

    /// The objects of a list; none if the vendor may not ask.
    fn objects(&mut self, address: &str) -> anyhow::Result<Vec<Value>> {
        let Some(reply) = self.get(address)? else { return Ok(Vec::new()) };
        let body = reply.json()?;
        let list = body.as_object().and_then(|wrapper| wrapper.values().find_map(Value::as_array));
        Ok(list.cloned().unwrap_or_default())
    }

    fn ids(&mut self, address: &str) -> anyhow::Result<Vec<String>> {
        let id = |object: &Value| Some(object.get("sourcedId")?.as_str()?.to_owned());
        Ok(self.objects(address)?.iter().filter_map(id).collect())
    }

    /// Identifiers from all over a collection.
    fn spread(&mut self, collection: &str) -> anyhow::Result<Vec<String>> {
        const PARTS: usize = 5;
        let Some(reply) = self.get(&format!("{collection}?limit=1"))? else { return Ok(Vec::new()) };
        let total = reply.total().unwrap_or_default();
        let mut found = Vec::new();
        for part in 0..PARTS {
            let offset = total * part / PARTS;
            found.extend(self.ids(&format!("{collection}?limit={PAGE}&offset={offset}&fields=sourcedId"))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Addresses of an operation that answer; none if the vendor may not ask, or there is nothing to ask for.
    pub fn addresses(&mut self, operation: &'static Operation) -> anyhow::Result<Vec<Found>> {
        let Some((collection, rest)) = operation.path.split_once("/{}") else {
            let whole = address(operation.base, operation.path);
            return Ok(self.found(&whole)?.into_iter().collect());
        };
        if is_single(operation) {
            let ids = self.known.get(&(operation.base, collection)).cloned().unwrap_or_default();
            let one = |id: &String| (address(operation.base, &format!("{collection}/{}", encoded(id))), 1);
            return Ok(ids.iter().map(one).collect());
        }
        let mut addresses = Vec::new();
        for parent in self.parents(operation, collection) {
            let start = format!("{collection}/{}", encoded(&parent));
            let Some((inner, last)) = rest.trim_start_matches('/').split_once("/{}") else {
                addresses.extend(self.found(&address(operation.base, &format!("{start}{rest}")))?);
                continue;
            };
            let mut ids = self.ids(&address(operation.base, &format!("{start}/{inner}")))?;
            if ids.is_empty() {
                let rostering = rostering::OPERATIONS.first().map_or("", |operation| operation.base);
                ids = self.ids(&address(rostering, &format!("{start}/{inner}")))?;
            }
            for id in ids.iter().take(2) {
                addresses
                    .extend(self.found(&address(operation.base, &format!("{start}/{inner}/{}{last}", encoded(id))))?);
            }
        }
        Ok(addresses)
    }

    fn found(&mut self, address: &str) -> anyhow::Result<Option<Found>> {
        let total = self.get(address)?.and_then(|reply| reply.total());
        Ok(total.map(|total| (address.to_owned(), total.min(PAGE))))
    }

    /// Objects with others below them, from all over the collection.
    fn parents(&self, operation: &Operation, collection: &'static str) -> Vec<String> {
        let is_graded = matches!(operation.entity, Entity::LineItem | Entity::Result | Entity::ScoreScale);
        if is_graded && collection == "classes" && !self.marked.is_empty() {
            return self.marked.clone();
        }
        let rostering = rostering::OPERATIONS.first().map_or("", |operation| operation.base);
        let known = self.known.get(&(operation.base, collection)).or_else(|| self.known.get(&(rostering, collection)));
        let known = known.map(Vec::as_slice).unwrap_or_default();
        known.iter().step_by((known.len() / PARENTS).max(1)).take(PARENTS).cloned().collect()
    }
}
