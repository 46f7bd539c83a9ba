//! What a passkey's attestation proves, and what is known about its model: judged at registration, and anew in
//! every turn of the metadata.
//!
//! Certificates are judged at the time of registration, status at now (security 32). A model that the metadata
//! doesn't name is unknown, not revoked.

use std::collections::HashMap;

use serde_json::json;
use store::{Id, Judgement, StoreError};
use webauthn::attestation::{
    Attestation, Format, Model, Trust, Verdict, list_models, reevaluate, roots,
};
use webauthn::metadata::{Entry, Standing};
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{Aaguid, AttestationKind, AttestationPolicy};

use crate::metadata::{InUse, find_entry};
use crate::{Identity, Micros};

/// A verdict that nobody gave yet.
pub(crate) const PENDING: &str = "pending";

const ATTESTED: &str = "attested";
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

    fn find(&self, key: &[u8]) -> Option<&Known> {
        self.known.get(key)?.as_ref()
    }

    /// Whoever the metadata says vouches for exactly this model. A maker's root of a format stands in only for that
    /// maker's own model, and only where the metadata doesn't name it: such a root says nothing about the AAGUID,
    /// which in `android-key` not even the maker signs.
    fn anchors_of(&self, model: &Model) -> Vec<&Anchor> {
        if let Some(known) = self.find(&key_of(model.aaguid, Some(model.key_identifier))) {
            return known.anchors.iter().collect();
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
    let policy = AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
        anchors: &believed,
        at: Time::from_unix_micros(evidence.registered_at),
        revocation: Revocation::Unchecked,
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
    let fingerprints = attestation.map_or(Vec::new(), Attestation::fingerprints);
    let standing = entry.map(|entry| entry.standing(in_use.today(), &fingerprints));
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
        // Of the model that is claimed: it is the passkey's own only beside the verdict `attested`.
        level: derive_level(standing.as_ref()),
        undesired: standing.as_ref().is_some_and(Standing::is_undesired),
        standing: describe(standing.as_ref()),
        judged_at: in_use.now,
        metadata_number: in_use.number(),
        turn: in_use.turn(),
    }
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

fn derive_level(standing: Option<&Standing>) -> String {
    let level = standing.and_then(|standing| standing.certification);
    level.map_or(String::new(), |level| level.as_str().to_owned())
}

/// As stored; empty for a model that the metadata doesn't name.
fn describe(standing: Option<&Standing>) -> String {
    let Some(standing) = standing else {
        return "{}".to_owned();
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
    })
    .to_string()
}
