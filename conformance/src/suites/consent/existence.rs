//! Existence: hidden, deleted and unknown objects are all not found, in the same words.

use super::alike::{Ask, expect_alike};
use super::eye::{ALL, Eye, USERS, id_of};
use super::withheld::{self, invent};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Request;
use crate::probe::Probe;

/// Checks of existence.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-R1",
        "A hidden object is answered as one that never existed",
        "GDPR art. 5(1)(c): R1 404, 403, 410",
        RICHER,
        |probe| hidden_is_unknown(probe, &["GET"]),
    ),
    leak(
        "CO-R1b",
        "HEAD and OPTIONS tell of a hidden object what they tell of one that never existed",
        "GDPR art. 5(1)(c): R1, P10",
        RICHER,
        |probe| hidden_is_unknown(probe, &["HEAD", "OPTIONS"]),
    ),
    leak(
        "CO-R1c",
        "Conditions of a request are looked at only if its object is visible",
        "GDPR art. 5(1)(c): R1 412, 304",
        RICHER,
        conditions_come_later,
    ),
    leak(
        "CO-P3",
        "Without a valid token the answer for an object that exists is that for one that doesn't",
        "GDPR art. 5(1)(c): P3 tokens",
        "",
        without_a_token,
    ),
];

/// Identifiers of hidden objects, each with an invented one of the same shape and the path of its collection.
fn hidden(client: &Eye<'_, '_>, richer: &Eye<'_, '_>) -> Result<Vec<(&'static str, String, String)>, Stop> {
    let mut found = Vec::new();
    for collection in ALL {
        match withheld::ids(client, richer, *collection) {
            Err(Stop::Skipped(_)) => {}
            Err(stop) => return Err(stop),
            Ok(ids) => found.extend(ids.into_iter().map(|id| (collection.path, invent(&id), id))),
        }
    }
    if found.is_empty() {
        return Err(Stop::skipped("no other party sees objects that the client doesn't"));
    }
    Ok(found.into_iter().map(|(path, invented, id)| (path, id, invented)).collect())
}

fn hidden_is_unknown(probe: &Probe<'_>, methods: &[&'static str]) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for (path, id, invented) in hidden(&client, &richer)? {
        for method in methods {
            let ask = |id| format!("{path}/{}", encode(id));
            let one = Ask { method, path: ask(id.as_str()), echo: &id };
            let other = Ask { method, path: ask(invented.as_str()), echo: &invented };
            expect_alike(&client, "a hidden object", &one, &other)?;
        }
    }
    Ok(())
}

fn conditions_come_later(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for (path, id, invented) in hidden(&client, &richer)? {
        for (name, value) in [("If-None-Match", "*"), ("If-Match", "\"none\""), ("If-Match", "*")] {
            let ask = |id: &str| {
                let url = client.url(&format!("{path}/{}", encode(id)));
                client.send(Request::new("GET", url).header(name, value)).map(|response| response.status)
            };
            let (unknown, status) = (ask(&invented)?, ask(&id)?);
            expect(
                status == unknown,
                format!("GET {path}/{id} with {name}: {value}: {unknown}, as if unknown"),
                || status.to_string(),
            )?;
        }
    }
    Ok(())
}

fn without_a_token(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let people = client.walk(USERS)?;
    let Some(id) = people.objects.first().map(id_of) else { return Err(Stop::skipped("the client sees nobody")) };
    for token in [None, Some("Bearer invalid")] {
        let ask = |id: &str| {
            let request = Request::new("GET", client.url(&format!("users/{}", encode(id))));
            let request = match token {
                Some(token) => request.header("Authorization", token),
                None => request,
            };
            client.probe.send_bare(request).map(|response| super::alike::gist(&response, id))
        };
        let invented = invent(id);
        let (unknown, known) = (ask(&invented)?, ask(id)?);
        expect(
            known == unknown,
            format!("GET users/{id} without a valid token: as an unknown one: {unknown}"),
            || known.to_string(),
        )?;
    }
    Ok(())
}
