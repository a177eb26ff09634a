//! Connections on which an answer is read although the server hung up while the request was still being sent.
//!
//! A server may refuse a body before all of it is there, and close (RFC 9112 §9.6). What it had said is then waiting
//! on this side, while the next bytes can't be sent: that isn't worth an error, the answer is what counts.

use std::io::ErrorKind;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Makes such connections of others.
#[derive(Debug, Default)]
pub struct Heedful;

/// Such a connection.
#[derive(Debug)]
pub struct Heeded<T> {
    inner: T,
    is_hung_up: bool,
}

impl<In: Transport> Connector<In> for Heedful {
    type Out = Heeded<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Heeded { inner, is_hung_up: false }))
    }
}

impl<T: Transport> Transport for Heeded<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.is_hung_up {
            return Ok(());
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(Error::Io(error)) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                self.is_hung_up = true;
                Ok(())
            }
            sent => sent,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        !self.is_hung_up && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use crate::client::Client;
    use crate::exchange::Request;

    #[test]
    fn a_refusal_is_read_although_the_server_hangs_up_on_the_body() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let n_read = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(b"HTTP/1.1 413 \r\ncontent-length: 2\r\nconnection: close\r\n\r\nno").unwrap();
            n_read
        });
        let request = Request::new("POST", url).body("text/plain", vec![b'x'; 8 * 1024 * 1024]);

        let response = Client::new(Duration::from_secs(20)).send(&request).unwrap();

        assert_eq!((response.status, response.text().as_str()), (413, "no"));
        assert!(server.join().unwrap() > 0);
    }
}
