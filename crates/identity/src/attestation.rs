//! What a passkey's attestation proves, and what is known about its model: judged at registration, and anew in
//! every turn of the metadata.
//!
//! Certificates are judged at the time of registration, status at now (security 32). A model that the metadata
//! doesn't name is unknown, not revoked.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use store::{ClaimedLevel, Id, Judgement, StoreError};
use webauthn::attestation::{
    AndroidRevocationList, Attestation, AttestationError, Format, Model, Trust, Verdict,
    list_models, reevaluate, roots,
};
use webauthn::metadata::{CertificationLevel, Entry, SharedAnchors, Standing};
use webauthn::x509::{Anchor, MissingList, PathRule, Revocation, RevocationList, Time};
use webauthn::{Aaguid, AttestationKind, AttestationPolicy};

use crate::metadata::{
    InUse, find_entry, read_android_list, read_attestation_lists, read_shared_anchors,
};
use crate::{Identity, Micros};

/// A verdict that nobody gave yet.
pub(crate) const PENDING: &str = "pending";

pub(crate) const ATTESTED: &str = "attested";
const UNATTESTED: &str = "unattested";

/// Why a sound attestation of a new model proves nothing: the metadata should have been replaced by now.
const STALE: &str = "attestation.metadata_stale";

/// The models of makers that have a format of their own: Apple's and Android's platform authenticators.
const OWN_MODELS: [(Format, [u8; 16]); 2] = [
    (
        Format::Apple,
        0xf24a_8e70_d0d3_f82c_2937_3252_3cc4_de5a_u128.to_be_bytes(),
    ),
    (
        Format::AndroidKey,
        0xb93f_d961_f2e6_462f_b122_8200_2247_de78_u128.to_be_bytes(),
    ),
];

/// What a judgement is made from.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) aaguid: Aaguid,
    pub(crate) attestation_object: &'a [u8],
    pub(crate) client_data_json: &'a [u8],
    pub(crate) registered_at: Micros,
    /// The judgement in force, if there was one.
    pub(crate) before: Option<&'a Judgement>,
}

/// What was read already about models, by their keys; and the roots that belong to a format.
#[derive(Debug)]
pub(crate) struct Models {
    known: HashMap<Vec<u8>, Option<Known>>,
    roots: Vec<(Format, Anchor)>,
    /// Google's list; `None` before a phone's statement asked for it, and `Some(None)` where there is none.
    android: Option<Option<Arc<AndroidRevocationList>>>,
    /// Revocation lists of those who certify authenticators; `None` before a certificate asked for them.
    lists: Option<Arc<Vec<Vec<u8>>>>,
    /// Which roots vouch for several models; `None` before an attestation that names no model asked for it.
    shared: Option<Arc<SharedAnchors>>,
}

#[derive(Debug)]
struct Known {
    entry: Entry,
    anchors: Vec<Anchor>,
}

/// The word under which a kind is stored.
pub(crate) fn word_of(kind: AttestationKind) -> &'static str {
    match kind {
        AttestationKind::None => "none",
        AttestationKind::SelfAttested => "self",
        AttestationKind::Basic => "basic",
        AttestationKind::AttCa => "attca",
        AttestationKind::AnonCa => "anonca",
        _ => "unverified",
    }
}

impl Models {
    pub(crate) fn new() -> Models {
        Models {
            known: HashMap::new(),
            roots: roots(),
            android: None,
            lists: None,
            shared: None,
        }
    }

    async fn read(&mut self, identity: &Identity, key: &[u8]) -> Result<(), StoreError> {
        if !self.known.contains_key(key) {
            let known = find_entry(identity, key).await?.map(|entry| {
                let roots = entry.statement().attestation_roots.iter();
                // One that can't be read vouches for nobody; the others still do.
                let anchors = roots.filter_map(|der| Anchor::parse(der).ok()).collect();
                Known { entry, anchors }
            });
            self.known.insert(key.to_vec(), known);
        }
        Ok(())
    }

    async fn read_android_list(&mut self, identity: &Identity) -> Result<(), StoreError> {
        if self.android.is_none() {
            self.android = Some(read_android_list(identity).await?);
        }
        Ok(())
    }

    async fn read_lists(&mut self, identity: &Identity) -> Result<(), StoreError> {
        if self.lists.is_none() {
            self.lists = Some(read_attestation_lists(identity).await?);
        }
        Ok(())
    }

