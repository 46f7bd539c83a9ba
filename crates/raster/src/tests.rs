#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use png::{BitDepth, ColorType};

use crate::{MAX_BYTES, MAX_SIDE, SIDE, Unfit, decode, remake};

const BASELINE: &[u8] = include_bytes!("../tests/data/baseline.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../tests/data/progressive.jpg");
const GRAY: &[u8] = include_bytes!("../tests/data/gray.jpg");

/// A PNG as somebody's program writes it.
fn png(
    (width, height): (u32, u32),
    (color, depth): (ColorType, BitDepth),
    samples: &[u8],
    change: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    change(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    out
}

fn rgba(size: (u32, u32), pixel: [u8; 4]) -> Vec<u8> {
    let samples = pixel.repeat((size.0 * size.1) as usize);
    png(size, (ColorType::Rgba, BitDepth::Eight), &samples, |_| {})
}

fn measure(file: &[u8]) -> Result<(u32, u32), Unfit> {
    decode::decode(file).map(|picture| (picture.width, picture.height))
}

/// The kinds of chunk of a PNG, in order.
fn chunks(file: &[u8]) -> Vec<String> {
    let (mut rest, mut kinds) = (&file[8..], Vec::new());
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[length + 12..];
    }
    kinds
}

fn pixels(file: &[u8]) -> (u32, Vec<[u8; 4]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    assert_eq!(
        (info.color_type, info.bit_depth),
        (ColorType::Rgba, BitDepth::Eight)
    );
    assert_eq!(info.width, info.height);
    (info.width, samples.as_chunks().0.to_vec())
}

#[test]
fn what_comes_out_is_a_square_of_pixels_and_nothing_else() {
    let made = remake(&rgba((600, 300), [10, 200, 30, 255])).unwrap();
    assert_eq!(chunks(&made).iter().filter(|it| *it != "IDAT").count(), 2);
    let (side, pixels) = pixels(&made);
    assert_eq!(side, SIDE);
    let at = |x: usize, y: usize| pixels[y * side as usize + x];
    assert_eq!(at(0, 0), [0; 4], "clear above");
    assert_eq!(at(120, 59), [0; 4]);
    for (x, y) in [(0, 60), (239, 60), (120, 120), (0, 179), (239, 179)] {
        assert_eq!(at(x, y), [10, 200, 30, 255], "{x} {y}");
    }
    assert_eq!(at(120, 180), [0; 4], "clear below");
}

#[test]
fn small_pictures_stay_small() {
    assert_eq!(
        measure(&remake(&rgba((16, 16), [1, 2, 3, 255])).unwrap()),
        Ok((16, 16))
    );
    assert_eq!(
        measure(&remake(&rgba((1, 7), [1, 2, 3, 255])).unwrap()),
        Ok((7, 7))
    );
    let thin = remake(&rgba((MAX_SIDE, 1), [1, 2, 3, 255])).unwrap();
    assert_eq!(measure(&thin), Ok((SIDE, SIDE)));
    let once = remake(&rgba((500, 400), [1, 2, 3, 200])).unwrap();
    assert_eq!(
        remake(&once).unwrap(),
        once,
        "what we made we would make again"
    );
}

/// What is clear has a colour in the file that nobody sees.
#[test]
fn clear_pixels_lend_no_colour() {
    let mut samples = Vec::new();
    for index in 0..480 * 480 {
        let pixel = if index % 2 == 0 {
            [255, 0, 0, 255]
        } else {
            [0, 255, 0, 0]
        };
        samples.extend(pixel);
    }
    let file = png(
        (480, 480),
        (ColorType::Rgba, BitDepth::Eight),
        &samples,
        |_| {},
    );
    let (_, pixels) = pixels(&remake(&file).unwrap());
    assert!(
        pixels.iter().all(|it| *it == [255, 0, 0, 128]),
        "{:?}",
        pixels[0]
    );
}

#[test]
fn every_form_of_png_is_read() {
    let many = |bytes: usize| vec![0x55; bytes];
    for (form, samples) in [
        ((ColorType::Grayscale, BitDepth::One), many(8)),
        ((ColorType::Grayscale, BitDepth::Sixteen), many(128)),
        ((ColorType::GrayscaleAlpha, BitDepth::Eight), many(128)),
        ((ColorType::GrayscaleAlpha, BitDepth::Sixteen), many(256)),
        ((ColorType::Rgb, BitDepth::Eight), many(192)),
        ((ColorType::Rgb, BitDepth::Sixteen), many(384)),
        ((ColorType::Rgba, BitDepth::Sixteen), many(512)),
    ] {
        let file = png((8, 8), form, &samples, |_| {});
        assert_eq!(measure(&remake(&file).unwrap()), Ok((8, 8)), "{form:?}");
    }
    // A palette of two, the second half clear, at one bit.
    let file = png(
        (8, 8),
        (ColorType::Indexed, BitDepth::One),
        &[0x0f; 8],
        |encoder| {
            encoder.set_palette(vec![200, 0, 0, 0, 0, 200]);
            encoder.set_trns(vec![255, 0]);
        },
    );
    let (_, pixels) = pixels(&remake(&file).unwrap());
    assert_eq!(pixels[0], [200, 0, 0, 255]);
    assert_eq!(pixels[7], [0; 4]);
}

