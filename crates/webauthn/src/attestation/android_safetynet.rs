//! `android-safetynet` (section 8.5): deprecated by the Recommendation, and in no default list of formats.

use super::error::{AttestationError, SafetyNetStep};
use super::statement::{Statement, parse_certificates};
use super::{AttestationKind, Correct, Subject, TrustPath};
use crate::base64url;
use crate::rp_id::sha256;
use crate::x509::{Certificate, Time, Usage};
use data_encoding::BASE64;
use serde::Deserialize;

/// How long an answer is good, in seconds, before the registration; and how far clocks may differ.
const MAX_AGE: i64 = 60;

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    nonce: String,
    timestamp_ms: i64,
    #[serde(default)]
    cts_profile_match: bool,
}

/// What was read; the certificates' DER lives here, since the response has it in base64.
pub(super) struct SafetyNet {
    certificates: Vec<Vec<u8>>,
}

/// The certificate that the response names, as DER.
pub(super) fn find_leaf(statement: &[u8]) -> Option<Vec<u8>> {
    let statement = Statement::read(statement).ok()?;
    let response = std::str::from_utf8(statement.response().ok()?).ok()?;
    let (header, _) = response.split_once('.')?;
    let header: Header = serde_json::from_slice(&base64url::decode(header).ok()?).ok()?;
    BASE64.decode(header.x5c.first()?.as_bytes()).ok()
}

impl SafetyNet {
    pub(super) fn verify(
        statement: &[u8],
        subject: &Subject<'_>,
        at: Time,
    ) -> Result<Self, AttestationError> {
        let malformed = || AttestationError::SafetyNet(SafetyNetStep::Malformed);
        let statement = Statement::read(statement)?;
        statement.version()?;
        // "Verify that response is a valid SafetyNet response": a compact JWS, by its own certificate's key.
        let response = std::str::from_utf8(statement.response()?).map_err(|_| malformed())?;
        let (signed, signature) = response.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |part| base64url::decode(part).map_err(|_| malformed());
        let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
        let header: Header = serde_json::from_slice(&header).map_err(|_| malformed())?;
        let payload: Payload = serde_json::from_slice(&payload).map_err(|_| malformed())?;
        let certificates = header
            .x5c
            .iter()
            .map(|text| BASE64.decode(text.as_bytes()).map_err(|_| malformed()))
            .collect::<Result<Vec<_>, _>>()?;
        let answer = Self { certificates };
        answer.check_signature(&header.alg, signed, &signature)?;
        // "Verify that the nonce attribute in the payload of response is identical to the Base64 encoding of the
        // SHA-256 hash of the concatenation of authenticatorData and clientDataHash."
        if payload.nonce != BASE64.encode(&sha256(&subject.to_be_signed())) {
            return Err(AttestationError::BindingMismatch);
        }
        // "Verify that the ctsProfileMatch attribute in the payload of response is true."
        if !payload.cts_profile_match {
            return Err(AttestationError::SafetyNet(SafetyNetStep::Integrity));
        }
        // SafetyNet's own rules: the answer is from now.
        let age = at.unix_seconds() - payload.timestamp_ms.div_euclid(1000);
        if !(-MAX_AGE..=MAX_AGE).contains(&age) {
            return Err(AttestationError::SafetyNet(SafetyNetStep::Time));
        }
        Ok(answer)
    }

    /// "Let attestationCert be the attestation certificate. Verify that attestationCert is issued to the
    /// hostname attest.android.com." By its only DNS name, which SafetyNet's certificates have.
    fn check_signature(
        &self,
        algorithm: &str,
        signed: &str,
        signature: &[u8],
    ) -> Result<(), AttestationError> {
        let certificates = self.parse()?;
        let leaf = certificates
            .first()
            .ok_or(AttestationError::CertificateCount { found: 0 })?;
        leaf.verify_jws(algorithm, signed.as_bytes(), signature)
            .map_err(|_| AttestationError::SignatureInvalid)?;
        if !leaf.dns_names().any(|name| name == "attest.android.com") {
            return Err(AttestationError::SafetyNet(SafetyNetStep::Hostname));
        }
        Ok(())
    }

    fn parse(&self) -> Result<Vec<Certificate<'_>>, AttestationError> {
        let list: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        parse_certificates(&list)
    }

    pub(super) fn correct(&self) -> Result<Correct<'_>, AttestationError> {
        Ok(Correct {
            kind: AttestationKind::Basic,
            path: Some(TrustPath {
                certificates: self.parse()?,
                usage: Usage::BlobSigner,
            }),
        })
    }
}
