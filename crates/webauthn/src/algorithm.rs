//! Signature algorithms, by their numbers in the COSE registry.

/// A signature algorithm that this crate verifies.
///
/// The numbers are those of the IANA "COSE Algorithms" registry. Within WebAuthn (section 5.8.5)
/// the old elliptic-curve numbers mean one curve each, so that each value here binds hash *and* curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256 (-7).
    Es256,
    /// ECDSA with SHA-384 on P-384 (-35).
    Es384,
    /// ECDSA with SHA-512 on P-521 (-36).
    Es512,
    /// Ed25519 (-8).
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (-257).
    Rs256,
    /// RSASSA-PSS with SHA-256 (-37).
    Ps256,
    /// ML-DSA-44, RFC 9964 (-48).
    MlDsa44,
    /// ML-DSA-65, RFC 9964 (-49).
    MlDsa65,
    /// ML-DSA-87, RFC 9964 (-50).
    MlDsa87,
}

/// What is offered where no policy says otherwise: Ed25519, ES256, RS256, in this order.
pub const DEFAULT_ALGORITHMS: [Algorithm; 3] =
    [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// Ed448 (RFC 9864), refused by name: there is no released implementation to verify it with.
pub(crate) const ED448: i64 = -53;

impl Algorithm {
    /// Every algorithm that this crate verifies.
    pub const ALL: [Self; 9] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Rs256,
        Self::Ps256,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The number to offer in `pubKeyCredParams`.
    #[must_use]
    pub const fn cose_id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
            Self::Ps256 => -37,
            Self::MlDsa44 => -48,
            Self::MlDsa65 => -49,
            Self::MlDsa87 => -50,
        }
    }

    /// The algorithm with this number. The fully specified numbers of RFC 9864 (-9, -51, -52, -19) give
    /// the algorithms that they mean within WebAuthn; unknown numbers and Ed448 (-53) give `None`.
    #[must_use]
    pub const fn from_cose_id(id: i64) -> Option<Self> {
        Some(match id {
            -7 | -9 => Self::Es256,
            -35 | -51 => Self::Es384,
            -36 | -52 => Self::Es512,
            -8 | -19 => Self::EdDsa,
            -257 => Self::Rs256,
            -37 => Self::Ps256,
            -48 => Self::MlDsa44,
            -49 => Self::MlDsa65,
            -50 => Self::MlDsa87,
            _ => return None,
        })
    }

    /// The registry's name, such as `ES256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        for algorithm in Algorithm::ALL {
            assert_eq!(
                Algorithm::from_cose_id(algorithm.cose_id()),
                Some(algorithm)
            );
        }
    }

    #[test]
    fn fully_specified_numbers_mean_the_old_ones() {
        for (new, old) in [(-9, -7), (-51, -35), (-52, -36), (-19, -8)] {
            assert_eq!(
                Algorithm::from_cose_id(new).map(Algorithm::cose_id),
                Some(old)
            );
        }
        assert_eq!(Algorithm::from_cose_id(ED448), None);
        assert_eq!(Algorithm::from_cose_id(0), None);
    }
}
