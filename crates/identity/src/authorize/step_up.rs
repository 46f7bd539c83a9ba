//! Whom and what level of authentication an application wants (OpenID Connect Core sections 3.1.2.1 and 5.5.1, RFC 9470).
//!
//! A level that we know is a condition wherever it stands, `acr_values` or `claims`, since who asks for it rests on it. Words
//! that we don't know are passed over, unless the application says that it can't do without them.

use oidc::authorize::{Prompt, Request};
use oidc::{ErrorKind, OAuthError};
use store::Id;

use crate::assurance::{self, HARDWARE_PROTECTED, PHISHING_RESISTANT};
use crate::passkeys::has_active;
use crate::policies::AtRest;
use crate::{Identity, Refusal, id_token_hint};

/// What the answer must say of the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    /// Phishing-resistant, told in the word of what is true.
    Resistant,
    /// Phishing-resistant, and told in this word even where more is true.
    Plain,
    /// Kept in hardware.
    Hardware,
}

pub(super) fn find_wanted(request: &Request) -> Result<Wanted, OAuthError> {
    let claimed = &request.claims.acr_values;
    let has = |level| {
        let words = request.acr_values.iter().chain(claimed);
        words.into_iter().any(|word| word == level)
    };
    match (has(PHISHING_RESISTANT), has(HARDWARE_PROTECTED)) {
        (true, false) => Ok(Wanted::Plain),
        (false, true) => Ok(Wanted::Hardware),
        (true, true) => Ok(Wanted::Resistant),
        (false, false) if request.claims.is_acr_essential && !claimed.is_empty() => {
            Err(OAuthError::new(
                ErrorKind::UnmetAuthenticationRequirements,
                "no such level of authentication is known here",
            ))
        }
        (false, false) => Ok(Wanted::Any),
    }
}

/// Puts whom an id token is about in its place, so that the request stays short on its way through our pages. What can't be
/// read (its key may be gone by now) says nothing; where nobody can be asked, that is not enough.
pub(super) fn take_hint(identity: &Identity, request: &mut Request) -> Result<(), OAuthError> {
    let Some(token) = request.id_token_hint.take() else {
        return Ok(());
    };
    let hint = id_token_hint::read(identity, &token).and_then(|hint| hint.person);
    let Some(person) = hint.map(|person| person.to_string()) else {
        return match request.prompt {
            Prompt::None => Err(OAuthError::new(
                ErrorKind::LoginRequired,
                "id_token_hint can't be read, or not any more",
            )),
            _ => Ok(()),
        };
    };
    match &request.claims.subject {
        Some(other) if *other != person => Err(OAuthError::new(
            ErrorKind::InvalidRequest,
            "id_token_hint and claims are about two people",
        )),
        _ => {
            request.claims.subject = Some(person);
            Ok(())
        }
    }
}

/// Whether what signed in is enough.
pub(super) async fn is_met(
    identity: &Identity,
    wanted: Wanted,
    at_rest: &AtRest,
) -> Result<bool, Refusal> {
    Ok(match wanted {
        Wanted::Any => true,
        Wanted::Resistant | Wanted::Plain => !at_rest.is_by_password,
        Wanted::Hardware => assurance::judge(identity, at_rest).await?.is_in_hardware(),
    })
}

/// Whether the person has a passkey that would be.
pub(super) async fn can_be_met(
    identity: &Identity,
    wanted: Wanted,
    person: Id,
) -> Result<bool, Refusal> {
    Ok(match wanted {
        Wanted::Hardware => {
            let found = assurance::list_in_hardware(identity, person).await?;
            !found.is_empty()
        }
        Wanted::Any | Wanted::Resistant | Wanted::Plain => has_active(identity, person).await?,
    })
}
