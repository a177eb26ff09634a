//! The load: a closed loop over kept connections, in one thread, from requests that are bytes already.
//!
//! The generator must never be what is measured: it parses no more of an answer than its length.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::bail;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::dice::Dice;
use crate::process::{Cpu, Meter};
use crate::wire::Head;

/// What to ask, how hard, and whose time counts.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// The server.
    pub address: SocketAddr,
    /// The requests, of which each turn takes one by chance.
    pub requests: &'a [Vec<u8>],
    /// How many connections ask at a time.
    pub connections: usize,
    /// How long is measured.
    pub duration: Duration,
    /// How long each connection rests between an answer and its next request.
    pub rest: Duration,
    /// How long is asked before anything counts.
    pub warm_up: Duration,
    /// Whose time counts.
    pub meter: Meter,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// Answers with a status of success.
    pub answers: u64,
    /// Other answers, and connections lost.
    pub failures: u64,
    /// How long was measured, in seconds.
    pub seconds: f64,
    /// CPU seconds in that time.
    pub cpu: Cpu,
    /// Bytes of all answers.
    pub bytes: u64,
    latencies: Vec<Duration>,
}

/// How long is asked before anything counts, if nothing else is due.
pub const WARM_UP: Duration = Duration::from_millis(600);

impl Load<'_> {
    /// Asks for as long as it was told to.
    pub fn run(&self) -> anyhow::Result<Served> {
        let ends = Instant::now() + self.warm_up + self.duration;
        self.run_while(|| Instant::now() < ends)
    }

    /// Asks while a condition holds, which is looked at a few times each second.
    pub fn run_while(&self, goes_on: impl Fn() -> bool) -> anyhow::Result<Served> {
        if self.requests.is_empty() {
            bail!("there is nothing to ask for");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tally = Rc::new(Tally::default());
        let mut served = LocalSet::new().block_on(&runtime, async {
            let requests: Rc<[Vec<u8>]> = self.requests.into();
            let mut asking = Vec::new();
            for number in 0..self.connections {
                let asker = Asker {
                    load: (self.address, self.rest),
                    requests: Rc::clone(&requests),
                    dice: Dice::new(number as u64),
                };
                asking.push(tokio::task::spawn_local(asker.ask(Rc::clone(&tally))));
            }
            tokio::time::sleep(self.warm_up).await;
            let (began, before) = (Instant::now(), self.meter.read());
            tally.measures.set(true);
            while goes_on() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tally.measures.set(false);
            let cpu = self.meter.read().since(before);
            let seconds = began.elapsed().as_secs_f64();
            tally.ends.set(true);
            for task in asking {
                task.await?;
            }
            anyhow::Ok(Served { seconds, cpu, ..tally.served.take() })
        })?;
        served.latencies.sort_unstable();
        Ok(served)
    }
}

#[derive(Default)]
struct Tally {
    measures: Cell<bool>,
    ends: Cell<bool>,
    served: RefCell<Served>,
}

struct Asker {
    load: (SocketAddr, Duration),
    requests: Rc<[Vec<u8>]>,
    dice: Dice,
}

impl Asker {
    async fn ask(mut self, tally: Rc<Tally>) {
        let (address, rest) = self.load;
        let mut buffer = vec![0; 256 * 1024];
        let mut connection = None;
        while !tally.ends.get() {
            let Some(request) = self.requests.get(self.dice.below(self.requests.len())) else { return };
            let stream = match connection.take() {
                Some(stream) => Ok(stream),
                None => connect(address).await,
            };
            let began = Instant::now();
            let answer = match stream {
                Ok(stream) => exchange(&stream, request, &mut buffer).await.map(|head| (stream, head)),
                Err(error) => Err(error),
            };
            let head = answer.ok().map(|(stream, head)| {
                connection = Some(stream);
                head
            });
            if tally.measures.get() {
                tally.served.borrow_mut().note(head, began.elapsed());
            }
            if rest > Duration::ZERO || head.is_none() {
                tokio::time::sleep(rest.max(Duration::from_millis(1))).await;
            }
        }
    }
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn exchange(stream: &TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> std::io::Result<Head> {
    let mut left = request;
    while !left.is_empty() {
        match stream.try_write(left) {
            Ok(n) => left = left.get(n..).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    let (mut filled, mut head) = (0, None);
    loop {
        stream.readable().await?;
        match stream.try_read(buffer.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        head = head.or_else(|| Head::parse(buffer.get(..filled)?));
        match head {
            Some(head) if filled >= head.total() => return Ok(head),
            Some(head) if buffer.len() < head.total() => buffer.resize(head.total(), 0),
            Some(_) | None => {}
        }
    }
}

impl Served {
    fn note(&mut self, head: Option<Head>, latency: Duration) {
        match head {
            Some(head) if (200..300).contains(&head.status) => {
                self.answers += 1;
                self.bytes += head.length as u64;
            }
            Some(_) | None => self.failures += 1,
        }
        self.latencies.push(latency);
    }

    /// A latency in ms: that which this share of all answers did not exceed.
    pub fn latency_ms(&self, share: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a place")]
        let place = (self.latencies.len().saturating_sub(1) as f64 * share) as usize;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }
}
