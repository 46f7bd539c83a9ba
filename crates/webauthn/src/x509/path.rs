//! Path validation: RFC 5280 section 6, as far as attestations and metadata need it.
//!
//! The certificates are taken in the order in which they were sent, the leaf first, each certified by the
//! next. At every link the anchors are asked first, by the issuer's name *and* key, so that a chain ends
//! wherever an anchor stands: at a root that was sent or was not, at a root that another root cross-signed,
//! or at the leaf itself. What was sent never becomes an anchor. The work is bounded: one walk upwards, and
//! at most [`MAX_SIGNATURES`] verifications.

use super::anchor::Anchor;
use super::certificate::Certificate;
use super::error::{PathError, PathRule, Place};
use super::oid;
use super::revocation::Revocation;
use super::signature::{Spki, Unverified};
use super::time::Time;

/// Most certificates in one chain, the anchor not counted.
pub const MAX_CERTIFICATES: usize = 8;
/// Most signatures that are verified for one chain.
pub const MAX_SIGNATURES: usize = 16;

/// keyUsage bits (RFC 5280 section 4.2.1.3), bit 0 uppermost.
const DIGITAL_SIGNATURE: u16 = 1 << 15;
const KEY_CERT_SIGN: u16 = 1 << 10;
pub(crate) const CRL_SIGN: u16 = 1 << 9;

/// What the leaf is used for. It decides about extended key usages, critical extensions and SHA-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Usage {
    /// Signs `packed`, `fido-u2f` or `apple` statements.
    Attestation,
    /// Certifies a key in Android's keystore. What else its extensions say is the format's concern.
    AndroidKey,
    /// An attestation identity key of a TPM: needs the purpose tcg-kp-AIKCertificate, may have a critical
    /// subjectAltName, and its chain may be signed with RSA and SHA-1, as old TPMs' are.
    TpmAttestationKey,
    /// Signs a metadata blob, or Android's SafetyNet answers. If it names purposes, serverAuth is one.
    BlobSigner,
}

impl Usage {
    const fn allows_sha1(self) -> bool {
        matches!(self, Self::TpmAttestationKey)
    }

    const fn allows_critical_names(self) -> bool {
        matches!(self, Self::TpmAttestationKey)
    }

    /// Whether the purposes of this certificate, leaf or authority, allow the usage.
    fn check(self, certificate: &Certificate<'_>, is_leaf: bool) -> Result<(), PathRule> {
        let extensions = certificate.extensions();
        let wanted = match self {
            // Sections 8.2.1, 8.4.1, 8.6 and 8.8 ask for no purpose, and makers' certificates have any or none.
            Self::Attestation | Self::AndroidKey => return Ok(()),
            Self::TpmAttestationKey => oid::TCG_AIK_CERTIFICATE,
            Self::BlobSigner => oid::SERVER_AUTH,
        };
        let allowed = match extensions.allows_extended(wanted) {
            // Section 8.3.1: an AIK certificate must have the purpose. Others may leave purposes out.
            None => !(is_leaf && self == Self::TpmAttestationKey),
            Some(true) => true,
            Some(false) => {
                !is_leaf && extensions.allows_extended(oid::ANY_EXTENDED_KEY_USAGE) == Some(true)
            }
        };
        if allowed {
            return Ok(());
        }
        Err(PathRule::ExtendedKeyUsage {
            expected: oid::Oid::of(wanted),
            found: extensions.first_purpose().map(oid::Oid::of),
        })
    }
}

/// What [`validate`] is asked.
#[derive(Debug, Clone, Copy)]
pub struct PathInput<'a> {
    /// The certificates as they were sent, the leaf first.
    pub certificates: &'a [Certificate<'a>],
    /// The anchors that are believed for this leaf.
    pub anchors: &'a [&'a Anchor],
    /// What the leaf is used for.
    pub usage: Usage,
    /// When every certificate of the chain, the anchor included, must be valid: for an attestation the time
    /// of registration (security 32).
    pub at: Time,
    /// What is known about revocation now.
    pub revocation: Revocation<'a>,
}

/// A chain that [`validate`] accepted; nothing else makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    anchor: [u8; 32],
    anchor_key: [u8; 32],
    certificates: Vec<[u8; 32]>,
}

