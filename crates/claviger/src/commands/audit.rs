//! `audit verify`.

use identity::audit;
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
    if form.json { say_json(&verified) } else { say(&verified.to_string()) }
}
