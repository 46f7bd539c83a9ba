//! `serve` and `init`.

use identity::ambient::Ambient;
use identity::setup::{self, Link};
use identity::{Refusal, codes};
use server::config::Configuration;
use server::{ServeOptions, Start};

use super::{Failure, open};
use crate::output::{say, write_time};

pub(crate) async fn serve(configuration: Configuration) -> Result<(), Failure> {
    let running = server::serve(ServeOptions {
        configuration,
        ambient: Ambient::system(),
    })
    .await?;
    let mut block = format!(
        "Claviger listens on {}; open {}",
        running.address, running.public_origin
    );
    if let Some(metrics) = running.metrics_address {
        block.push_str(&format!("\nFigures: http://{metrics}/metrics"));
    }
    if let Some(link) = &running.setup_link {
        block.push_str(&format!("\n\n{}", invite(link)));
    }
    say(&block)?;
    Ok(running.wait().await?)
}

/// A key that was put there before is fine here; an organisation that exists is not. The set-up
/// link comes from `serve`: each start makes a new one and voids the older.
pub(crate) async fn init(configuration: Configuration) -> Result<(), Failure> {
    if configuration.public_origin.is_none() {
        let example =
            "say for which address: claviger init --public-origin https://login.example.org";
        return Err(Failure::Said(example.to_owned()));
    }
    let identity = open(&configuration, Start::New).await?;
    let open = setup::is_open(&identity).await;
    let settings = identity.settings().clone();
    identity.close().await;
    if !open? {
        return Err(Refusal::new(&codes::SETUP_CLOSED).into());
    }
    say(&format!(
        "Ready for {}, with passkeys for {}.\nThe set-up link is printed by: claviger serve --public-origin {}{}",
        settings.public_origin,
        settings.rp_id,
        settings.public_origin,
        if settings.rp_id.as_str() == settings.public_origin.host() {
            String::new()
        } else {
            format!(" --rp-id {}", settings.rp_id)
        },
    ))
}

fn invite(link: &Link) -> String {
    format!(
        "Create the first administrator's passkey here (once, until {}):\n  {}",
        write_time(link.expires_at),
        link.url
    )
}