    async fn read_shared_anchors(
        &mut self,
        identity: &Identity,
        in_use: &InUse,
    ) -> Result<(), StoreError> {
        if self.shared.is_none() {
            self.shared = Some(read_shared_anchors(identity, in_use).await?);
        }
        Ok(())
    }

    /// Not known is as good as shared.
    fn is_shared(&self, anchor: &Anchor) -> bool {
        let shared = self.shared.as_ref();
        shared.is_none_or(|shared| shared.is_shared(anchor))
    }

    fn find(&self, key: &[u8]) -> Option<&Known> {
        self.known.get(key)?.as_ref()
    }

    /// Whoever the metadata says vouches for exactly this model, and in this format. A maker's root of a format stands in only for that
    /// maker's own model, and only where the metadata doesn't name it: such a root says nothing about the AAGUID,
    /// which in `android-key` not even the maker signs.
    fn anchors_of(&self, model: &Model) -> Vec<&Anchor> {
        if let Some(known) = self.find(&key_of(model.aaguid, Some(model.key_identifier))) {
            return match known.entry.statement().attests_in(model.format) {
                true => known.anchors.iter().collect(),
                false => Vec::new(),
            };
        }
        if !OWN_MODELS.contains(&(model.format, model.aaguid.0)) {
            return Vec::new();
        }
        let own = self
            .roots
            .iter()
            .filter(|(format, _)| *format == model.format);
        own.map(|(_, anchor)| anchor).collect()
    }
}

/// The AAGUID; for devices that have none, their certificate's key identifier.
fn key_of(aaguid: Aaguid, key_identifier: Option<[u8; 20]>) -> Vec<u8> {
    match key_identifier {
        Some(identifier) if aaguid.is_zero() => identifier.to_vec(),
        _ => aaguid.0.to_vec(),
    }
}

pub(crate) async fn judge(
    identity: &Identity,
    in_use: &InUse,
    evidence: &Evidence<'_>,
    models: &mut Models,
) -> Result<Judgement, StoreError> {
    let claimed = list_models(evidence.attestation_object).unwrap_or_default();
    models.read(identity, &evidence.aaguid.0).await?;
    for model in &claimed {
        let key = key_of(model.aaguid, Some(model.key_identifier));
        models.read(identity, &key).await?;
    }
    if !claimed.is_empty() {
        models.read_lists(identity).await?;
    }
    if claimed.iter().any(|it| it.format == Format::AndroidKey) {
        models.read_android_list(identity).await?;
    }
    if claimed.iter().any(|it| !it.is_named) {
        models.read_shared_anchors(identity, in_use).await?;
    }
    let mut judgement = weigh(in_use, evidence, models);
    let is_new = evidence
        .before
        .is_none_or(|before| before.verdict != ATTESTED);
    if judgement.verdict == ATTESTED && is_new && in_use.is_stale() {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let model = Id(evidence.aaguid.0);
        // Devices without an AAGUID share the zeros: one of them vouches for no other.
        if evidence.aaguid.is_zero() || !store.has_attested_model(tenant, model).await? {
            judgement.verdict = UNATTESTED.to_owned();
            judgement.reason = STALE.to_owned();
        }
    }
    Ok(judgement)
}

