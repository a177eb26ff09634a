//! Request lines as clients write them, encoded as RFC 9112 §3.2 wants them.
//!
//! Clients of the field put `<`, `>`, `"` and letters such as `é` into a filter as they are. The HTTP parser
//! answers such a line with an empty 400, before any service of ours sees it. So they are encoded on their way in.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection on which the target of each request is percent-encoded where it has to be.
pub struct EncodedRequestLines<S> {
    connection: S,
    encoder: Encoder,
    /// What was encoded and did not fit into the reader's buffer.
    waiting: Vec<u8>,
}

impl<S> EncodedRequestLines<S> {
    /// A connection of which nothing was read yet.
    pub fn new(connection: S) -> Self {
        Self { connection, encoder: Encoder::default(), waiting: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for EncodedRequestLines<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.waiting.is_empty() {
            let before = buffer.filled().len();
            std::task::ready!(Pin::new(&mut this.connection).poll_read(context, buffer))?;
            let read = buffer.filled().get(before..).unwrap_or_default();
            let Some(encoded) = this.encoder.encode(read) else { return Poll::Ready(Ok(())) };
            this.waiting = encoded;
            buffer.set_filled(before);
        }
        let fits = this.waiting.len().min(buffer.remaining());
        buffer.put_slice(this.waiting.get(..fits).unwrap_or_default());
        this.waiting.drain(..fits);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for EncodedRequestLines<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}

/// Where in a connection's bytes the encoder is.
enum Place {
    RequestLine {
        has_begun: bool,
    },
    /// The line so far, as far as it can matter.
    Header(Vec<u8>),
    Body(u64),
    /// The line so far that says how long a chunk is.
    ChunkSize(Vec<u8>),
    /// What is left of a chunk, with the end of its line.
    Chunk(u64),
    /// A line after the last chunk; an empty one ends the body.
    Trailer {
        is_empty: bool,
    },
    /// Where the next request begins can't be told: nothing more is encoded.
    Unknown,
}

/// How a request says where its body ends (RFC 9112 §6).
#[derive(Clone, Copy)]
enum Framing {
    Length(u64),
    Chunked,
    /// Only the parser can tell.
    Unknown,
}

/// Follows the requests of one connection closely enough to tell a request line from all else.
struct Encoder {
    place: Place,
    framing: Framing,
}

impl Default for Encoder {
    fn default() -> Self {
        Self { place: Place::RequestLine { has_begun: false }, framing: Framing::Length(0) }
    }
}

/// The longest line that can tell how long a body or a chunk is.
const LONGEST_FRAMING_LINE: usize = 128;

impl Encoder {
    /// The bytes with their request lines encoded; `None` if they can stay as they are.
    fn encode(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut encoded: Option<Vec<u8>> = None;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(self.part(rest));
            if matches!(self.place, Place::RequestLine { .. }) && part.iter().copied().any(must_be_encoded) {
                let done = bytes.len() - rest.len();
                let encoded = encoded.get_or_insert_with(|| bytes.get(..done).unwrap_or_default().to_vec());
                for byte in part {
                    push(encoded, *byte);
                }
            } else if let Some(encoded) = &mut encoded {
                encoded.extend_from_slice(part);
            }
            self.pass(part);
            rest = after;
        }
        encoded
    }

    /// How many of the bytes belong together at this place: a line, the rest of a body, or all.
    fn part(&self, bytes: &[u8]) -> usize {
        match self.place {
            Place::RequestLine { .. } | Place::Header(_) | Place::ChunkSize(_) | Place::Trailer { .. } => {
                bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1)
            }
            Place::Body(left) | Place::Chunk(left) => {
                usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()))
            }
            Place::Unknown => bytes.len(),
        }
    }

    fn pass(&mut self, part: &[u8]) {
        let ended = part.ends_with(b"\n");
        match &mut self.place {
            // RFC 9112 §2.2: empty lines before a request line are skipped.
            Place::RequestLine { has_begun } => {
                *has_begun |= !part.trim_ascii().is_empty();
                if ended && *has_begun {
                    self.place = Place::Header(Vec::new());
                }
            }
            Place::Unknown => (),
            Place::Header(line) => {
                take(line, part);
                if ended {
                    let line = line.trim_ascii();
                    if line.is_empty() {
                        self.place = match std::mem::replace(&mut self.framing, Framing::Length(0)) {
                            Framing::Unknown => Place::Unknown,
                            Framing::Chunked => Place::ChunkSize(Vec::new()),
                            Framing::Length(0) => Place::RequestLine { has_begun: false },
                            Framing::Length(length) => Place::Body(length),
                        };
                    } else {
                        frame(&mut self.framing, line);
                        self.place = Place::Header(Vec::new());
                    }
                }
            }
            Place::Body(left) => {
                *left = left.saturating_sub(part.len() as u64);
                if *left == 0 {
                    self.place = Place::RequestLine { has_begun: false };
                }
            }
            Place::ChunkSize(line) => {
                take(line, part);
                if ended {
                    self.place = match chunk_size(line) {
                        Some(0) => Place::Trailer { is_empty: true },
                        Some(size) => Place::Chunk(size.saturating_add(END_OF_LINE)),
                        None => Place::Unknown,
                    };
                }
            }
            Place::Chunk(left) => {
                *left = left.saturating_sub(part.len() as u64);
                if *left == 0 {
                    self.place = Place::ChunkSize(Vec::new());
                }
            }
            Place::Trailer { is_empty } => {
                *is_empty &= part.trim_ascii().is_empty();
                if ended {
                    self.place = if *is_empty {
                        Place::RequestLine { has_begun: false }
                    } else {
                        Place::Trailer { is_empty: true }
                    };
                }
            }
        }
    }
}

