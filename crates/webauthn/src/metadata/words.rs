//! Words of the FIDO registry of predefined values (2.3) and of the metadata service (3.1.1). A word that is not
//! in the table is kept as it stands: a new one must not make a whole blob unreadable.

use serde::Deserialize;

/// What stands where a word is expected: anything but a text reads as a word that nobody knows.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Word(String),
    Other(serde::de::IgnoredAny),
}

impl From<Loose> for String {
    fn from(loose: Loose) -> Self {
        match loose {
            Loose::Word(word) => word,
            Loose::Other(_) => Self::new(),
        }
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(from = "Loose")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A word that this version does not know, as it stands; empty where no text stands.
            Unknown(String),
        }

        impl $name {
            /// The word as the standard writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }

            /// Reads a word; never fails.
            #[must_use]
            pub fn from_word(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<Loose> for $name {
            fn from(loose: Loose) -> Self {
                Self::from_word(&String::from(loose))
            }
        }
    };
}

words! {
    /// AuthenticatorStatus (Metadata Service 3.1.1, section 3.1.4).
    AuthenticatorStatus {
        /// Not certified by FIDO.
        NotFidoCertified = "NOT_FIDO_CERTIFIED",
        /// The maker filled in the questionnaire; nobody checked it.
        SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED",
        /// Certified for function, by the programme before levels.
        FidoCertified = "FIDO_CERTIFIED",
        /// Certified at level 1.
        FidoCertifiedL1 = "FIDO_CERTIFIED_L1",
        /// Certified at level 1+.
        FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus",
        /// Certified at level 2.
        FidoCertifiedL2 = "FIDO_CERTIFIED_L2",
        /// Certified at level 2+.
        FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus",
        /// Certified at level 3.
        FidoCertifiedL3 = "FIDO_CERTIFIED_L3",
        /// Certified at level 3+.
        FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus",
        /// Certified under FIPS 140 at level 1.
        Fips140CertifiedL1 = "FIPS140_CERTIFIED_L1",
        /// Certified under FIPS 140 at level 2.
        Fips140CertifiedL2 = "FIPS140_CERTIFIED_L2",
        /// Certified under FIPS 140 at level 3.
        Fips140CertifiedL3 = "FIPS140_CERTIFIED_L3",
        /// Certified under FIPS 140 at level 4.
        Fips140CertifiedL4 = "FIPS140_CERTIFIED_L4",
        /// User verification can be got around.
        UserVerificationBypass = "USER_VERIFICATION_BYPASS",
        /// An attestation key is known to others.
        AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE",
        /// Passkeys can be taken from afar.
        UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE",
        /// Passkeys can be taken from somebody's hands.
        UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE",
        /// There is newer firmware, often because of a weakness.
        UpdateAvailable = "UPDATE_AVAILABLE",
        /// The maker supports it no longer.
        Retired = "RETIRED",
        /// The FIDO Alliance says that it is not to be trusted.
        Revoked = "REVOKED",
    }
}

words! {
    /// Key protection types (Registry 2.3, section 3.2).
    KeyProtection {
        /// In software.
        Software = "software",
        /// In hardware.
        Hardware = "hardware",
        /// In a trusted execution environment.
        Tee = "tee",
        /// In a secure element.
        SecureElement = "secure_element",
        /// Wrapped, outside the authenticator.
        RemoteHandle = "remote_handle",
    }
}

words! {
    /// Attachment hints (Registry 2.3, section 3.4).
    AttachmentHint {
        /// Built into the device.
        Internal = "internal",
        /// Apart from the device.
        External = "external",
        /// By wire, such as USB.
        Wired = "wired",
        /// Without wire.
        Wireless = "wireless",
        /// By NFC.
        Nfc = "nfc",
        /// By Bluetooth.
        Bluetooth = "bluetooth",
        /// Over a network.
        Network = "network",
        /// An external authenticator that is ready.
        Ready = "ready",
        /// By Wi-Fi Direct.
        WifiDirect = "wifi_direct",
    }
}

words! {
    /// User verification methods (Registry 2.3, section 3.1).
    UserVerificationMethod {
        /// Presence only.
        PresenceInternal = "presence_internal",
        /// A fingerprint.
        FingerprintInternal = "fingerprint_internal",
        /// A code, entered on the authenticator.
        PasscodeInternal = "passcode_internal",
        /// A voice.
        VoiceprintInternal = "voiceprint_internal",
        /// A face.
        FaceprintInternal = "faceprint_internal",
        /// A place.
        LocationInternal = "location_internal",
        /// An eye.
        EyeprintInternal = "eyeprint_internal",
        /// A drawn pattern.
        PatternInternal = "pattern_internal",
        /// A hand.
        HandprintInternal = "handprint_internal",
        /// A code, entered on the device.
        PasscodeExternal = "passcode_external",
        /// A pattern, drawn on the device.
        PatternExternal = "pattern_external",
        /// None.
        None = "none",
        /// All of the others.
        All = "all",
    }
}

words! {
    /// Attestation types (Registry 2.3, section 3.6.3).
    AttestationTypeWord {
        /// A certificate of a batch.
        BasicFull = "basic_full",
        /// Self attestation.
        BasicSurrogate = "basic_surrogate",
        /// ECDAA, which is gone.
        Ecdaa = "ecdaa",
        /// By an attestation authority.
        AttCa = "attca",
        /// By an anonymisation authority.
        AnonCa = "anonca",
        /// None.
        None = "none",
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthenticatorStatus, KeyProtection};

    #[test]
    fn unknown_words_are_kept_and_known_ones_come_back() {
        let read = |json: &str| serde_json::from_str::<Vec<KeyProtection>>(json).unwrap();
        let found = read(r#"["tee", "enclave", 8, {"a": 1}]"#);
        let words: Vec<_> = found.iter().map(KeyProtection::as_str).collect();
        assert_eq!(words, ["tee", "enclave", "", ""]);
        assert_eq!(found[0], KeyProtection::Tee);
        let status = AuthenticatorStatus::from_word("FIDO_CERTIFIED_L3plus");
        assert_eq!(status, AuthenticatorStatus::FidoCertifiedL3Plus);
        assert_eq!(status.as_str(), "FIDO_CERTIFIED_L3plus");
    }
}