/// Pure: what was stored and what is known in, the judgement out.
fn weigh(in_use: &InUse, evidence: &Evidence<'_>, models: &Models) -> Judgement {
    let believed = |model: &Model| models.anchors_of(model);
    let is_shared = |anchor: &Anchor| models.is_shared(anchor);
    let lists: Vec<_> = models
        .lists
        .iter()
        .flat_map(|lists| lists.iter())
        .filter_map(|der| RevocationList::parse(der).ok())
        .collect();
    let missing = match evidence.before {
        // Somebody forgot to renew a list: who was believed is, and nobody new (as with metadata past its time).
        Some(before) if before.verdict == ATTESTED => MissingList::Accepted,
        _ => MissingList::AcceptedUnlessOutdated,
    };
    let policy = AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
        anchors: &believed,
        is_shared: &is_shared,
        at: Time::from_unix_micros(evidence.registered_at),
        revocation: Revocation::Lists {
            lists: &lists,
            at: Time::from_unix_micros(in_use.now),
            missing,
        },
        android: models.android.as_ref().and_then(Option::as_deref),
    });
    let judged = reevaluate(
        evidence.attestation_object,
        evidence.client_data_json,
        &policy,
    );
    let attestation = judged.as_ref().ok();
    let key = key_of(
        evidence.aaguid,
        attestation.and_then(|attestation| attestation.key_identifier),
    );
    let entry = models.find(&key).map(|known| &known.entry);
    let certificates = attestation.map_or(&[][..], |attestation| &attestation.certificates);
    let standing = derive_standing(in_use, evidence.aaguid, attestation, models);
    let certificate_revoked = attestation.is_some_and(|it| is_revoked(&it.verdict));
    let level = match attestation.filter(|it| it.verdict.is_attested()) {
        Some(attested) => entry
            .and_then(|entry| entry.prove(attested, evidence.aaguid, in_use.today()))
            .and_then(|model| model.certification())
            .map(CertificationLevel::as_str),
        // Of the model that is claimed, so that its changes are noticed.
        None => standing.as_ref().and_then(Standing::certification_word),
    };
    let (verdict, reason) = match &judged {
        Ok(attestation) => describe_verdict(attestation),
        Err(error) => ("failed", error.code()),
    };
    Judgement {
        kind: attestation
            .map_or("unverified", |it| word_of(it.kind))
            .to_owned(),
        verdict: verdict.to_owned(),
        reason: reason.to_owned(),
        anchor: attestation.and_then(derive_anchor),
        chain: certificates.concat(),
        model: entry.map_or(String::new(), |entry| entry.statement().name.clone()),
        level: ClaimedLevel::new(level.unwrap_or_default()),
        undesired: certificate_revoked || standing.as_ref().is_some_and(Standing::is_undesired),
        standing: describe(standing.as_ref(), certificate_revoked),
        judged_at: in_use.now,
        metadata_number: in_use.number(),
        turn: in_use.turn(),
    }
}

/// What is known about the model; where devices have no AAGUID, about every model that a statement's certificate names:
/// of a compound, one that is revoked concerns the whole.
fn derive_standing(
    in_use: &InUse,
    aaguid: Aaguid,
    attestation: Option<&Attestation>,
    models: &Models,
) -> Option<Standing> {
    let fingerprints = attestation.map_or(Vec::new(), Attestation::fingerprints);
    let identifiers = attestation.map_or(Vec::new(), Attestation::key_identifiers);
    let mut keys: Vec<_> = identifiers
        .into_iter()
        .map(|identifier| key_of(aaguid, Some(identifier)))
        .collect();
    keys.push(key_of(aaguid, None));
    keys.sort_unstable();
    keys.dedup();
    keys.iter()
        .filter_map(|key| models.find(key))
        .map(|known| known.entry.standing(in_use.today(), &fingerprints))
        .reduce(Standing::join)
}

/// Whether a certificate was taken back, by its issuer or by Google's list.
fn is_revoked(verdict: &Verdict) -> bool {
    let Verdict::Failed(AttestationError::Chain(error)) = verdict else {
        return false;
    };
    error.rule == PathRule::Revoked
}

fn describe_verdict(attestation: &Attestation) -> (&'static str, &'static str) {
    let word = match &attestation.verdict {
        Verdict::Attested(_) => ATTESTED,
        Verdict::NotAttested(_) => UNATTESTED,
        Verdict::Failed(_) => "failed",
    };
    (word, attestation.verdict.code().unwrap_or_default())
}

fn derive_anchor(attestation: &Attestation) -> Option<Vec<u8>> {
    match &attestation.verdict {
        Verdict::Attested(chain) => Some(chain.anchor().to_vec()),
        _ => None,
    }
}

/// As stored; empty for a model that the metadata doesn't name and a certificate against which nothing speaks.
fn describe(standing: Option<&Standing>, certificate_revoked: bool) -> String {
    let unknown = Standing::default();
    let standing = match standing {
        Some(standing) => standing,
        None if certificate_revoked => &unknown,
        None => return "{}".to_owned(),
    };
    let compromises: Vec<_> = standing
        .compromises
        .iter()
        .map(|compromise| {
            json!({
                "status": compromise.status.as_str(),
                "since": compromise.since.map(|day| day.to_string()),
                "mendedBy": compromise.mended_by,
            })
        })
        .collect();
    json!({
        "revoked": standing.revoked,
        "revokedSince": standing.revoked_since.map(|day| day.to_string()),
        "compromises": compromises,
        "retired": standing.retired,
        "updateAvailable": standing.update_available,
        "unknown": standing.unknown,
        "certificateRevoked": certificate_revoked,
    })
    .to_string()
}