#[test]
fn texts_and_profiles_are_left_behind() {
    let samples = [9; 64 * 4];
    let file = png(
        (8, 8),
        (ColorType::Rgba, BitDepth::Eight),
        &samples,
        |encoder| {
            encoder
                .add_text_chunk("Comment".to_owned(), "<script>alert(1)</script>".to_owned())
                .unwrap();
            encoder
                .add_ztxt_chunk("Author".to_owned(), "somebody".repeat(1000))
                .unwrap();
        },
    );
    assert!(chunks(&file).contains(&"tEXt".to_owned()));
    let mut tailed = file;
    tailed.extend(b"<script>alert(2)</script>");
    let made = remake(&tailed).unwrap();
    assert_eq!(chunks(&made), ["IHDR", "IDAT", "IEND"]);
    assert!(!made.windows(8).any(|part| part == b"<script>"));
}

#[test]
fn every_form_of_jpeg_is_read() {
    for (file, side) in [(BASELINE, 60), (PROGRESSIVE, SIDE), (GRAY, 48)] {
        assert_eq!(measure(&remake(file).unwrap()), Ok((side, side)));
    }
    let (side, pixels) = pixels(&remake(BASELINE).unwrap());
    let middle = |y: u32| pixels[(y * side + 30) as usize];
    let ([red, .., opaque], [_, _, blue, _]) = (middle(10), middle(49));
    assert!(red > 200 && blue > 200 && opaque == 255, "{red} {blue}");
    assert_eq!(middle(0), [0; 4]);
}

#[test]
fn other_kinds_are_refused() {
    for file in [
        &b""[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"RIFF\x1a\x00\x00\x00WEBPVP8L",
        b"BM\x00\x00",
        b"\x00\x00\x01\x00\x01\x00",
        b"\x89PNG",
        b"%PDF-1.7",
    ] {
        assert_eq!(remake(file), Err(Unfit::Kind));
    }
}

#[test]
fn too_much_is_refused() {
    let mut long = rgba((8, 8), [1; 4]);
    long.resize(MAX_BYTES + 1, 0);
    assert_eq!(remake(&long), Err(Unfit::TooLong));
    // A small file of many pixels, either way.
    for size in [
        (MAX_SIDE + 1, 1),
        (1, MAX_SIDE + 1),
        (MAX_SIDE + 1, MAX_SIDE + 1),
    ] {
        let file = rgba(size, [0; 4]);
        assert!(file.len() < MAX_BYTES);
        assert_eq!(remake(&file), Err(Unfit::TooLarge), "{size:?}");
    }
    // One that only says so.
    let mut claimed = rgba((8, 8), [1; 4]);
    claimed[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    assert!(remake(&claimed).is_err());
    let frame = BASELINE
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    let mut claimed = BASELINE.to_vec();
    claimed[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(remake(&claimed), Err(Unfit::TooLarge));
}

#[test]
fn moving_pictures_are_refused() {
    let samples = [9; 8 * 8 * 4];
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 8, 8);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&samples).unwrap();
    writer.write_image_data(&samples).unwrap();
    writer.finish().unwrap();
    assert_eq!(remake(&out), Err(Unfit::Animated));
}

/// Past mistake 39: a parser of strangers' pictures that panics. Each file cut at each place, and each byte of it bent.
#[test]
fn past_mistake_39_damaged_pictures_are_no_accident() {
    let file = png(
        (9, 9),
        (ColorType::Rgb, BitDepth::Eight),
        &[77; 9 * 9 * 3],
        |_| {},
    );
    for whole in [&file[..], BASELINE, GRAY] {
        for length in 8..whole.len() - 1 {
            // The last bytes of a JPEG may be its end and what pads the last pixels.
            let cut = remake(&whole[..length]);
            assert!(
                cut.is_err() || whole.len() - length < 24,
                "{length} of {}",
                whole.len()
            );
        }
        let mut refused = 0;
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bent = whole.to_vec();
                bent[at] ^= change;
                refused += usize::from(decode::decode(&bent).is_err());
            }
        }
        assert!(refused > 50, "{refused}");
    }
}
