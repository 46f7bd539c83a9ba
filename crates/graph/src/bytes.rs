//! Byte fields: any spelling of base64 is read. What WebAuthn made is written in unpadded base64url, the schema's bytes in padded base64.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};

/// Reads base64 or base64url, padded or not. `None` for anything else, and for a mixture of both alphabets.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    if text.len() - bare.len() > 2 {
        return None;
    }
    let encoding = if bare.contains(['+', '/']) {
        BASE64_NOPAD
    } else {
        BASE64URL_NOPAD
    };
    encoding.decode(bare.as_bytes()).ok()
}

/// What a text may stand for, likeliest first: as [`decode`] reads it, or without a last digit that counts the stripped
/// `=` as .NET's tokens have it. Empty when it is neither. More than one where both are well formed: then the bytes
/// have to tell.
#[must_use]
pub fn readings(text: &str) -> Vec<Vec<u8>> {
    let stripped = ["0", "1", "2"].into_iter().enumerate();
    let counted = stripped.filter_map(|(padding, digit)| {
        let bare = text.strip_suffix(digit)?;
        let fits = (bare.len() + padding).is_multiple_of(4) && !bare.is_empty();
        fits.then(|| decode(bare)).flatten()
    });
    decode(text).into_iter().chain(counted).collect()
}

/// Padded base64 of the standard alphabet, as Graph writes `Edm.Binary`, and its beta ids of credentials in options.
#[must_use]
pub fn encode_standard(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Unpadded base64url.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, encode_standard, readings};

    #[test]
    fn every_spelling_is_read() {
        let bytes = vec![0xfb, 0xff, 0xfe, 0x01];
        for text in ["-__-AQ", "-__-AQ==", "+//+AQ", "+//+AQ=="] {
            assert_eq!(decode(text), Some(bytes.clone()), "{text}");
        }
        assert_eq!(encode(&bytes), "-__-AQ");
        for unfit in ["-_/+AQ", "A", "AQ===", "A Q", "AB", "é"] {
            assert_eq!(decode(unfit), None, "{unfit}");
        }
    }

    /// Every length modulo 3, in every spelling that clients were seen to send.
    #[test]
    fn a_counted_padding_is_read_as_well() {
        for length in 1..40_u8 {
            let bytes: Vec<u8> = (0..length).map(|at| at.wrapping_mul(0x9d) ^ 0xf3).collect();
            let (bare, padded) = (encode(&bytes), encode_standard(&bytes));
            let count = padded.bytes().filter(|byte| *byte == b'=').count();
            assert_eq!(readings(&bare).first(), Some(&bytes), "{bare}");
            assert_eq!(readings(&padded).first(), Some(&bytes), "{padded}");
            let counted = format!("{bare}{count}");
            assert!(readings(&counted).contains(&bytes), "{counted}");
            assert!(readings(&counted).len() <= 2);
        }
        for unfit in ["", "0", "A*", "AAAA3", "\u{661}"] {
            let read = readings(unfit);
            assert!(read.iter().all(Vec::is_empty), "{unfit}: {read:?}");
        }
    }
}
