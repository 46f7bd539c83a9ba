//! Authenticator data (WebAuthn section 6.1): what is signed, byte by byte.

/// The flags byte, one field per bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// UP, bit 0: somebody was there.
    pub user_present: bool,
    /// UV, bit 2: it was the right one.
    pub user_verified: bool,
    /// BE, bit 3: the credential may be copied to other devices.
    pub backup_eligible: bool,
    /// BS, bit 4: it is backed up now.
    pub backed_up: bool,
}

/// The credential's part, present at registration only (section 6.5.1).
#[derive(Debug, Clone)]
pub struct AttestedCredentialData {
    /// The model of the authenticator.
    pub aaguid: [u8; 16],
    /// At most 1,023 bytes.
    pub credential_id: Vec<u8>,
    /// `COSE_Key`.
    pub public_key: Vec<u8>,
}

/// Authenticator data before it is encoded.
#[derive(Debug, Clone)]
pub struct AuthenticatorData {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// UP, UV, BE and BS; AT and ED follow from the other fields.
    pub flags: Flags,
    /// The signature counter; zero where the device keeps none.
    pub counter: u32,
    /// At registration.
    pub attested: Option<AttestedCredentialData>,
    /// A CBOR map, already encoded.
    pub extensions: Option<Vec<u8>>,
}

impl AuthenticatorData {
    /// The bytes, as they are signed. Credential ids over 65,535 bytes are cut in their length field.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(&self.rp_id_hash);
        out.push(self.flag_byte());
        out.extend_from_slice(&self.counter.to_be_bytes());
        if let Some(attested) = &self.attested {
            out.extend_from_slice(&attested.aaguid);
            let length = u16::try_from(attested.credential_id.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&attested.credential_id);
            out.extend_from_slice(&attested.public_key);
        }
        out.extend_from_slice(self.extensions.as_deref().unwrap_or_default());
        out
    }

    fn flag_byte(&self) -> u8 {
        u8::from(self.flags.user_present)
            | u8::from(self.flags.user_verified) << 2
            | u8::from(self.flags.backup_eligible) << 3
            | u8::from(self.flags.backed_up) << 4
            | u8::from(self.attested.is_some()) << 6
            | u8::from(self.extensions.is_some()) << 7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout() {
        let flags = Flags {
            user_present: true,
            user_verified: true,
            backup_eligible: true,
            backed_up: true,
        };
        let mut data = AuthenticatorData {
            rp_id_hash: [9; 32],
            flags,
            counter: 0x0102_0304,
            attested: None,
            extensions: None,
        };
        let bytes = data.encode();
        assert_eq!(bytes.len(), 37);
        assert_eq!(bytes[32], 0b0001_1101);
        assert_eq!(bytes[33..37], [1, 2, 3, 4]);
        data.attested = Some(AttestedCredentialData {
            aaguid: [5; 16],
            credential_id: vec![7; 3],
            public_key: vec![0xa0],
        });
        data.extensions = Some(vec![0xa0]);
        let bytes = data.encode();
        assert_eq!(bytes[32], 0b1101_1101);
        assert_eq!(bytes[37..53], [5; 16]);
        assert_eq!(bytes[53..], [0, 3, 7, 7, 7, 0xa0, 0xa0]);
    }
}
