//! Storing what an authenticator made of options that were given out.

use serde::Deserialize;
use serde_json::{Value, json};
use store::{CredentialStatus, GivenOptions, Guard, Hold, Id, Provisioned, WriteError};
use webauthn::{Algorithm, Mediation, Origin, VerifiedRegistration, base64url};

use super::options::derive_challenge_hash;
use super::{PURPOSE, Target, check, derive_caller, derive_caller_state, find_target};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::creation::{self, Made};
use crate::flow::{Proof, Purpose};
use crate::methods::{self, Method};
use crate::notices::{self, By, Notice};
use crate::passkeys::propose_name;
use crate::proof::Permitted;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Micros, Place, Refusal, codes, names};

/// What a client sends. Where base64 can be read in two ways, both readings are here, the likelier first.
#[derive(Debug, Clone, Default)]
pub struct Submission {
    /// Proposed from the provider where the client names none.
    pub display_name: Option<String>,
    pub credential_id: Vec<Vec<u8>>,
    pub client_data_json: Vec<Vec<u8>>,
    pub attestation_object: Vec<Vec<u8>>,
    /// A JSON object.
    pub client_extension_results: Value,
}

/// Proof that options were given to whoever asks, for this very person, and neither changed since. Made only by
/// [`prove`], used once more in the unit that stores the passkey.
#[derive(Debug)]
pub(crate) struct Presented {
    options_id: Id,
    person_id: Id,
    person_version: i64,
}

impl Presented {
    pub(crate) fn options_id(&self) -> Id {
        self.options_id
    }

    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person_id == person
    }

    /// The version of the person that was compared.
    pub(crate) fn person_version(&self) -> i64 {
        self.person_version
    }
}

/// Stores a passkey for somebody else. Options may be used for several; each passkey is stored once.
///
/// # Errors
/// [`codes::OPTIONS_UNKNOWN`], [`codes::OPTIONS_EXPIRED`], [`codes::OPTIONS_CANCELLED`], [`codes::OPTIONS_VOID`];
/// [`codes::REGISTRATION_REFUSED`] with the step that refused; [`codes::PASSKEY_EXISTS`]; those of [`super::begin`].
pub async fn create(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    submission: &Submission,
) -> Result<Method, Refusal> {
    let about = (Operation::ProvisionMethod, Some(person));
    let credential_id = access::decide(identity, actor, about, || {
        create_once(identity, actor, person, submission)
    })
    .await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let stored = store.list_credentials(tenant, person).await?;
    let made = stored
        .into_iter()
        .find(|credential| credential.credential_id == credential_id);
    // Removed in this very moment: then there is nothing to show.
    let made = made.ok_or_else(|| Refusal::new(&codes::PASSKEY_MISSING))?;
    methods::derive_method(identity, made).await
}

async fn create_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    submission: &Submission,
) -> Result<Vec<u8>, Refusal> {
    identity.check_clock()?;
    let allowed = check(identity, actor, person).await?;
    let name = submission.display_name.as_deref();
    let name = name.map(names::parse_passkey_name).transpose()?;
    let target = find_target(identity, actor, person).await?;
    let (options, challenge, client_data) = find_options(identity, submission).await?;
    let presented = prove(identity, actor, &target, &options).await?;
    let registration = verify(identity, submission, &options, &challenge, &client_data)?;
    let purpose = Purpose::Provision;
    let permitted = creation::permit(
        identity,
        registration,
        purpose,
        Proof::Options(presented),
        target.person.person_id,
    )
    .await?;
    let name = match name {
        Some(name) => name,
        None => propose_name(identity, &permitted, &target.credentials).await?,
    };
    let credential_id = permitted.registration.credential_id().to_vec();
    let storing = Storing {
        identity,
        actor,
        target: &target,
        options: &options,
        name: &name,
    };
    storing.write(&allowed, permitted).await?;
    Ok(credential_id)
}

#[derive(Deserialize)]
struct ClientChallenge {
    challenge: String,
}

