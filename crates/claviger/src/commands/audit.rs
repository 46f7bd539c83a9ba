//! `audit verify`.

use identity::audit;
use serde::Serialize;
use server::Start;
use server::config::{Configuration, Database};

use super::{Failure, open};
use crate::flags::Audit;
use crate::output::{say, say_json};

pub(crate) async fn run(configuration: &Configuration, command: Audit) -> Result<(), Failure> {
    let Audit::Verify { file, form } = command;
    let mut configuration = configuration.clone();
    if let Some(file) = file {
        if !file.exists() {
            return Err(Failure::Said(format!("{}: no such file", file.display())));
        }
        configuration.database = Database::Sqlite { file };
    }
    let identity = open(&configuration, Start::Existing).await?;
    let outcome = audit::verify(&identity).await;
    identity.close().await;
    let verified = outcome.map_err(|broken| Failure::Said(broken.to_string()))?;
    if form.json {
        say_json(&Shown::of(&verified))
    } else {
        say(&verified.to_string())
    }
}

#[derive(Serialize)]
struct Shown {
    nodes: u64,
    links: u64,
    records: u64,
    unsealed: u64,
    gaps: u64,
}

impl Shown {
    fn of(verified: &audit::Verified) -> Shown {
        let audit::Verified {
            nodes,
            links,
            records,
            unsealed,
            gaps,
        } = *verified;
        Shown {
            nodes,
            links,
            records,
            unsealed,
            gaps,
        }
    }
}
