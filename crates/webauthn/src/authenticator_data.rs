//! Authenticator data (WebAuthn section 6.1): the bytes that the authenticator signs.

use crate::aaguid::Aaguid;
use crate::cbor::{CborError, CborErrorKind, Key, Kind, Reader};
use crate::error::{ParseError, Part};
use crate::extensions::AuthenticatorOutputs;

/// Authenticator data, borrowed from the bytes it was read from.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: &'a [u8; 32],
    /// The flags.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// The credential, where the flag AT is set.
    pub attested_credential: Option<AttestedCredentialData<'a>>,
    /// The extension outputs, where the flag ED is set: one CBOR map with text keys, checked as far as that.
    pub extensions: Option<&'a [u8]>,
}

/// Attested credential data (section 6.5.1).
#[derive(Debug, Clone, Copy)]
pub struct AttestedCredentialData<'a> {
    /// The authenticator's model, zero where it does not say.
    pub aaguid: Aaguid,
    /// 1 to 1,023 bytes.
    pub credential_id: &'a [u8],
    /// One CBOR item; [`PublicKey::parse`](crate::PublicKey::parse) judges it.
    pub public_key: &'a [u8],
}

/// The flags byte. Reserved bits are tolerated, as section 6.1 leaves them to the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// UP: the user was present.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// UV: the user was verified.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// BE: the credential may be backed up ("synced").
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// BS: the credential is backed up.
    #[must_use]
    pub const fn backup_state(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// AT: attested credential data follows.
    #[must_use]
    pub const fn attested_credential_data(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// ED: extension outputs follow.
    #[must_use]
    pub const fn extension_data(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Takes fields off the front.
struct Fields<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self, field: &'static str) -> Result<&'a [u8; N], ParseError> {
        let rest = self.rest();
        let taken = rest
            .first_chunk::<N>()
            .ok_or_else(|| self.truncated(field))?;
        self.offset += N;
        Ok(taken)
    }

    fn take_slice(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], ParseError> {
        let taken = self
            .rest()
            .get(..length)
            .ok_or_else(|| self.truncated(field))?;
        self.offset += length;
        Ok(taken)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// Takes one CBOR item; `read` must leave the reader behind it.
    fn take_cbor(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Result<(), CborError>,
    ) -> Result<&'a [u8], ParseError> {
        let rest = self.rest();
        let mut reader = Reader::new(rest);
        read(&mut reader).map_err(|error| ParseError::Cbor {
            part: Part::AuthenticatorData,
            source: CborError {
                offset: self.offset + error.offset,
                kind: error.kind,
            },
        })?;
        let length = reader.position();
        self.offset += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn truncated(&self, field: &'static str) -> ParseError {
        ParseError::AuthenticatorDataTruncated {
            field,
            found: self.bytes.len(),
        }
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Parses authenticator data.
    ///
    /// # Errors
    /// If a part that the flags announce is cut off, if bytes follow the last one, if the credential id
    /// does not have 1 to 1,023 bytes, or if the CBOR inside is refused.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut fields = Fields { bytes, offset: 0 };
        let rp_id_hash = fields.take::<32>("rpIdHash")?;
        let flags = Flags(fields.take::<1>("flags")?[0]);
        let sign_count = u32::from_be_bytes(*fields.take("signCount")?);
        let attested_credential = flags
            .attested_credential_data()
            .then(|| AttestedCredentialData::take(&mut fields))
            .transpose()?;
        let extensions = flags
            .extension_data()
            .then(|| fields.take_cbor(skip_extensions))
            .transpose()?;
        if fields.offset != bytes.len() {
            return Err(ParseError::AuthenticatorDataTrailingBytes {
                offset: fields.offset,
            });
        }
        Ok(Self {
            rp_id_hash,
            flags,
            sign_count,
            attested_credential,
            extensions,
        })
    }

    /// What this crate understands of the extension outputs.
    #[must_use]
    pub fn extension_outputs(&self) -> AuthenticatorOutputs<'a> {
        AuthenticatorOutputs::read(self.extensions)
    }
}

fn skip_extensions(reader: &mut Reader<'_>) -> Result<(), CborError> {
    reader.map(|key, value| match key {
        Key::Text(_) => value.skip(),
        Key::Int(_) => Err(value.error(CborErrorKind::WrongType {
            expected: Kind::Text,
            found: Kind::Integer,
        })),
    })
}

impl<'a> AttestedCredentialData<'a> {
    fn take(fields: &mut Fields<'a>) -> Result<Self, ParseError> {
        let aaguid = Aaguid(*fields.take("aaguid")?);
        let length = usize::from(u16::from_be_bytes(*fields.take("credentialIdLength")?));
        if !(1..=1023).contains(&length) {
            return Err(ParseError::CredentialIdLength { found: length });
        }
        let credential_id = fields.take_slice(length, "credentialId")?;
        let public_key = fields.take_cbor(Reader::skip)?;
        Ok(Self {
            aaguid,
            credential_id,
            public_key,
        })
    }
}
