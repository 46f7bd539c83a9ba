//! What the tests need on this machine, and how it gets there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgres::find_binaries;
use crate::process::{find_program, output, run};
use crate::{Outcome, process};

#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    pub(super) postgres: bool,
    pub(super) chromium: bool,
    pub(super) npm: bool,
    /// A Python that makes environments, node, OpenSSL's command line, Apache with mod_auth_openidc, nginx and Caddy.
    pub(super) clients: bool,
    /// A C++ compiler, for libFuzzer.
    pub(super) compiler: bool,
}

/// Where the programs are.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) chromium: PathBuf,
}

impl Machine {
    /// Finds what is needed and installs what is missing. Asks the network for nothing that is here.
    pub(super) fn prepare(needs: Needs) -> Outcome<Machine> {
        install_packages(&missing_packages(needs))?;
        if needs.npm {
            install_node_modules()?;
        }
        Ok(Machine {
            chromium: found(needs.chromium, find_chromium(), "Chromium")?,
        })
    }
}

fn found(needed: bool, place: Option<PathBuf>, what: &str) -> Outcome<PathBuf> {
    match place {
        None if needed => Err(format!("{what} was installed and still can't be found")),
        place => Ok(place.unwrap_or_default()),
    }
}

fn missing_packages(needs: Needs) -> Vec<&'static str> {
    let mut missing = Vec::new();
    let mut want = |needed: bool, present: bool, packages: &[&'static str]| {
        if needed && !present {
            missing.extend_from_slice(packages);
        }
    };
    want(
        needs.postgres,
        find_binaries().is_ok() && find_program("setpriv").is_some(),
        &["postgresql", "util-linux"],
    );
    want(needs.compiler, find_program("c++").is_some(), &["g++"]);
    want(
        needs.clients,
        output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok(),
        &["python3", "python3-venv"],
    );
    // Brings a program and no service.
    want(
        needs.clients,
        Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so").exists(),
        &["libapache2-mod-auth-openidc"],
    );
    // Services of their own are started where the machine has something that starts any; ours listen elsewhere.
    want(
        needs.clients,
        Path::new("/usr/sbin/nginx").exists(),
        &["nginx"],
    );
    want(
        needs.clients,
        Path::new("/usr/bin/caddy").exists(),
        &["caddy"],
    );
    want(
        needs.npm || needs.clients,
        find_program("node").is_some() && find_program("npm").is_some(),
        &["nodejs", "npm"],
    );
    want(needs.chromium, find_chromium().is_some(), &["chromium"]);
    want(
        needs.chromium || needs.clients,
        find_program("openssl").is_some(),
        &["openssl"],
    );
    want(
        needs.chromium,
        has_arabic_font(),
        &["fontconfig", "fonts-dejavu-core", "fonts-noto-core"],
    );
    missing
}

fn find_chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    named.or_else(|| {
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .find_map(|name| find_program(name))
    })
}

fn has_arabic_font() -> bool {
    output(Command::new("fc-list").arg(":lang=ar")).is_ok_and(|fonts| !fonts.is_empty())
}

fn install_packages(packages: &[&str]) -> Outcome {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let by_hand = format!("apt-get install --no-install-recommends {list}");
    if find_program("apt-get").is_none() {
        return Err(format!(
            "missing: {list}. Install them with this system's package program and run again."
        ));
    }
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Err(format!(
            "missing: {list}. Run `sudo {by_hand}` and then this again."
        ));
    }
    println!("installing {list} (apt-get)");
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(std::io::stderr()))
    };
    // Somebody else's package source may be out of reach; whether ours are is seen when we install.
    if let Err(message) = apt(&["update", "--quiet", "-o", "Acquire::Retries=3"]) {
        eprintln!("xtask: {message}");
    }
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(["-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"]);
    arguments.extend_from_slice(packages);
    apt(&arguments)
}

/// `npm ci` when a package that `package.json` pins is absent or of another version.
fn install_node_modules() -> Outcome {
    let pinned = json(Path::new("browser/package.json"))?;
    let pinned = pinned["devDependencies"]
        .as_object()
        .ok_or("browser/package.json names no devDependencies")?;
    let installed = |name: &str| {
        json(
            &Path::new("browser/node_modules")
                .join(name)
                .join("package.json"),
        )
    };
    if pinned
        .iter()
        .all(|(name, version)| installed(name).is_ok_and(|package| package["version"] == *version))
    {
        return Ok(());
    }
    println!(
        "installing {} (npm, into browser/node_modules)",
        pinned.keys().cloned().collect::<Vec<_>>().join(", ")
    );
    run_npm_ci(Path::new("browser"))
}

/// What `package-lock.json` in this folder pins, and nothing else; no package runs a script.
pub(super) fn run_npm_ci(folder: &Path) -> Outcome {
    let npm = process::find_program("npm").ok_or("npm is not on PATH")?;
    let mut command = Command::new(npm);
    command
        .args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ])
        .current_dir(folder)
        .stdout(std::io::stderr());
    // Node brings certificates of its own; a machine behind a proxy of its operator trusts one more.
    let trusted = "/etc/ssl/certs/ca-certificates.crt";
    if std::env::var_os("NODE_EXTRA_CA_CERTS").is_none() && Path::new(trusted).exists() {
        command.env("NODE_EXTRA_CA_CERTS", trusted);
    }
    run(&mut command)
}

fn json(path: &Path) -> Outcome<serde_json::Value> {
    let text = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))
}
