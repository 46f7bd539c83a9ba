//! `bench start`: the first answer after a start with existing data, idle memory, size of the binary.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::read_resident_mib;
use crate::report::Report;

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|cause| cause.to_string())?;
    Ok(listener
        .local_addr()
        .map_err(|cause| cause.to_string())?
        .port())
}

fn ask(port: u16) -> Option<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(())
}

/// Starts the binary and waits for its first 200.
fn start(binary: &Path, data: &Path) -> Result<(Ended, f64), String> {
    let port = free_port()?;
    let started = Instant::now();
    let child = Command::new(binary)
        .args(["serve", "--data"])
        .arg(data)
        .args([
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--log-level",
            "warn",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let child = Ended(child.map_err(|cause| format!("{}: {cause}", binary.display()))?);
    while started.elapsed() < Duration::from_secs(20) {
        if ask(port).is_some() {
            return Ok((child, started.elapsed().as_secs_f64() * 1e3));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err("no answer in 20 s".to_owned())
}

pub(crate) fn run(binary: &Path, json: bool) -> Result<(), String> {
    let mut report = Report::new(json);
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let data = folder.path().join("data");
    let (server, first) = start(binary, &data)?;
    drop(server);
    report.add("first_start_ms", first, "ms   (a new database)");
    let mut best = f64::INFINITY;
    let mut resident = 0.0;
    for _ in 0..5 {
        let (server, time) = start(binary, &data)?;
        best = best.min(time);
        std::thread::sleep(Duration::from_secs(2));
        resident = read_resident_mib(server.0.id())?;
    }
    report.add("start_ms", best, "ms   (at most 100)");
    report.add("idle_resident_mib", resident, "MiB  (at most 30)");
    let size = std::fs::metadata(binary)
        .map_err(|cause| cause.to_string())?
        .len();
    report.add("binary_mib", size as f64 / 1_048_576.0, "MiB  (at most 30)");
    report.finish();
    Ok(())
}
