//! Passkeys created on behalf of people: `.../fido2Methods/creationOptions`, `POST .../fido2Methods`, and what is ours
//! beside them: open options, confirmations, whose passkeys are held.

use axum::http::StatusCode;
use graph::body::Fields;
use graph::odata;
use graph::project::Selection;
use graph::resources::collections::PASSKEY_CREATION_OPTIONS;
use graph::resources::{
    ExtensionInputs, Fido2AuthenticationMethod, HeldPasskeys, PasskeyCreationOptions,
    ProvisioningPolicy, WebauthnAuthenticatorSelection, WebauthnCredentialCreationOptions,
    WebauthnDescriptor, WebauthnParameters, WebauthnPublicKeyCredentialCreationOptions,
    WebauthnRpEntity, WebauthnUserEntity,
};
use graph::{Guid, Mark, Problem, Time, Version, bytes, envelope};
use identity::provisioning::{self, DEFAULT_LIFETIME, Given, Hold, OpenOptions, Submission};
use identity::settings::Algorithm;
use identity::{MINUTE, Micros, Refusal, codes};
use serde_json::{Map, Value, json};

use super::answer::{self, Outcome, done};
use super::call::Call;
use super::fault::Fault;
use super::methods;

const MINUTES: &str = "challengeTimeoutInMinutes";
/// Of a client's dialog, in milliseconds; the options themselves last longer.
const DIALOG: i32 = 60_000;

/// `creationOptions` and `creationOptions()`; beta takes the parameter in the query.
pub(super) async fn begin(call: Call) -> Outcome {
    let lifetime = match call.version {
        Version::V1 => {
            call.without_options()?;
            DEFAULT_LIFETIME
        }
        Version::Beta | Version::Own => call
            .parameter(MINUTES)?
            .map_or(Ok(DEFAULT_LIFETIME), |text| read_minutes(&text))?,
    };
    give(&call, lifetime).await
}

/// `creationOptions(challengeTimeoutInMinutes=60)`, or with an alias whose value the query has.
pub(super) async fn begin_for(call: Call) -> Outcome {
    let written = call.key(1);
    let lifetime = match written.strip_prefix('@') {
        Some(alias) => call
            .parameter(alias)?
            .map_or(Ok(DEFAULT_LIFETIME), |text| read_minutes(&text))?,
        None => {
            call.without_options()?;
            read_minutes(written)?
        }
    };
    give(&call, lifetime).await
}

fn read_minutes(text: &str) -> Result<Micros, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(Fault::from(Problem::WrongType {
            property: MINUTES.to_owned(),
            expected: "Edm.Int32".to_owned(),
        }));
    }
    // More digits than a number of minutes has: too long in any case.
    let minutes = text.parse::<u32>().unwrap_or(u32::MAX);
    Ok(Micros::from(minutes) * MINUTE)
}

async fn give(call: &Call, lifetime: Micros) -> Outcome {
    let identity = &call.state.identity;
    // What clients of beta were seen to get, neither more nor less.
    let recorded = [Algorithm::Es256, Algorithm::Rs256];
    let algorithms = match call.version {
        Version::Beta => &recorded[..],
        Version::V1 | Version::Own => &identity.settings().algorithms,
    };
    let person = call.person_id(0).await?;
    let given = provisioning::begin(identity, call.actor(), person, lifetime, algorithms)
        .await
        .map_err(|refusal| refuse(call, refusal))?;
    let of = &WebauthnCredentialCreationOptions::TYPE;
    let options = call.cut(
        &derive_options(&given, call.version),
        of,
        &Selection::Default,
    )?;
    let context = call.context("microsoft.graph.webauthnCredentialCreationOptions");
    Ok(answer::json(
        StatusCode::OK,
        &envelope::wrap_entity(context, options),
    ))
}

