//! A vendor's server in a few lines: it keeps what it is given, notes what it was asked, and fails where a test says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub body: Value,
    pub content_type: String,
}

impl Asked {
    /// The endpoint, such as `/Users`.
    pub fn endpoint(&self) -> &str {
        let end = self.path[1..].find(['/', '?']).map_or(self.path.len(), |at| at + 1);
        &self.path[..end]
    }

    /// Our identifier of what was sent.
    pub fn external_id(&self) -> &str {
        self.body["externalId"].as_str().unwrap_or_default()
    }
}

/// What happens in the place of an answer.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// This answer comes, and nothing is done.
    Answer(u16, &'static str, Value),
    /// It is done, and the connection breaks off.
    BreakAfter,
}

/// Whose behavior it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// SCIM 2.0.
    Scim,
    /// EGIL's reference server: no PATCH, no filters, and the given identifier as id.
    Egil,
}

/// Says what goes wrong.
pub type Script = Box<dyn FnMut(&Asked) -> Option<Trouble> + Send>;

type Kept = BTreeMap<String, BTreeMap<String, Value>>;

/// A vendor's server.
pub struct Fake {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    kept: Arc<Mutex<Kept>>,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    /// Starts it on a free port; it ends with the process.
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/scim", listener.local_addr().unwrap());
        let fake = Self {
            url,
            asked: Arc::default(),
            kept: Arc::default(),
            script: Arc::new(Mutex::new(Box::new(|_: &Asked| None))),
        };
        let (asked, kept, script) = (Arc::clone(&fake.asked), Arc::clone(&fake.kept), Arc::clone(&fake.script));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                serve(&connection.unwrap(), manner, &asked, (&kept, &script));
            }
        });
        fake
    }

    /// From now on this goes wrong.
    pub fn fail(&self, script: impl FnMut(&Asked) -> Option<Trouble> + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// From now on nothing does.
    pub fn heal(&self) {
        self.fail(|_| None);
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// What it has of an endpoint.
    pub fn has(&self, endpoint: &str) -> Vec<Value> {
        self.kept.lock().unwrap().get(endpoint).map(|all| all.values().cloned().collect()).unwrap_or_default()
    }

    /// Makes something there that nobody gave it.
    pub fn put(&self, endpoint: &str, id: &str, mut resource: Value) {
        resource["id"] = id.into();
        self.kept.lock().unwrap().entry(endpoint.to_owned()).or_default().insert(id.to_owned(), resource);
    }

    /// Loses something.
    pub fn lose(&self, endpoint: &str, external_id: &str) {
        let mut kept = self.kept.lock().unwrap();
        kept.get_mut(endpoint).unwrap().retain(|_, resource| resource["externalId"] != external_id);
    }
}

fn serve(
    connection: &TcpStream,
    manner: Manner,
    asked: &Mutex<Vec<Asked>>,
    (kept, script): (&Mutex<Kept>, &Mutex<Script>),
) {
    let Some(request) = read(connection) else { return };
    asked.lock().unwrap().push(request.clone());
    let trouble = (*script.lock().unwrap())(&request);
    let (status, headers, body) = match trouble {
        Some(Trouble::Answer(status, headers, body)) => (status, headers, body),
        Some(Trouble::BreakAfter) => {
            answer(&request, manner, &mut kept.lock().unwrap());
            return;
        }
        None => {
            let (status, body) = answer(&request, manner, &mut kept.lock().unwrap());
            (status, "", body)
        }
    };
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}");
    let mut connection = connection;
    // Who asked may have been killed.
    drop(connection.write_all(text.as_bytes()));
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    let mut words = head.split(' ');
    let method = words.next()?.to_owned();
    let path = words.next()?.strip_prefix("/scim")?.to_owned();
    let header = |name: &str| head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
    let mut body = vec![0; header("content-length: ").map_or(0, |length| length.parse().unwrap())];
    std::io::Read::read_exact(&mut reader, &mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    assert!(head.contains("uthorization: Bearer tulip\r\n") || head.contains("uthorization: Bearer new-tulip\r\n"));
    Some(Asked { method, path, body, content_type: header("content-type: ").unwrap_or_default() })
}

fn answer(request: &Asked, manner: Manner, kept: &mut Kept) -> (u16, Value) {
    let n = kept.values().map(BTreeMap::len).sum::<usize>();
    let all = kept.entry(request.endpoint().to_owned()).or_default();
    let rest = &request.path[request.endpoint().len()..];
    let id = rest.strip_prefix('/').map(str::to_owned);
    match (request.method.as_str(), id) {
        ("GET", None) => {
            let filter = rest.strip_prefix("?filter=").filter(|_| manner == Manner::Scim);
            let filter = filter.map(|filter| percent_decode_str(filter).decode_utf8().unwrap().into_owned());
            let is_meant = |resource: &&Value| {
                filter.as_ref().is_none_or(|filter| {
                    let (attribute, value) = filter.split_once(" eq ").unwrap();
                    resource[attribute] == serde_json::from_str::<Value>(value).unwrap()
                })
            };
            let found: Vec<Value> = all.values().filter(is_meant).cloned().collect();
            (200, json!({"totalResults": found.len(), "Resources": found}))
        }
        ("POST", None) => {
            let external_id = request.external_id();
            let is_taken = |other: &Value| {
                let same = |name: &str| !other[name].is_null() && other[name] == request.body[name];
                same("userName") || (manner == Manner::Egil && same("externalId"))
            };
            if all.values().any(is_taken) {
                return (409, json!({"scimType": "uniqueness", "detail": "Ann is taken"}));
            }
            let id = if manner == Manner::Egil { external_id.to_owned() } else { format!("r{n}-{external_id}") };
            let mut resource = request.body.clone();
            resource["id"] = id.as_str().into();
            all.insert(id, resource.clone());
            (201, resource)
        }
        ("PUT", Some(id)) if all.contains_key(&id) => {
            let mut resource = request.body.clone();
            resource["id"] = id.as_str().into();
            all.insert(id, resource.clone());
            (200, resource)
        }
        ("DELETE", Some(id)) if all.remove(&id).is_some() => (204, Value::Null),
        ("PATCH", Some(_)) if manner == Manner::Egil => (501, Value::Null),
        ("PATCH", Some(id)) if all.contains_key(&id) => {
            let operation = &request.body["Operations"][0];
            all.get_mut(&id).unwrap()["active"] = operation["value"].clone();
            (204, Value::Null)
        }
        _ => (404, Value::Null),
    }
}
