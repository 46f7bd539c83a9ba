//! The built binary as a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::http::{Browser, Door};

const BINARY: &str = env!("CARGO_BIN_EXE_claviger");

/// Where one installation lives; the process comes and goes.
#[derive(Debug)]
pub(crate) struct Installation {
    pub(crate) data: PathBuf,
    pub(crate) port: u16,
    log: PathBuf,
    /// The port of another node's origin, for one beside it.
    beside: Option<u16>,
    /// What all its processes are told.
    environment: Vec<(&'static str, String)>,
}

impl Installation {
    /// On a port that is free now; the origin stays the same over restarts.
    pub(crate) fn new(folder: &Path) -> Installation {
        let data = folder.join("data");
        std::fs::create_dir_all(&data).expect("the data folder");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        Installation {
            data,
            port,
            log: folder.join("log"),
            beside: None,
            environment: Vec::new(),
        }
    }

    /// The same in a PostgreSQL database.
    pub(crate) fn on_postgres(folder: &Path, url: String) -> Installation {
        Installation {
            environment: vec![("CLAVIGER_DATABASE_URL", url)],
            ..Installation::new(folder)
        }
    }

    /// A second node of the same organisation, once the first has made its key file: with the first one's database,
    /// origin and key, and a port and a data folder of its own.
    pub(crate) fn beside(folder: &Path, first: &Installation) -> Installation {
        let key = first.data.join("claviger.key");
        let mut environment = first.environment.clone();
        environment.push(("CLAVIGER_KEY_FILE", key.to_string_lossy().into_owned()));
        Installation {
            beside: Some(first.port),
            environment,
            ..Installation::new(folder)
        }
    }

    pub(crate) fn door(&self) -> Door {
        Door {
            listens: self.port,
            origin: self.beside.unwrap_or(self.port),
        }
    }

    /// Starts `claviger serve`, with more in its environment, and waits until it answers.
    pub(crate) fn start(&self, environment: &[(&str, String)]) -> Server {
        let listen = format!("127.0.0.1:{}", self.port);
        let origin = format!("http://localhost:{}", self.door().origin);
        let flags = ["--listen", &listen, "--public-origin", &origin];
        self.spawn(&flags, environment).wait_until_ready(self)
    }

    /// Starts it with other flags, and does not wait.
    pub(crate) fn spawn(&self, flags: &[&str], environment: &[(&str, String)]) -> Server {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .expect("a log");
        let mut child = Command::new(BINARY)
            .args(["serve", "--data"])
            .arg(&self.data)
            .args(flags)
            // The load comes from one address and one person.
            .env("CLAVIGER_TRIES_PER_ADDRESS", "1000000")
            .env("CLAVIGER_TRIES_PER_NAME", "1000000")
            .envs(self.environment())
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("claviger starts");
        let lines = read_lines(&mut child);
        Server { child, lines }
    }

    /// Runs another command of the binary on the same data.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(BINARY)
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .envs(self.environment())
            .output()
            .expect("claviger runs");
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        Err(format!("`claviger {}`: {said}", arguments.join(" ")))
    }

    fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// A thread reads on, so that the process never waits for us.
fn read_lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let output = child.stdout.take().expect("stdout is piped");
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
}

impl Server {
    fn wait_until_ready(mut self, installation: &Installation) -> Server {
        for _ in 0..3000 {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!(
                    "claviger ended at once with {status}\n{}",
                    installation.log()
                );
            }
            let healthy = |mut browser: Browser| {
                browser
                    .get("/healthz")
                    .is_ok_and(|answer| answer.status == 200)
            };
            if Browser::open(installation.door()).is_ok_and(healthy) {
                return self;
            }
            // Another process has no other way to say that it listens.
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("claviger did not answer\n{}", installation.log());
    }

    /// The token of the set-up link that it printed.
    pub(crate) fn set_up_token(&self) -> String {
        token_of(&self.read_until("/set-up#"))
    }

    /// What it printed, up to the line with this text.
    pub(crate) fn read_until(&self, text: &str) -> String {
        let mut said = String::new();
        while !said.contains(text) {
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            let line = line.unwrap_or_else(|_| panic!("no {text:?} on stdout, but {said}"));
            said.push_str(&line);
            said.push('\n');
        }
        said
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The secret in the fragment of the link in this text.
pub(crate) fn token_of(said: &str) -> String {
    let fragment = said.split('#').nth(1).unwrap_or_default();
    fragment
        .split(|c: char| c.is_whitespace() || c == '"')
        .next()
        .unwrap_or_default()
        .to_owned()
}
