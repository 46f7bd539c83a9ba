//! Challenges and their sealed states: made without writing, spent with the effects (security 5, 6).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};
use store::Id;
use webauthn::base64url;

use crate::flow::Purpose;
use crate::seal::derive_hash;
use crate::tenant::Snapshot;
use crate::{Caller, Identity, MINUTE, Micros, Refusal, codes};

const VERSION: u8 = 1;
/// Every state of a purpose has one length before sealing, so that its size tells nothing about its content.
fn padded(purpose: Purpose) -> usize {
    match purpose {
        // Provisioning seals none: what its options are bound to stands in the database.
        Purpose::SignIn
        | Purpose::Reauthenticate
        | Purpose::AddPasskey
        | Purpose::EnterPass
        | Purpose::EnterCode
        | Purpose::SignInByPassword
        | Purpose::EnterPassword
        | Purpose::AddApp
        | Purpose::Upgrade
        | Purpose::Provision => 256,
        // These carry names that a person typed, or a token.
        Purpose::SetUp
        | Purpose::Enrol
        | Purpose::EnrolByPass
        | Purpose::EnrolByCode
        | Purpose::EnrolByRequest => 2560,
    }
}

/// Who showed a password, the code of a pass, or a recovery code has so long to go on.
pub(crate) const AFTER_CODE: Micros = 10 * MINUTE;

fn derive_lifetime(identity: &Identity, purpose: Purpose) -> Micros {
    match purpose {
        Purpose::EnterPass | Purpose::EnterCode | Purpose::EnterPassword | Purpose::AddApp => {
            AFTER_CODE
        }
        _ => identity.0.settings.challenge_lifetime,
    }
}

/// The longest sealed state in base64url; longer ones are refused unread.
const MAX_SEALED: usize = 4096;

/// What a ceremony must remember, sealed into the page.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(with = "in_base64url")]
    pub(crate) challenge: [u8; 32],
    pub(crate) issued_at: Micros,
    /// The account that the ceremony is for, once known; for names that don't exist an id that nobody has.
    pub(crate) person: Option<Id16>,
    /// What the purpose needs besides; JSON of its own type.
    pub(crate) extra: Option<serde_json::Value>,
}

/// [`Id`] in a form that serde knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Id16(#[serde(with = "in_base64url")] pub(crate) [u8; 16]);

mod in_base64url {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;
    use webauthn::base64url;

    pub(super) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = base64url::decode(&text).map_err(D::Error::custom)?;
        bytes
            .try_into()
            .map_err(|_| D::Error::custom("another length"))
    }
}

impl From<Id> for Id16 {
    fn from(id: Id) -> Id16 {
        Id16(id.0)
    }
}

impl State {
    /// What the table of spent states holds: the time of issue, in whose order it is kept and purged, and the
    /// beginning of the challenge.
    pub(crate) fn state_id(&self) -> Id {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.issued_at.to_be_bytes());
        id[8..].copy_from_slice(&self.challenge[..8]);
        Id(id)
    }

    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person
            .is_some_and(|id| verify_slices_are_equal(&id.0, &person.0).is_ok())
    }
}

/// A state just made: the sealed text for the page and the challenge for the options.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) sealed: String,
    pub(crate) challenge: [u8; 32],
}

/// A state that opened: still to be spent.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) state: State,
    /// Names this try in the table of spent states and, shortened, for the help desk.
    pub(crate) attempt: Id,
}

/// To what a state is bound besides its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) purpose: Purpose,
    pub(crate) session: Option<Id>,
}

fn derive_associated(
    identity: &Identity,
    snapshot: &Snapshot,
    binding: Binding<'_>,
    key_id: Id,
) -> Vec<u8> {
    let settings = &identity.0.settings;
    let browser = derive_hash(&[b"browser", &binding.caller.browser.0]);
    let parts: [&[u8]; 8] = [
        &browser,
        binding.purpose.as_str().as_bytes(),
        &identity.0.tenant_id.0,
        settings.rp_id.as_str().as_bytes(),
        settings.public_origin.as_str().as_bytes(),
        &binding.session.map_or([0; 16], |id| id.0),
        &snapshot.tenant.epoch.0,
        &key_id.0,
    ];
    let mut associated = vec![VERSION];
    for part in parts {
        associated.extend_from_slice(&(part.len() as u32).to_be_bytes());
        associated.extend_from_slice(part);
    }
    associated
}

