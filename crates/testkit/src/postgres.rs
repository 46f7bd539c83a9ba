//! A temporary PostgreSQL server, and databases in it, for tests. Only `std`, so that the tests of
//! `store` and `xtask` can include this file without depending on the rest of `testkit`.
//!
//! A test run starts one [`Server`] and hands its URL on in [`URL_VARIABLE`]; a test makes itself a
//! [`Database`], which goes when it is dropped.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Where a test finds the URL of a running server, as a superuser.
pub const URL_VARIABLE: &str = "CLAVIGER_TEST_POSTGRES";

/// A server of its own on a free loopback port, with a password of its own, without durability; stopped and
/// removed when dropped, and stopped when the thread that started it dies.
#[derive(Debug)]
pub struct Server {
    cluster: Cluster,
    child: Child,
    port: u16,
}

/// A folder with `initdb`'s work in it; removed when dropped.
#[derive(Debug)]
struct Cluster {
    binaries: PathBuf,
    folder: PathBuf,
    owner: Option<Owner>,
    password: String,
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
        let cluster = Cluster::make()?;
        // The port is free when asked, not when used: somebody may take it in between.
        let mut outcome = Err(String::new());
        for _ in 0..5 {
            let port = free_port()?;
            outcome = cluster.serve(port, fsync).map(|child| (child, port));
            if outcome.is_ok() {
                break;
            }
        }
        let (child, port) = outcome?;
        Ok(Server {
            cluster,
            child,
            port,
        })
    }

    /// `postgres://postgres:<password>@127.0.0.1:<port>/postgres`
    pub fn url(&self) -> String {
        let password = &self.cluster.password;
        format!(
            "postgres://postgres:{password}@127.0.0.1:{}/postgres",
            self.port
        )
    }

    /// Where it keeps its data and its log.
    pub fn folder(&self) -> &Path {
        &self.cluster.folder
    }
}

impl Server {
    /// Ends it at once, as a crash does: nobody is told, nothing is written that was not written before.
    pub fn kill(&mut self) -> Result<(), String> {
        let data = self.cluster.data();
        let stop = ["-D", &data, "-m", "immediate", "-w", "stop"];
        self.cluster.run("pg_ctl", &stop)?;
        // Its status says the same as after an orderly end.
        self.child.wait().map_err(|cause| cause.to_string())?;
        Ok(())
    }

    /// Starts it again after [`Server::kill`]; it recovers by its log. An error if there was nothing to recover from.
    pub fn recover(&mut self) -> Result<(), String> {
        self.child = self.cluster.serve(self.port, "on")?;
        let log = self.cluster.folder.join("log");
        let said = fs::read_to_string(&log).map_err(|cause| cause.to_string())?;
        match said.contains("was not properly shut down") {
            true => Ok(()),
            false => Err(format!("PostgreSQL had time for a checkpoint: {said}")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing in it is worth a shutdown checkpoint.
        let data = self.cluster.data();
        let stop = ["-D", &data, "-m", "immediate", "-w", "stop"];
        if self.cluster.run("pg_ctl", &stop).is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Cluster {
    fn make() -> Result<Cluster, String> {
        let binaries = find_binaries()?;
        let name = format!("claviger-postgres-{}-{}", std::process::id(), next_number());
        let folder = reachable_folder().join(name);
        fs::create_dir(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
        let mut cluster = Cluster {
            binaries,
            folder,
            owner: None,
            password: random_word()?,
        };
        fs::set_permissions(&cluster.folder, fs::Permissions::from_mode(0o700))
            .map_err(|cause| format!("{}: {cause}", cluster.folder.display()))?;
        cluster.owner = owner_for(&cluster.folder)?;
        cluster.initialise()?;
        Ok(cluster)
    }

    fn data(&self) -> String {
        self.folder.join("data").to_string_lossy().into_owned()
    }

    fn initialise(&self) -> Result<(), String> {
        let file = self.folder.join("password");
        fs::write(&file, &self.password)
            .and_then(|()| match self.owner {
                Some(owner) => chown(&file, Some(owner.user), Some(owner.group)),
                None => Ok(()),
            })
            .map_err(|cause| format!("{}: {cause}", file.display()))?;
        let (data, file) = (self.data(), file.to_string_lossy());
        let secret = format!("--pwfile={file}");
        let arguments = [
            "-D",
            &data,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            &secret,
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ];
        self.run("initdb", &arguments)
    }

    /// `program` as this cluster's owner, stopped should this process be killed.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "INT"]);
        if let Some(owner) = self.owner {
            command.args([
                format!("--reuid={}", owner.user),
                format!("--regid={}", owner.group),
                "--clear-groups".to_owned(),
            ]);
        }
        command
            .arg("--")
            .arg(self.binaries.join(program))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let output = self
            .command(program)
            .args(arguments)
            .stderr(Stdio::piped())
            .output()
            .map_err(|cause| format!("{program}, by setpriv: {cause}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{program} failed: {said}"))
    }

    fn serve(&self, port: u16, fsync: &str) -> Result<Child, String> {
        let log = self.folder.join("log");
        let file = fs::File::create(&log).map_err(|cause| format!("{}: {cause}", log.display()))?;
        let mut command = self.command("postgres");
        command.args(["-D", &self.data(), "-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", self.folder.display()),
            format!("fsync={fsync}"),
            format!("full_page_writes={fsync}"),
            "max_connections=200".to_owned(),
            "shared_buffers=64MB".to_owned(),
            "log_statement=none".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        let mut child = command
            .stderr(file)
            .spawn()
            .map_err(|cause| format!("postgres, by setpriv: {cause}"))?;
        let ready = wait_until_ready(&mut child, &log, port);
        if ready.is_err() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
        ready.map(|()| child)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Another process has no other way to say that it is ready than its log.
fn wait_until_ready(child: &mut Child, log: &Path, port: u16) -> Result<(), String> {
    let read = || fs::read_to_string(log).unwrap_or_default();
    for _ in 0..1200 {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!(
                "PostgreSQL ended at once with {status}:\n{}",
                read()
            ));
        }
        if read().contains("database system is ready to accept connections") {
            return TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .map(drop)
                .map_err(|cause| format!("PostgreSQL says that it is ready, yet: {cause}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!(
        "PostgreSQL was not ready after a minute:\n{}",
        read()
    ))
}

/// The folder for temporary files, or another when the user `postgres` could not get into that one.
fn reachable_folder() -> PathBuf {
    let is_open = |folder: &Path| {
        folder.ancestors().all(|part| {
            fs::metadata(part).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
        })
    };
    let asked = std::env::temp_dir();
    [asked.clone(), "/tmp".into(), "/var/tmp".into()]
        .into_iter()
        .find(|folder| is_open(folder))
        .unwrap_or(asked)
}

fn random_word() -> Result<String, String> {
    fs::read_to_string("/proc/sys/kernel/random/uuid")
        .map(|word| word.trim().to_owned())
        .map_err(|cause| format!("no randomness: {cause}"))
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

/// The folder of initdb, pg_ctl, postgres and psql: on PATH, or the newest where Debian keeps them.
/// The error says what to install.
pub fn find_binaries() -> Result<PathBuf, String> {
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
        ["initdb", "pg_ctl", "postgres", "psql"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    folders
        .into_iter()
        .find(whole)
        .ok_or_else(|| "PostgreSQL's initdb, pg_ctl, postgres and psql are not installed (Debian: apt-get install postgresql)".to_owned())
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
