//! `bench sign-in`: whole sign-ins against a server on its own core, the load on the other.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use identity::{Location, OpenOptions};
use testkit::postgres;

use crate::load::{Outcome, Shape, send_all};
use crate::population::{self, Person};
use crate::process::Server;
use crate::report::Report;
use crate::{floor, serve};

/// The server's core; the load generator takes the other.
pub(crate) const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// Turns that a load and its floor take.
const ROUNDS: usize = 8;

#[derive(Debug, Args)]
pub(crate) struct SignIn {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// How many people with a passkey each.
    #[arg(long, default_value_t = 20_000)]
    people: usize,
    /// Sign-ins per measurement.
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// Leave PostgreSQL out.
    #[arg(long)]
    sqlite_only: bool,
    /// A compiled `slow_sync.c`, which makes every fsync take 2 ms more; made when absent.
    #[arg(long)]
    slow_sync: Option<String>,
}

/// One database and how the server shall use it.
struct Setting<'a> {
    arguments: Vec<&'a str>,
    environment: Vec<(&'a str, &'a str)>,
}

pub(crate) fn shape(connections: usize) -> Shape {
    Shape {
        connections,
        rate: None,
        keep_bodies: false,
    }
}

/// This process is the load generator: it keeps off the server's core.
pub(crate) fn pin_to_load_core() -> Result<(), String> {
    let pid = std::process::id().to_string();
    let status = std::process::Command::new("taskset")
        .args(["-a", "-p", "-c", LOAD_CORE, &pid])
        .stdout(std::process::Stdio::null())
        .status();
    status
        .map_err(|cause| format!("taskset: {cause}"))?
        .success()
        .then_some(())
        .ok_or_else(|| "taskset failed".to_owned())
}

pub(crate) fn make_load_runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| cause.to_string())
}

pub(crate) fn run(options: &SignIn) -> Result<(), String> {
    let mut people = population::make_people(options.people)?;
    pin_to_load_core()?;
    let runtime = make_load_runtime()?;
    let mut report = Report::new(options.json);
    report.head("Floors (server on one core, load on the other)");
    runtime.block_on(measure_floors(options, &mut report))?;
    let floor = Server::start(SERVER_CORE, &["floor"], &[])?;

    report.head("SQLite, synchronous=FULL, group commit");
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let file = folder.path().join("bench.sqlite");
    fill(&Location::Sqlite { file: file.clone() }, &people)?;
    let text = path_text(&file)?;
    let lite = Setting {
        arguments: vec!["serve", "--file", text],
        environment: Vec::new(),
    };
    let peak = runtime.block_on(measure(
        options,
        &lite,
        &mut people,
        "sqlite",
        &mut report,
        &floor,
    ))?;
    runtime.block_on(measure_half_peak(
        options,
        &lite,
        &mut people,
        peak,
        &mut report,
    ))?;

    report.head("SQLite, every fsync slowed by 2 ms");
    let shim = find_shim(options, folder.path())?;
    runtime.block_on(measure_slow(options, text, &shim, &mut people, &mut report))?;

    if !options.sqlite_only {
        report.head("PostgreSQL on the load's core, synchronous_commit=on");
        let database = postgres::Server::start_durable()?;
        let database = postgres::Database::create(&database.url()).map(|made| (database, made))?;
        let url = database.1.url();
        fill(&Location::Postgres { url: url.clone() }, &people)?;
        let pg = Setting {
            arguments: vec!["serve", "--database-url", &url],
            environment: Vec::new(),
        };
        runtime.block_on(measure(
            options,
            &pg,
            &mut people,
            "postgres",
            &mut report,
            &floor,
        ))?;
    }
    report.finish();
    Ok(())
}

pub(crate) fn path_text(path: &Path) -> Result<&str, String> {
    path.to_str()
        .ok_or_else(|| "a path that is not UTF-8".to_owned())
}

fn fill(location: &Location, people: &[Person]) -> Result<(), String> {
    make_load_runtime()?.block_on(async {
        let identity = serve::open(&OpenOptions::new(location.clone()), 8080).await?;
        population::write(&identity, people).await?;
        identity.close().await;
        Ok(())
    })
}

/// What one core does when nothing is stored.
async fn measure_floors(options: &SignIn, report: &mut Report) -> Result<(), String> {
    report.add(
        "floor_verify_per_s",
        floor::measure_verify(1.0)?,
        "/s   (raw ES256, key from bytes)",
    );
    report.add(
        "floor_fdatasync_per_s",
        floor::measure_sync(1.0)?,
        "/s   (4 KiB append)",
    );
    let server = Server::start(SERVER_CORE, &["floor"], &[])?;
    let port = server.port()?;
    let empty = Arc::new(vec![make_get(port, "/"); options.requests * 3]);
    let outcome = send_all(port, empty, shape(32)).await?;
    report.add(
        "floor_http_per_s",
        outcome.per_second,
        "/s   (empty request, 32 connections)",
    );
    Ok(())
}

