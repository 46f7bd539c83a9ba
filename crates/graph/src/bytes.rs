//! Byte fields: any spelling of base64 is read, unpadded base64url is written (Graph's clients use them all).

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

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

/// Unpadded base64url.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

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
}
