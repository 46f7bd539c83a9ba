//! base64url without padding (RFC 4648 section 5), as WebAuthn's JSON speaks it.
//!
//! The alphabet is strict: padding, white space, the `+/` alphabet and non-zero trailing bits are
//! refused, so that every byte string has exactly one text and texts can be compared.

use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use data_encoding::BASE64URL_NOPAD;

/// A text that is not base64url. Carries only the offset of the first offending character, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding (at character {offset})")]
pub struct Base64UrlError {
    /// Offset in bytes into the text.
    pub offset: usize,
}

/// Encodes bytes. Never fails.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Gives `use_text` the text of `bytes`, kept on the stack where it is short.
pub(crate) fn with_text<R>(bytes: &[u8], use_text: impl FnOnce(&[u8]) -> R) -> R {
    const SHORT: usize = 64;
    if bytes.len() > SHORT {
        return use_text(encode(bytes).as_bytes());
    }
    let mut place = [0; SHORT.div_ceil(3) * 4];
    use_text(URL_SAFE_NO_PAD.encode(bytes, place.as_mut_slice().as_out()))
}

/// Decodes a text to bytes.
///
/// # Errors
/// If the text has padding, a character outside the alphabet, an impossible length, or bits set
/// behind the last whole byte.
pub fn decode(text: &str) -> Result<Vec<u8>, Base64UrlError> {
    decode_bytes(text.as_bytes())
}

/// The same for a text that need not be UTF-8.
pub(crate) fn decode_bytes(text: &[u8]) -> Result<Vec<u8>, Base64UrlError> {
    URL_SAFE_NO_PAD
        .decode_to_vec(text)
        .or_else(|_| decode_with_offset(text))
}

/// The same, to the end of `bytes`.
pub(crate) fn decode_append(text: &[u8], bytes: &mut Vec<u8>) -> Result<(), Base64UrlError> {
    let length = bytes.len();
    if URL_SAFE_NO_PAD.decode_append(text, bytes).is_err() {
        bytes.truncate(length);
        bytes.extend(decode_with_offset(text)?);
    }
    Ok(())
}

/// Says where the fault is.
fn decode_with_offset(text: &[u8]) -> Result<Vec<u8>, Base64UrlError> {
    BASE64URL_NOPAD
        .decode(text)
        .map_err(|error| Base64UrlError {
            offset: error.position,
        })
}

/// For `#[serde(serialize_with)]`: a byte string as base64url.
pub(crate) fn serialize<S: serde::Serializer>(
    bytes: &[u8],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encode(bytes))
}

/// For `#[serde(serialize_with)]`: a byte string that may be absent.
pub(crate) fn serialize_option<S: serde::Serializer>(
    bytes: &Option<Vec<u8>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => serialize(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

/// For `#[serde(serialize_with)]`: a list of byte strings as base64url.
pub(crate) fn serialize_list<S: serde::Serializer>(
    list: &[Vec<u8>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(|bytes| encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", &[0xfb, 0xff, 0xfe]] {
            assert_eq!(decode(&encode(bytes)).unwrap(), bytes);
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn short_and_long_texts_are_lent_alike() {
        for length in 0..200 {
            let bytes = vec![0xfb; length];
            with_text(&bytes, |text| assert_eq!(text, encode(&bytes).as_bytes()));
        }
    }

    #[test]
    fn refuses_everything_but_the_one_text() {
        for text in ["Zg==", "Zh", "Z", "Zm9v ", "Zm9v\n", "+/8", "Zm9vé", "Zm=v"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn both_decoders_take_the_same_texts() {
        let same = |text: &str| {
            let (one, other) = (
                URL_SAFE_NO_PAD.decode_to_vec(text).ok(),
                BASE64URL_NOPAD.decode(text.as_bytes()).ok(),
            );
            assert_eq!(one, other, "{text:?}");
            let mut appended = vec![7];
            let is_decoded = decode_append(text.as_bytes(), &mut appended).is_ok();
            assert_eq!(is_decoded.then(|| appended.split_off(1)), other, "{text:?}");
            assert_eq!(appended, [7]);
        };
        // Every short end behind nothing, and behind enough for vector instructions.
        let ends = (0_u8..128).flat_map(|a| (0_u8..128).map(move |b| [a, b].map(char::from)));
        for end in ends {
            for before in [0, 1, 2, 30, 64, 95] {
                let mut text = "Zm9v".repeat(24)[..before].to_owned();
                text.extend(end);
                same(&text);
            }
        }
        let good = "-_09azAZ".repeat(16);
        for at in 0..good.len() {
            for wrong in ['+', '/', '=', ' ', '\0', '\u{7f}'] {
                let mut text = good.clone();
                text.replace_range(at..=at, wrong.encode_utf8(&mut [0; 4]));
                same(&text);
            }
        }
    }
}