fn make_get(port: u16, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n").into_bytes()
}

/// A load and the server's processor time for each of its requests, in microseconds.
pub(crate) async fn send_timed(
    server: &Server,
    requests: Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Result<(Outcome, f64), String> {
    let before = server.cpu_micros()?;
    let outcome = send_all(server.port()?, requests, shape(connections)).await?;
    check(&outcome)?;
    Ok((outcome, server.cpu_micros()? - before))
}

/// Requests that verify and store nothing, and the server's processor time.
async fn send_verify_only(floor: &Server, count: usize) -> Result<(Outcome, f64), String> {
    let requests = Arc::new(vec![make_get(floor.port()?, "/verify"); count]);
    send_timed(floor, requests, 32).await
}

/// States issued beforehand and answered by the people's passkeys, in turn.
pub(crate) async fn prepare(
    server: &Server,
    people: &mut [Person],
    count: usize,
) -> Result<Arc<Vec<Vec<u8>>>, String> {
    let (port, token) = (
        server.port()?,
        server.ready.get(2).ok_or("no token")?.clone(),
    );
    let ask = Arc::new(vec![
        population::make_challenge_request(port, &token);
        count
    ]);
    let offers = send_all(
        port,
        ask,
        Shape {
            connections: 16,
            rate: None,
            keep_bodies: true,
        },
    )
    .await?;
    check(&offers)?;
    let length = people.len();
    let finishes = offers.bodies.iter().enumerate().map(|(index, offer)| {
        population::make_finish_request(port, &token, offer, &mut people[index % length])
    });
    finishes.collect::<Result<Vec<_>, _>>().map(Arc::new)
}

pub(crate) fn check(outcome: &Outcome) -> Result<(), String> {
    match &outcome.first_refusal {
        Some(refusal) => Err(format!(
            "{} of {} refused, first: {refusal}",
            outcome.refused, outcome.answered
        )),
        None => Ok(()),
    }
}

async fn measure(
    options: &SignIn,
    setting: &Setting<'_>,
    people: &mut [Person],
    name: &str,
    report: &mut Report,
    floor: &Server,
) -> Result<f64, String> {
    let server = Server::start(SERVER_CORE, &setting.arguments, &setting.environment)?;
    let warm = prepare(&server, people, 1000).await?;
    check(&send_all(server.port()?, warm, shape(32)).await?)?;
    for (connections, count) in [(1, options.requests / 4), (128, options.requests)] {
        let finishes = prepare(&server, people, count).await?;
        let (outcome, cpu) = send_timed(&server, finishes, connections).await?;
        tell(report, name, connections, &outcome, cpu);
    }
    let peak = measure_beside_floor(options, &server, people, name, report, floor).await?;
    measure_full(options, &server, people, name, report).await?;
    report.add(
        &format!("{name}_resident_mib"),
        server.resident_mib()?,
        "MiB",
    );
    Ok(peak)
}

fn tell(report: &mut Report, name: &str, connections: usize, outcome: &Outcome, cpu: f64) {
    let at = format!("{name}_finish_c{connections}");
    report.add(&format!("{at}_per_s"), outcome.per_second, "/s");
    report.add(&format!("{at}_p50_ms"), outcome.p50_ms, "ms");
    report.add(&format!("{at}_p99_ms"), outcome.p99_ms, "ms");
    report.add(&format!("{at}_cpu_us"), cpu / outcome.answered as f64, "us");
}

/// Finishes at 32 connections in turns with the floor: what else the machine does hits both alike.
async fn measure_beside_floor(
    options: &SignIn,
    server: &Server,
    people: &mut [Person],
    name: &str,
    report: &mut Report,
    floor: &Server,
) -> Result<f64, String> {
    let count = (options.requests / ROUNDS).max(1);
    let (mut finishes, mut verifies) = (Vec::new(), Vec::new());
    let (mut finish_cpu, mut verify_cpu) = (0.0, 0.0);
    send_verify_only(floor, 2000).await?;
    for _ in 0..ROUNDS {
        let requests = prepare(server, people, count).await?;
        let (outcome, cpu) = send_timed(server, requests, 32).await?;
        finishes.push(outcome);
        finish_cpu += cpu;
        // About as long.
        let (outcome, cpu) = send_verify_only(floor, count * 3).await?;
        verifies.push(outcome);
        verify_cpu += cpu;
    }
    let (finish, verify) = (Outcome::of_rounds(finishes), Outcome::of_rounds(verifies));
    tell(report, name, 32, &finish, finish_cpu);
    let (finish_each, verify_each) = (
        finish_cpu / finish.answered as f64,
        verify_cpu / verify.answered as f64,
    );
    report.add(
        &format!("{name}_verify_only_per_s"),
        verify.per_second,
        "/s   (requests that verify and store nothing, in turns)",
    );
    report.add(&format!("{name}_verify_only_cpu_us"), verify_each, "us");
    let goals = match name {
        "sqlite" => ("   (at least 0.35)", ""),
        _ => ("", "   (at most 2.2)"),
    };
    report.add(
        &format!("{name}_finish_c32_of_verify_only"),
        finish.per_second / verify.per_second,
        goals.0,
    );
    report.add(
        &format!("{name}_finish_c32_cpu_of_verify_only"),
        finish_each / verify_each,
        goals.1,
    );
    Ok(finish.per_second)
}

/// Options and finish: the two requests of a sign-in, both paid by the server.
async fn measure_full(
    options: &SignIn,
    server: &Server,
    people: &mut [Person],
    name: &str,
    report: &mut Report,
) -> Result<(), String> {
    let (port, token) = (
        server.port()?,
        server.ready.get(2).ok_or("no token")?.clone(),
    );
    let count = options.requests / 2;
    let ask = Arc::new(vec![
        population::make_challenge_request(port, &token);
        count
    ]);
    let before = server.cpu_micros()?;
    let asked = send_all(
        port,
        ask,
        Shape {
            connections: 32,
            rate: None,
            keep_bodies: true,
        },
    )
    .await?;
    check(&asked)?;
    let length = people.len();
    let finishes = asked.bodies.iter().enumerate();
    let finishes = finishes.map(|(index, offer)| {
        population::make_finish_request(port, &token, offer, &mut people[index % length])
    });
    let finishes = Arc::new(finishes.collect::<Result<Vec<_>, _>>()?);
    let finished = send_all(port, finishes, shape(32)).await?;
    check(&finished)?;
    let cpu = (server.cpu_micros()? - before) / count as f64;
    let per_second = 1.0 / (1.0 / asked.per_second + 1.0 / finished.per_second);
    report.add(&format!("{name}_options_per_s"), asked.per_second, "/s");
    report.add(
        &format!("{name}_ceremony_per_s"),
        per_second,
        "/s   (options and finish)",
    );
    report.add(&format!("{name}_ceremony_cpu_us"), cpu, "us");
    Ok(())
}

async fn measure_half_peak(
    options: &SignIn,
    setting: &Setting<'_>,
    people: &mut [Person],
    peak: f64,
    report: &mut Report,
) -> Result<(), String> {
    let server = Server::start(SERVER_CORE, &setting.arguments, &setting.environment)?;
    let warm = prepare(&server, people, 500).await?;
    check(&send_all(server.port()?, warm, shape(32)).await?)?;
    let finishes = prepare(&server, people, options.requests).await?;
    let outcome = send_all(
        server.port()?,
        finishes,
        Shape {
            connections: 32,
            rate: Some(peak / 2.0),
            keep_bodies: false,
        },
    )
    .await?;
    check(&outcome)?;
    report.add("sqlite_half_peak_p50_ms", outcome.p50_ms, "ms");
    report.add("sqlite_half_peak_p99_ms", outcome.p99_ms, "ms   (under 15)");
    Ok(())
}

/// Builds the shim with the C compiler that the rest of the build needs anyway.
fn find_shim(options: &SignIn, folder: &Path) -> Result<String, String> {
    if let Some(shim) = &options.slow_sync {
        return Ok(shim.clone());
    }
    let source = folder.join("slow_sync.c");
    let library = folder.join("slow_sync.so");
    std::fs::write(&source, include_str!("../slow_sync.c")).map_err(|cause| cause.to_string())?;
    let status = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .status();
    status
        .map_err(|cause| format!("cc: {cause}"))?
        .success()
        .then_some(())
        .ok_or("cc failed")?;
    Ok(path_text(&library)?.to_owned())
}

async fn measure_slow(
    options: &SignIn,
    file: &str,
    shim: &str,
    people: &mut [Person],
    report: &mut Report,
) -> Result<(), String> {
    let mut rates = Vec::new();
    for (name, arguments, share) in [
        ("grouped", vec!["serve", "--file", file], 1),
        (
            "per_request",
            vec!["serve", "--file", file, "--commit-per-request"],
            16,
        ),
    ] {
        let server = Server::start(SERVER_CORE, &arguments, &[("LD_PRELOAD", shim)])?;
        let warm = prepare(&server, people, 100).await?;
        check(&send_all(server.port()?, warm, shape(32)).await?)?;
        let finishes = prepare(&server, people, (options.requests / share).max(100)).await?;
        let outcome = send_all(server.port()?, finishes, shape(32)).await?;
        check(&outcome)?;
        report.add(&format!("slow_sync_{name}_per_s"), outcome.per_second, "/s");
        rates.push(outcome.per_second);
    }
    if let [grouped, single] = rates.as_slice() {
        report.add(
            "slow_sync_grouped_of_per_request",
            grouped / single,
            "   (at least 8)",
        );
    }
    Ok(())
}
