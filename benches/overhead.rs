//! What every answer costs beside its data: the gate before the handler, and the durable disclosure after it.
//!
//! `cargo bench --bench overhead` prints CPU time, which hardly depends on what else the machine does. With
//! `KOPPELVLAK_TEST_POSTGRES` (a libpq URL of a scratch server) it measures PostgreSQL too.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark talks and may fail"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are small"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, HttpServer, web};
use koppelvlak::audit::{Disclosure, Recorder};
use koppelvlak::clock::Millis;
use koppelvlak::http::assembly::Limits;
use koppelvlak::http::gate::Gate;
use koppelvlak::http::metrics;
use koppelvlak::store::{Database, DatabaseUrl, migration};
use roaring::RoaringBitmap;

const SECONDS: u64 = 3;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    println!("an empty handler, 8 connections:");
    let bare = requests(false);
    println!("  bare actix-web        {bare:6.1} µs");
    let gated = requests(true);
    println!("  behind the gate       {gated:6.1} µs  (+{:.1})", gated - bare);
    logged(folder.path());
    let again = requests(true);
    println!("  and each one logged   {again:6.1} µs  (+{:.1})", again - bare);

    println!("a durable disclosure of a page of 100 people:");
    let sqlite = format!("sqlite:{}", folder.path().join("bench.db").display());
    disclosures("SQLite", &sqlite, "disclosures");
    #[expect(clippy::disallowed_methods, reason = "the benchmark's own setting")]
    if let Ok(url) = std::env::var("KOPPELVLAK_TEST_POSTGRES") {
        disclosures("PostgreSQL", &url, "disclosures");
    }
}

/// CPU time of the server's threads for one request, in microseconds.
fn requests(gated: bool) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (started, handle) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let app = move || {
                let gate = Gate::new(Limits::default(), "http://localhost");
                actix_web::App::new()
                    .wrap(actix_web::middleware::Condition::new(gated, gate))
                    .route("/{tenant}/users/{id}", web::get().to(HttpResponse::Ok))
            };
            let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = handle.recv().unwrap();
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            std::thread::spawn(move || client(&address.to_string(), &stop, &count))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let (cpu, done) = (cpu_of("actix-rt"), count.load(Ordering::Relaxed));
    std::thread::sleep(Duration::from_secs(SECONDS));
    let cost = (cpu_of("actix-rt") - cpu) / (count.load(Ordering::Relaxed) - done) as f64;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    actix_web::rt::System::new().block_on(handle.stop(false));
    server.join().unwrap();
    cost
}

fn client(address: &str, stop: &AtomicBool, count: &AtomicU64) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        let request = b"GET /noord/users/P-1004 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n\
            Accept: application/json\r\nUser-Agent: bench\r\n\r\n";
        stream.write_all(request).unwrap();
        assert!(stream.read(&mut buffer).unwrap() > 0);
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Turns the log on, as JSON, into a file.
fn logged(folder: &std::path::Path) {
    let file = fs::File::create(folder.join("log")).unwrap();
    let file = std::sync::Mutex::new(std::io::BufWriter::with_capacity(1 << 20, file));
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(file).init();
    metrics::install();
}

fn disclosures(name: &str, url: &str, thread: &str) {
    let database = Database::open(&DatabaseUrl::parse(url).unwrap()).unwrap();
    migration::migrate(&database).unwrap();
    for callers in [1_usize, 8, 64] {
        let recorder = Arc::new(Recorder::start(database.clone()).unwrap());
        let runtime = actix_web::rt::System::new();
        // Everybody is known after the first rounds, as in a running server.
        runtime.block_on(load(&recorder, callers, Duration::from_millis(500)));
        let before = (cpu_of(thread) + cpu_of("overhead"), cpu_of_postgres());
        let began = Instant::now();
        let mut waits = runtime.block_on(load(&recorder, callers, Duration::from_secs(SECONDS)));
        let took = began.elapsed().as_secs_f64();
        let cpu = (cpu_of(thread) + cpu_of("overhead") - before.0, cpu_of_postgres() - before.1);
        waits.sort_unstable();
        let at = |share: f64| waits[(waits.len() as f64 * share) as usize].as_secs_f64() * 1e3;
        let n = waits.len() as f64;
        println!(
            "  {name:<10} {callers:>2} callers: {:>7.0} records/s, {:5.1} µs CPU a record (+{:5.1} in PostgreSQL), median {:.2} ms, p99 {:.2} ms",
            n / took,
            cpu.0 / n,
            cpu.1 / n,
            at(0.5),
            at(0.99),
        );
    }
}

async fn load(recorder: &Arc<Recorder>, callers: usize, time: Duration) -> Vec<Duration> {
    let end = Instant::now() + time;
    let callers: Vec<_> = (0..callers)
        .map(|caller| {
            let recorder = Arc::clone(recorder);
            actix_web::rt::spawn(async move {
                let mut waits = Vec::new();
                let mut page = u32::try_from(caller).unwrap();
                while Instant::now() < end {
                    let began = Instant::now();
                    recorder.record(disclosure(page % 1000)).await.unwrap();
                    waits.push(began.elapsed());
                    page += 7;
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for caller in callers {
        waits.extend(caller.await.unwrap());
    }
    waits
}

fn disclosure(page: u32) -> Disclosure {
    let people = |from: u32, step: usize| -> RoaringBitmap { (from..from + 100).step_by(step).collect() };
    Disclosure {
        tenant_id: 1,
        at: Millis(1_788_000_000_000),
        vendor: "atlas".into(),
        request_id: "0199a5d2c3f87b6b9e1f5f6a7b8c9d0e".into(),
        rules: "atlas-1@3,atlas-2@1".into(),
        entity: "user",
        records: 100,
        people: vec![(0b1_1100_0111_1000, people(page * 100, 1)), (0b1000, people(page * 100, 3))],
        objects: None,
    }
}

/// CPU time of this process's threads of a name so far, in microseconds.
fn cpu_of(name: &str) -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter(|task| comm(&task.path()).starts_with(name)).map(|task| cpu(&task.path())).sum()
}

fn cpu_of_postgres() -> f64 {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter(|process| comm(&process.path()) == "postgres").map(|process| cpu(&process.path())).sum()
}

fn comm(path: &std::path::Path) -> String {
    fs::read_to_string(path.join("comm")).unwrap_or_default().trim().to_owned()
}

fn cpu(path: &std::path::Path) -> f64 {
    let schedstat = fs::read_to_string(path.join("schedstat")).unwrap_or_default();
    schedstat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default() / 1e3
}