/// The two bytes after each chunk.
const END_OF_LINE: u64 = 2;

/// Keeps of a line what can matter.
fn take(line: &mut Vec<u8>, part: &[u8]) {
    let room = LONGEST_FRAMING_LINE.saturating_sub(line.len());
    line.extend(part.iter().take(room));
}

/// RFC 9112 §7.1: hexadecimal digits, and extensions after a semicolon.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let is_plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = str::from_utf8(digits).ok().filter(|_| is_plain)?;
    u64::from_str_radix(digits, 16).ok()
}

/// Takes from a header line how the body is framed. Chunks go before a length (RFC 9112 §6.3).
fn frame(framing: &mut Framing, line: &[u8]) {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
    let (name, value) = line.split_at(colon);
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    if name.eq_ignore_ascii_case(b"content-length") {
        if matches!(framing, Framing::Length(_)) {
            let length = str::from_utf8(value).ok().and_then(|value| value.parse().ok());
            *framing = length.map_or(Framing::Unknown, Framing::Length);
        }
    } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
        let is_plain = value.eq_ignore_ascii_case(b"chunked") && !matches!(framing, Framing::Unknown);
        *framing = if is_plain { Framing::Chunked } else { Framing::Unknown };
    } else if name.eq_ignore_ascii_case(b"upgrade") {
        *framing = Framing::Unknown;
    }
}

fn must_be_encoded(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'"') || byte >= 0x80
}

fn push(encoded: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if must_be_encoded(byte) {
        encoded.push(b'%');
        for digit in [byte >> 4, byte & 15] {
            encoded.extend(DIGITS.get(usize::from(digit)));
        }
    } else {
        encoded.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(bytes: &[u8], size: usize) -> String {
        let mut encoder = Encoder::default();
        let pieces = bytes.chunks(size).flat_map(|piece| encoder.encode(piece).unwrap_or_else(|| piece.to_vec()));
        String::from_utf8(pieces.collect()).unwrap()
    }

    #[test]
    fn only_request_lines_are_encoded_however_the_bytes_arrive() {
        let sent = "\r\nGET /users?filter=a>'é' HTTP/1.1\r\nHost: <a>\r\n\r\n\
                    POST /token HTTP/1.1\r\ncontent-LENGTH:  9\r\nHost: a\r\n\r\nGET /<é>\n\
                    GET /users?\"<\" HTTP/1.1\r\nX-Long: 1\r\n\r\n\
                    PUT /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n\
                    B;x=<\r\n<\r\n\r\n GET <\r\n5\r\nGET <\r\n0\r\nTrailer: <\r\n\r\nGET /users?'>' HTTP/1.1\r\n\r\n";
        let meant = sent.replacen("a>'é'", "a%3E'%C3%A9'", 1).replacen("\"<\"", "%22%3C%22", 1).replacen(
            "'>' HTTP",
            "'%3E' HTTP",
            1,
        );
        let (sent, meant) = (sent.replace("GET /<é>\n", "GET /<é>"), meant.replace("GET /<é>\n", "GET /<é>"));
        assert_eq!("GET /<é>".len(), 9);

        for size in 1..=sent.len() {
            assert_eq!(in_pieces(sent.as_bytes(), size), meant, "pieces of {size}");
        }
    }

    #[test]
    fn nothing_is_encoded_after_a_body_of_unknown_length() {
        for header in
            ["Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Length: many", "Upgrade: h2c"]
        {
            let sent = format!("POST / HTTP/1.1\r\n{header}\r\n\r\nGET /<é> HTTP/1.1\r\n\r\n");
            assert_eq!(in_pieces(sent.as_bytes(), 7), sent);
        }
    }

    #[test]
    fn an_unchanged_request_is_not_copied() {
        assert_eq!(Encoder::default().encode(b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n"), None);
    }
}
