//! What every registration shares: options, verification, deciding anew, the new record. Opens no session (security 1).

use std::future::Future;

use policy::profiles::PasskeyPolicy;
use store::{AttestationRecord, CredentialStatus, Guard, Id, Log, NewCredential, Unit, WriteError};
use webauthn::options::{
    AttestationConveyance, CreationOptions, CredentialDescriptor, RelyingParty, User,
};
use webauthn::signals::UnknownCredential;
use webauthn::{
    Algorithm, AttestationKind, AttestationPolicy, AuthenticatorAttachment, CrossOrigin,
    ExpectedRegistration, Mediation, Origin, RegistrationResponse, UserVerification,
    VerifiedRegistration, registration,
};

use crate::attestation::{self, Evidence, Models};
use crate::audit::{self, Entry};
use crate::ceremony::{Opened, derive_reference};
use crate::codes::More;
use crate::flow::{Flow, Proof, Purpose};
use crate::link::LinkPurpose;
use crate::metadata::InUse;
use crate::policies::decide_registration;
use crate::proof::{self, Entitlement, Permitted};
use crate::recovery::Rung;
use crate::tenant::refuse_write;
use crate::{Caller, Class, Identity, Micros, Refusal, codes, trust_group};

/// How often a change is decided anew because what it read moved meanwhile: more than as many passkeys as
/// could be added at once.
pub(crate) const DECISIONS: usize = 16;

/// One try to register, from the opened state to the answer.
pub(crate) struct Try<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) caller: &'a Caller,
    pub(crate) opened: Opened,
    /// Whose account it is for, once there is one.
    pub(crate) person: Option<Id>,
    /// The JSON of `PublicKeyCredential.toJSON()`.
    pub(crate) response: &'a [u8],
}

/// Decides, again while what was read moved meanwhile. A refusal spends the state and is on record.
pub(crate) async fn decide<T, F>(
    attempt: &Try<'_>,
    mut once: impl FnMut() -> F,
) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    for _ in 0..DECISIONS {
        match once().await {
            Ok(done) => return Ok(done),
            Err(refusal) if refusal.code == &codes::MOVED => {}
            Err(refusal) => return Err(refuse(attempt, refusal).await),
        }
    }
    Err(refuse(attempt, Refusal::new(&codes::MOVED)).await)
}

/// Verifies what the device made, and makes the right to store it of that and of what entitles to it.
pub(crate) async fn permit_registration(
    attempt: &Try<'_>,
    purpose: Purpose,
    entitlement: Proof,
    person: Id,
) -> Result<Permitted, Refusal> {
    let settings = &attempt.identity.0.settings;
    let made = Made {
        response: attempt.response,
        challenge: &attempt.opened.state.challenge,
        origins: &settings.register_origins(),
        algorithms: &settings.algorithms,
        mediation: match purpose {
            Purpose::Upgrade => Mediation::Conditional,
            _ => Mediation::Modal,
        },
    };
    let registration = verify(attempt.identity, &made).map_err(|detail| Refusal {
        detail: Some(detail),
        reference: derive_reference(attempt.opened.attempt),
        ..Refusal::new(&codes::REGISTRATION_REFUSED)
    })?;
    permit(attempt.identity, registration, purpose, entitlement, person).await
}

/// Makes the right to store a verified registration of it, of what entitles to it, and of the policy's "yes".
pub(crate) async fn permit(
    identity: &Identity,
    registration: VerifiedRegistration,
    purpose: Purpose,
    entitlement: Proof,
    person: Id,
) -> Result<Permitted, Refusal> {
    let judged = judge(identity, &registration).await?;
    let accepted = decide_registration(identity, person, &registration, judged.as_ref()).await?;
    let completed = Flow::start(purpose)
        .pass(entitlement)
        .and_then(|flow| flow.pass(Proof::Registration(Box::new(registration))))
        .and_then(Flow::complete);
    let permitted = completed
        .ok()
        .and_then(|completed| proof::permit(completed, person, judged, accepted));
    permitted.ok_or_else(|| Refusal::new(&codes::INTERNAL))
}

