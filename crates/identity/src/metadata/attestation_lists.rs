//! Revocation lists of those who certify authenticators, as the operator supplied them: every chain of an attestation is
//! asked against them. Nothing here fetches one (security 31).

use std::sync::{Arc, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use store::{AttestationLists, Guard, Log, StoreError, Unit, WriteError};
use webauthn::x509::RevocationList;

use super::supplied::describe_list;
use super::update::ensure;
use super::{By, InUse, NotSupplied, RevocationListView, Supplied};
use crate::audit;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal};

/// Most bytes of all lists together: each judgement reads them whole.
pub const MAX_ATTESTATION_LISTS: usize = 1024 * 1024;

/// Each behind four bytes of length.
fn join(lists: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for der in lists {
        let length = u32::try_from(der.len()).unwrap_or(u32::MAX);
        body.extend(length.to_be_bytes());
        body.extend(der);
    }
    body
}

/// `None` for what [`join`] didn't make.
fn split(mut body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut lists = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (der, rest) = rest.split_at_checked(length)?;
        RevocationList::parse(der).ok()?;
        lists.push(der.to_vec());
        body = rest;
    }
    body.is_empty().then_some(lists)
}

/// The lists in use, read once for each change of them: DER, each of which can be parsed.
pub(crate) async fn read_attestation_lists(
    identity: &Identity,
) -> Result<Arc<Vec<Vec<u8>>>, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(in_use) = store.find_attestation_lists(tenant).await? else {
        return Ok(Arc::default());
    };
    let held = identity.0.attestation_lists.read();
    let held = held.unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, lists)) = held.filter(|(sha256, _)| *sha256 == in_use.sha256) {
        return Ok(lists);
    }
    let unreadable = |why: &str| {
        // Judging without them would take back what they say.
        StoreError::Unusable(format!("the revocation lists for attestations {why}"))
    };
    let body = store
        .find_attestation_lists_body(tenant, &in_use.sha256)
        .await?
        .ok_or_else(|| unreadable("were replaced just now"))?;
    let lists = split(&body).ok_or_else(|| unreadable("in the database can't be read"))?;
    let lists = Arc::new(lists);
    let held = identity.0.attestation_lists.write();
    *held.unwrap_or_else(PoisonError::into_inner) = Some((in_use.sha256, lists.clone()));
    Ok(lists)
}

/// The lists in use, for operators.
///
/// # Errors
/// If the database can't be read.
pub async fn list_attestation_lists(
    identity: &Identity,
) -> Result<Vec<RevocationListView>, Refusal> {
    let lists = read_attestation_lists(identity).await?;
    let now = identity.0.ambient.now();
    let views = lists.iter().filter_map(|der| describe_list(der, now));
    Ok(views.collect())
}

/// Puts these lists in use in place of all others, if they are not the ones in use, and has every verdict judged anew. In
/// whatever order they come, they are the same lists. A node that was overtaken by another turn tries again when it is
/// called again.
///
/// # Errors
/// [`NotSupplied::UnfitList`] or [`NotSupplied::TooLong`]; then those in use stay.
pub async fn put_attestation_lists(
    identity: &Identity,
    by: By<'_>,
    mut lists: Vec<Vec<u8>>,
) -> Result<Supplied, NotSupplied> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    lists.sort_unstable();
    lists.dedup();
    let body = join(&lists);
    let sha256 = digest(&SHA256, &body).as_ref().to_vec();
    let old = store.find_attestation_lists(tenant).await?;
    let is_same = match &old {
        Some(old) => old.sha256 == sha256,
        None => lists.is_empty(),
    };
    if is_same {
        return Ok(Supplied::Unchanged);
    }
    if body.len() > MAX_ATTESTATION_LISTS {
        return Err(NotSupplied::TooLong { found: body.len() });
    }
    for der in &lists {
        RevocationList::parse(der)?;
    }
    ensure(identity).await?;
    let current = InUse::read(identity).await?;
    let new = AttestationLists {
        sha256,
        lists: i64::try_from(lists.len()).unwrap_or(i64::MAX),
        supplied_at: current.now,
    };
    let mut unit = Unit::new();
    unit.put_attestation_lists(tenant, &new, &body);
    let next_change = current.row.as_ref().and_then(|row| row.next_change_at);
    unit.begin_turn(tenant, current.turn(), next_change);
    let mut record = by.record();
    let issuers: Vec<_> = lists
        .iter()
        .filter_map(|der| describe_list(der, current.now))
        .map(|list| list.issuer)
        .collect();
    record
        .say("lists", new.lists)
        .say("listsBefore", old.map_or(0, |old| old.lists))
        .say("issuers", issuers);
    let word = "metadata.attestation_lists_supplied";
    match audit::commit(identity, unit, Log::Audit, word, (None, None), record).await {
        Ok(_) => Ok(Supplied::Replaced {
            entries: lists.len(),
        }),
        Err(WriteError::Refused(Guard::Moved)) => {
            Err(NotSupplied::Refused(Refusal::new(&crate::codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_body_is_none() {
        assert_eq!(split(&join(&[])), Some(vec![]));
        assert_eq!(split(&[0, 0]), None);
        assert_eq!(split(&[0, 0, 0, 2, 1]), None);
        // Cut well, and no list.
        assert_eq!(split(&join(&[vec![0x30, 0]])), None);
    }
}
