//! A scripted provider, for what goes wrong.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A provider that says what a test wants it to say, and notes what it was asked.
pub struct Fake {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What a fake says to the n-th request for a path: status, headers, body.
pub type Script = Box<dyn Fn(&str, usize) -> (u16, String, String) + Send>;

impl Fake {
    /// Starts it on a free port.
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        // It ends with the process.
        std::thread::spawn(move || {
            let mut counts = BTreeMap::new();
            for connection in listener.incoming() {
                serve_one(connection.unwrap(), &script, &mut counts, &noted);
            }
        });
        Self { url, asked }
    }

    /// The address up to `/ims/oneroster`.
    pub fn root(&self) -> String {
        format!("{}/ims/oneroster", self.url)
    }

    /// What was asked since the last time, without tokens.
    pub fn take(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.retain(|path| !path.contains("token"));
        asked
    }
}

fn serve_one(
    mut connection: TcpStream,
    script: &Script,
    counts: &mut BTreeMap<String, usize>,
    asked: &Mutex<Vec<String>>,
) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    std::io::Read::read_exact(&mut reader, &mut body).unwrap();
    asked.lock().unwrap().push(path.clone());
    let n = counts.entry(path.clone()).or_default();
    *n += 1;
    let (status, headers, body) =
        if path.contains("token") { (200, String::new(), r#"{"access_token":"t"}"#.into()) } else { script(&path, *n) };
    if status == 0 {
        return; // The connection breaks off.
    }
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}");
    connection.write_all(answer.as_bytes()).unwrap();
}

/// A small school of 1.2: two pages of orgs, one person, and no services but rostering.
pub fn village(path: &str) -> (u16, String, String) {
    let name = path.split('?').next().unwrap().rsplit('/').next().unwrap();
    let base = r#""status":"active","dateLastModified":"2026-08-01T00:00:00.000Z""#;
    let objects = match (name, path.contains("offset=0")) {
        ("orgs", true) => {
            format!(
                r#"{{"sourcedId":"o-1",{base},"name":"North","type":"district"}},{{"sourcedId":"o-2",{base},"name":"Elm","type":"school","parent":{{"sourcedId":"o-1"}}}}"#
            )
        }
        ("orgs", false) => format!(r#"{{"sourcedId":"o-3",{base},"name":"Oak","type":"school"}}"#),
        ("users", true) => {
            format!(
                r#"{{"sourcedId":"u-1",{base},"enabledUser":true,"givenName":"Willemijn","familyName":"B","roles":[{{"roleType":"primary","role":"teacher","org":{{"sourcedId":"o-2"}}}}]}},{{"sourcedId":"u-2","status":"tobedeleted","dateLastModified":"2026-08-01T00:00:00Z"}}"#
            )
        }
        ("demographics" | "resources" | "categories" | "scoreScales" | "lineItems" | "results", _) => {
            return (404, String::new(), "{}".into());
        }
        _ => String::new(),
    };
    (200, String::new(), format!(r#"{{"{name}":[{objects}]}}"#))
}
