//! `bench flood`: sign-ins by passkey at a steady rate, alone and while passwords are tried from many connections at once.

use std::sync::Arc;

use clap::Args;
use identity::policies::profiles::State;
use identity::policies::{self, PasswordPolicy, Passwords};
use identity::{Actor, Location, OpenOptions};

use crate::load::{Outcome, Shape, send_all};
use crate::population::{self, Person};
use crate::process::{Server, read_peak_mib};
use crate::report::Report;
use crate::serve;
use crate::sign_in::{
    SERVER_CORE, check, make_load_runtime, path_text, pin_to_load_core, prepare, shape,
};

#[derive(Debug, Args)]
pub(crate) struct Flood {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Passwords tried at once.
    #[arg(long, default_value_t = 200)]
    tries: usize,
    /// Passwords a second. A core computes some thirty: more is refused at once, and this says how fast that is asked again.
    #[arg(long, default_value_t = 2_000)]
    tries_rate: usize,
    /// Sign-ins by passkey a second.
    #[arg(long, default_value_t = 100)]
    rate: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 20)]
    seconds: usize,
}

pub(crate) fn run(options: &Flood) -> Result<(), String> {
    let mut people = population::make_people(2_000)?;
    pin_to_load_core()?;
    let runtime = make_load_runtime()?;
    let mut report = Report::new(options.json);
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let file = folder.path().join("bench.sqlite");
    let text = path_text(&file)?;
    runtime.block_on(async {
        let location = Location::Sqlite { file: file.clone() };
        let identity = serve::open(&OpenOptions::new(location), 8080).await?;
        population::write(&identity, &people).await?;
        let policy = PasswordPolicy {
            state: State::Enabled,
            ..PasswordPolicy::default()
        };
        let actor = Actor::CommandLine { os_user: "bench" };
        policies::save_method_policy::<Passwords>(&identity, actor, None, &policy)
            .await
            .map_err(|cause| cause.to_string())?;
        identity.close().await;
        Ok::<(), String>(())
    })?;
    let server = Server::start(SERVER_CORE, &["serve", "--file", text], &[])?;
    report.head("SQLite, server on one core, load on the other; argon2id as configured by default");
    let done = runtime.block_on(measure(options, &server, &mut people, &mut report));
    report.finish();
    done
}

async fn measure(
    options: &Flood,
    server: &Server,
    people: &mut [Person],
    report: &mut Report,
) -> Result<(), String> {
    let count = options.rate * options.seconds;
    let warm = prepare(server, people, 500).await?;
    check(&send_all(server.port()?, warm, shape(8)).await?)?;
    let alone = sign_in(options, server, people, count).await?;
    report.add("alone_sign_in_p50_ms", alone.p50_ms, "ms");
    report.add("alone_sign_in_p99_ms", alone.p99_ms, "ms");
    let before = server.resident_mib()?;
    report.add("alone_resident_mib", before, "MiB");
    // Answered beforehand: the flood would hold up whoever asks for challenges, who has no deadline here.
    let finishes = prepare(server, people, count).await?;
    let (port, tries) = (server.port()?, make_tries(options, server)?);
    let flood = tokio::spawn(send_all(
        port,
        tries,
        Shape {
            connections: options.tries,
            rate: Some(options.tries_rate as f64),
            keep_bodies: false,
        },
    ));
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let beside = send_all(port, finishes, steady(options)).await?;
    check(&beside)?;
    if flood.is_finished() {
        let flood = flood.await.map_err(|cause| cause.to_string())??;
        return Err(format!(
            "the flood ended before the sign-ins did, after {} tries, {} of them refused, the first by {:?}",
            flood.answered, flood.refused, flood.first_refusal
        ));
    }
    flood.abort();
    report.add("flood_sign_in_p50_ms", beside.p50_ms, "ms");
    report.add("flood_sign_in_p99_ms", beside.p99_ms, "ms");
    report.add(
        "flood_sign_in_p99_of_alone",
        beside.p99_ms / alone.p99_ms,
        "   (under 3)",
    );
    report.add(
        "flood_peak_resident_mib",
        read_peak_mib(server.pid)?,
        "MiB   (under 300)",
    );
    Ok(())
}

fn steady(options: &Flood) -> Shape {
    Shape {
        connections: 8,
        rate: Some(options.rate as f64),
        keep_bodies: false,
    }
}

async fn sign_in(
    options: &Flood,
    server: &Server,
    people: &mut [Person],
    count: usize,
) -> Result<Outcome, String> {
    let finishes = prepare(server, people, count).await?;
    let outcome = send_all(server.port()?, finishes, steady(options)).await?;
    check(&outcome)?;
    Ok(outcome)
}

/// A try for another name each, so that none is held up by the count of another.
fn make_tries(options: &Flood, server: &Server) -> Result<Arc<Vec<Vec<u8>>>, String> {
    let (port, token) = (server.port()?, server.ready.get(2).ok_or("no token")?);
    let count = options.tries_rate * (options.seconds + 5);
    let tries = (0..count).map(|number| {
        let body = format!("{{\"name\":\"person{number}\",\"password\":\"not the password\"}}");
        let head = population::derive_head(port, token, "/password/enter", body.len());
        format!("{head}{body}").into_bytes()
    });
    Ok(Arc::new(tries.collect()))
}
