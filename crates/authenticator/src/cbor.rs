//! The few CBOR items that an authenticator writes (RFC 8949), in CTAP2's canonical form:
//! shortest heads, map keys in the order in which the caller writes them.

/// Writes a map of `entries` pairs; the caller writes the pairs next.
pub(crate) fn map(out: &mut Vec<u8>, entries: u64) {
    head(out, 5, entries);
}

/// Writes an integer of either sign.
pub(crate) fn int(out: &mut Vec<u8>, value: i64) {
    match u64::try_from(value) {
        Ok(value) => head(out, 0, value),
        // -1 - n in major type 1; `!value` is exactly that n.
        Err(_) => head(out, 1, (!value).unsigned_abs()),
    }
}

/// Writes a byte string.
pub(crate) fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    head(out, 2, value.len() as u64);
    out.extend_from_slice(value);
}

/// Writes a text string.
pub(crate) fn text(out: &mut Vec<u8>, value: &str) {
    head(out, 3, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

fn head(out: &mut Vec<u8>, major: u8, value: u64) {
    let major = major << 5;
    let wide = value.to_be_bytes();
    match value {
        0..=23 => out.push(major | wide[7]),
        24..=0xff => out.extend_from_slice(&[major | 24, wide[7]]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&wide[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&wide[4..]);
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&wide);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    /// Values of RFC 8949, appendix A.
    #[test]
    fn the_standards_examples() {
        assert_eq!(written(|out| int(out, 0)), [0x00]);
        assert_eq!(written(|out| int(out, 23)), [0x17]);
        assert_eq!(written(|out| int(out, 24)), [0x18, 0x18]);
        assert_eq!(written(|out| int(out, 1000)), [0x19, 0x03, 0xe8]);
        assert_eq!(
            written(|out| int(out, 1_000_000)),
            [0x1a, 0, 0x0f, 0x42, 0x40]
        );
        assert_eq!(
            written(|out| int(out, 1_000_000_000_000)),
            [0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0]
        );
        assert_eq!(written(|out| int(out, -1)), [0x20]);
        assert_eq!(written(|out| int(out, -100)), [0x38, 0x63]);
        assert_eq!(written(|out| int(out, -1000)), [0x39, 0x03, 0xe7]);
        assert_eq!(written(|out| bytes(out, &[1, 2, 3, 4])), [0x44, 1, 2, 3, 4]);
        assert_eq!(
            written(|out| text(out, "IETF")),
            [0x64, 0x49, 0x45, 0x54, 0x46]
        );
        assert_eq!(written(|out| map(out, 0)), [0xa0]);
    }
}
