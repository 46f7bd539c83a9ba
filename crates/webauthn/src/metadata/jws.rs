//! The blob's envelope: a JWS in compact form (RFC 7515 section 3.1), with a certificate chain in its header.
//!
//! The key comes from the chain and the chain from the header, so nothing here is trusted before
//! [`super::verify`] has led it to an anchor. What a header might name instead (`x5u`, `jku`, `jwk`, `kid`) is
//! refused or ignored: nothing is fetched because a document says so (security 31).

use super::MetadataError;
use crate::base64url;
use serde::Deserialize;

/// The most certificates in `x5c`; the service sends two or three.
pub const MAX_CHAIN: usize = 8;

/// The longest header, in characters of base64url.
const MAX_HEADER: usize = 128 * 1024;

/// The algorithms accepted, pinned: another name in a header changes nothing but the refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JwsAlgorithm {
    Rs256,
    Ps256,
    Es256,
}

impl JwsAlgorithm {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

/// A blob taken apart; nothing in it is verified.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) algorithm: JwsAlgorithm,
    /// DER, the signer's first.
    pub(super) chain: Vec<Vec<u8>>,
    /// What the signature covers: header and payload in base64url with the dot between.
    pub(super) signed: &'a [u8],
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Option<Vec<String>>,
    x5u: Option<serde::de::IgnoredAny>,
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, MetadataError> {
        // Files end in a line's end; inside, there is none.
        let text = text.trim_ascii();
        let text = str::from_utf8(text).map_err(|_| MetadataError::NotCompact)?;
        let (signed, signature) = text.rsplit_once('.').ok_or(MetadataError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(MetadataError::NotCompact)?;
        if payload.contains('.') {
            return Err(MetadataError::NotCompact);
        }
        if header.len() > MAX_HEADER {
            let (limit, found) = (MAX_HEADER, header.len());
            return Err(MetadataError::TooLong { limit, found });
        }
        let decode = |part, text: &str| {
            base64url::decode(text).map_err(|error| MetadataError::Base64 {
                part,
                offset: error.offset,
            })
        };
        let header = decode("header", header)?;
        let header: Header = serde_json::from_slice(&header)
            .map_err(|error| MetadataError::json("header", &error))?;
        let algorithm = header.check()?;
        Ok(Self {
            algorithm,
            chain: header.chain()?,
            signed: signed.as_bytes(),
            payload: decode("payload", payload)?,
            signature: decode("signature", signature)?,
        })
    }
}

impl Header {
    fn check(&self) -> Result<JwsAlgorithm, MetadataError> {
        if self.x5u.is_some() {
            return Err(MetadataError::X5uRefused);
        }
        // RFC 7515 section 4.1.11: who doesn't understand an extension must refuse; none is understood.
        if self.crit.is_some() {
            return Err(MetadataError::CriticalHeader);
        }
        JwsAlgorithm::from_word(&self.alg).ok_or_else(|| MetadataError::AlgorithmNotAllowed {
            found: self.alg.chars().take(16).collect(),
        })
    }

    /// `x5c` is base64, not base64url (RFC 7515 section 4.1.6).
    fn chain(&self) -> Result<Vec<Vec<u8>>, MetadataError> {
        let chain = self.x5c.as_deref().unwrap_or_default();
        if chain.is_empty() {
            return Err(MetadataError::NoCertificates);
        }
        if chain.len() > MAX_CHAIN {
            let (limit, found) = (MAX_CHAIN, chain.len());
            return Err(MetadataError::TooManyCertificates { limit, found });
        }
        let decode = |(position, text): (usize, &String)| {
            super::decode_base64(text)
                .map_err(|offset| MetadataError::CertificateBase64 { position, offset })
        };
        chain.iter().enumerate().map(decode).collect()
    }
}
