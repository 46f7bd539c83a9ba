//! From a file to pixels: the header first, and nothing more of what is too large.

use std::io::Cursor;

use png::{ColorType, Limits, Transformations};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::picture::Picture;
use crate::{MAX_SIDE, Unfit};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
/// What the decoder of PNG may take for rows and chunks, in bytes; the pixels are ours.
const PNG_MEMORY: usize = 8 * 1024 * 1024;
/// A progressive JPEG comes in about ten passes; each is over the whole picture, however few bytes it has.
const MAX_SCANS: usize = 32;

pub(crate) fn decode(file: &[u8]) -> Result<Picture, Unfit> {
    if file.starts_with(PNG) {
        decode_png(file)
    } else if file.starts_with(JPEG) {
        decode_jpeg(file)
    } else {
        Err(Unfit::Kind)
    }
}

fn check_size(width: u32, height: u32) -> Result<(), Unfit> {
    match (width, height) {
        (0, _) | (_, 0) => Err(Unfit::Malformed),
        (1..=MAX_SIDE, 1..=MAX_SIDE) => Ok(()),
        _ => Err(Unfit::TooLarge),
    }
}

fn read_png_error(error: png::DecodingError) -> Unfit {
    match error {
        png::DecodingError::LimitsExceeded => Unfit::TooLarge,
        _ => Unfit::Malformed,
    }
}

fn decode_png(file: &[u8]) -> Result<Picture, Unfit> {
    let limits = Limits { bytes: PNG_MEMORY };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let header = decoder.read_header_info().map_err(read_png_error)?;
    let (width, height) = (header.width, header.height);
    check_size(width, height)?;
    let mut reader = decoder.read_info().map_err(read_png_error)?;
    if reader.info().is_animated() {
        return Err(Unfit::Animated);
    }
    let size = reader.output_buffer_size().ok_or(Unfit::TooLarge)?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(read_png_error)?;
    // The end, too: a file that breaks off is not kept.
    reader.finish().map_err(read_png_error)?;
    samples.truncate(frame.buffer_size());
    let pixels = match frame.color_type {
        ColorType::Rgba => samples,
        ColorType::Rgb => with_channels(&samples, |[red, green, blue]| [red, green, blue, 255]),
        ColorType::GrayscaleAlpha => {
            with_channels(&samples, |[gray, alpha]| [gray, gray, gray, alpha])
        }
        ColorType::Grayscale => with_channels(&samples, |[gray]| [gray, gray, gray, 255]),
        ColorType::Indexed => return Err(Unfit::Malformed),
    };
    Picture::new(width, height, pixels).ok_or(Unfit::Malformed)
}

fn decode_jpeg(file: &[u8]) -> Result<Picture, Unfit> {
    // As much as the format can say: the decoder's own refusal of a size looks like that of a damaged file, and takes nothing
    // for pixels before it decodes.
    let most = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_max_width(most)
        .set_max_height(most)
        .set_use_unsafe(false)
        .set_strict_mode(true)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| Unfit::Malformed)?;
    let header = decoder.info().ok_or(Unfit::Malformed)?;
    let (width, height) = (u32::from(header.width), u32::from(header.height));
    check_size(width, height)?;
    let samples = decoder.decode().map_err(|_| Unfit::Malformed)?;
    let pixels = with_channels(&samples, |[red, green, blue]| [red, green, blue, 255]);
    Picture::new(width, height, pixels).ok_or(Unfit::Malformed)
}

/// Pixels of four channels, of pixels of `N`.
fn with_channels<const N: usize>(samples: &[u8], widen: fn([u8; N]) -> [u8; 4]) -> Vec<u8> {
    let (pixels, _) = samples.as_chunks::<N>();
    pixels.iter().flat_map(|pixel| widen(*pixel)).collect()
}