/// As Graph answers for oneself, for a passkey that is there, and for a person who is not.
fn refuse(call: &Call, refusal: Refusal) -> Fault {
    let code = refusal.code;
    let fault = Fault::from(refusal);
    if code == &codes::OWN_METHOD {
        fault.into_method_not_allowed()
    } else if code == &codes::PASSKEY_EXISTS {
        fault.into_bad_request()
    } else {
        call.or_missing(fault, call.key(0))
    }
}

fn derive_options(given: &Given, version: Version) -> WebauthnCredentialCreationOptions {
    let encode_id = match version {
        Version::Beta => bytes::encode_standard,
        Version::V1 | Version::Own => bytes::encode,
    };
    let key = || Some("public-key".to_owned());
    let parameters = given.algorithms.iter().map(|algorithm| WebauthnParameters {
        kind: key(),
        alg: i32::try_from(algorithm.cose_id()).ok(),
    });
    let exclude = given.exclude.iter().map(|credential| WebauthnDescriptor {
        kind: key(),
        id: Some(encode_id(&credential.id)),
        transports: credential.transports.clone(),
    });
    let public_key = WebauthnPublicKeyCredentialCreationOptions {
        rp: Some(WebauthnRpEntity {
            id: Some(given.rp_id.clone()),
            name: Some(given.organisation.clone()),
        }),
        user: Some(WebauthnUserEntity {
            id: Some(bytes::encode(&given.user_handle)),
            name: Some(given.user_name.clone()),
            display_name: Some(given.display_name.clone()),
        }),
        challenge: Some(bytes::encode(&given.challenge)),
        pub_key_cred_params: parameters.collect(),
        timeout: Some(DIALOG),
        exclude_credentials: exclude.collect(),
        authenticator_selection: Some(WebauthnAuthenticatorSelection {
            authenticator_attachment: Some("cross-platform".to_owned()),
            require_resident_key: Some(true),
            user_verification: Some("required".to_owned()),
        }),
        attestation: Some("direct".to_owned()),
        extensions: Some(ExtensionInputs(derive_extensions())),
    };
    WebauthnCredentialCreationOptions {
        challenge_timeout_date_time: Some(Time(given.expires_at)),
        public_key: Some(public_key),
    }
}

/// Those that Graph asks for: tools read them.
fn derive_extensions() -> Map<String, Value> {
    let inputs = json!({
        "hmacCreateSecret": true,
        "enforceCredentialProtectionPolicy": true,
        "credentialProtectionPolicy": "userVerificationOptional",
    });
    match inputs {
        Value::Object(inputs) => inputs,
        _ => Map::new(),
    }
}

pub(super) async fn create(call: Call) -> Outcome {
    let of = &Fido2AuthenticationMethod::TYPE;
    let fields = call.body(of, Mark::Create)?;
    fields.allow_binds(&[], of)?;
    let submission = read_submission(&fields)?;
    let (person, context) = call.methods_of(methods::KIND).await?;
    let identity = &call.state.identity;
    let made = provisioning::create(identity, call.actor(), person, &submission)
        .await
        .map_err(|refusal| refuse(&call, refusal))?;
    let mut whole = call.cut(&methods::derive(&made), of, &Selection::Default)?;
    whole.insert("@odata.type".to_owned(), of.odata_type().into());
    let context = call.context(&format!("{context}/$entity"));
    let response = answer::json(StatusCode::OK, &envelope::wrap_entity(context, whole));
    Ok(call.created(response, &made.method_id))
}

fn read_submission(fields: &Fields) -> Result<Submission, Fault> {
    let credential = fields
        .object("publicKeyCredential")
        .ok_or(Problem::Missing("publicKeyCredential"))?;
    let response = credential
        .object("response")
        .ok_or(Problem::Missing("response"))?;
    let results = credential.value("clientExtensionResults");
    let name = fields.text("displayName").flatten();
    Ok(Submission {
        display_name: name.map(str::to_owned),
        credential_id: read_bytes(&credential, "id")?,
        client_data_json: read_bytes(&response, "clientDataJSON")?,
        attestation_object: read_bytes(&response, "attestationObject")?,
        client_extension_results: results
            .filter(|value| value.is_object())
            .cloned()
            .unwrap_or_else(|| json!({})),
    })
}

