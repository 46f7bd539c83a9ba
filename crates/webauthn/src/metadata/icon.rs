//! Icons: PNG in a data URI, taken apart and put together again from what draws the picture.
//!
//! Other forms are left out: SVG is a document with links and scripts, and the rest nobody sends. What is kept has
//! no text, no profile, no animation and no bytes that another reader could take for something else.

/// The longest icon kept, in bytes of PNG. Those of the service have 2 to 40 KiB.
pub const MAX_ICON: usize = 256 * 1024;

/// The greatest width and height, in pixels: a small file may unpack to a large picture.
const MAX_SIDE: u32 = 1024;

const PREFIX: &str = "data:image/png;base64,";
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads a data URI; `None` for everything that is not one sound PNG of moderate size.
#[must_use]
pub(crate) fn parse_icon(uri: &str) -> Option<Vec<u8>> {
    let encoded = uri.strip_prefix(PREFIX)?;
    if encoded.len() > MAX_ICON / 3 * 4 + 4 {
        return None;
    }
    rebuild(&super::decode_base64(encoded).ok()?)
}

/// The same picture, of its necessary chunks only, each with a right checksum.
fn rebuild(png: &[u8]) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(SIGNATURE)?;
    let mut out = SIGNATURE.to_vec();
    let (mut first, mut has_data) = (true, false);
    loop {
        let (chunk, after) = Chunk::read(rest)?;
        rest = after;
        if first != (chunk.kind == b"IHDR") {
            return None;
        }
        first = false;
        match chunk.kind {
            b"IHDR" => check_header(chunk.data)?,
            b"IDAT" => has_data = true,
            b"PLTE" | b"tRNS" => {}
            b"IEND" => {
                out.extend(chunk.whole);
                // What follows the end would be carried along unseen.
                return (rest.is_empty() && chunk.data.is_empty() && has_data).then_some(out);
            }
            // A critical chunk (upper case) that isn't known can't be left out.
            [first, ..] if first.is_ascii_uppercase() => return None,
            _ => continue,
        }
        out.extend(chunk.whole);
    }
}

/// IHDR: a size, and one of the forms that PNG has.
fn check_header(data: &[u8]) -> Option<()> {
    let header: &[u8; 13] = data.try_into().ok()?;
    let [
        w0,
        w1,
        w2,
        w3,
        h0,
        h1,
        h2,
        h3,
        depth,
        colour,
        compression,
        filter,
        interlace,
    ] = *header;
    let (width, height) = (
        u32::from_be_bytes([w0, w1, w2, w3]),
        u32::from_be_bytes([h0, h1, h2, h3]),
    );
    let sides = [width, height].iter().all(|s| (1..=MAX_SIDE).contains(s));
    let form = matches!(
        (colour, depth),
        (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16)
    );
    (sides && form && compression == 0 && filter == 0 && interlace <= 1).then_some(())
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, _) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (whole, rest) = bytes.split_at_checked(length.checked_add(12)?)?;
        let (covered, checksum) = whole.get(4..)?.split_last_chunk::<4>()?;
        let (kind, data) = covered.split_first_chunk::<4>()?;
        let sound = u32::from_be_bytes(*checksum) == crc32(covered)
            && kind.iter().all(u8::is_ascii_alphabetic);
        sound.then_some((Self { kind, data, whole }, rest))
    }
}

/// The checksum of PNG (ISO 3309). Bit by bit: icons are few and small.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let covered = [kind.as_slice(), data].concat();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length, covered.as_slice(), &crc32(&covered).to_be_bytes()].concat()
    }

    fn header(side: u32) -> Vec<u8> {
        let mut data = [side.to_be_bytes(), side.to_be_bytes()].concat();
        data.extend([8, 6, 0, 0, 0]);
        chunk(b"IHDR", &data)
    }

    fn png(parts: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE.to_vec(), parts.concat()].concat()
    }

    fn read(png: &[u8]) -> Option<Vec<u8>> {
        parse_icon(&format!("{PREFIX}{}", BASE64.encode(png)))
    }

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn only_what_draws_the_picture_is_kept() {
        let (data, end) = (chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""));
        let text = chunk(b"tEXt", b"Comment\0<script>");
        let plain = png(&[header(32), data.clone(), end.clone()]);
        let with_text = png(&[header(32), text, data, end]);
        assert_eq!(read(&plain), Some(plain.clone()));
        assert_eq!(read(&with_text), Some(plain));
    }

    #[test]
    fn everything_else_is_no_icon() {
        let (data, end) = (chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""));
        let good = png(&[header(32), data.clone(), end.clone()]);
        let mut flipped = good.clone();
        flipped[20] ^= 1;
        for (why, unfit) in [
            ("trailing", [good.clone(), b"<svg>".to_vec()].concat()),
            ("checksum", flipped),
            ("cut", good[..good.len() - 1].to_vec()),
            ("no data", png(&[header(32), end.clone()])),
            ("large", png(&[header(4096), data.clone(), end.clone()])),
            ("zero", png(&[header(0), data.clone(), end.clone()])),
            ("no header", png(&[data.clone(), end.clone()])),
            (
                "two headers",
                png(&[header(32), header(32), data.clone(), end.clone()]),
            ),
            (
                "critical",
                png(&[header(32), chunk(b"EVIL", b""), data, end]),
            ),
            ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
            ("empty", vec![]),
        ] {
            assert_eq!(read(&unfit), None, "{why}");
        }
        for uri in [
            "data:image/svg+xml;base64,PHN2Zy8+",
            "https://example.org/icon.png",
            "data:image/png;base64,%%%",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(parse_icon(uri), None, "{uri}");
        }
        let long = format!("{PREFIX}{}", "A".repeat(MAX_ICON * 2));
        assert_eq!(parse_icon(&long), None);
    }
}