/// The options whose challenge the client data name, with that challenge and the client data as they are to be read.
/// Whoever knows a challenge of which we hold the hash got it from us: the signed client data are compared with it.
async fn find_options(
    identity: &Identity,
    submission: &Submission,
) -> Result<(GivenOptions, Vec<u8>, Vec<u8>), Refusal> {
    let read = |bytes: &Vec<u8>| {
        let client: ClientChallenge = serde_json::from_slice(bytes).ok()?;
        let challenge = base64url::decode(&client.challenge).ok()?;
        Some((challenge, bytes.clone()))
    };
    let (challenge, client_data) = submission
        .client_data_json
        .iter()
        .find_map(read)
        .ok_or_else(|| refuse("registration.client_data"))?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let hash = derive_challenge_hash(&challenge);
    let options = store.find_creation_options(tenant, hash).await?;
    let options = options.ok_or_else(|| Refusal::new(&codes::OPTIONS_UNKNOWN))?;
    Ok((options, challenge, client_data))
}

fn refuse(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::REGISTRATION_REFUSED)
    }
}

/// Everything that options are bound to (security 15).
async fn prove(
    identity: &Identity,
    actor: Actor<'_>,
    target: &Target,
    options: &GivenOptions,
) -> Result<Presented, Refusal> {
    let rp_id = identity.0.settings.rp_id.as_str();
    // Another person's or another caller's are told like those that never were.
    if options.person_id != target.person.person_id
        || options.caller != derive_caller(actor)
        || options.purpose != PURPOSE
        || options.rp_id != rp_id
    {
        return Err(Refusal::new(&codes::OPTIONS_UNKNOWN));
    }
    if options.cancelled_at.is_some() {
        return Err(Refusal::new(&codes::OPTIONS_CANCELLED));
    }
    if options.expires_at <= identity.0.ambient.now() {
        return Err(Refusal::new(&codes::OPTIONS_EXPIRED));
    }
    let caller_state = derive_caller_state(identity, actor).await?;
    if options.person_state != target.state || options.caller_state != caller_state {
        return Err(Refusal::new(&codes::OPTIONS_VOID));
    }
    Ok(Presented {
        options_id: options.options_id,
        person_id: target.person.person_id,
        person_version: target.person.security_version,
    })
}

/// The readings that fit together, verified. The first that can be read decides what is told when none does.
fn verify(
    identity: &Identity,
    submission: &Submission,
    options: &GivenOptions,
    challenge: &[u8],
    client_data: &[u8],
) -> Result<VerifiedRegistration, Refusal> {
    let settings = &identity.0.settings;
    let mut origins = settings.register_origins();
    // Tools without a page name the RP ID (security 25); here alone, and nowhere else.
    origins.extend(Origin::parse(&format!("https://{}", settings.rp_id.as_str())).ok());
    let algorithms = read_algorithms(&options.algorithms);
    let mut told = None;
    for object in &submission.attestation_object {
        for id in &submission.credential_id {
            let response = write_response(id, client_data, object, submission);
            let made = Made {
                response: response.as_bytes(),
                challenge,
                origins: &origins,
                algorithms: &algorithms,
                mediation: Mediation::Modal,
            };
            match creation::verify(identity, &made) {
                Ok(registration) => return Ok(registration),
                Err(detail) => told = told.or(Some(detail)),
            }
        }
    }
    Err(refuse(told.unwrap_or("registration.malformed")))
}

/// `RegistrationResponseJSON`, of which Graph's client sends a part.
fn write_response(id: &[u8], client_data: &[u8], object: &[u8], submission: &Submission) -> String {
    let id = base64url::encode(id);
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(client_data),
            "attestationObject": base64url::encode(object),
            "transports": [],
        },
        "clientExtensionResults": submission.client_extension_results,
    })
    .to_string()
}

fn read_algorithms(stored: &str) -> Vec<Algorithm> {
    let numbers: Vec<i64> = serde_json::from_str(stored).unwrap_or_default();
    numbers
        .into_iter()
        .filter_map(Algorithm::from_cose_id)
        .collect()
}