impl Chain {
    /// SHA-256 of the anchor's certificate.
    #[must_use]
    pub fn anchor(&self) -> [u8; 32] {
        self.anchor
    }

    /// The anchor's [`Certificate::key_fingerprint`].
    #[must_use]
    pub fn anchor_key(&self) -> [u8; 32] {
        self.anchor_key
    }

    /// SHA-256 of each certificate below the anchor, the leaf first. Empty if the leaf is the anchor.
    #[must_use]
    pub fn certificates(&self) -> &[[u8; 32]] {
        &self.certificates
    }
}

/// Leads the first certificate to one of the anchors.
///
/// # Errors
/// The certificate and the rule that refuse. Where several anchors have the right name and key, the last
/// of their refusals.
pub fn validate(input: &PathInput<'_>) -> Result<Chain, PathError> {
    let leaf = input
        .certificates
        .first()
        .ok_or_else(|| refuse(0, PathRule::Empty))?;
    if input.certificates.len() > MAX_CERTIFICATES {
        let limit = MAX_CERTIFICATES;
        return Err(refuse(limit, PathRule::TooLong { limit }));
    }
    check_leaf(leaf, input)?;
    let mut walk = Walk {
        input,
        signatures: 0,
    };
    // A metadata statement may list the attestation certificate itself: then exactly that one is believed.
    if let Some(anchor) = input.anchors.iter().find(|it| it.der() == leaf.der()) {
        return Ok(walk.end(0, anchor));
    }
    for (position, certificate) in input.certificates.iter().enumerate() {
        if let Some(anchor) = walk.find_anchor(position, certificate)? {
            return Ok(walk.end(position + 1, anchor));
        }
        walk.climb(position, certificate)?;
    }
    // `climb` refuses where no certificate follows.
    Err(refuse(input.certificates.len() - 1, PathRule::NoAnchor))
}

const fn refuse(position: usize, rule: PathRule) -> PathError {
    PathError {
        place: Place::Sent(position),
        rule,
    }
}

struct Walk<'w, 'a> {
    input: &'w PathInput<'a>,
    signatures: usize,
}

