//! Lists that the operator supplies as files: revocation lists for the metadata's signer, and Google's list of Android
//! attestation certificates that must no longer be believed. Nothing here fetches them (security 31).

use std::sync::{Arc, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use store::{AndroidList, Guard, Log, StoreError, Unit, WriteError};
use webauthn::attestation::{AndroidListError, AndroidRevocationList};
use webauthn::x509::{CertificateError, RevocationList, Time};

use super::update::ensure;
use super::{By, InUse, MAX_ATTESTATION_LISTS};
use crate::audit;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, SECOND};

/// A revocation list for the metadata's signer, or for attestations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationListView {
    /// The common name of the authority that made it.
    pub issuer: String,
    /// When the next one is due; `None` for a list that doesn't say, which counts as outdated.
    pub next_update: Option<Micros>,
    /// Past its time: no blob whose chain it is about is put in use, and no new attestation of its authority is believed, until
    /// the current one is supplied.
    pub outdated: bool,
}

/// Google's list as it is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidListView {
    /// How many certificates it lists.
    pub entries: i64,
    pub source: String,
    pub supplied_at: Micros,
}

/// What came of supplying a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supplied {
    /// It is in use now, and every verdict is due.
    Replaced { entries: usize },
    /// It is the one in use.
    Unchanged,
}

/// Why the list in use stays.
#[derive(Debug, thiserror::Error)]
pub enum NotSupplied {
    #[error("the list of Android's attestation certificates is refused: {0}")]
    Unfit(#[from] AndroidListError),
    #[error("a revocation list is refused: {0}")]
    UnfitList(#[from] CertificateError),
    #[error(
        "the revocation lists for attestations have {found} bytes together; {MAX_ATTESTATION_LISTS} are the most"
    )]
    TooLong { found: usize },
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<StoreError> for NotSupplied {
    fn from(cause: StoreError) -> NotSupplied {
        NotSupplied::Refused(cause.into())
    }
}

/// Puts other revocation lists for the metadata's signer in use, on this node. DER; what can't be read counts for nothing,
/// so the caller reads them first.
pub fn replace_revocation_lists(identity: &Identity, lists: Vec<Vec<u8>>) {
    identity.replace_revocation_lists(lists);
}

/// The revocation lists for the metadata's signer.
#[must_use]
pub fn list_revocation_lists(identity: &Identity) -> Vec<RevocationListView> {
    let now = identity.0.ambient.now();
    let lists = identity.revocation_lists();
    let views = lists.iter().filter_map(|der| describe_list(der, now));
    views.collect()
}

/// `None` for what is no list.
pub(super) fn describe_list(der: &[u8], now: Micros) -> Option<RevocationListView> {
    let list = RevocationList::parse(der).ok()?;
    let issuer = list.issuer_common_name().unwrap_or("an unnamed authority");
    Some(RevocationListView {
        issuer: issuer.to_owned(),
        next_update: list
            .next_update()
            .map(|at| at.unix_seconds().saturating_mul(SECOND)),
        outdated: list.is_outdated(Time::from_unix_micros(now)),
    })
}

/// The Android list in use; `None` while there is none.
pub async fn find_android_list(identity: &Identity) -> Result<Option<AndroidListView>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_android_list(tenant).await?;
    Ok(found.map(|list| AndroidListView {
        entries: list.entries,
        source: list.source,
        supplied_at: list.supplied_at,
    }))
}

/// The Android list in use, read once for each change of it.
pub(crate) async fn read_android_list(
    identity: &Identity,
) -> Result<Option<Arc<AndroidRevocationList>>, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(in_use) = store.find_android_list(tenant).await? else {
        return Ok(None);
    };
    let held = identity.0.android_list.read();
    let held = held.unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, list)) = held.filter(|(sha256, _)| *sha256 == in_use.sha256) {
        return Ok(Some(list));
    }
    let unreadable = |why: &str| {
        // Judging without it would take back what it says.
        StoreError::Unusable(format!("the list of Android's certificates {why}"))
    };
    let body = store.find_android_list_body(tenant, &in_use.sha256).await?;
    let body = body.ok_or_else(|| unreadable("was replaced just now"))?;
    let list = AndroidRevocationList::parse(body.as_bytes())
        .map_err(|cause| unreadable(&format!("in the database can't be read: {cause}")))?;
    let list = Arc::new(list);
    let held = identity.0.android_list.write();
    *held.unwrap_or_else(PoisonError::into_inner) = Some((in_use.sha256, list.clone()));
    Ok(Some(list))
}

/// Puts Google's list in use, if it is another than the one in use, and has every verdict judged anew. A node that was
/// overtaken by another turn tries again when it is called again.
///
/// # Errors
/// [`NotSupplied::Unfit`] if it is not of the form; then the one in use stays.
pub async fn put_android_list(
    identity: &Identity,
    by: By<'_>,
    json: &[u8],
    source: &str,
) -> Result<Supplied, NotSupplied> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let sha256 = digest(&SHA256, json).as_ref().to_vec();
    let old = store.find_android_list(tenant).await?;
    if old.as_ref().is_some_and(|old| old.sha256 == sha256) {
        return Ok(Supplied::Unchanged);
    }
    let list = AndroidRevocationList::parse(json)?;
    let entries = list.len();
    ensure(identity).await?;
    let current = InUse::read(identity).await?;
    let new = AndroidList {
        sha256,
        entries: i64::try_from(entries).unwrap_or(i64::MAX),
        source: source.to_owned(),
        supplied_at: current.now,
    };
    let mut unit = Unit::new();
    unit.put_android_list(tenant, &new, &String::from_utf8_lossy(json));
    let next_change = current.row.as_ref().and_then(|row| row.next_change_at);
    unit.begin_turn(tenant, current.turn(), next_change);
    let mut record = by.record();
    record
        .say("entries", new.entries)
        .say("entriesBefore", old.map_or(0, |old| old.entries))
        .say("source", source);
    let word = "metadata.android_list_supplied";
    match audit::commit(identity, unit, Log::Audit, word, (None, None), record).await {
        Ok(_) => Ok(Supplied::Replaced { entries }),
        Err(WriteError::Refused(Guard::Moved)) => {
            Err(NotSupplied::Refused(Refusal::new(&crate::codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error).into()),
    }
}
