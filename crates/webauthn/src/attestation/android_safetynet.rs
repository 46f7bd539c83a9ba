//! `android-safetynet` (section 8.5): deprecated by the Recommendation, and in no default list of formats.

use super::error::{AttestationError, SafetyNetStep};
use super::statement::{Statement, count_error, parse_certificates};
use super::{AttestationKind, Correct, Subject, TrustPath};
use crate::base64url;
use crate::error::{Excerpt, shorten};
use crate::rp_id::sha256;
use crate::x509::{Certificate, Time, Usage};
use data_encoding::BASE64;
use serde::Deserialize;

/// How long an answer is good, in seconds, before the registration; and how far clocks may differ.
const MAX_AGE: i64 = 60;

/// Whose certificate signs answers.
const HOST: &str = "attest.android.com";

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

const fn malformed(part: &'static str, offset: usize) -> AttestationError {
    AttestationError::SafetyNet(SafetyNetStep::Malformed { part, offset })
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, AttestationError> {
    base64url::decode(text).map_err(|error| malformed(part, error.offset))
}

/// One line, as a JWS's parts are: its column is the offset.
fn read_json<'a, T: Deserialize<'a>>(
    part: &'static str,
    bytes: &'a [u8],
) -> Result<T, AttestationError> {
    serde_json::from_slice(bytes).map_err(|error| malformed(part, error.column()))
}

impl SafetyNet {
    pub(super) fn verify(
        statement: &[u8],
        subject: &Subject<'_>,
        at: Time,
    ) -> Result<Self, AttestationError> {
        let statement = Statement::read(statement)?;
        statement.version()?;
        // "Verify that response is a valid SafetyNet response": a compact JWS, by its own certificate's key.
        let response = std::str::from_utf8(statement.response()?)
            .map_err(|error| malformed("response", error.valid_up_to()))?;
        let whole = || malformed("response", 0);
        let (signed, signature) = response.rsplit_once('.').ok_or_else(whole)?;
        let (header, payload) = signed.split_once('.').ok_or_else(whole)?;
        let (header, payload) = (decode("header", header)?, decode("payload", payload)?);
        let signature = decode("signature", signature)?;
        let header: Header = read_json("header", &header)?;
        let payload: Payload = read_json("payload", &payload)?;
        let certificates = header
            .x5c
            .iter()
            .map(|text| BASE64.decode(text.as_bytes()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| malformed("x5c", error.position))?;
        let answer = Self { certificates };
        answer.check_signature(&header.alg, signed, &signature)?;
        // "Verify that the nonce attribute in the payload of response is identical to the Base64 encoding of the
        // SHA-256 hash of the concatenation of authenticatorData and clientDataHash."
        let nonce = BASE64.encode(&sha256(&subject.to_be_signed()));
        if payload.nonce != nonce {
            return Err(AttestationError::BindingMismatch {
                field: "the nonce (as text)",
                expected: Excerpt::of(nonce.as_bytes()),
                found: Excerpt::of(payload.nonce.as_bytes()),
            });
        }
        // "Verify that the ctsProfileMatch attribute in the payload of response is true."
        if !payload.cts_profile_match {
            return Err(AttestationError::SafetyNet(SafetyNetStep::Integrity));
        }
        // SafetyNet's own rules: the answer is from now.
        let age = at.unix_seconds() - payload.timestamp_ms.div_euclid(1000);
        if !(-MAX_AGE..=MAX_AGE).contains(&age) {
            let limit = MAX_AGE;
            return Err(AttestationError::SafetyNet(SafetyNetStep::Time {
                age,
                limit,
            }));
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
        let leaf = certificates.first().ok_or_else(|| count_error(0))?;
        leaf.verify_jws(algorithm, signed.as_bytes(), signature)
            .map_err(|_| AttestationError::SignatureInvalid)?;
        if !leaf.dns_names().any(|name| name == HOST) {
            let found = shorten(leaf.dns_names().next().unwrap_or_default());
            return Err(AttestationError::SafetyNet(SafetyNetStep::Hostname {
                expected: HOST,
                found,
            }));
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
