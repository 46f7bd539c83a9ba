//! From a statement to a verdict: section 7.1 steps 22 to 24.

use super::error::{AttestationError, CompoundStep};
use super::policy::{AttestationPolicy, CompoundNeed, Format, Model};
use super::statement::Statement;
use super::{
    Attestation, AttestationKind, AttestationObject, NotAttested, Part, Verdict, android_key,
    android_safetynet, apple, compound, fido_u2f, packed, tpm,
};
use crate::aaguid::Aaguid;
use crate::authenticator_data::AuthenticatorData;
use crate::error::{RegistrationError, ShownKey};
use crate::public_key::CoseKey;
use crate::rp_id::sha256;
use crate::x509::{Certificate, PathInput, PathRule, Unverified, Usage, oid, validate};
use std::collections::HashSet;

/// What is attested: this registration's credential.
pub(crate) struct Subject<'a> {
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) client_data_hash: &'a [u8; 32],
    pub(crate) rp_id_hash: &'a [u8; 32],
    pub(crate) aaguid: Aaguid,
    pub(crate) credential_id: &'a [u8],
    pub(crate) key: CoseKey<'a>,
}

impl Subject<'_> {
    /// "the concatenation of authenticatorData and clientDataHash", which most formats sign.
    pub(super) fn to_be_signed(&self) -> Vec<u8> {
        [self.authenticator_data, self.client_data_hash].concat()
    }
}

/// A statement that is correct, and the certificates that may prove something.
pub(super) struct Correct<'a> {
    pub(super) kind: AttestationKind,
    pub(super) path: Option<TrustPath<'a>>,
}

/// "attestation trust path x5c".
pub(super) struct TrustPath<'a> {
    pub(super) certificates: Vec<Certificate<'a>>,
    pub(super) usage: Usage,
}

impl AttestationError {
    pub(super) fn unverified(unverified: Unverified, found: i64) -> Self {
        match unverified {
            Unverified::Unsupported => Self::Algorithm { found },
            Unverified::Invalid => Self::SignatureInvalid,
        }
    }

    pub(super) fn key_mismatch(subject: &Subject<'_>, found: ShownKey) -> Self {
        let expected = subject.key.shown();
        Self::KeyMismatch { expected, found }
    }
}

/// Verifies a statement's signature with the leaf's key. SHA-1 is refused; `tpm` does not come here.
pub(super) fn verify_with(
    leaf: &Certificate<'_>,
    found: i64,
    message: &[u8],
    signature: &[u8],
) -> Result<(), AttestationError> {
    if crate::x509::Scheme::from_cose_id(found).is_some_and(crate::x509::Scheme::uses_sha1) {
        return Err(AttestationError::Algorithm { found });
    }
    leaf.spki()
        .verify_cose(found, message, signature)
        .map_err(|unverified| AttestationError::unverified(unverified, found))
}

/// The models that the statement claims to be of, one for each statement with certificates. Nothing is
/// verified: this is for whoever must look anchors up before [`Trust::anchors`](super::Trust) is asked for
/// the same models.
///
/// # Errors
/// If the attestation object or its authenticator data can't be read. A statement that can't be read claims
/// nothing.
pub fn list_models(attestation_object: &[u8]) -> Result<Vec<Model>, RegistrationError> {
    let object = AttestationObject::parse(attestation_object)?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    let credential = data
        .attested_credential
        .ok_or(RegistrationError::AttestedCredentialDataMissing)?;
    let whole = Part {
        format: object.format,
        statement: object.statement,
    };
    let parts = match Format::from_identifier(object.format) {
        Some(Format::Compound) => compound::read(object.statement).unwrap_or_default(),
        _ => vec![whole],
    };
    let claim = |part| read_claim(part, credential.aaguid);
    Ok(parts.into_iter().filter_map(claim).collect())
}

/// The model that one statement claims.
fn read_claim(part: Part<'_>, aaguid: Aaguid) -> Option<Model> {
    let format = Format::from_identifier(part.format)?;
    if format == Format::AndroidSafetyNet {
        let der = android_safetynet::find_leaf(part.statement)?;
        return Some(Model::of(format, aaguid, &Certificate::parse(&der).ok()?));
    }
    let mut statement = Statement::read(part.statement).ok()?;
    let (leaf, _) = statement.take_certificates().ok()?;
    Some(Model::of(format, aaguid, &leaf))
}

impl Model {
    fn of(format: Format, aaguid: Aaguid, leaf: &Certificate<'_>) -> Self {
        Self {
            format,
            aaguid,
            key_identifier: leaf.key_identifier(),
            is_named: leaf.extensions().find(oid::FIDO_AAGUID).is_some(),
        }
    }
}