/// What its attestation statement proves; `None` without one: then there is nothing to judge, now or later.
async fn judge(
    identity: &Identity,
    registration: &VerifiedRegistration,
) -> Result<Option<AttestationRecord>, Refusal> {
    let attestation = registration.attestation();
    if attestation.kind == AttestationKind::None {
        return Ok(None);
    }
    let in_use = InUse::read(identity).await?;
    let registered_at = identity.0.ambient.now();
    let evidence = Evidence {
        aaguid: registration.aaguid(),
        attestation_object: registration.attestation_object(),
        client_data_json: registration.client_data_json(),
        registered_at,
        before: None,
    };
    let judgement = attestation::judge(identity, &in_use, &evidence, &mut Models::new()).await?;
    Ok(Some(AttestationRecord {
        credential_id: registration.credential_id().to_vec(),
        aaguid: Id(registration.aaguid().0),
        format: attestation.format.clone(),
        judgement,
        registered_at,
        waits: false,
    }))
}

/// A unit that spends the state of this try.
pub(crate) fn start_unit(attempt: &Try<'_>) -> Unit {
    let (opened, mut unit) = (&attempt.opened, Unit::new());
    unit.spend(
        attempt.identity.0.tenant_id,
        opened.state.state_id(),
        opened.attempt,
    );
    unit
}

/// A unit that spends the state and stores the passkey: the policy that accepted it is held until it is written, and so
/// are the groups by which a pass or code counts. Before any person's row.
pub(crate) fn start_storing(attempt: &Try<'_>, permitted: &Permitted) -> Unit {
    let (tenant, mut unit) = (attempt.identity.0.tenant_id, start_unit(attempt));
    let basis = permitted.entitled_by.basis();
    if let (Some(basis), None) = (basis, permitted.accepted.membership()) {
        unit.hold_membership(tenant, basis.membership);
    }
    permitted.accepted.hold(&mut unit, tenant);
    unit
}

/// The account that a passkey is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) user_handle: &'a [u8],
    pub(crate) user_name: &'a str,
    pub(crate) display_name: &'a str,
}

pub(crate) fn make_options(
    identity: &Identity,
    challenge: &[u8; 32],
    organisation: &str,
    account: Account<'_>,
    exclude: Vec<CredentialDescriptor>,
) -> CreationOptions {
    let settings = &identity.0.settings;
    let user = User {
        id: account.user_handle.to_vec(),
        name: account.user_name.to_owned(),
        display_name: account.display_name.to_owned(),
    };
    let rp = RelyingParty::new(&settings.rp_id, organisation);
    let mut options = CreationOptions::new(challenge.to_vec(), rp, user);
    options.pub_key_cred_params.clone_from(&settings.algorithms);
    options.timeout = u32::try_from(settings.challenge_lifetime / 1000).ok();
    options.exclude_credentials = exclude;
    // Which devices of a synced passkey belong together (security 33); most providers don't answer.
    options.extensions.cmtg_key = true;
    options.attestation = settings.attestation;
    let snapshot = identity.snapshot();
    let published = [snapshot.policies.enforced(), snapshot.policies.report()];
    let mut policies = published.into_iter().flatten().map(|it| &it.policy);
    if policies.any(asks_for_make_and_model) {
        options.attestation = AttestationConveyance::Direct;
    }
    options
}

/// Whether a profile asks what only an attestation proves, or for the model: browsers may blank it out otherwise.
fn asks_for_make_and_model(policy: &PasskeyPolicy) -> bool {
    let mut profiles = policy.document().profiles.iter();
    policy.needs().attestation_at_registration
        || profiles.any(|it| it.restrictions.enforced || !it.blocked.is_empty())
}

/// What an authenticator made, and what it was asked for.
pub(crate) struct Made<'a> {
    /// The JSON of `PublicKeyCredential.toJSON()`.
    pub(crate) response: &'a [u8],
    pub(crate) challenge: &'a [u8],
    /// The origins whose pages may register.
    pub(crate) origins: &'a [Origin],
    /// Those that were offered.
    pub(crate) algorithms: &'a [Algorithm],
    /// Of a conditional creation nobody need have been asked (security 30).
    pub(crate) mediation: Mediation,
}

/// The same checks for whoever registers. An error is the step that refused.
pub(crate) fn verify(
    identity: &Identity,
    made: &Made<'_>,
) -> Result<VerifiedRegistration, &'static str> {
    let parsed = RegistrationResponse::from_json(made.response).map_err(|error| error.code())?;
    let expected = ExpectedRegistration {
        challenge: made.challenge,
        rp_id: &identity.0.settings.rp_id,
        origins: made.origins,
        cross_origin: CrossOrigin::Refused,
        algorithms: made.algorithms,
        mediation: made.mediation,
        user_verification: match made.mediation {
            Mediation::Conditional => UserVerification::Preferred,
            Mediation::Modal => UserVerification::Required,
        },
        attestation: &AttestationPolicy::NOT_REQUIRED,
    };
    let registration = registration::verify(&parsed, &expected).map_err(|error| error.code())?;
    // The client's own word (credProps.rk); silence is not taken as no.
    if registration.resident_key() == Some(false) {
        return Err("registration.not_discoverable");
    }
    Ok(registration)
}

