//! GUIDs as Graph writes them: 36 characters, lower case, four hyphens.

use std::fmt;

use serde::{Serialize, Serializer};

/// Sixteen bytes in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Guid(pub [u8; 16]);

const HYPHENS: [usize; 4] = [8, 13, 18, 23];

impl Guid {
    /// Reads the one form with hyphens, in either case; `None` for anything else (braces, no hyphens, spaces).
    #[must_use]
    pub fn parse(text: &str) -> Option<Guid> {
        let text = text.as_bytes();
        if text.len() != 36 || HYPHENS.iter().any(|&at| text.get(at) != Some(&b'-')) {
            return None;
        }
        let digits: Vec<u8> = (0..36)
            .filter(|at| !HYPHENS.contains(at))
            .map(|at| char::from(*text.get(at)?).to_digit(16))
            .map(|digit| digit.and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            if let [high, low] = pair {
                *byte = high << 4 | low;
            }
        }
        Some(Guid(bytes))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if [4, 6, 8, 10].contains(&index) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Serialize for Guid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn only_the_form_with_hyphens_is_read() {
        let text = "62e90394-69f5-4237-9190-012177145e10";
        let guid = Guid::parse(text).unwrap();
        assert_eq!(guid.to_string(), text);
        assert_eq!(Guid::parse(&text.to_uppercase()), Some(guid));
        for unfit in [
            "",
            "62e9039469f542379190012177145e10",
            "{62e90394-69f5-4237-9190-012177145e10}",
            "62e90394-69f5-4237-9190-012177145e1",
            "62e90394-69f5-4237-9190-012177145e1g",
            "62e90394+69f5-4237-9190-012177145e10",
            "62e90394-69f5-4237-9190-0121771é5e10",
        ] {
            assert_eq!(Guid::parse(unfit), None, "{unfit}");
        }
    }
}