/// Judges a stored registration anew, by its time of registration and what is believed and known now: after
/// new metadata, anchors or revocation lists.
///
/// `attestation_object` and `client_data_json` are what the registration gave
/// ([`VerifiedRegistration::attestation_object`](crate::VerifiedRegistration::attestation_object) and
/// [`client_data_json`](crate::VerifiedRegistration::client_data_json)). The challenge is not needed: it was
/// compared at registration. The statement is verified again as well, so that nothing but the stored bytes is
/// believed. `policy.need` is not asked; the caller judges the verdict.
///
/// # Errors
/// If the stored bytes can't be read: a damaged record.
pub fn reevaluate(
    attestation_object: &[u8],
    client_data_json: &[u8],
    policy: &AttestationPolicy<'_>,
) -> Result<Attestation, RegistrationError> {
    let object = AttestationObject::parse(attestation_object)?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    let credential = data
        .attested_credential
        .ok_or(RegistrationError::AttestedCredentialDataMissing)?;
    let subject = Subject {
        authenticator_data: object.authenticator_data,
        client_data_hash: &sha256(client_data_json),
        rp_id_hash: data.rp_id_hash,
        aaguid: credential.aaguid,
        credential_id: credential.credential_id,
        key: CoseKey::parse(credential.public_key)?,
    };
    Ok(evaluate(&object, &subject, policy))
}

/// Section 7.1 steps 22 to 24. Never fails: what is wrong is the verdict.
pub(crate) fn evaluate(
    object: &AttestationObject<'_>,
    subject: &Subject<'_>,
    policy: &AttestationPolicy<'_>,
) -> Attestation {
    let whole = Part {
        format: object.format,
        statement: object.statement,
    };
    match Format::from_identifier(object.format) {
        Some(Format::Compound) if policy.formats.contains(&Format::Compound) => {
            evaluate_compound(whole, subject, policy)
        }
        _ => evaluate_part(whole, subject, policy),
    }
}

fn evaluate_part(
    part: Part<'_>,
    subject: &Subject<'_>,
    policy: &AttestationPolicy<'_>,
) -> Attestation {
    // Step 22: "Determine the attestation statement format by performing a USASCII case-sensitive match on fmt
    // against the set of supported identifiers."
    let format = Format::from_identifier(part.format).filter(|it| policy.formats.contains(it));
    let Some(format) = format else {
        let verdict = Verdict::NotAttested(NotAttested::FormatNotAccepted);
        return Attestation::new(part.format, AttestationKind::Unverified, verdict);
    };
    // Deprecated, and the one whose certificates are not in the response as bytes.
    if format == Format::AndroidSafetyNet {
        let answer = android_safetynet::SafetyNet::verify(part.statement, subject, policy.trust.at);
        return match answer.as_ref().map(android_safetynet::SafetyNet::correct) {
            Ok(correct) => judge(format, correct, subject, policy),
            Err(error) => judge(format, Err(error.clone()), subject, policy),
        };
    }
    // Step 23: "Verify that attStmt is a correct attestation statement."
    let correct = match format {
        Format::Packed => packed::verify(part.statement, subject),
        Format::Tpm => tpm::verify(part.statement, subject, policy.tpm_manufacturers),
        Format::AndroidKey => android_key::verify(part.statement, subject, policy.android),
        Format::FidoU2f => fido_u2f::verify(part.statement, subject, policy.u2f_aaguid),
        Format::Apple => apple::verify(part.statement, subject),
        Format::None => verify_none(part.statement),
        Format::Compound | Format::AndroidSafetyNet => {
            Err(AttestationError::Compound(CompoundStep::Nested))
        }
    };
    judge(format, correct, subject, policy)
}

/// Section 8.7: the statement is an empty map.
fn verify_none(statement: &[u8]) -> Result<Correct<'_>, AttestationError> {
    match statement {
        [0xa0] => Ok(Correct {
            kind: AttestationKind::None,
            path: None,
        }),
        _ => Err(AttestationError::NotEmpty),
    }
}

/// Step 24: does a chain lead to somebody who is believed?
fn judge(
    format: Format,
    correct: Result<Correct<'_>, AttestationError>,
    subject: &Subject<'_>,
    policy: &AttestationPolicy<'_>,
) -> Attestation {
    let name = format.identifier();
    let correct = match correct {
        Ok(correct) => correct,
        Err(error) => {
            return Attestation::new(name, AttestationKind::Unverified, Verdict::Failed(error));
        }
    };
    let leaf = correct.path.as_ref().and_then(|it| it.certificates.first());
    let (Some(path), Some(leaf)) = (&correct.path, leaf) else {
        let reason = match correct.kind {
            AttestationKind::SelfAttested => NotAttested::SelfAttested,
            _ => NotAttested::NoStatement,
        };
        return Attestation::new(name, correct.kind, Verdict::NotAttested(reason));
    };
    let model = Model::of(format, subject.aaguid, leaf);
    let certificates = path.certificates.iter();
    let is_own = leaf.spki().is_key(&subject.key);
    Attestation {
        certificates: certificates.clone().map(Certificate::thumbprint).collect(),
        certificate_keys: certificates.map(Certificate::key_fingerprint).collect(),
        key_identifier: Some(model.key_identifier),
        signer: (!is_own).then(|| leaf.key_fingerprint()),
        ..Attestation::new(name, correct.kind, judge_path(path, &model, policy))
    }
}

