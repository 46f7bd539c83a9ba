//! What `claviger doctor` looks at: configuration, database, clock, origin, keys, audit chain.

use store::{Finding, Grade};

use crate::{Identity, MINUTE, audit};

fn find(name: &'static str, grade: Grade, detail: impl Into<String>) -> Finding {
    Finding {
        name,
        grade,
        detail: detail.into(),
    }
}

/// Looks at everything that the use cases depend on. Changes nothing.
pub async fn check(identity: &Identity) -> Vec<Finding> {
    let mut findings = vec![
        check_organisation(identity).await,
        check_keys(identity),
        check_chain(identity).await,
    ];
    findings.extend(identity.store().check(identity.ambient().now()).await);
    findings
}

async fn check_organisation(identity: &Identity) -> Finding {
    let settings = identity.settings();
    let (origin, rp_id) = (settings.public_origin.as_str(), settings.rp_id.as_str());
    match identity.organisation().await {
        Ok(Some(organisation)) if organisation.evaluation => {
            let name = organisation.name;
            let detail = format!(
                "\"{name}\" is an evaluation: its passkeys are bound to \"{rp_id}\". For real use begin with \
                 `claviger init --public-origin https://...` in a new data directory"
            );
            find("origin", Grade::Advice, detail)
        }
        Ok(Some(organisation)) => {
            let detail = format!(
                "\"{}\" at {origin}, passkeys bound to \"{rp_id}\"",
                organisation.name
            );
            find("origin", Grade::Good, detail)
        }
        Ok(None) => {
            let detail = format!(
                "set-up is open at {origin}; passkeys will be bound to \"{rp_id}\" for ever. Open the set-up link that \
                 `claviger serve` prints"
            );
            find("origin", Grade::Advice, detail)
        }
        Err(refusal) => find("origin", Grade::Bad, refusal.to_string()),
    }
}

/// Opening the identity has opened every key; what can be wrong here is age.
fn check_keys(identity: &Identity) -> Finding {
    let snapshot = identity.snapshot();
    let soon = identity.ambient().now() + MINUTE;
    match snapshot.keys.current_state_key() {
        Some(key) if snapshot.keys.find_state_key(key.key_id, soon).is_some() => find(
            "keys",
            Grade::Good,
            "the key-encryption key opens every key of this database",
        ),
        _ => find(
            "keys",
            Grade::Advice,
            "the keys of ceremonies are old: `claviger serve` renews them within a minute",
        ),
    }
}

async fn check_chain(identity: &Identity) -> Finding {
    match audit::verify(identity).await {
        Ok(verified) => find("audit", Grade::Good, verified.to_string()),
        Err(broken) => find(
            "audit",
            Grade::Bad,
            format!("{broken}. Records were changed outside Claviger: compare with a backup"),
        ),
    }
}
