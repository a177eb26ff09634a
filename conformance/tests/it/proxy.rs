//! A reverse proxy that breaks one thing of the server behind it.
//!
//! It speaks just enough HTTP/1.1 for the runner's client, and renames the server's addresses to its own, so that
//! links lead back to it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use koppelvlak_conformance::client::Client;
use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::Value;

/// How a server is broken: before a request reaches it, after it answered, or without asking it at all.
#[derive(Clone, Copy)]
pub enum Fault {
    /// The request is changed.
    Request(fn(&mut Request)),
    /// The answer is changed.
    Answer(fn(&Request, &mut Response)),
    /// The answer is made up, where something is returned.
    Instead(fn(&Request) -> Option<Response>),
}

/// A proxy that runs until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
}

impl Proxy {
    /// Puts a fault before the server at `origin`.
    pub fn start(origin: &str, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let (over, origin) = (Arc::clone(&ends), origin.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let origin = origin.clone();
                // A client that goes away is no fault of the proxy's.
                thread::spawn(move || drop(serve(&stream, &origin, address, fault)));
            }
        });
        Self { address, ends }
    }

    /// Where it listens.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the loop, so that it sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(stream: &TcpStream, origin: &str, own: SocketAddr, fault: Fault) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let client = Client::new(Duration::from_secs(60));
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(mut request) = read(&mut reader, origin, own)? {
        if let Fault::Request(change) = fault {
            change(&mut request);
        }
        let made_up = if let Fault::Instead(make) = fault { make(&request) } else { None };
        let mut response = match made_up {
            Some(response) => response,
            None => client.send_once(&request).unwrap_or_else(|error| panic!("{error}")),
        };
        if let Fault::Answer(change) = fault {
            change(&request, &mut response);
        }
        write(stream, &request, &response, (origin, own))?;
    }
    Ok(())
}

fn read(reader: &mut BufReader<TcpStream>, origin: &str, own: SocketAddr) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_ascii_whitespace();
    let method = parts.next().unwrap_or_default().to_owned();
    let path = parts.next().unwrap_or_default();
    let mut request = Request::new(&method, format!("{origin}{path}"));
    let mut length = 0;
    let mut host = None;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            // What the runner's client sends by itself, the proxy's sends by itself too.
            "connection" | "accept-encoding" | "transfer-encoding" | "user-agent" => {}
            // A signature is of the address that the client called; other requests have the proxy's own.
            "host" => host = Some(value.trim().to_owned()),
            _ => request = request.header(name, value.trim()),
        }
    }
    if let Some(host) = host.filter(|_| is_signed(&request)) {
        request = request.header("Host", host);
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    request.body = renamed(&request.body, &format!("http://{own}"), origin);
    Ok(Some(request))
}

fn is_signed(request: &Request) -> bool {
    request.header_value("authorization").is_some_and(|value| value.starts_with("OAuth "))
}

fn write(
    mut stream: &TcpStream,
    request: &Request,
    response: &Response,
    (origin, own): (&str, SocketAddr),
) -> std::io::Result<()> {
    let own = format!("http://{own}");
    let body = renamed(&response.body, origin, &own);
    let mut head = format!("HTTP/1.1 {} \r\n", response.status);
    for (name, value) in &response.headers {
        if !["content-length", "transfer-encoding", "connection", "content-encoding"].contains(&name.as_str()) {
            _ = write!(head, "{name}: {}\r\n", value.replace(origin, &own));
        }
    }
    if !matches!(response.status, 204 | 304) {
        _ = write!(head, "content-length: {}\r\n", body.len());
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if request.method != "HEAD" && !matches!(response.status, 204 | 304) {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The bytes with one address for another.
fn renamed(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// Changes the JSON of an answer.
pub fn edit(response: &mut Response, change: impl FnOnce(&mut Value)) {
    if let Ok(mut json) = serde_json::from_slice::<Value>(&response.body) {
        change(&mut json);
        response.body = json.to_string().into_bytes();
    }
}

/// An answer that is made up.
pub fn answer(status: u16, media_type: &str, body: &Value) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
        body: body.to_string().into_bytes(),
        took: Duration::ZERO,
    }
}