fn judge_path(path: &TrustPath<'_>, model: &Model, policy: &AttestationPolicy<'_>) -> Verdict {
    let trust = &policy.trust;
    let failed = |error| Verdict::Failed(AttestationError::Chain(error));
    let android = trust.android.filter(|_| path.usage == Usage::AndroidKey);
    let check_listed = |anchor| android.map_or(Ok(()), |it| it.check(&path.certificates, anchor));
    // Asked before anybody vouches: a certificate that is listed proves nothing under any anchor.
    if let Err(error) = check_listed(None) {
        return failed(error);
    }
    // "obtain a list of acceptable trust anchors for that attestation type and attestation statement format"
    let anchors = (trust.anchors)(model);
    if anchors.is_empty() {
        return Verdict::NotAttested(NotAttested::NoAnchor);
    }
    let chain = validate(&PathInput {
        certificates: &path.certificates,
        anchors: &anchors,
        usage: path.usage,
        at: trust.at,
        revocation: trust.revocation,
    });
    match chain {
        Ok(chain) => {
            let mut believed = anchors.into_iter();
            let anchor = believed.find(|it| it.thumbprint() == chain.anchor());
            if let Err(error) = check_listed(anchor) {
                return failed(error);
            }
            // Section 8.2.1: "If the related attestation root certificate is used for multiple authenticator models,
            // the Extension OID 1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) MUST be present". Of `packed` alone:
            // section 8.3.1 has no such rule, and authorities of TPMs certify keys of TPMs, not models.
            let is_open = model.format == Format::Packed && !model.is_named;
            match anchor {
                Some(anchor) if is_open && (trust.is_shared)(anchor) => {
                    Verdict::NotAttested(NotAttested::ModelNotNamed)
                }
                _ => Verdict::Attested(chain),
            }
        }
        Err(error) if error.rule == PathRule::NoAnchor => {
            Verdict::NotAttested(NotAttested::NoAnchor)
        }
        Err(error) => failed(error),
    }
}

/// Section 8.9: each statement alone, then how many must pass.
fn evaluate_compound(
    whole: Part<'_>,
    subject: &Subject<'_>,
    policy: &AttestationPolicy<'_>,
) -> Attestation {
    let failed = |error| {
        Attestation::new(
            whole.format,
            AttestationKind::Unverified,
            Verdict::Failed(error),
        )
    };
    let statements = match compound::read(whole.statement) {
        Ok(statements) => statements,
        Err(error) => return failed(error),
    };
    let needed = policy.compound.count(statements.len());
    let parts: Vec<_> = statements
        .into_iter()
        .map(|part| evaluate_part(part, subject, policy))
        .collect();
    // A statement that was not verified has not passed.
    let correct: Vec<_> = parts
        .iter()
        .filter(|part| part.kind != AttestationKind::Unverified)
        .collect();
    let passed = count(policy.compound, &correct);
    if passed < needed {
        let error = AttestationError::Compound(CompoundStep::NotEnough { passed, needed });
        return Attestation {
            parts,
            ..failed(error)
        };
    }
    let attested: Vec<_> = correct
        .iter()
        .copied()
        .filter(|part| part.verdict.is_attested())
        .collect();
    let decisive = if count(policy.compound, &attested) >= needed {
        attested.first()
    } else {
        // What stands in the way: a correct statement that nobody vouches for.
        correct.iter().find(|part| !part.verdict.is_attested())
    };
    let decisive = decisive.map(|part| Attestation::clone(part));
    // Whoever asks what is known about the certificates asks about all that passed.
    let all = |list: fn(&Attestation) -> &Vec<[u8; 32]>| {
        correct
            .iter()
            .flat_map(|part| list(part))
            .copied()
            .collect()
    };
    let (certificates, certificate_keys) = (
        all(|part| &part.certificates),
        all(|part| &part.certificate_keys),
    );
    match decisive {
        Some(decisive) => Attestation {
            format: whole.format.to_owned(),
            certificates,
            certificate_keys,
            parts,
            ..decisive
        },
        None => failed(AttestationError::Compound(CompoundStep::TooFew {
            found: passed,
        })),
    }
}

/// How many statements these count as. Where all must pass, each. Where some number must, each key that signed: the
/// same attestation key twice is one witness, and so is the credential's own.
fn count(need: CompoundNeed, parts: &[&Attestation]) -> usize {
    match need {
        CompoundNeed::All => parts.len(),
        CompoundNeed::AtLeast(_) => {
            let keys: HashSet<_> = parts.iter().map(|part| part.signer).collect();
            keys.len()
        }
    }
}

impl Attestation {
    fn new(format: &str, kind: AttestationKind, verdict: Verdict) -> Self {
        Self {
            format: format.to_owned(),
            kind,
            verdict,
            certificates: Vec::new(),
            key_identifier: None,
            parts: Vec::new(),
            certificate_keys: Vec::new(),
            signer: None,
        }
    }
}
