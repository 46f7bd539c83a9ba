//! Other people's passkeys, as administrators and applications see and remove them.

use store::{Credential, CredentialStatus, Id, PersonStatus};
use webauthn::{Aaguid, base64url};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::notices::{self, By, Notice};
use crate::passkeys::end_codes_of;
use crate::people::administrators::{Administrators, Change};
use crate::people::find_existing;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes, providers};

/// A passkey of somebody.
#[derive(Debug, Clone)]
pub struct Method {
    /// The credential id in base64url.
    pub method_id: String,
    pub name: String,
    pub aaguid: Aaguid,
    /// What the model or provider is called, where that is known.
    pub model: Option<String>,
    /// Synced (BE=1) or this device only.
    pub synced: bool,
    /// Whether its make was proven by a chain to an anchor, as last judged.
    pub attested: bool,
    /// SHA-256 of each certificate of the attestation statement.
    pub certificates: Vec<[u8; 32]>,
    /// Whether it can be used for signing in.
    pub active: bool,
    /// Registered by somebody else, and not confirmed yet.
    pub held: bool,
    pub created_at: Micros,
    pub last_used_at: Option<Micros>,
}

/// The passkeys of a person who is not deleted, newest first.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<Vec<Method>, Refusal> {
    access::check(identity, actor, Operation::ReadMethods, Some(person))
        .await
        .map(drop)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    find_existing(identity, person).await?;
    let mut methods = Vec::new();
    for credential in store.list_credentials(tenant, person).await? {
        methods.push(derive_method(identity, credential).await?);
    }
    Ok(methods)
}

pub(crate) async fn derive_method(
    identity: &Identity,
    credential: Credential,
) -> Result<Method, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let attestation = store
        .find_attestation(tenant, &credential.credential_id)
        .await?;
    let judgement = attestation.map(|record| record.judgement);
    let aaguid = Aaguid(credential.aaguid.0);
    let chain = judgement.as_ref().map_or(&[][..], |judged| &judged.chain);
    Ok(Method {
        method_id: base64url::encode(&credential.credential_id),
        name: credential.name,
        aaguid,
        model: providers::find_name(identity, aaguid).await?,
        synced: credential.backup_eligible,
        attested: judgement
            .as_ref()
            .is_some_and(|judged| judged.verdict == "attested"),
        certificates: chain.as_chunks::<32>().0.to_vec(),
        active: credential.status == CredentialStatus::Active,
        held: credential.status == CredentialStatus::Held,
        created_at: credential.created_at,
        last_used_at: credential.last_used_at,
    })
}

/// One passkey of a person, by its credential id in base64url.
pub async fn read(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    method_id: &str,
) -> Result<Method, Refusal> {
    let methods = list(identity, actor, person).await?;
    methods
        .into_iter()
        .find(|method| method.method_id == method_id)
        .ok_or_else(|| Refusal::new(&codes::PASSKEY_MISSING))
}

/// Removes a passkey of somebody else: the last one, too, which leaves its owner to a registration link. Ends the
/// sessions that it opened. Whoever removes their own does so on Security info, which keeps the last.
///
/// # Errors
/// [`codes::OWN_METHOD`] for one's own; [`codes::LAST_ADMINISTRATOR`] when nobody would be left who can do everything;
/// [`codes::PASSKEY_MISSING`].
pub async fn delete(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    method_id: &str,
) -> Result<(), Refusal> {
    let about = (Operation::DeleteMethod, Some(person));
    access::decide(identity, actor, about, || {
        delete_once(identity, actor, person, method_id)
    })
    .await
}

async fn delete_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    method_id: &str,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::DeleteMethod, Some(person)).await?;
    if actor.person() == Some(person) {
        return Err(Refusal::new(&codes::OWN_METHOD));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let owner = find_existing(identity, person).await?;
    let missing = || Refusal::new(&codes::PASSKEY_MISSING);
    let credential_id = base64url::decode(method_id).map_err(|_| missing())?;
    let credentials = store.list_credentials(tenant, person).await?;
    let credential = credentials
        .iter()
        .find(|credential| credential.credential_id == credential_id)
        .ok_or_else(missing)?;

    let now = identity.0.ambient.now();
    let mut unit = allowed.begin(identity);
    let change = Change::Passkey {
        person,
        credential_id: &credential_id,
    };
    let administrators = Administrators::begin(identity, &mut unit, change).await?;
    // The person's row, then sessions, then credentials: the order everywhere.
    match owner.status {
        PersonStatus::Enabled => unit.bump_methods(tenant, person, owner.method_version),
        PersonStatus::Disabled | PersonStatus::Deleted => unit.hold_person(tenant, person),
    };
    unit.end_sessions_of_credential(tenant, person, &credential_id, now);
    unit.remove_credential(
        tenant,
        &credential_id,
        person,
        credential.security_version,
        now,
    );
    end_codes_of(&mut unit, tenant, person, credential);
    administrators.finish(identity, &mut unit);
    let (passkey, by) = (credential.name.clone(), By::Administrator);
    let notice = Notice::PasskeyRemoved { passkey, by };
    notices::tell(identity, &mut unit, person, notice);
    let mut entry = actor.entry(identity);
    entry
        .confide("user", owner.user_name.as_str())
        .confide("passkey", credential.name.as_str())
        .say("credential", method_id);
    let word = "passkey.removed";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}
