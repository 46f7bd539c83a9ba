//! `audit verify` and `audit checkpoint`.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use identity::audit::{self, Checkpoint};
use identity::{Refusal, codes};
use serde::Serialize;
use server::Start;
use server::config::{Configuration, Database};

use super::{Failure, open};
use crate::flags::{Audit, Form};
use crate::output::{say, say_json};

pub(crate) async fn run(configuration: &Configuration, command: Audit) -> Result<(), Failure> {
    match command {
        Audit::Verify {
            file,
            checkpoint,
            form,
        } => verify(configuration, file, checkpoint, form).await,
        Audit::Checkpoint { file } => write_checkpoint(configuration, file).await,
    }
}

fn fail(file: &Path, cause: &dyn std::fmt::Display) -> Failure {
    Failure::Said(format!("{}: {cause}", file.display()))
}

fn read_checkpoint(file: &Path) -> Result<Checkpoint, Failure> {
    let text = std::fs::read_to_string(file).map_err(|cause| fail(file, &cause))?;
    Checkpoint::parse(&text).map_err(|cause| fail(file, &cause))
}

async fn verify(
    configuration: &Configuration,
    file: Option<PathBuf>,
    checkpoint: Option<PathBuf>,
    form: Form,
) -> Result<(), Failure> {
    let checkpoint = checkpoint.as_deref().map(read_checkpoint).transpose()?;
    let mut configuration = configuration.clone();
    if let Some(file) = file {
        if !file.exists() {
            return Err(fail(&file, &"no such file"));
        }
        configuration.database = Database::Sqlite { file };
    }
    let identity = open(&configuration, Start::Beside).await?;
    let outcome = match &checkpoint {
        Some(checkpoint) => audit::verify_against(&identity, checkpoint).await,
        None => audit::verify(&identity).await,
    };
    identity.close().await;
    let verified = outcome.map_err(|broken| Failure::Said(broken.to_string()))?;
    if form.json {
        say_json(&Shown::of(&verified))
    } else {
        say(&verified.to_string())
    }
}

async fn write_checkpoint(
    configuration: &Configuration,
    file: Option<PathBuf>,
) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let exported = audit::export_checkpoint(&identity).await;
    identity.close().await;
    let text = exported.map_err(refuse_checkpoint)?.to_json();
    let Some(file) = file else {
        return say(&text);
    };
    File::create_new(&file)
        .and_then(|mut out| writeln!(out, "{text}").and_then(|()| out.sync_all()))
        .map_err(|cause| fail(&file, &cause))
}

fn refuse_checkpoint(refusal: Refusal) -> Failure {
    if refusal.code.id != codes::INTERNAL.id {
        return Failure::Refused(refusal);
    }
    let what =
        "the end of the chain was tampered with: see `claviger audit verify`. Nothing was written";
    Failure::Said(what.to_owned())
}

#[derive(Serialize)]
struct Shown {
    nodes: u64,
    links: u64,
    records: u64,
    unsealed: u64,
    adopted: u64,
    gaps: u64,
}

impl Shown {
    fn of(verified: &audit::Verified) -> Shown {
        let audit::Verified {
            nodes,
            links,
            records,
            unsealed,
            adopted,
            gaps,
        } = *verified;
        Shown {
            nodes,
            links,
            records,
            unsealed,
            adopted,
            gaps,
        }
    }
}
