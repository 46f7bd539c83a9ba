//! Consent: what people let an application do in their name, and how they take it back.

use oidc::form::{self, Parameters};
use store::{Guard, Id, Log, Unit, WriteError};

use super::{
    Checked, DENIED, Stop, add_grants, check, find_since, list_granted, malformed, write_query,
};
use crate::applications::check_assigned;
use crate::audit::{self, Entry};
use crate::issuer::Issuer;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Refusal, Session, codes, marks};

/// Says that the person was shown the request and allowed it, sealed against change: `prompt=consent` asks once.
const ASKED: &str = "claviger_asked";

/// The person's decision about a request that the consent page showed. Gives the address to go to.
pub async fn decide(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    session: &Session,
    query: &str,
    decision: Decision,
) -> Result<String, Refusal> {
    limit_person(identity, session)?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(malformed)?;
    // Answers leave from one place: there whatever is wrong is told, and what was denied, too.
    let again = |query: &str| format!("{}?{query}", issuer.authorize_path());
    let checked = match check(identity, issuer, &parameters).await {
        Ok(checked) => checked,
        Err(Stop::Answer(_)) => return Ok(again(&parameters.to_query())),
        Err(Stop::Refusal(refusal)) => return Err(refusal),
    };
    if decision == Decision::Deny {
        let query = write_query(identity, &checked, None);
        return Ok(again(&format!("{query}&{DENIED}=1")));
    }
    if checked.asked.may_need_administrator() {
        // What an administrator granted needs no consent; what nobody granted can't be consented to here.
        let granted = list_granted(identity, &checked.known.client, session.person_id).await?;
        if checked.asked.needs_administrator(&granted) {
            return Err(Refusal::new(&codes::NOT_ALLOWED));
        }
    }
    check_assigned(identity, &checked.known.client, session.person_id).await?;
    consent(identity, caller, session, &checked).await?;
    // The same request once more, which now finds the grant; it was shown, so it need not be shown again.
    let since = find_since(identity, &checked, &parameters);
    let (query, now) = (checked.to_query(), identity.0.ambient.now());
    let of = [ASKED.as_bytes(), query.as_bytes(), &session.person_id.0];
    let mark = form::write(&[(ASKED, &marks::write(identity, &of, now))]);
    let query = write_query(identity, &checked, since);
    Ok(again(&format!("{query}&{mark}")))
}

/// Whether this very person was shown this very request lately and allowed it.
pub(super) fn was_asked(
    identity: &Identity,
    checked: &Checked,
    parameters: &Parameters,
    person: Id,
) -> bool {
    let query = checked.to_query();
    let of = [ASKED.as_bytes(), query.as_bytes(), &person.0];
    let mark = parameters.find(ASKED);
    mark.is_some_and(|mark| marks::read(identity, &of, mark).is_some())
}

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
}

async fn consent(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    checked: &Checked,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let client = &checked.known.client;
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.require_client(tenant, client.principal_id, client.principal_version);
    let (person, named) = (session.person_id, &checked.asked.named);
    let (whom, apis) = ((client, person), checked.asked.apis.as_slice());
    let scope = add_grants(identity, &mut unit, whom, named, apis).await?;
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .say("application", client.display_name.as_str())
        .say("appId", client.app_id.to_string())
        .say("permissions", scope);
    let about = (
        Some(session.person_id),
        Some(client.principal_id.0.as_slice()),
    );
    let activity = "permission.consented";
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        // Another tab was first: what it consented to is looked at anew.
        Ok(_) | Err(WriteError::Refused(Guard::Taken)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}