fn read_bytes(fields: &Fields, name: &'static str) -> Result<Vec<Vec<u8>>, Fault> {
    let readings = bytes::readings(fields.require_text(name)?);
    if readings.is_empty() {
        return Err(Fault::from(Problem::WrongType {
            property: name.to_owned(),
            expected: "base64url".to_owned(),
        }));
    }
    Ok(readings)
}

/// `/claviger/v1/users/{id}/passkeyCreationOptions`: the few that are open, on one page.
pub(super) async fn list_options(call: Call) -> Outcome {
    let options = call.options(&PASSKEY_CREATION_OPTIONS)?;
    let person = call.person_id(0).await?;
    let open = provisioning::list(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let of = &PasskeyCreationOptions::TYPE;
    let values = open
        .iter()
        .take(options.top as usize)
        .map(|one| {
            Ok(Value::Object(call.cut(
                &derive_open(one),
                of,
                &options.select,
            )?))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let count = Some(open.len() as u64);
    call.page(&options, "passkeyCreationOptions", values, count, None)
}

fn derive_open(open: &OpenOptions) -> PasskeyCreationOptions {
    PasskeyCreationOptions {
        id: Guid(open.options_id.0),
        created_date_time: Some(Time(open.created_at)),
        challenge_timeout_date_time: Some(Time(open.expires_at)),
        requested_by: open.asked_by.map(|id| id.to_string()),
        requested_by_name: open.asked_by_name.clone(),
        app_id: open.client_id.map(|id| Guid(id.0)),
        passkeys_created: i32::try_from(open.uses).unwrap_or(i32::MAX),
    }
}

pub(super) async fn cancel_options(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let options = call.id(1)?;
    provisioning::cancel(&call.state.identity, call.actor(), person, options)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    Ok(done())
}

/// `/claviger/v1/users/{id}/passkeys/{id}/confirm`
pub(super) async fn confirm(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let key = call.key(1);
    provisioning::confirm(&call.state.identity, call.actor(), person, key)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), key))?;
    Ok(done())
}

/// `/claviger/v1/provisioning`
pub(super) async fn read_policy(call: Call) -> Outcome {
    call.without_options()?;
    let hold = provisioning::read_hold(&call.state.identity, call.actor()).await?;
    let policy = ProvisioningPolicy {
        hold_until_confirmed: Some(match hold {
            Hold::Nobody => HeldPasskeys::Nobody,
            Hold::Existing => HeldPasskeys::ExistingPeople,
            Hold::Everybody => HeldPasskeys::Everybody,
        }),
    };
    let whole = call.cut(&policy, &ProvisioningPolicy::TYPE, &Selection::Default)?;
    let context = call.context("provisioning");
    Ok(answer::json(
        StatusCode::OK,
        &envelope::wrap_entity(context, whole),
    ))
}

pub(super) async fn change_policy(call: Call) -> Outcome {
    let of = &ProvisioningPolicy::TYPE;
    let fields = call.body(of, Mark::Update)?;
    fields.allow_binds(&[], of)?;
    let word = fields.require_text("holdUntilConfirmed")?;
    let hold = match HeldPasskeys::parse(word) {
        Some(HeldPasskeys::Nobody) => Hold::Nobody,
        Some(HeldPasskeys::ExistingPeople) => Hold::Existing,
        // The body's reader let nothing else in.
        Some(HeldPasskeys::Everybody) | None => Hold::Everybody,
    };
    provisioning::change_hold(&call.state.identity, call.actor(), hold).await?;
    Ok(done())
}

impl Call {
    /// The one parameter of a function, where the query has it.
    fn parameter(&self, name: &str) -> Result<Option<String>, Fault> {
        Ok(odata::parse_parameter(self.query(), name)?)
    }
}
