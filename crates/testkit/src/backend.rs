//! On which databases a test runs.

/// A database engine to test on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A fresh database on the server at this address.
    Postgres {
        /// `postgres://user@host:port/database` of somebody who may create databases.
        url: String,
    },
}

impl std::fmt::Display for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Backend::Sqlite => "SQLite",
            Backend::Postgres { .. } => "PostgreSQL",
        })
    }
}

/// SQLite always; PostgreSQL at `CLAVIGER_TEST_POSTGRES`.
///
/// # Panics
/// When that variable is not set and `CLAVIGER_TEST_SQLITE_ONLY=1` does not say that this is meant:
/// half of a suite must not pass for the whole by accident.
#[must_use]
pub fn backends() -> Vec<Backend> {
    match std::env::var("CLAVIGER_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => vec![Backend::Sqlite, Backend::Postgres { url }],
        _ if std::env::var("CLAVIGER_TEST_SQLITE_ONLY").is_ok_and(|it| it == "1") => {
            vec![Backend::Sqlite]
        }
        _ => panic!(
            "CLAVIGER_TEST_POSTGRES is not set: run `cargo xtask test`, or set CLAVIGER_TEST_SQLITE_ONLY=1 to leave PostgreSQL out"
        ),
    }
}

/// Runs a test once on each of [`backends`], each time on a runtime of its own with two threads, so
/// that what runs at once really does.
///
/// # Panics
/// When the test does; the engine is named on standard error before.
pub fn on_each_backend(test: impl AsyncFn(Backend)) {
    crate::calls::install();
    let failed: Vec<String> = backends()
        .into_iter()
        .filter(|backend| !passes(&test, backend))
        .map(|backend| backend.to_string())
        .collect();
    assert!(failed.is_empty(), "failed on {}", failed.join(" and "));
}

/// A failure on one engine must not hide one on the other.
fn passes(test: &impl AsyncFn(Backend), backend: &Backend) -> bool {
    eprintln!("on {backend}:");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let run = || runtime.block_on(test(backend.clone()));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    // Background work of the house ends with it; nothing is waited for.
    runtime.shutdown_background();
    outcome.is_ok()
}
