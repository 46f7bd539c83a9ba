//! The claviger binary: one program that serves, and the commands of its operator.

mod commands;
mod flags;
mod os_user;
mod output;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit codes: 0 done, 1 refused or failed, 2 the command line or the configuration is wrong.
fn main() -> ExitCode {
    let arguments = flags::Arguments::parse();
    raise_file_limit();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("claviger: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("claviger: {}", output::escape_lines(&failure.to_string()));
            failure.exit_code()
        }
    }
}

/// Each connection takes a file descriptor, and systems start programs with fewer than they allow.
#[cfg(unix)]
fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // Refused: the old limit stays, and connections beyond it wait.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, soft.max(hard.min(65_536)), hard);
    }
}

#[cfg(not(unix))]
fn raise_file_limit() {}
