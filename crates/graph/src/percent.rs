//! Percent-decoding, exactly once (RFC 3986, 2.1).

/// Decodes a path's segment. `None` for a broken escape, for what is no UTF-8 afterwards, and for control characters.
pub(crate) fn decode_segment(text: &str) -> Option<String> {
    decode(text, false)
}

/// Decodes a name or value of a query, in which `+` is a space.
pub(crate) fn decode_query(text: &str) -> Option<String> {
    decode(text, true)
}

fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        decoded.push(match first {
            b'%' => {
                let (escape, after) = rest.split_at_checked(2)?;
                rest = after;
                digit(escape.first())? << 4 | digit(escape.get(1))?
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    let decoded = String::from_utf8(decoded).ok()?;
    (!decoded.chars().any(char::is_control)).then_some(decoded)
}

fn digit(byte: Option<&u8>) -> Option<u8> {
    let digit = char::from(*byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Encodes a value for a query or a segment: everything but unreserved characters (RFC 3986, 2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                    encoded.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{decode_query, decode_segment, encode};
    use proptest::prelude::*;

    #[test]
    fn decoding_happens_once() {
        assert_eq!(decode_segment("a%2520b").as_deref(), Some("a%20b"));
        assert_eq!(decode_segment("a+b").as_deref(), Some("a+b"));
        assert_eq!(decode_query("a+b%2B").as_deref(), Some("a b+"));
        for unfit in ["%", "%2", "%zz", "%ff", "%00", "a%0Ab"] {
            assert_eq!(decode_segment(unfit), None, "{unfit}");
        }
    }

    proptest! {
        #[test]
        fn encoded_text_comes_back(text in "[^\\p{Cc}]{0,30}") {
            prop_assert_eq!(decode_segment(&encode(&text)), Some(text.clone()));
            prop_assert_eq!(decode_query(&encode(&text)), Some(text));
        }
    }
}
