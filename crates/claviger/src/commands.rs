//! Each command: open the database, call the use case that pages call, print what came of it.

mod admin;
mod app;
mod audit;
mod copies;
mod doctor;
mod failure;
mod group;
mod mail;
mod metadata;
mod owner;
mod policy;
mod principal;
mod role;
mod scim;
mod serve;
mod user;
mod webhook;

use identity::Identity;
use identity::ambient::Ambient;
use server::config::{Configuration, Layer, Port};
use server::{Start, telemetry};

use crate::flags::{Arguments, Command};

pub(crate) use failure::Failure;

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let layer = arguments.settings.into_layer();
    match arguments.command {
        Command::Serve => serve::serve(configure(layer)?).await,
        Command::Init => serve::init(configure_quietly(layer)?).await,
        Command::Backup { file } => copies::backup(&configure_quietly(layer)?, &file).await,
        Command::Restore { file } => copies::restore(&configure_quietly(layer)?, &file).await,
        Command::Doctor { form } => doctor::check(&configure_quietly(layer)?, form).await,
        Command::User(command) => user::run(&configure_quietly(layer)?, command).await,
        Command::Policy(command) => policy::run(&configure_quietly(layer)?, command).await,
        Command::App(command) => app::run(&configure_quietly(layer)?, command).await,
        Command::Group(command) => group::run(&configure_quietly(layer)?, command).await,
        Command::Role(command) => role::run(&configure_quietly(layer)?, command).await,
        Command::Admin(command) => admin::run(&configure_quietly(layer)?, command).await,
        Command::Mail(command) => mail::run(&configure_quietly(layer)?, command).await,
        Command::Webhook(command) => webhook::run(&configure_quietly(layer)?, command).await,
        Command::Scim(command) => scim::run(&configure_quietly(layer)?, command).await,
        Command::Audit(command) => audit::run(&configure_quietly(layer)?, command).await,
        Command::Metadata(command) => metadata::run(&configure_quietly(layer)?, command).await,
    }
}

fn configure(layer: Layer) -> Result<Configuration, Failure> {
    let configuration = Configuration::resolve(layer, std::env::vars_os().filter_map(readable))?;
    telemetry::install(configuration.log, &configuration.log_level);
    Ok(configuration)
}

/// A command speaks by its output; its log shows warnings only, unless more is asked for.
fn configure_quietly(layer: Layer) -> Result<Configuration, Failure> {
    let level = Layer {
        log_level: Some("warn".to_owned()),
        ..Layer::default()
    };
    configure(layer.over(level))
}

/// A variable of somebody else's that is no Unicode is none of ours.
fn readable((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

/// The running tenant, opened beside a server that may be serving it.
async fn open(configuration: &Configuration, start: Start) -> Result<Identity, Failure> {
    Ok(server::open(configuration, &Ambient::system(), start, Port::Unbound).await?)
}
