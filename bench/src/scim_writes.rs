//! Users that an identity provider makes and changes over SCIM: each request is answered once it is durable.

use std::time::Duration;

use crate::board::PAIRWISE;
use crate::load::{Load, WARM_UP};
use crate::process::Meter;
use crate::product::Server;
use crate::run::{Run, cost_of};
use crate::wire;
use crate::workload::scim;

/// How many callers write at a time.
const CONNECTIONS: usize = 64;

/// How many users there are to make: more than are made, so that each is new.
const USERS: usize = 120_000;

/// How many users are changed, each again and again.
const CHANGED: usize = 500;

/// How many users the project wants to be made in a second.
const LEAST: f64 = 2000.0;

/// The CPU time that a write may take on SQLite, in µs.
const MOST: f64 = 230.0;

impl Run<'_> {
    /// Lets many callers of one provider make users, and then change some.
    pub fn measure_scim_writes(&mut self, server: &Server) -> anyhow::Result<()> {
        let token = server.token(PAIRWISE)?;
        let users = format!("{}/Users", scim());
        let posts: Vec<Vec<u8>> =
            (0..USERS).map(|n| wire::send_json("POST", &users, &token, &user(n).to_string())).collect();
        let cost = cost_of(&self.load(server, &posts))?;
        self.rate(format!("SCIM: users made in a second, {CONNECTIONS} conns"), cost.per_second, LEAST);
        self.fact("SCIM: a user made: CPU", cost.cpu_us(), "µs", self.limit());
        // A request that comes twice finds its name in use: that is no fault.
        self.fact("SCIM: a user made: names in use", cost.failures as f64, "", None);
        self.measure_own_pages(server, &token)?;
        let made =
            server.client()?.get(&format!("{users}?filter=externalId%20sw%20%22bench-%22&count={CHANGED}"), &token)?;
        let made = made.json()?;
        let ids = made.get("Resources").and_then(serde_json::Value::as_array).into_iter().flatten();
        let patches: Vec<Vec<u8>> = ids
            .filter_map(|user| user.get("id").and_then(serde_json::Value::as_str))
            .enumerate()
            .flat_map(|(n, id)| [false, true].map(|active| (n, id.to_owned(), active)))
            .map(|(n, id, active)| {
                let title = format!("title {n} {active}");
                let body = serde_json::json!({"Operations": [
                    {"op": "replace", "path": "active", "value": active},
                    {"op": "replace", "path": "title", "value": title},
                ]});
                wire::send_json("PATCH", &format!("{users}/{id}"), &token, &body.to_string())
            })
            .collect();
        let cost = cost_of(&self.load(server, &patches))?;
        self.fact("SCIM: a user patched: CPU", cost.cpu_us(), "µs", self.limit());
        self.fact("SCIM: a user patched: p99", cost.p99_ms, "ms", None);
        self.fact("SCIM: a user patched: failed", cost.failures as f64, "", Some(0.0));
        Ok(())
    }

    /// Pages of the users that the provider made, which follow the school's: the first and the last of them.
    fn measure_own_pages(&mut self, server: &Server, token: &str) -> anyhow::Result<()> {
        let users = format!("{}/Users", scim());
        let total = |filter: &str| -> anyhow::Result<u64> {
            let list = server.client()?.get(&format!("{users}?count=0{filter}"), token)?.json()?;
            Ok(list.get("totalResults").and_then(serde_json::Value::as_u64).unwrap_or_default())
        };
        let (all, own) = (total("")?, total("&filter=externalId%20sw%20%22bench-%22")?);
        for (name, start) in [("first", all - own + 1), ("last", all - 99)] {
            let request = vec![wire::get(&format!("{users}?startIndex={start}&count=100"), Some(token))];
            let cost = cost_of(&self.load(server, &request))?;
            self.fact(format!("SCIM: the {name} page of users that were made: CPU"), cost.cpu_us(), "µs", None);
        }
        self.fact("SCIM: users that were made", own as f64, "", None);
        Ok(())
    }

    fn load<'l>(&self, server: &Server, requests: &'l [Vec<u8>]) -> Load<'l> {
        Load {
            address: server.address,
            requests,
            connections: CONNECTIONS,
            duration: Duration::from_secs_f64(self.options.seconds),
            rest: Duration::ZERO,
            warm_up: WARM_UP,
            meter: Meter { server: Some(server.pid()), cluster: self.cluster },
        }
    }

    fn limit(&self) -> Option<f64> {
        self.cluster.is_none().then_some(MOST)
    }
}

fn user(n: usize) -> serde_json::Value {
    serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": format!("bench-{n}@school.example"),
        "externalId": format!("bench-{n}"),
        "active": true,
        "displayName": format!("Bench {n}"),
        "name": {"familyName": "van der Berg", "givenName": format!("Jan {n}")},
        "emails": [{"value": format!("bench-{n}@school.example"), "type": "work", "primary": true}],
        "roles": [],
        "phoneNumbers": null,
    })
}
