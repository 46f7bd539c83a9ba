//! Clients that others wrote, against the built program: Microsoft's SDKs and MSAL, Authlib, mod_auth_openidc, the `openidconnect`
//! crate, nginx, Caddy, schemathesis.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Tally;
use crate::{Outcome, process};

/// Runs the suite against this binary.
pub(super) fn suite(binary: &Path, filter: &[String]) -> Outcome<Tally> {
    let python = prepare_python()?;
    prepare_node()?;
    let counts = Path::new("out/clients.json");
    std::fs::create_dir_all("out").map_err(|e| format!("out: {e}"))?;
    let _ = std::fs::remove_file(counts);
    let rust_client = build_rust_client(filter)?;
    let status = Command::new(python)
        .arg("clients/run.py")
        .arg("--binary")
        .arg(binary)
        .arg("--counts")
        .arg(counts)
        .args(
            rust_client
                .iter()
                .flat_map(|it| ["--rust-client".as_ref(), it.as_os_str()]),
        )
        .args(filter)
        .status()
        .map_err(|e| format!("cannot run python: {e}"))?;
    let mut tally = read_counts(counts).unwrap_or_default();
    if tally.failed == 0 && (!status.success() || tally.passed == 0) {
        tally.add(Tally::broken(format!(
            "the clients ended with {status} and counted {} passed",
            tally.passed
        )));
    }
    Ok(tally)
}

/// The program in `clients/openidconnect`, where it is asked for. It is no member of the workspace; built into the same folder
/// it finds most of what it needs there.
fn build_rust_client(filter: &[String]) -> Outcome<Option<PathBuf>> {
    if !filter.is_empty()
        && !filter
            .iter()
            .any(|part| "openidconnect".contains(part.as_str()))
    {
        return Ok(None);
    }
    let folder = target_folder()?;
    process::run(
        process::cargo(&["build", "--locked", "--manifest-path"])
            .arg("clients/openidconnect/Cargo.toml")
            .arg("--target-dir")
            .arg(&folder),
    )?;
    Ok(Some(folder.join("debug/openidconnect-client")))
}

/// A Python of its own beside what cargo builds, with what `clients/requirements.txt` pins; made anew when that changed.
fn prepare_python() -> Outcome<PathBuf> {
    let folder = target_folder()?.join("clients-venv");
    let python = folder.join("bin/python");
    let wanted = read("clients/requirements.txt")?;
    let installed = folder.join("requirements.txt");
    if python.exists() && std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    println!("installing what clients/requirements.txt pins (pip)");
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    process::run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
        "clients/requirements.txt",
    ]))?;
    std::fs::write(&installed, wanted).map_err(|e| format!("{}: {e}", installed.display()))?;
    Ok(python)
}

/// `npm ci` where the pinned version is absent.
fn prepare_node() -> Outcome {
    let name = "@microsoft/microsoft-graph-client";
    let version = |path: &str| -> Outcome<serde_json::Value> {
        serde_json::from_str(&read(path)?).map_err(|e| format!("{path}: {e}"))
    };
    let pinned = version("clients/package.json")?["devDependencies"][name].clone();
    let there = version(&format!("clients/node_modules/{name}/package.json"));
    if there.is_ok_and(|package| package["version"] == pinned) {
        return Ok(());
    }
    println!("installing {name} (npm, into clients/node_modules)");
    super::machine::run_npm_ci(Path::new("clients"))
}

fn read(path: &str) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))
}

fn target_folder() -> Outcome<PathBuf> {
    let named = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    std::path::absolute(named).map_err(|e| format!("the folder for clients: {e}"))
}

fn read_counts(path: &Path) -> Option<Tally> {
    let counts: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let failures = counts["failures"].as_array()?.iter();
    let failures: Vec<String> = failures
        .map(|failure| format!("clients: {}", failure.as_str().unwrap_or_default()))
        .collect();
    Some(Tally {
        passed: usize::try_from(counts["passed"].as_u64()?).ok()?,
        failed: failures.len(),
        failures,
    })
}
