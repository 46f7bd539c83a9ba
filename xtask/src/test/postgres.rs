//! One PostgreSQL for the run: its own folder, loopback, a free port, a password of its own.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::machine::Machine;
use crate::Outcome;
use crate::process::{output, run};

const SUPERUSER: &str = "postgres";

/// Runs until dropped. Tests make their databases in it themselves.
#[derive(Debug)]
pub(super) struct Postgres {
    server: Child,
    folder: PathBuf,
    /// The superuser's address, for `CLAVIGER_TEST_POSTGRES`.
    pub(super) url: String,
}

impl Postgres {
    pub(super) fn start(machine: &Machine) -> Outcome<Postgres> {
        let owner = Owner::find()?;
        let folder = owner.make_folder()?;
        let secret = random_word()?;
        initialise(machine, &owner, &folder, &secret).inspect_err(|_| remove(&folder))?;
        let port = free_port()?;
        let server = serve(machine, &owner, &folder, port).inspect_err(|_| remove(&folder))?;
        let url = format!("postgres://{SUPERUSER}:{secret}@127.0.0.1:{port}/postgres");
        let mut postgres = Postgres {
            server,
            folder,
            url,
        };
        postgres.wait_until_ready(port)?;
        println!(
            "PostgreSQL of this run: 127.0.0.1:{port}, data in {}",
            postgres.folder.display()
        );
        Ok(postgres)
    }

    fn wait_until_ready(&mut self, port: u16) -> Outcome {
        for _ in 0..600 {
            if let Ok(Some(status)) = self.server.try_wait() {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL ended at once with {status}:\n{log}"));
            }
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if log.contains("database system is ready to accept connections") {
                return TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                    .map(drop)
                    .map_err(|e| format!("PostgreSQL says that it is ready, yet: {e}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("PostgreSQL was not ready after 30 seconds".to_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nothing in it is worth a shutdown checkpoint.
        let immediate = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        if !immediate.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

/// Whom the server runs as: PostgreSQL refuses root, so root steps down to `postgres`.
#[derive(Debug)]
struct Owner {
    step_down: Option<(u32, u32)>,
}

impl Owner {
    fn find() -> Outcome<Owner> {
        let number = |arguments: &[&str]| -> Outcome<u32> {
            let printed = output(Command::new("id").args(arguments))?;
            printed
                .trim()
                .parse()
                .map_err(|_| format!("`id` printed {printed:?}"))
        };
        let step_down = match number(&["-u"])? {
            0 => Some((number(&["-u", "postgres"])?, number(&["-g", "postgres"])?)),
            _ => None,
        };
        Ok(Owner { step_down })
    }

    fn make_folder(&self) -> Outcome<PathBuf> {
        let printed =
            output(Command::new("mktemp").args(["-d", "-t", "claviger-postgres.XXXXXX"]))?;
        let folder = PathBuf::from(printed.trim_end());
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&folder, private)
            .map_err(|e| format!("{}: {e}", folder.display()))?;
        self.give(&folder)?;
        Ok(folder)
    }

    fn give(&self, path: &Path) -> Outcome {
        match self.step_down {
            Some((user, group)) => {
                chown(path, Some(user), Some(group)).map_err(|e| format!("{}: {e}", path.display()))
            }
            None => Ok(()),
        }
    }

    /// `program` as this owner. Should we be killed, the server is told to stop too.
    fn command(&self, program: PathBuf) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "INT"]);
        if let Some((user, group)) = self.step_down {
            command.args([
                format!("--reuid={user}"),
                format!("--regid={group}"),
                "--clear-groups".to_owned(),
            ]);
        }
        command.arg("--").arg(program);
        command
    }
}

fn initialise(machine: &Machine, owner: &Owner, folder: &Path, secret: &str) -> Outcome {
    let secret_file = folder.join("secret");
    std::fs::write(&secret_file, secret).map_err(|e| format!("{}: {e}", secret_file.display()))?;
    owner.give(&secret_file)?;
    let mut initdb = owner.command(machine.postgres.join("initdb"));
    initdb
        .args([
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            "--username",
            SUPERUSER,
        ])
        .arg("--pwfile")
        .arg(&secret_file)
        .arg(folder.join("data"))
        .current_dir(folder)
        .stdout(Stdio::null());
    run(&mut initdb)
}

fn serve(machine: &Machine, owner: &Owner, folder: &Path, port: u16) -> Outcome<Child> {
    let log =
        std::fs::File::create(folder.join("log")).map_err(|e| format!("PostgreSQL's log: {e}"))?;
    let mut command = owner.command(machine.postgres.join("postgres"));
    command
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-p")
        .arg(port.to_string())
        .arg("-k")
        .arg(folder);
    for setting in [
        "listen_addresses=127.0.0.1",
        "max_connections=200",
        "shared_buffers=64MB",
        // The run ends with the folder: nothing has to survive a power cut.
        "fsync=off",
        "full_page_writes=off",
    ] {
        command.args(["-c", setting]);
    }
    command
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .map_err(|e| format!("cannot start PostgreSQL: {e}"))
}

/// PostgreSQL can't be told "any port": the system names one that is free now.
fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|e| format!("no free port on loopback: {e}"))
}

fn random_word() -> Outcome<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/uuid")
        .map(|word| word.trim().to_owned())
        .map_err(|e| format!("no randomness: {e}"))
}