impl<'a> Walk<'_, 'a> {
    /// The anchor that issued this certificate: of its issuer's name, and with the key that signed it.
    fn find_anchor(
        &mut self,
        position: usize,
        certificate: &Certificate<'_>,
    ) -> Result<Option<&'a Anchor>, PathError> {
        let mut refusal = None;
        for anchor in self.input.anchors {
            if anchor.subject() != certificate.issuer() {
                continue;
            }
            let Some(issuer) = anchor.certificate() else {
                continue;
            };
            // Another key under the same name is another authority: go on searching.
            match self.verify(position, certificate, issuer.spki())? {
                Ok(()) => {}
                Err(_) => continue,
            }
            let checked = self
                .check_authority(&issuer, position, Place::Anchor)
                .map_err(|rule| PathError {
                    place: Place::Anchor,
                    rule,
                })
                .and_then(|()| self.check_revocation(position, certificate, &issuer));
            match checked {
                Ok(()) => return Ok(Some(anchor)),
                Err(error) => refusal = Some(error),
            }
        }
        refusal.map_or(Ok(None), Err)
    }

    /// Checks that the next certificate issued this one.
    fn climb(&mut self, position: usize, certificate: &Certificate<'_>) -> Result<(), PathError> {
        let Some(issuer) = self.input.certificates.get(position + 1) else {
            return Err(refuse(position, PathRule::NoAnchor));
        };
        // RFC 5280 section 6.1.3 step (a)(4).
        if issuer.subject_name() != certificate.issuer_name() {
            return Err(refuse(position, PathRule::NameChaining));
        }
        self.check_authority(issuer, position, Place::Sent(position + 1))
            .map_err(|rule| refuse(position + 1, rule))?;
        // Step (a)(1).
        self.verify(position, certificate, issuer.spki())?
            .map_err(|unverified| {
                let rule = match unverified {
                    Unverified::Unsupported => PathRule::Algorithm,
                    Unverified::Invalid => PathRule::Signature,
                };
                refuse(position, rule)
            })?;
        self.check_revocation(position, certificate, issuer)
    }

    fn verify(
        &mut self,
        position: usize,
        certificate: &Certificate<'_>,
        key: Spki<'_>,
    ) -> Result<Result<(), Unverified>, PathError> {
        let (signed, scheme, signature) = certificate.signed();
        let scheme = scheme
            .filter(|scheme| !scheme.uses_sha1() || self.input.usage.allows_sha1())
            .ok_or_else(|| refuse(position, PathRule::Algorithm))?;
        if self.signatures == MAX_SIGNATURES {
            return Err(refuse(position, PathRule::TooManySignatures));
        }
        self.signatures += 1;
        Ok(key.verify(scheme, signed, signature))
    }

    /// What an issuer must be, sent or anchor. `below` is the position of what it issued.
    fn check_authority(
        &self,
        issuer: &Certificate<'_>,
        below: usize,
        place: Place,
    ) -> Result<(), PathRule> {
        let extensions = issuer.extensions();
        check_certificate(issuer, self.input, false)?;
        // RFC 5280 section 6.1.4 step (k). Version 1 has no extensions: such a root may be an anchor, and
        // nothing else may issue, a self-issued one that was sent included.
        let old_root = place == Place::Anchor && issuer.version() == 0 && issuer.is_self_issued();
        match extensions.basic_constraints {
            Some(constraints) if constraints.ca => {
                // Step (m): certificates that are self-issued don't count.
                let intermediates = self
                    .input
                    .certificates
                    .iter()
                    .take(below + 1)
                    .skip(1)
                    .filter(|certificate| !certificate.is_self_issued())
                    .count();
                let found = intermediates as u64;
                if let Some(limit) = constraints.path_length.filter(|limit| found > *limit) {
                    return Err(PathRule::PathLength { limit, found });
                }
            }
            None if old_root => {}
            _ => return Err(PathRule::NotAuthority),
        }
        // Step (n).
        match extensions.key_usage {
            Some(found) if found & KEY_CERT_SIGN == 0 => {
                let expected = "keyCertSign";
                Err(PathRule::KeyUsage { expected, found })
            }
            _ => Ok(()),
        }
    }

    fn check_revocation(
        &self,
        position: usize,
        certificate: &Certificate<'_>,
        issuer: &Certificate<'_>,
    ) -> Result<(), PathError> {
        self.input
            .revocation
            .check(certificate, issuer)
            .map_err(|rule| refuse(position, rule))
    }

    fn end(&self, count: usize, anchor: &Anchor) -> Chain {
        Chain {
            anchor: anchor.thumbprint(),
            anchor_key: anchor.key_fingerprint(),
            certificates: self
                .input
                .certificates
                .iter()
                .take(count)
                .map(Certificate::thumbprint)
                .collect(),
        }
    }
}

fn check_leaf(leaf: &Certificate<'_>, input: &PathInput<'_>) -> Result<(), PathError> {
    check_certificate(leaf, input, true).map_err(|rule| refuse(0, rule))?;
    // A leaf signs statements: a key that may not is not an attestation key.
    match leaf.extensions().key_usage {
        Some(found) if found & DIGITAL_SIGNATURE == 0 && input.usage != Usage::AndroidKey => {
            let expected = "digitalSignature";
            Err(refuse(0, PathRule::KeyUsage { expected, found }))
        }
        _ => Ok(()),
    }
}

/// What holds for every certificate of a chain.
fn check_certificate(
    certificate: &Certificate<'_>,
    input: &PathInput<'_>,
    is_leaf: bool,
) -> Result<(), PathRule> {
    // RFC 5280 section 6.1.3 step (a)(2).
    let (at, not_before, not_after) = (input.at, certificate.not_before(), certificate.not_after());
    if at < not_before {
        return Err(PathRule::NotYetValid { not_before, at });
    }
    if at > not_after {
        return Err(PathRule::Expired { not_after, at });
    }
    let extensions = certificate.extensions();
    // Step (b) of section 6.1.4 and (o): what constrains and is not evaluated here refuses.
    if extensions.has_name_constraints {
        return Err(PathRule::NameConstraints);
    }
    let names = (extensions.critical_alternative_names && !input.usage.allows_critical_names())
        .then_some(oid::SUBJECT_ALT_NAME);
    if let Some(unknown) = extensions.unknown_critical.or(names) {
        let found = oid::Oid::of(unknown);
        return Err(PathRule::CriticalExtension { found });
    }
    input.usage.check(certificate, is_leaf)
}
