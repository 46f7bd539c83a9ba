//! AAGUID: the 128-bit name of an authenticator model (WebAuthn section 6.5.1).

mod providers;

/// An authenticator model's identifier. Without a verified attestation it is a claim of the client, good
/// for a display name and for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid(pub [u8; 16]);

/// A text that is not an AAGUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an AAGUID has the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, in hexadecimal digits")]
pub struct AaguidError;

impl Aaguid {
    /// The AAGUID of authenticators that do not say what they are.
    pub const ZERO: Self = Self([0; 16]);

    /// Parses the usual form of 32 hexadecimal digits, in either case, with four hyphens.
    ///
    /// # Errors
    /// If the text has any other form.
    pub fn parse(text: &str) -> Result<Self, AaguidError> {
        let text = text.as_bytes();
        let hyphens = [8, 13, 18, 23];
        if text.len() != 36 || !hyphens.iter().all(|&at| text.get(at) == Some(&b'-')) {
            return Err(AaguidError);
        }
        let mut digits = text
            .iter()
            .enumerate()
            .filter(|(at, _)| !hyphens.contains(at))
            .map(|(_, digit)| digit);
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            let mut nibble = || {
                digits
                    .next()
                    .and_then(|&digit| char::from(digit).to_digit(16))
                    .ok_or(AaguidError)
            };
            let value = nibble()? * 16 + nibble()?;
            *byte = u8::try_from(value).map_err(|_| AaguidError)?;
        }
        Ok(Self(bytes))
    }

    /// Whether the authenticator does not say what it is.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The provider's or model's usual name, from a small built-in table of widely known ones.
    #[must_use]
    pub fn provider_name(&self) -> Option<&'static str> {
        let number = u128::from_be_bytes(self.0);
        providers::PROVIDERS
            .iter()
            .find(|(aaguid, _)| *aaguid == number)
            .map(|(_, name)| *name)
    }
}

impl std::fmt::Display for Aaguid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        let text = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd";
        let aaguid = Aaguid::parse(text).unwrap();
        assert_eq!(aaguid.to_string(), text);
        assert_eq!(Aaguid::parse(&text.to_uppercase()), Ok(aaguid));
        assert_eq!(aaguid.provider_name(), Some("iCloud Keychain"));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "fbfc3007154e4ecc8c0b6e020557d7bd",
            "fbfc3007-154e-4ecc-8c0b-6e020557d7b",
            "fbfc3007-154e-4ecc-8c0b-6e020557d7bg",
            "+bfc3007-154e-4ecc-8c0b-6e020557d7bd",
            "fbfc3007-154e-4ecc-8c0b-6e020557d7é",
        ] {
            assert_eq!(Aaguid::parse(text), Err(AaguidError), "{text}");
        }
    }

    #[test]
    fn zero_has_no_name() {
        assert!(Aaguid::ZERO.is_zero());
        assert_eq!(Aaguid::ZERO.provider_name(), None);
    }

    #[test]
    fn the_table_has_no_aaguid_twice() {
        let mut numbers: Vec<_> = providers::PROVIDERS
            .iter()
            .map(|(number, _)| number)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), providers::PROVIDERS.len());
    }
}