fn derive_unknown(identity: &Identity, credential_id: &[u8]) -> UnknownCredential {
    UnknownCredential {
        rp_id: identity.0.settings.rp_id.as_str().to_owned(),
        credential_id: credential_id.to_vec(),
    }
}

/// Leaves room for a number.
const MAX_PROPOSED: usize = 56;

/// The provider's name, or a word for what it is, numbered when there is one of that name already.
pub(crate) fn propose_name(
    provider: Option<&str>,
    registration: &VerifiedRegistration,
    taken: &[&str],
) -> String {
    let base = provider.map_or_else(
        || {
            if registration.backup_eligible() {
                "Synced passkey"
            } else {
                "Security key"
            }
            .to_owned()
        },
        // Metadata's names may be longer than a passkey's.
        |name| name.chars().take(MAX_PROPOSED).collect(),
    );
    let numbered = (2..).map(|number| format!("{base} {number}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(|name| !taken.contains(&name.as_str()))
        .unwrap_or(base)
}

/// Under which proof a passkey was made; policy can test it later (security 1).
fn derive_created_proof(entitlement: &Entitlement) -> &'static str {
    match entitlement {
        Entitlement::Session(session) if session.is_by_password() => "password",
        Entitlement::Session(_) => "passkey",
        Entitlement::Link(link) => match link.purpose() {
            LinkPurpose::SetUp => "set_up_link",
            LinkPurpose::Register => "registration_link",
            LinkPurpose::Recover => "recovery_link",
        },
        Entitlement::Pass(_) => "access_pass",
        Entitlement::Code(_) => "recovery_code",
        Entitlement::Request(request) => match request.rung() {
            Rung::Mail => "recovery_mail",
            Rung::Manager => "recovery_manager",
            Rung::Device => "recovery_device",
        },
        Entitlement::Options(_) => "provisioned",
    }
}

/// Whether a passkey of this proof was made by what somebody else gave to its owner.
pub(crate) fn is_delivered(created_proof: &str) -> bool {
    ["registration_link", "recovery_link", "access_pass"].contains(&created_proof)
}

/// A passkey about to be stored.
pub(crate) struct New<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: CredentialStatus,
    /// Where it was made: the JSON of a place.
    pub(crate) place: String,
    /// When the recovery was that it comes of (security 17).
    pub(crate) recovered_at: Option<Micros>,
}

impl<'a> New<'a> {
    /// Usable from now on, made by whoever asks.
    pub(crate) fn own(attempt: &Try<'_>, name: &'a str) -> New<'a> {
        New {
            name,
            status: CredentialStatus::Active,
            place: attempt.caller.place().to_json(),
            recovered_at: None,
        }
    }
}

