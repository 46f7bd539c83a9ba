//! Load generators and floors: what `cargo xtask bench` runs. Every figure stands beside the floor that it
//! is compared with, measured in the same run. `docs/benchmarks.md` names the fields and keeps the last table.

#![allow(
    clippy::disallowed_methods,
    reason = "a bench reads the clock and draws its own randomness"
)]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod ceremonies;
mod crowd;
mod directory;
mod flood;
mod floor;
mod load;
mod oidc;
mod population;
mod process;
mod report;
mod serve;
mod sign_in;
mod start;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Claviger beside its floors.
#[derive(Debug, Parser)]
#[command(
    name = "bench",
    after_help = "Examples:\n  cargo xtask bench webauthn\n  cargo xtask bench sign-in --json\n  cargo xtask bench sign-in --requests 4000 --people 2000\n  cargo xtask bench directory --large\n  cargo xtask bench oidc\n  cargo xtask bench flood"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A ceremony from JSON text to verdict, beside the raw signature verification in the same process.
    Webauthn {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Whole sign-ins over loopback against a server in a process of its own, beside the floors of the same core.
    SignIn(sign_in::SignIn),
    /// A large organisation beside a nearly empty one: questions to the Graph API, sign-ins, memory.
    Directory(directory::Directory),
    /// What applications ask of the OpenID endpoints, beside the empty request and the raw signature.
    Oidc(oidc::Oidc),
    /// Sign-ins by passkey while passwords are tried by the hundred, beside the same sign-ins alone.
    Flood(flood::Flood),
    /// Time to the first answer, idle memory, size of the binary.
    Start {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
        /// The stripped binary to measure.
        #[arg(long)]
        binary: std::path::PathBuf,
    },
    /// The server under load (used by the others).
    #[command(hide = true)]
    Serve(serve::Serve),
    /// The floor server (used by the others).
    #[command(hide = true)]
    Floor,
}

fn main() -> Result<(), String> {
    match Arguments::parse().command {
        Command::Webauthn { json } => ceremonies::run(json),
        Command::SignIn(options) => sign_in::run(&options),
        Command::Directory(options) => directory::run(&options),
        Command::Oidc(options) => oidc::run(&options),
        Command::Flood(options) => flood::run(&options),
        Command::Start { json, binary } => start::run(&binary, json),
        Command::Serve(options) => serve::run(&options),
        Command::Floor => floor::serve(),
    }
}
