//! What `claviger doctor` looks at: configuration, database, clock, origin, keys, audit chain, metadata, mail.

use store::{Finding, Grade};

use crate::metadata::RevocationListView;
use crate::settings::AttestationConveyance;
use crate::{HOUR, Identity, MINUTE, Refusal, audit, mail, metadata};

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
        check_metadata(identity).await,
        check_mail(identity).await,
    ];
    findings.extend(check_revocation_lists(identity));
    findings.extend(check_attestation_lists(identity).await);
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

/// Metadata is worth something only as far as attestation is asked for.
async fn check_metadata(identity: &Identity) -> Finding {
    let name = "metadata";
    let asks = identity.settings().attestation != AttestationConveyance::None;
    let view = match metadata::show(identity).await {
        Ok(Some(view)) => view,
        Ok(None) if asks => {
            let detail = "registrations ask for attestation, but there is no metadata to judge it by: \
                          `claviger metadata update` with a file or an address";
            return find(name, Grade::Advice, detail);
        }
        Ok(None) => return find(name, Grade::Good, "none; passkeys are not attested"),
        Err(refusal) => return find(name, Grade::Bad, refusal.to_string()),
    };
    let what = format!("blob {}, {} models", view.number, view.entries);
    if view.waits {
        let detail = format!(
            "{what}: {} verdicts would change and wait; look at `claviger metadata show`, then `claviger metadata approve`",
            view.verdicts.waiting
        );
        return find(name, Grade::Bad, detail);
    }
    if view.stale {
        let detail = format!(
            "{what}: should have been replaced by now, and new models are not attested under it; see whether \
             metadata-source still answers, or run `claviger metadata update`"
        );
        return find(name, Grade::Bad, detail);
    }
    if view.verdicts.undesired > 0 {
        let detail = format!(
            "{what}: {} passkeys are of a model that is revoked or compromised; the audit log names them",
            view.verdicts.undesired
        );
        return find(name, Grade::Advice, detail);
    }
    find(name, Grade::Good, what)
}

/// Lists that the operator supplies for the metadata's signer, where there are any.
fn check_revocation_lists(identity: &Identity) -> Option<Finding> {
    judge_lists(
        "revocation lists",
        &metadata::list_revocation_lists(identity),
        "so no newer metadata of a signer that it is about is put in use; \
         supply the current list in the file that metadata-revocation-list names",
    )
}

/// The same for those who certify authenticators.
async fn check_attestation_lists(identity: &Identity) -> Option<Finding> {
    let name = "attestation revocation lists";
    match metadata::list_attestation_lists(identity).await {
        Ok(lists) => judge_lists(
            name,
            &lists,
            "so no new attestation that it is about is believed; \
             supply the current list in the file that attestation-revocation-list names",
        ),
        Err(refusal) => Some(find(name, Grade::Bad, refusal.to_string())),
    }
}

/// `None` where there are none.
fn judge_lists(
    name: &'static str,
    lists: &[RevocationListView],
    consequence: &str,
) -> Option<Finding> {
    let outdated: Vec<_> = lists.iter().filter(|it| it.outdated).collect();
    if let Some(first) = outdated.first() {
        let detail = format!(
            "the list of \"{}\" is past its time ({} of {}), {consequence}",
            first.issuer,
            outdated.len(),
            lists.len()
        );
        return Some(find(name, Grade::Bad, detail));
    }
    (!lists.is_empty()).then(|| find(name, Grade::Good, format!("{} current", lists.len())))
}

/// People are told of what happens to their accounts only where there is mail.
async fn check_mail(identity: &Identity) -> Finding {
    judge_mail(identity)
        .await
        .unwrap_or_else(|refusal| find("mail", Grade::Bad, refusal.to_string()))
}

async fn judge_mail(identity: &Identity) -> Result<Finding, Refusal> {
    let (store, tenant) = (identity.store(), identity.tenant_id());
    let an_hour_ago = identity.ambient().now() - HOUR;
    let counts = store.count_undelivered_notices(tenant, an_hour_ago).await?;
    let settings = mail::find(identity).await?;
    let (grade, detail) = match settings {
        None => (
            Grade::Advice,
            format!(
                "no server: nobody is told of what happens to their account ({} notices wait); `claviger mail set` names one",
                counts.waiting
            ),
        ),
        Some(_) if counts.stuck > 0 => (
            Grade::Bad,
            format!(
                "{} notices wait for more than an hour: `claviger mail test ADDRESS` says what the server answers",
                counts.stuck
            ),
        ),
        Some(_) if counts.undelivered > 0 => (
            Grade::Advice,
            format!(
                "{} notices could not be delivered; `claviger mail undelivered` lists them",
                counts.undelivered
            ),
        ),
        Some(settings) => (
            Grade::Good,
            format!("through {}, {} notices wait", settings.host, counts.waiting),
        ),
    };
    Ok(find("mail", grade, detail))
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