/// Puts the new credential into the unit, consuming the right to it, with the guard that what entitles to it
/// still stands: the session lives, or link, pass or options were open until now. The unit must have locked the person's row.
/// Its model, its kind and what it shows of its trust group (the first, if any) go into the record, and what its attestation
/// proves beside the credential.
pub(crate) fn insert(
    identity: &Identity,
    unit: &mut Unit,
    entry: &mut Entry,
    new: New<'_>,
    permitted: Permitted,
) {
    let Permitted {
        person_id,
        entitled_by,
        registration,
        judged,
        accepted,
    } = permitted;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    match &entitled_by {
        Entitlement::Session(session) => {
            unit.require_session(tenant, person_id, session.session_id());
        }
        Entitlement::Link(link) => {
            unit.use_link(tenant, link.link_id(), now);
        }
        Entitlement::Pass(pass) => {
            let attempt = identity.0.ambient.make_id();
            unit.spend_within(tenant, pass.state_id(), attempt);
            unit.register_by_access_pass(tenant, person_id, pass.pass_id(), now);
        }
        Entitlement::Code(code) => {
            let attempt = identity.0.ambient.make_id();
            unit.spend_within(tenant, code.state_id(), attempt);
            let version = code.person_version();
            unit.spend_recovery_code(tenant, person_id, code.code_id(), version, now);
        }
        Entitlement::Request(request) => {
            let (id, browser) = (request.request_id(), request.browser_hash());
            unit.use_recovery_request(tenant, id, person_id, browser, now);
        }
        Entitlement::Options(options) => {
            let version = options.person_version();
            unit.use_creation_options(tenant, options.options_id(), version, now);
        }
    }
    let kind_of_passkey = match registration.backup_eligible() {
        true => "synced",
        false => "deviceBound",
    };
    entry
        .say("aaguid", registration.aaguid().to_string())
        .say("passkeyType", kind_of_passkey);
    if new.recovered_at.is_some() {
        entry.say("recovery", true);
    }
    accepted.said.record(entry);
    let groups = trust_group::judge("", registration.trust_group(), now);
    groups.familiarity.record(entry);
    let attestation = registration.attestation();
    let kind = attestation::word_of(attestation.kind);
    let attachment = registration
        .authenticator_attachment()
        .map(|attachment| match attachment {
            AuthenticatorAttachment::Platform => "platform",
            AuthenticatorAttachment::CrossPlatform => "cross-platform",
        });
    // In one order, as look-alikes have them: how an authenticator orders them tells who made it.
    let mut transports = registration.transports().to_vec();
    transports.sort_unstable();
    transports.dedup();
    let credential = NewCredential {
        credential_id: registration.credential_id(),
        person_id,
        status: new.status,
        name: new.name,
        public_key: registration.public_key().cose_bytes(),
        algorithm: registration.public_key().algorithm().cose_id(),
        sign_count: i64::from(registration.sign_count()),
        backup_eligible: registration.backup_eligible(),
        backup_state: registration.backup_state(),
        // Who was not there was not verified, whatever an authenticator says (security 30).
        user_verified: registration.user_present() && registration.user_verified(),
        aaguid: registration.aaguid().0,
        transports: serde_json::Value::from(transports).to_string(),
        attachment,
        attestation_format: &attestation.format,
        attestation_kind: kind,
        attestation_object: registration.attestation_object(),
        client_data_json: registration.client_data_json(),
        created_proof: derive_created_proof(&entitled_by),
        created_at: now,
        created_place: new.place,
        trust_groups: groups.stored,
        recovered_at: new.recovered_at,
    };
    unit.insert_credential(tenant, &credential);
    if let Some(record) = &judged {
        unit.insert_attestation(tenant, record);
    }
}

/// Spends the state of a registration that was refused, and records it. What the device made is reported as
/// unknown only when the id is absent in this very unit (security 24).
async fn refuse(attempt: &Try<'_>, mut refusal: Refusal) -> Refusal {
    if refusal.signal_unknown.is_none() && leaves_orphan(&refusal) {
        let made = RegistrationResponse::from_json(attempt.response).ok();
        refusal.signal_unknown =
            made.map(|made| derive_unknown(attempt.identity, made.credential_id()));
    }
    if refusal.reference.is_empty() {
        refusal.reference = derive_reference(attempt.opened.attempt);
    }
    match write_refusal(attempt, &refusal).await {
        Ok(()) => refusal,
        Err(WriteError::Refused(Guard::Moved)) => {
            refusal.signal_unknown = None;
            let again = write_refusal(attempt, &refusal).await;
            again.map_or_else(refuse_write, |()| refusal)
        }
        Err(error) => refuse_write(error),
    }
}

/// Whether the device now holds a passkey that nobody knows: not after a failure of ours, where it may be known,
/// nor for one that is stored (security 24).
fn leaves_orphan(refusal: &Refusal) -> bool {
    let ours = matches!(refusal.code.class, Class::Internal | Class::Unavailable);
    !ours && refusal.code != &codes::STATE_SPENT && refusal.code != &codes::PASSKEY_EXISTS
}

async fn write_refusal(attempt: &Try<'_>, refusal: &Refusal) -> Result<(), WriteError> {
    let (identity, mut unit) = (attempt.identity, start_unit(attempt));
    if let Some(unknown) = &refusal.signal_unknown {
        unit.require_absent(identity.0.tenant_id, &unknown.credential_id);
    }
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry.say("code", refusal.code.id);
    if let Some(detail) = refusal.detail {
        entry.say("detail", detail);
    }
    if let Some(More::Noted(noted)) = refusal.more.as_deref() {
        entry.say("decision", noted.clone());
    }
    let target = attempt.person.map(|id| id.0);
    let about = (attempt.person, target.as_ref().map(<[u8; 16]>::as_slice));
    let word = "passkey.registration_refused";
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    written.map(drop)
}
