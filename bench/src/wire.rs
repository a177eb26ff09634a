//! As much HTTP as a benchmark needs: requests as bytes, answers by `Content-Length`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// A GET as bytes.
pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n{authorization}\r\n").into_bytes()
}

/// A PUT of JSON as bytes.
pub fn put_json(path: &str, token: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    let head = format!("Authorization: Bearer {token}\r\nContent-Type: application/json");
    format!("PUT {path} HTTP/1.1\r\nHost: bench\r\n{head}\r\nContent-Length: {length}\r\n\r\n{json}").into_bytes()
}

/// The same as a POST or PATCH.
pub fn send_json(method: &str, path: &str, token: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    let head = format!("Authorization: Bearer {token}\r\nContent-Type: application/json");
    format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n{head}\r\nContent-Length: {length}\r\n\r\n{json}").into_bytes()
}

/// A form as bytes.
pub fn post_form(path: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    let head = "Content-Type: application/x-www-form-urlencoded";
    format!("POST {path} HTTP/1.1\r\nHost: bench\r\n{head}\r\nContent-Length: {length}\r\n\r\n{form}").into_bytes()
}

/// The head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// Where the body begins.
    pub body_at: usize,
    /// How long the body is.
    pub length: usize,
}

impl Head {
    /// The head, once all of it is there.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = bytes.get(..end)?;
        let status = std::str::from_utf8(head.get(9..12)?).ok()?.parse().ok()?;
        let name: &[u8] = b"content-length:";
        let length = head.split(|byte| *byte == b'\n').find_map(|line| {
            let (found, value) = line.split_at_checked(name.len())?;
            found.eq_ignore_ascii_case(name).then(|| std::str::from_utf8(value).ok()?.trim().parse().ok())?
        });
        Some(Self { status, body_at: end + 4, length: length.unwrap_or(0) })
    }

    /// How long the answer is in all.
    pub fn total(&self) -> usize {
        self.body_at + self.length
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    }

    /// How many objects the whole list has.
    pub fn total(&self) -> Option<usize> {
        self.header("x-total-count")?.trim().parse().ok()
    }

    /// The address of the next page, without the server's.
    pub fn next(&self) -> Option<String> {
        let links = self.header("link")?;
        let next = links.split(", ").find(|link| link.ends_with("rel=\"next\""))?;
        let url = next.trim().strip_prefix('<')?.split_once('>')?.0;
        url.split_once("://")?.1.split_once('/').map(|(_, path)| format!("/{path}"))
    }

    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// One connection that is kept.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Self { stream, buffer: vec![0; 1 << 20] })
    }

    /// Sends a request and reads its answer.
    pub fn send(&mut self, request: &[u8]) -> anyhow::Result<Reply> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let n = self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default())?;
            if n == 0 {
                bail!("the server closed the connection");
            }
            filled += n;
            let read = self.buffer.get(..filled).unwrap_or_default();
            match Head::parse(read) {
                Some(head) if filled >= head.total() => {
                    let text = read.get(..head.body_at).unwrap_or_default();
                    let body = read.get(head.body_at..head.total()).unwrap_or_default().to_vec();
                    return Ok(Reply { status: head.status, head: String::from_utf8_lossy(text).into_owned(), body });
                }
                Some(head) if self.buffer.len() < head.total() => self.buffer.resize(head.total(), 0),
                Some(_) | None => {}
            }
        }
    }

    /// GET; anything but 200 is an error.
    pub fn get(&mut self, path: &str, token: &str) -> anyhow::Result<Reply> {
        let reply = self.send(&get(path, Some(token))).with_context(|| format!("GET {path}"))?;
        if reply.status != 200 {
            bail!("GET {path}: {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_long_as_its_head_says() {
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nContent-length: 12\r\nx: y\r\n\r\nabc").unwrap();

        assert_eq!(head, Head { status: 200, body_at: 45, length: 12 });
        assert_eq!(Head::parse(b"HTTP/1.1 200 OK\r\nContent-length: 12\r\n"), None);
    }

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        let head = "HTTP/1.1 200 OK\r\nlink: <http://a:1/x?o=0>; rel=\"first\", <http://a:1/x?o=9>; rel=\"next\"\r\n";
        let reply = Reply { status: 200, head: head.to_owned(), body: Vec::new() };

        assert_eq!(reply.next().as_deref(), Some("/x?o=9"));
    }
}
