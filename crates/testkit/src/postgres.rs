//! A temporary PostgreSQL server, and databases in it, for tests. Only `std`, so that the tests of
//! `store` and `xtask` can include this file without depending on the rest of `testkit`.
//!
//! A test run starts one [`Server`] and hands its URL on in [`URL_VARIABLE`]; a test makes itself a
//! [`Database`], which goes when it is dropped.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a test finds the URL of a running server, as a superuser.
pub const URL_VARIABLE: &str = "CLAVIGER_TEST_POSTGRES";

/// A server of its own on a free loopback port, without durability; stopped and removed when dropped.
#[derive(Debug)]
pub struct Server {
    binaries: PathBuf,
    folder: PathBuf,
    owner: Option<Owner>,
    port: u16,
}

/// initdb refuses root, so root starts the server as Debian's user `postgres`.
#[derive(Debug, Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Server {
    /// Makes a cluster in the folder for temporary files and starts it: about a second.
    /// Errors are sentences for the person who runs the tests.
    pub fn start() -> Result<Server, String> {
        Server::start_with("off")
    }

    /// As [`Server::start`], but with a server that syncs what it commits: for benches.
    pub fn start_durable() -> Result<Server, String> {
        Server::start_with("on")
    }

    fn start_with(fsync: &str) -> Result<Server, String> {
        let folder = std::env::temp_dir().join(format!(
            "claviger-postgres-{}-{}",
            std::process::id(),
            next_number()
        ));
        fs::create_dir(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
        let mut server = Server {
            binaries: find_binaries()?,
            owner: owner_for(&folder)?,
            folder,
            port: 0,
        };
        let data = server.folder.join("data");
        let data_text = data.to_string_lossy().into_owned();
        server.run(
            "initdb",
            &[
                "-D",
                &data_text,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        )?;
        // The port is free when asked, not when used: somebody may take it in between.
        let mut outcome = Ok(());
        for _ in 0..5 {
            server.port = free_port()?;
            outcome = server.start_on_port(&data_text, fsync);
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(|()| server)
    }

    fn start_on_port(&self, data: &str, fsync: &str) -> Result<(), String> {
        let folder = self.folder.to_string_lossy();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {} -c unix_socket_directories={folder} -c fsync={fsync} \
             -c full_page_writes={fsync} -c max_connections=200 -c shared_buffers=64MB -c log_statement=none",
            self.port
        );
        let log = self.folder.join("log").to_string_lossy().into_owned();
        self.run(
            "pg_ctl",
            &[
                "-D", data, "-l", &log, "-w", "-t", "60", "-o", &options, "start",
            ],
        )
    }

    /// `postgres://postgres@127.0.0.1:<port>/postgres`
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.binaries.join(program));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if let Some(owner) = self.owner {
            command.uid(owner.user).gid(owner.group);
        }
        // Not piped: the server would keep the pipe open and this would wait for its end.
        let errors = self.folder.join("errors");
        let file = fs::File::create(&errors).map_err(|cause| cause.to_string())?;
        let status = command
            .stderr(file)
            .status()
            .map_err(|cause| format!("{program}: {cause}"))?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&errors).unwrap_or_default();
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("{program} failed: {said}{log}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.join("data").to_string_lossy().into_owned();
        // It may never have started.
        let _ = self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A database for one test; dropped with its connections when this is dropped.
#[derive(Debug)]
pub struct Database {
    server_url: String,
    name: String,
}

impl Database {
    /// Makes an empty database in the server at `server_url`, a superuser's.
    pub fn create(server_url: &str) -> Result<Database, String> {
        let name = format!("claviger_{}_{}", std::process::id(), next_number());
        psql(server_url, &format!("CREATE DATABASE {name}"))?;
        let server_url = server_url.to_owned();
        Ok(Database { server_url, name })
    }

    /// Its URL, as the same superuser.
    pub fn url(&self) -> String {
        let (base, query) = self
            .server_url
            .split_once('?')
            .unwrap_or((&self.server_url, ""));
        let host = base.rsplit_once('/').map_or(base, |(host, _)| host);
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{host}/{}{separator}{query}", self.name)
    }

    /// Runs statements in it by psql and returns what a single unaligned column prints.
    pub fn run(&self, text: &str) -> Result<String, String> {
        psql(&self.url(), text)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server may be gone already.
        let _ = psql(
            &self.server_url,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Runs statements by psql, in one go; a column of the last one's rows is printed.
pub(crate) fn psql(url: &str, text: &str) -> Result<String, String> {
    let output = Command::new(find_binaries()?.join("psql"))
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            url,
            "-c",
            text,
        ])
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| format!("psql: {cause}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!("psql: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// The folder of initdb, pg_ctl and psql: on PATH, or the newest where Debian keeps them.
fn find_binaries() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    let whole = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "psql"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    folders
        .into_iter()
        .find(whole)
        .ok_or_else(|| "PostgreSQL's initdb, pg_ctl and psql are not installed (Debian: apt-get install postgresql)".to_owned())
}

/// As root, the user `postgres`, to whom the folder is given.
fn owner_for(folder: &Path) -> Result<Option<Owner>, String> {
    let created = fs::metadata(folder).map_err(|cause| cause.to_string())?;
    if created.uid() != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").map_err(|cause| cause.to_string())?;
    let fields = |line: &str| -> Option<Owner> {
        let mut fields = line.split(':').skip(2);
        Some(Owner {
            user: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    };
    let owner = accounts
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .and_then(fields)
        .ok_or("no user postgres, which root needs to start PostgreSQL")?;
    chown(folder, Some(owner.user), Some(owner.group)).map_err(|cause| cause.to_string())?;
    Ok(Some(owner))
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|cause| cause.to_string())
}

fn next_number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}