/// Makes a challenge and seals its state. Writes nothing.
pub(crate) fn issue(
    identity: &Identity,
    binding: Binding<'_>,
    person: Option<Id>,
    extra: Option<serde_json::Value>,
) -> Result<Issued, Refusal> {
    identity.check_clock()?;
    let (snapshot, ambient) = (identity.snapshot(), &identity.0.ambient);
    let challenge = ambient.random.make();
    let state = State {
        challenge,
        issued_at: ambient.now(),
        person: person.map(Id16::from),
        extra,
    };
    let mut plain = serde_json::to_vec(&state).map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let length = padded(binding.purpose);
    if plain.len() > length {
        return Err(Refusal::new(&codes::TOO_LARGE));
    }
    plain.resize(length, b' ');
    let key = snapshot.keys.current_state_key().ok_or(&codes::INTERNAL)?;
    let associated = derive_associated(identity, &snapshot, binding, key.key_id);
    let body = key.sealer.seal(&ambient.random, &associated, &plain);
    let sealed = base64url::encode(&[&[VERSION], key.key_id.0.as_slice(), &body].concat());
    Ok(Issued { sealed, challenge })
}

/// Opens a state that the page sent back. Writes nothing; what doesn't open is not spent.
pub(crate) async fn open(
    identity: &Identity,
    binding: Binding<'_>,
    sealed: &str,
) -> Result<Opened, Refusal> {
    identity.check_clock()?;
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    if sealed.len() > MAX_SEALED {
        return Err(unreadable());
    }
    let bytes = base64url::decode(sealed).map_err(|_| unreadable())?;
    let (&version, rest) = bytes.split_first().ok_or_else(unreadable)?;
    let (key_id, body) = rest.split_first_chunk::<16>().ok_or_else(unreadable)?;
    if version != VERSION {
        return Err(unreadable());
    }
    let (key_id, now) = (Id(*key_id), identity.0.ambient.now());
    let mut snapshot = identity.snapshot();
    if snapshot.keys.find_state_key(key_id, now).is_none() {
        // Another node may have rotated since (security 27). The address limit bounds these reads.
        snapshot = identity.refresh().await?;
    }
    let key = snapshot
        .keys
        .find_state_key(key_id, now)
        .ok_or_else(unreadable)?;
    let associated = derive_associated(identity, &snapshot, binding, key_id);
    let plain = key.sealer.open(&associated, body).ok_or_else(unreadable)?;
    let state: State = serde_json::from_slice(&plain).map_err(|_| unreadable())?;
    let expires_at = state.issued_at + derive_lifetime(identity, binding.purpose);
    if now > expires_at || state.issued_at > now + MINUTE {
        return Err(Refusal::new(&codes::STATE_EXPIRED));
    }
    Ok(Opened {
        state,
        attempt: identity.0.ambient.make_id(),
    })
}

/// Digits and letters without look-alikes.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The name of an attempt for people: eight characters without look-alikes.
pub(crate) fn derive_reference(attempt: Id) -> String {
    let mut out = String::with_capacity(9);
    for (index, byte) in attempt.0[..8].iter().enumerate() {
        if index == 4 {
            out.push('-');
        }
        out.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    out
}

/// A code as people type it: in any case, with spaces and hyphens, an O for a zero. Only the first `most` characters.
pub(crate) fn normalise(code: &str, most: usize) -> String {
    let letters = code.chars().take(most);
    // Hyphens are made dashes by some keyboards.
    letters
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(normalise(" abcd-o1il ", 128), "ABCD0111");
        assert_eq!(normalise("AB\u{2013}CD", 128), "ABCD");
        assert_eq!(normalise(&"A".repeat(500), 128).len(), 128);
    }
}
