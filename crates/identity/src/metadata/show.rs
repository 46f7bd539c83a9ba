//! What operators are shown: the blob in use, its models, and how far verdicts are.

use store::{AttestationCounts, Phase};
use webauthn::Aaguid;
use webauthn::metadata::{Entry, Standing};

use super::{InUse, date_of, find_entry, list_attestation_lists, parse_model, supplied};
use crate::metadata::{AndroidListView, RevocationListView};
use crate::{Identity, Micros, Refusal};

/// The blob in use, and what it did to verdicts.
#[derive(Debug, Clone)]
pub struct View {
    /// 0: there is none.
    pub number: i64,
    pub next_update: Micros,
    /// Past its `nextUpdate`.
    pub stale: bool,
    pub source: String,
    pub fetched_at: Micros,
    pub sha256: Vec<u8>,
    pub entries: i64,
    pub unusable: i64,
    pub legal_header: String,
    /// Changes wait for approval.
    pub waits: bool,
    pub verdicts: AttestationCounts,
    /// All passkeys, with a verdict and without.
    pub passkeys: i64,
    /// Of the blob's signer, as the operator supplied them.
    pub revocation_lists: Vec<RevocationListView>,
    /// Of those who certify authenticators.
    pub attestation_lists: Vec<RevocationListView>,
    /// Google's list of Android's attestation certificates.
    pub android_list: Option<AndroidListView>,
}

/// A model of the blob in use.
#[derive(Debug, Clone)]
pub struct ModelView {
    /// AAGUID, key identifier or AAID.
    pub keys: Vec<String>,
    pub name: String,
    pub protocol_family: String,
    pub key_protection: Vec<String>,
    pub attachment: Vec<String>,
    pub attestation_roots: usize,
    /// What its reports amount to today.
    pub standing: Standing,
    /// Every report as it stands: status, day from which it holds.
    pub reports: Vec<(String, Option<String>)>,
}

/// The blob in use. `None` while there is none.
pub async fn show(identity: &Identity) -> Result<Option<View>, Refusal> {
    let current = InUse::read(identity).await?;
    let Some(row) = current.row.as_ref().filter(|_| current.is_there()) else {
        return Ok(None);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(Some(View {
        number: row.number,
        next_update: row.next_update,
        stale: current.is_stale(),
        source: row.source.clone(),
        fetched_at: row.fetched_at,
        sha256: row.sha256.clone(),
        entries: row.entries,
        unusable: row.unusable,
        legal_header: row.legal_header.clone(),
        waits: row.phase == Phase::Waiting,
        verdicts: store.count_attestations(tenant, row.turn).await?,
        passkeys: store.count_passkeys(tenant).await?,
        revocation_lists: supplied::list_revocation_lists(identity),
        attestation_lists: list_attestation_lists(identity).await?,
        android_list: supplied::find_android_list(identity).await?,
    }))
}

fn derive_view(identity: &Identity, entry: &Entry) -> ModelView {
    let statement = entry.statement();
    let words = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    ModelView {
        keys: entry.keys().iter().map(ToString::to_string).collect(),
        name: statement.name.clone(),
        protocol_family: statement.protocol_family.clone(),
        key_protection: words(statement.key_protection_words().collect()),
        attachment: words(
            statement
                .attachment
                .iter()
                .map(|word| word.as_str())
                .collect(),
        ),
        attestation_roots: statement.attestation_roots.len(),
        standing: entry.standing(date_of(identity.0.ambient.now()), &[]),
        reports: entry
            .reports()
            .iter()
            .map(|report| {
                let day = report.effective.map(|day| day.to_string());
                (report.status.as_str().to_owned(), day)
            })
            .collect(),
    }
}

/// A model by its AAGUID, or by the hexadecimal key identifier of its attestation certificate. `None` when the
/// blob in use has no such model, or the text names none.
pub async fn find_model(identity: &Identity, key: &str) -> Result<Option<ModelView>, Refusal> {
    let bytes = match Aaguid::parse(key) {
        Ok(aaguid) => aaguid.0.to_vec(),
        Err(_) => match data_encoding::HEXLOWER_PERMISSIVE.decode(key.as_bytes()) {
            Ok(bytes) if bytes.len() == 20 => bytes,
            _ => return Ok(None),
        },
    };
    let found = find_entry(identity, &bytes).await?;
    Ok(found.map(|entry| derive_view(identity, &entry)))
}

/// Models by their keys, in the order of the keys; at most a hundred that come after `after`, with the place from
/// which to go on. A U2F model stands once for each of its keys.
pub async fn list_models(
    identity: &Identity,
    after: &[u8],
) -> Result<Vec<(Vec<u8>, ModelView)>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let rows = store.list_models(tenant, after).await?;
    let models = rows.into_iter().filter_map(|(key, name, body)| {
        let record = store::ModelRecord {
            entry_number: 0,
            name,
            body,
        };
        let entry = parse_model(&record)?;
        Some((key, derive_view(identity, &entry)))
    });
    Ok(models.collect())
}

/// A model's icon as PNG, checked when it came in.
pub async fn find_icon(identity: &Identity, aaguid: Aaguid) -> Result<Option<Vec<u8>>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_model_icon(tenant, &aaguid.0).await?)
}

impl ModelView {
    /// `L1` ... `L3plus`, `functional`, or nothing.
    #[must_use]
    pub fn certification(&self) -> Option<&'static str> {
        self.standing.certification_word()
    }
}
