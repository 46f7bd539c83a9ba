//! `.../authentication/fido2Methods`: passkeys as Graph describes them. How they are created on behalf of people is in
//! [`super::provisioning`].

use graph::Time;
use graph::resources::collections::FIDO2_METHODS;
use graph::resources::{AttestationLevel, Fido2AuthenticationMethod, PasskeyType};
use identity::methods::{self, Method};
use identity::{Cursor, Id, Value as PlaceKey};
use serde_json::Value;

use super::answer::{Outcome, done};
use super::call::Call;
use super::fault::Fault;

/// In addresses, below `authentication`.
pub(super) const KIND: &str = "fido2Methods";

pub(super) fn derive(passkey: &Method) -> Fido2AuthenticationMethod {
    Fido2AuthenticationMethod {
        id: passkey.method_id.clone(),
        display_name: Some(passkey.name.clone()),
        created_date_time: Some(Time(passkey.created_at)),
        last_used_date_time: passkey.last_used_at.map(Time),
        aa_guid: Some(passkey.aaguid.to_string()),
        model: passkey.model.clone(),
        attestation_certificates: passkey
            .certificates
            .iter()
            .map(|hash| write_hex(hash))
            .collect(),
        attestation_level: Some(if passkey.attested {
            AttestationLevel::Attested
        } else {
            AttestationLevel::NotAttested
        }),
        passkey_type: Some(if passkey.synced {
            PasskeyType::Synced
        } else {
            PasskeyType::DeviceBound
        }),
        public_key_credential: None,
        held: passkey.held,
    }
}

/// Graph's samples hold thumbprints in hexadecimal digits.
fn write_hex(hash: &[u8]) -> String {
    data_encoding::HEXUPPER.encode(hash)
}

async fn answer_list(call: Call, person: Id, context: &str) -> Outcome {
    let options = call.options(&FIDO2_METHODS)?;
    let found = methods::list(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| match call.keys.first() {
            Some(key) => call.or_missing(refusal.into(), key),
            None => refusal.into(),
        })?;
    let count = Some(found.len() as u64);
    let begin = match call.place(&options)?.map(|place| place.key) {
        Some(PlaceKey::Text(last)) => {
            let at = found.iter().position(|passkey| passkey.method_id == last);
            // The one that was last is gone: what came after it can't be told any more.
            at.ok_or(&identity::codes::CURSOR_UNFIT)? + 1
        }
        Some(_) => return Err(Fault::from(&identity::codes::CURSOR_UNFIT)),
        None => 0,
    };
    let rest = found.get(begin..).unwrap_or_default();
    let page = rest.get(..options.top as usize).unwrap_or(rest);
    let next = page
        .last()
        .filter(|_| page.len() < rest.len())
        .map(|last| Cursor {
            key: PlaceKey::Text(last.method_id.clone()),
            id: Id([0; 16]),
        });
    let of = &Fido2AuthenticationMethod::TYPE;
    let values = page
        .iter()
        .map(|passkey| {
            let cut = call.cut(&derive(passkey), of, &options.select)?;
            Ok(Value::Object(cut))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    call.page(&options, context, values, count, next)
}

async fn answer_one(call: Call, person: Id, method: usize, context: &str) -> Outcome {
    let selection = call.selection(&Fido2AuthenticationMethod::TYPE)?;
    let key = call.key(method);
    let found = methods::read(&call.state.identity, call.actor(), person, key)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), key))?;
    let of = &Fido2AuthenticationMethod::TYPE;
    call.entity(&derive(&found), of, &selection, context, None)
}

pub(super) async fn list(call: Call) -> Outcome {
    let (person, context) = call.methods_of(KIND).await?;
    answer_list(call, person, &context).await
}

pub(super) async fn list_mine(call: Call) -> Outcome {
    let (me, context) = call.methods_of_mine(KIND)?;
    answer_list(call, me, &context).await
}

pub(super) async fn read(call: Call) -> Outcome {
    let (person, context) = call.methods_of(KIND).await?;
    answer_one(call, person, 1, &context).await
}

pub(super) async fn read_mine(call: Call) -> Outcome {
    let (me, context) = call.methods_of_mine(KIND)?;
    answer_one(call, me, 0, &context).await
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let key = call.key(1);
    methods::delete(&call.state.identity, call.actor(), person, key)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), key))?;
    Ok(done())
}
