//! A vendor's server in a few lines: it keeps what it is given, notes what it was asked, and fails where a test says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub body: Value,
    pub content_type: String,
    pub authorization: String,
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
pub enum Trouble {
    /// This answer comes, and nothing is done.
    Answer(u16, &'static str, Value),
    /// It is done, and the connection breaks off.
    BreakAfter,
    /// It waits until all of these are there; then comes what follows, or nothing goes wrong.
    Together(Arc<Barrier>, Option<Box<Trouble>>),
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
    inside: Arc<Inside>,
}

struct Inside {
    manner: Manner,
    asked: Mutex<Vec<Asked>>,
    /// What is being answered now, by our identifier or its path.
    under_way: Mutex<Vec<String>>,
    /// What was asked for while the same was being answered.
    collisions: Mutex<Vec<String>>,
    kept: Mutex<Kept>,
    script: Mutex<Script>,
}

impl Fake {
    /// Starts it on a free port; it ends with the process.
    pub fn start(manner: Manner) -> Self {
        Self::start_as(manner, "http", |connection, inside| inside.serve(&connection))
    }

    /// The same over TLS. Who isn't let in is read from all the same, so that the reason arrives there.
    pub fn start_with_tls(manner: Manner, tls: &Arc<rustls::ServerConfig>) -> Self {
        let tls = Arc::clone(tls);
        Self::start_as(manner, "https", move |mut connection, inside| {
            let mut server = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
            if server.complete_io(&mut connection).is_ok() {
                return inside.serve(rustls::StreamOwned::new(server, connection));
            }
            connection.shutdown(std::net::Shutdown::Write).unwrap();
            drop(std::io::copy(&mut connection, &mut std::io::sink()));
        })
    }

    fn start_as(manner: Manner, scheme: &str, serve: impl Fn(TcpStream, &Inside) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://{}/scim", listener.local_addr().unwrap());
        let inside = Arc::new(Inside {
            manner,
            asked: Mutex::default(),
            under_way: Mutex::default(),
            collisions: Mutex::default(),
            kept: Mutex::default(),
            script: Mutex::new(Box::new(|_: &Asked| None)),
        });
        let fake = Self { url, inside: Arc::clone(&inside) };
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (serve, inside) = (Arc::clone(&serve), Arc::clone(&inside));
                std::thread::spawn(move || serve(connection.unwrap(), &inside));
            }
        });
        fake
    }

    /// From now on this goes wrong.
    pub fn fail(&self, script: impl FnMut(&Asked) -> Option<Trouble> + Send + 'static) {
        *self.inside.script.lock().unwrap() = Box::new(script);
    }

    /// From now on nothing does.
    pub fn heal(&self) {
        self.fail(|_| None);
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.inside.asked.lock().unwrap())
    }

    /// What was asked for while the same was being answered.
    pub fn collisions(&self) -> Vec<String> {
        self.inside.collisions.lock().unwrap().clone()
    }

    /// What it has of an endpoint.
    pub fn has(&self, endpoint: &str) -> Vec<Value> {
        self.inside.kept.lock().unwrap().get(endpoint).map(|all| all.values().cloned().collect()).unwrap_or_default()
    }

    /// Makes something there that nobody gave it.
    pub fn put(&self, endpoint: &str, id: &str, mut resource: Value) {
        resource["id"] = id.into();
        self.inside.kept.lock().unwrap().entry(endpoint.to_owned()).or_default().insert(id.to_owned(), resource);
    }

    /// Loses something.
    pub fn lose(&self, endpoint: &str, external_id: &str) {
        let mut kept = self.inside.kept.lock().unwrap();
        kept.get_mut(endpoint).unwrap().retain(|_, resource| resource["externalId"] != external_id);
    }
}

impl Inside {
    fn serve<S: Read + Write>(&self, mut connection: S) {
        let Some(request) = read(&mut connection) else { return };
        assert!(["", "bearer tulip", "bearer new-tulip"].contains(&request.authorization.as_str()));
        let about =
            if request.external_id().is_empty() { request.path.clone() } else { request.external_id().to_owned() };
        {
            let mut under_way = self.under_way.lock().unwrap();
            if under_way.contains(&about) {
                self.collisions.lock().unwrap().push(about.clone());
            }
            under_way.push(about.clone());
        }
        self.asked.lock().unwrap().push(request.clone());
        let mut trouble = (*self.script.lock().unwrap())(&request);
        if let Some(Trouble::Together(all, then)) = trouble {
            all.wait();
            trouble = then.map(|then| *then);
        }
        let answer = || answer(&request, self.manner, &mut self.kept.lock().unwrap());
        let answered = match trouble {
            Some(Trouble::Answer(status, headers, body)) => Some((status, headers, body)),
            Some(Trouble::BreakAfter) => {
                answer();
                None
            }
            Some(Trouble::Together(..)) | None => {
                let (status, body) = answer();
                Some((status, "", body))
            }
        };
        self.under_way.lock().unwrap().retain(|other| *other != about);
        let Some((status, headers, body)) = answered else { return };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}");
        // Who asked may have been killed.
        drop(connection.write_all(text.as_bytes()).and_then(|()| connection.flush()));
    }
}

fn read(connection: &mut impl Read) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    let mut words = head.split(' ');
    let method = words.next()?.to_owned();
    let path = words.next()?.strip_prefix("/scim")?.to_owned();
    let header = |name: &str| head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
    let mut body = vec![0; header("content-length: ").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let authorization = header("authorization: ").unwrap_or_default();
    Some(Asked { method, path, body, content_type: header("content-type: ").unwrap_or_default(), authorization })
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
