//! One-time links: the token in the URL fragment, its hash in the database (security 18).

use store::{Guard, Id, NewLink, Unit};
use webauthn::base64url;

use crate::ceremony::Opened;
use crate::seal::derive_hash;
use crate::{Identity, Micros, Refusal, codes, possession};

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

    fn parse(text: &str) -> Option<LinkPurpose> {
        [
            LinkPurpose::SetUp,
            LinkPurpose::Register,
            LinkPurpose::Recover,
        ]
        .into_iter()
        .find(|purpose| purpose.as_str() == text)
    }

    fn path(self) -> &'static str {
        match self {
            LinkPurpose::SetUp => "/set-up",
            LinkPurpose::Register | LinkPurpose::Recover => "/register",
        }
    }
}

/// Proof that somebody presented the token of an open link. Neither `Clone` nor made in another way than by
/// [`find`] and [`restore`]; it is used up in the unit that stores the passkey.
#[derive(Debug)]
pub(crate) struct Presented {
    link_id: Id,
    purpose: LinkPurpose,
    person_id: Option<Id>,
    issuer_id: Option<Id>,
}

impl Presented {
    pub(crate) fn link_id(&self) -> Id {
        self.link_id
    }

    pub(crate) fn purpose(&self) -> LinkPurpose {
        self.purpose
    }

    pub(crate) fn person_id(&self) -> Option<Id> {
        self.person_id
    }

    pub(crate) fn issuer_id(&self) -> Option<Id> {
        self.issuer_id
    }

    /// The set-up link is nobody's yet; every other is for its person alone.
    pub(crate) fn is_for(&self, person: Id) -> bool {
        match self.purpose {
            LinkPurpose::SetUp => self.person_id.is_none(),
            LinkPurpose::Register | LinkPurpose::Recover => self.person_id == Some(person),
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
) -> Result<Presented, Refusal> {
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
        .await?
        .ok_or_else(unusable)?;
    let purpose = LinkPurpose::parse(&link.purpose)
        .filter(|purpose| purposes.contains(purpose))
        .ok_or_else(unusable)?;
    Ok(Presented {
        link_id: link.link_id,
        purpose,
        person_id: link.person_id,
        issuer_id: link.issuer_id,
    })
}

/// The set-up link that was presented when this state was sealed. Whether it is still open is seen when it is
/// used up, in the unit that spends the state.
pub(crate) fn restore(_opened: &Opened, link_id: Id) -> Presented {
    Presented {
        link_id,
        purpose: LinkPurpose::SetUp,
        person_id: None,
        issuer_id: None,
    }
}

/// The refusal of a unit that uses up a link and stores a credential.
pub(crate) fn refuse_use(guard: Guard) -> Option<Refusal> {
    match guard {
        Guard::Missing => Some(Refusal::new(&codes::LINK_UNUSABLE)),
        Guard::Closed => Some(Refusal::new(&codes::SETUP_CLOSED)),
        Guard::Taken => Some(Refusal::new(&codes::PASSKEY_EXISTS)),
        Guard::Spent => Some(Refusal::new(&codes::STATE_SPENT)),
        Guard::ProofSpent => Some(possession::replayed()),
        Guard::SessionOver => Some(Refusal::new(&codes::NO_SESSION)),
        Guard::Moved | Guard::Count => None,
    }
}
