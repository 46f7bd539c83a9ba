//! Child processes pinned to a core, and what the kernel knows of them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server under measurement; ended when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Its own id: `taskset` replaces itself by the program.
    pub(crate) pid: u32,
    /// The words that it printed when it was ready.
    pub(crate) ready: Vec<String>,
}

impl Server {
    /// Starts this very program with `arguments` on `core`, and waits for its first line.
    pub(crate) fn start(
        core: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Server, String> {
        let program = std::env::current_exe().map_err(|cause| cause.to_string())?;
        let mut command = Command::new("taskset");
        command
            .args(["-c", core])
            .arg(program)
            .args(arguments)
            .envs(environment.iter().copied());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| format!("taskset: {cause}"))?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|cause| cause.to_string())?;
        let ready: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let pid = child.id();
        if ready.first().is_none_or(|word| word != "ready") {
            let _ = child.kill();
            return Err(format!("the server said {line:?} instead of ready"));
        }
        Ok(Server { child, pid, ready })
    }

    pub(crate) fn port(&self) -> Result<u16, String> {
        self.ready
            .get(1)
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| "no port".to_owned())
    }

    /// User and system time so far, in microseconds.
    pub(crate) fn cpu_micros(&self) -> Result<f64, String> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .map_err(|cause| cause.to_string())?;
        let rest = stat
            .rsplit_once(')')
            .map(|(_, rest)| rest)
            .ok_or("an odd stat file")?;
        let ticks = |at: usize| {
            rest.split_whitespace()
                .nth(at)
                .and_then(|word| word.parse::<f64>().ok())
        };
        // Fields 14 and 15 of proc(5), in ticks of 10 ms.
        Ok((ticks(11).ok_or("no utime")? + ticks(12).ok_or("no stime")?) * 10_000.0)
    }

    /// Resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64, String> {
        read_resident_mib(self.pid)
    }
}

pub(crate) fn read_resident_mib(pid: u32) -> Result<f64, String> {
    read_memory(pid, "VmRSS:")
}

/// The most that it ever was.
pub(crate) fn read_peak_mib(pid: u32) -> Result<f64, String> {
    read_memory(pid, "VmHWM:")
}

fn read_memory(pid: u32, field: &str) -> Result<f64, String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|cause| cause.to_string())?;
    let line = status
        .lines()
        .find(|line| line.starts_with(field))
        .ok_or("no such field")?;
    let kib: f64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or("an odd field")?;
    Ok(kib / 1024.0)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
