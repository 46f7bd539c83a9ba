//! Pixels: red, green, blue and opacity, eight bits each.

use std::fmt;

use png::{BitDepth, ColorType, Compression};

use crate::{SIDE, Unfit};

/// Four channels.
const PIXEL: usize = 4;

pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Row by row.
    pixels: Vec<[u8; PIXEL]>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

impl Picture {
    /// `None` unless there are as many pixels as it has.
    pub(crate) fn new(width: u32, height: u32, samples: Vec<u8>) -> Option<Picture> {
        let (pixels, rest) = samples.as_chunks::<PIXEL>();
        let expected = (width as usize).checked_mul(height as usize)?;
        (pixels.len() == expected && rest.is_empty()).then(|| Picture {
            width,
            height,
            pixels: pixels.to_vec(),
        })
    }

    /// In the middle of a clear square of at most [`SIDE`], scaled down where it is larger.
    pub(crate) fn square(&self) -> Picture {
        let longest = self.width.max(self.height).max(1);
        let side = longest.min(SIDE);
        let scaled = |length: u32| (length * side / longest).clamp(1, side);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let (left, top) = ((side - width) / 2, (side - height) / 2);
        let mut pixels = vec![[0; PIXEL]; side as usize * side as usize];
        for y in 0..height {
            let rows = part(y, height, self.height);
            let start = ((top + y) * side + left) as usize;
            let row = pixels.iter_mut().skip(start).take(width as usize);
            for (x, pixel) in (0..width).zip(row) {
                *pixel = self.average(part(x, width, self.width), rows);
            }
        }
        Picture {
            width: side,
            height: side,
            pixels,
        }
    }

    /// Of a part: what is clear has no colour, so that none bleeds into the edge.
    fn average(&self, (left, right): (u32, u32), (top, bottom): (u32, u32)) -> [u8; PIXEL] {
        let mut sums = [0u64; PIXEL];
        let mut count = 0u64;
        for y in top..bottom {
            let start = (y * self.width + left) as usize;
            let row = self.pixels.iter().skip(start).take((right - left) as usize);
            for [red, green, blue, alpha] in row {
                let opacity = u64::from(*alpha);
                sums[0] += u64::from(*red) * opacity;
                sums[1] += u64::from(*green) * opacity;
                sums[2] += u64::from(*blue) * opacity;
                sums[3] += opacity;
                count += 1;
            }
        }
        let [red, green, blue, opacity] = sums;
        if opacity == 0 || count == 0 {
            return [0; PIXEL];
        }
        // A mean of bytes is a byte.
        let mean = |sum: u64, of: u64| u8::try_from((sum + of / 2) / of).unwrap_or(u8::MAX);
        [
            mean(red, opacity),
            mean(green, opacity),
            mean(blue, opacity),
            mean(opacity, count),
        ]
    }

    /// As PNG of the four necessary chunks.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Unfit> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        let mut writer = encoder.write_header().map_err(|_| Unfit::Malformed)?;
        writer
            .write_image_data(self.pixels.as_flattened())
            .map_err(|_| Unfit::Malformed)?;
        writer.finish().map_err(|_| Unfit::Malformed)?;
        Ok(out)
    }
}

/// Of `length` pixels those that the one at `at` of `scaled` stands for: at least one.
fn part(at: u32, scaled: u32, length: u32) -> (u32, u32) {
    let start = at * length / scaled;
    let end = ((at + 1) * length / scaled).clamp(start + 1, length.max(start + 1));
    (start, end)
}
