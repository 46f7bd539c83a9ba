//! Which crate may know which. The table is ARCHITECTURE.md's, "Rooms".

use serde_json::Value;

use super::Findings;
use super::sources::Sources;
use crate::{Outcome, process};

struct Room {
    name: &'static str,
    /// Ours that it may use; `*` for any.
    ours: &'static [&'static str],
    /// Others' that it must not use.
    never: &'static [&'static str],
}

const IO: &[&str] = &[
    "tokio",
    "tracing",
    "log",
    "rand",
    "getrandom",
    "fastrand",
    "axum",
    "hyper",
    "rusqlite",
    "sqlx",
    "tokio-postgres",
    "deadpool-postgres",
    "reqwest",
    "async-trait",
    "futures-util",
    "jiff",
    "chrono",
    "time",
];
const WEB_AND_SQL: &[&str] = &[
    "axum",
    "axum-server",
    "askama",
    "hyper",
    "hyper-util",
    "http",
    "tower",
    "reqwest",
    "sqlx",
    "rusqlite",
    "tokio-postgres",
    "deadpool-postgres",
];
const WEB: &[&str] = &[
    "axum",
    "axum-server",
    "askama",
    "hyper",
    "hyper-util",
    "http",
    "tower",
    "reqwest",
];
const SQL: &[&str] = &["sqlx", "rusqlite", "tokio-postgres", "deadpool-postgres"];

const ROOMS: &[Room] = &[
    Room {
        name: "webauthn",
        ours: &[],
        never: IO,
    },
    Room {
        name: "policy",
        ours: &["webauthn"],
        never: IO,
    },
    Room {
        name: "oidc",
        ours: &[],
        never: IO,
    },
    Room {
        name: "graph",
        ours: &[],
        never: IO,
    },
    Room {
        name: "raster",
        ours: &[],
        never: IO,
    },
    Room {
        name: "authenticator",
        ours: &["webauthn"],
        never: IO,
    },
    Room {
        name: "store",
        ours: &["webauthn", "policy", "oidc"],
        never: WEB,
    },
    Room {
        name: "identity",
        ours: &["store", "webauthn", "policy", "oidc", "raster"],
        never: WEB_AND_SQL,
    },
    Room {
        name: "server",
        ours: &["identity", "graph", "oidc"],
        never: SQL,
    },
    Room {
        name: "claviger",
        ours: &["server", "identity", "graph", "authenticator"],
        never: SQL,
    },
    Room {
        name: "testkit",
        ours: &["*"],
        never: &[],
    },
    Room {
        name: "bench",
        ours: &["*"],
        never: &[],
    },
    Room {
        name: "xtask",
        ours: &["*"],
        never: &[],
    },
];
/// What tests of any room may use besides: both ends of a ceremony.
const FOR_TESTS: &[&str] = &["testkit", "authenticator", "webauthn"];
/// Rooms that never ship, so nothing that ships may lean on them.
const DEVELOPMENT_ONLY: &[&str] = &["testkit", "bench", "xtask"];

pub(crate) fn is_room(name: &str) -> bool {
    ROOMS.iter().any(|room| room.name == name)
}

pub(super) fn between_rooms(_: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for (package, dependency, for_tests) in dependencies()? {
        let Some(room) = ROOMS.iter().find(|room| room.name == package) else {
            findings.fault(format!(
                "{package} is no room of the plan: add it to the table and to ARCHITECTURE.md"
            ));
            continue;
        };
        let allowed = room.ours.contains(&dependency.as_str())
            || (room.ours == ["*"]
                && (!DEVELOPMENT_ONLY.contains(&dependency.as_str()) || dependency == "testkit"))
            || (for_tests && FOR_TESTS.contains(&dependency.as_str()));
        if is_room(&dependency) && !allowed {
            findings.fault(format!("{package} -> {dependency}"));
        }
    }
    Ok(findings)
}

pub(super) fn to_foreign_crates(_: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for (package, dependency, for_tests) in dependencies()? {
        let never = ROOMS
            .iter()
            .find(|room| room.name == package)
            .map_or(&[] as &[&str], |room| room.never);
        if !for_tests && never.contains(&dependency.as_str()) {
            findings.fault(format!("{package} -> {dependency}"));
        }
    }
    Ok(findings)
}

/// Every dependency of our packages: package, what it uses, and whether only its tests do.
fn dependencies() -> Outcome<Vec<(String, String, bool)>> {
    let text = process::output(&mut process::cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--locked",
    ]))?;
    let metadata: Value =
        serde_json::from_str(&text).map_err(|e| format!("cargo metadata: {e}"))?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        for dependency in list(&package["dependencies"]) {
            found.push((
                word(&package["name"]),
                word(&dependency["name"]),
                dependency["kind"] == "dev",
            ));
        }
    }
    if found.is_empty() {
        Err("cargo metadata lists no dependency".to_owned())
    } else {
        Ok(found)
    }
}