/// A passkey that is about to be stored.
struct Storing<'a> {
    identity: &'a Identity,
    actor: Actor<'a>,
    target: &'a Target,
    options: &'a GivenOptions,
    name: &'a str,
}

impl Storing<'_> {
    /// One unit: options used, methods counted, passkey, who registered it, the record and the alerts.
    async fn write(&self, allowed: &access::Allowed, permitted: Permitted) -> Result<(), Refusal> {
        let (identity, person) = (self.identity, &self.target.person);
        let (store, tenant, now) = (
            &identity.0.store,
            identity.0.tenant_id,
            identity.0.ambient.now(),
        );
        let (hold, _) = store.find_hold(tenant).await?;
        let status = self.derive_status(hold);
        let mut unit = allowed.begin(identity);
        // No policy changes before it is written, neither what accepted the passkey nor whose are held.
        permitted.accepted.hold(&mut unit, tenant);
        unit.bump_methods(tenant, person.person_id, person.method_version);
        unit.mark_passkey(tenant, person.person_id);
        let credential_id = permitted.registration.credential_id().to_vec();
        let mut entry = self.describe(&credential_id);
        entry.say("held", status == CredentialStatus::Held);
        let new = creation::New {
            name: self.name,
            status,
            place: self.derive_place(),
            recovered_at: None,
        };
        creation::insert(identity, &mut unit, &mut entry, new, permitted);
        self.add_planter(&mut unit, credential_id.clone(), now);
        let passkey = self.name.to_owned();
        let notice = match status {
            CredentialStatus::Held => Notice::PasskeyHeld { passkey },
            _ => Notice::PasskeyAdded {
                passkey,
                by: By::Administrator,
            },
        };
        notices::tell(identity, &mut unit, person.person_id, notice);
        if status == CredentialStatus::Active {
            // There is a way in now; a held one leaves links as a way to get one of one's own.
            unit.void_links_of_person(tenant, person.person_id, now);
        }
        let alert = ("alert.passkey_provisioned", self.describe(&credential_id));
        let word = "passkey.provisioned";
        let about = (word, person.person_id);
        access::write_alerting(
            identity,
            self.actor,
            allowed,
            unit,
            about,
            entry,
            vec![alert],
        )
        .await
        .map_err(|error| match error {
            WriteError::Refused(Guard::Taken) => Refusal::new(&codes::PASSKEY_EXISTS),
            error => refuse_write(error),
        })
    }

    /// Whoever can sign in already is asked first, where the organisation has it so (security 14).
    fn derive_status(&self, hold: Hold) -> CredentialStatus {
        let mut credentials = self.target.credentials.iter();
        let has_method = self.target.has_password
            || credentials.any(|credential| credential.status == CredentialStatus::Active);
        match hold {
            Hold::Everybody => CredentialStatus::Held,
            Hold::Existing if has_method => CredentialStatus::Held,
            Hold::Existing | Hold::Nobody => CredentialStatus::Active,
        }
    }

    fn describe(&self, credential_id: &[u8]) -> Entry {
        let mut entry = self.actor.entry(self.identity);
        entry
            .confide("user", self.target.person.user_name.as_str())
            .confide("passkey", self.name)
            .say("credential", base64url::encode(credential_id))
            .say("options", self.options.options_id.to_string());
        entry
    }

    fn derive_place(&self) -> String {
        let place = match self.actor {
            Actor::Person(caller, _) | Actor::Token(caller, _) | Actor::Connector(caller, _) => {
                Caller::place(caller)
            }
            Actor::CommandLine { .. } => Place::nowhere(),
        };
        place.to_json()
    }

    fn add_planter(&self, unit: &mut store::Unit, credential_id: Vec<u8>, now: Micros) {
        let provisioned = Provisioned {
            credential_id,
            planter: derive_caller(self.actor),
            provisioned_at: now,
        };
        let tenant = self.identity.0.tenant_id;
        unit.insert_provisioned(tenant, self.target.person.person_id, &provisioned);
    }
}
