//! One-time links: the token in the URL fragment, its hash in the database (security 18).

use store::{Guard, Id, NewLink, OpenLink, Unit};
use webauthn::base64url;

use crate::seal::derive_hash;
use crate::{Identity, Micros, Refusal, codes};

/// A one-time link; the token is shown once and stored as a hash.
#[derive(Debug)]
pub struct Link {
    /// The whole address, with the token in the fragment, built from the configured origin only.
    pub url: String,
    pub expires_at: Micros,
}

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkPurpose {
    SetUp,
    /// The first passkey of a person without a usable method.
    Register,
    /// A passkey for an administrator who lost all, made by whoever has a shell on the server.
    Recover,
}

impl LinkPurpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            LinkPurpose::SetUp => "set_up",
            LinkPurpose::Register => "register",
            LinkPurpose::Recover => "recover",
        }
    }

    fn path(self) -> &'static str {
        match self {
            LinkPurpose::SetUp => "/set-up",
            LinkPurpose::Register | LinkPurpose::Recover => "/register",
        }
    }
}

fn derive_token_hash(token: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[b"claviger link", token])
}

/// Puts a new link into the unit.
pub(crate) fn insert(
    unit: &mut Unit,
    identity: &Identity,
    purpose: LinkPurpose,
    person_id: Option<Id>,
    issuer_id: Option<Id>,
) -> Link {
    let (ambient, settings) = (&identity.0.ambient, &identity.0.settings);
    let (token, now) = (ambient.random.make::<32>(), ambient.now());
    let lifetime = match purpose {
        LinkPurpose::SetUp => settings.setup_link_lifetime,
        LinkPurpose::Register | LinkPurpose::Recover => settings.registration_link_lifetime,
    };
    let expires_at = now + lifetime;
    unit.insert_link(
        identity.0.tenant_id,
        &NewLink {
            link_id: ambient.make_id(),
            token_hash: derive_token_hash(&token),
            purpose: purpose.as_str(),
            person_id,
            issuer_id,
            epoch: identity.snapshot().tenant.epoch,
            created_at: now,
            expires_at,
        },
    );
    let origin = settings.public_origin.as_str();
    Link {
        url: format!("{origin}{}#{}", purpose.path(), base64url::encode(&token)),
        expires_at,
    }
}

/// The open link of one of these purposes that a token names.
pub(crate) async fn find(
    identity: &Identity,
    token: &str,
    purposes: &[LinkPurpose],
) -> Result<OpenLink, Refusal> {
    let unusable = || Refusal::new(&codes::LINK_UNUSABLE);
    let token = base64url::decode(token)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(unusable)?;
    let now = identity.0.ambient.now();
    let link = identity
        .0
        .store
        .find_open_link(identity.0.tenant_id, derive_token_hash(&token), now)
        .await?;
    link.filter(|link| {
        purposes
            .iter()
            .any(|purpose| purpose.as_str() == link.purpose)
    })
    .ok_or_else(unusable)
}

/// The refusal of a unit that uses up a link and stores a credential.
pub(crate) fn refuse_use(guard: Guard) -> Option<Refusal> {
    match guard {
        Guard::Missing => Some(Refusal::new(&codes::LINK_UNUSABLE)),
        Guard::Closed => Some(Refusal::new(&codes::SETUP_CLOSED)),
        Guard::Taken => Some(Refusal::new(&codes::PASSKEY_EXISTS)),
        Guard::Spent => Some(Refusal::new(&codes::STATE_SPENT)),
        Guard::SessionOver => Some(Refusal::new(&codes::NO_SESSION)),
        Guard::Moved | Guard::Count => None,
    }
}
