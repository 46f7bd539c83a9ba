//! Pictures that somebody sent, made anew as small plain PNG (security 35).
//!
//! Pure: bytes go in, bytes or a reason come out. What comes out is drawn from pixels alone: no text, profile, place or other
//! picture that the sender's file held, and nothing that another reader could take for something else. PNG and JPEG only:
//! SVG is a document with links and scripts, and each further format is a further parser of strangers' bytes.
//!
//! Whoever calls bounds how many of these run at once: each takes up to [`MAX_MEMORY`] and some tenths of a second.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod decode;
mod picture;

/// The longest file that is read, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// The greatest width and height that are read, in pixels: a small file may unpack to a large picture.
pub const MAX_SIDE: u32 = 2048;
/// The greatest width and height of what is made.
pub const SIDE: u32 = 240;
/// About what reading a picture of the greatest size takes, in bytes: its pixels in four channels, and what the decoder of a
/// progressive JPEG holds besides.
pub const MAX_MEMORY: usize = 96 * 1024 * 1024;

/// Why nothing was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// More than [`MAX_BYTES`].
    #[error("the file is too long")]
    TooLong,
    /// Neither PNG nor JPEG, by its first bytes.
    #[error("the file is neither PNG nor JPEG")]
    Kind,
    /// Wider or higher than [`MAX_SIDE`].
    #[error("the picture has too many pixels")]
    TooLarge,
    /// More than one picture.
    #[error("the picture moves")]
    Animated,
    /// It breaks off, or is not what it says it is.
    #[error("the file is damaged")]
    Malformed,
}

/// The picture as a square PNG of at most [`SIDE`] pixels each way, in eight bits a channel: scaled down where it is larger,
/// never up; clear around it where it is no square.
///
/// # Errors
/// [`Unfit`], before more than [`MAX_MEMORY`] or so was taken.
pub fn remake(file: &[u8]) -> Result<Vec<u8>, Unfit> {
    if file.len() > MAX_BYTES {
        return Err(Unfit::TooLong);
    }
    decode::decode(file)?.square().encode()
}

#[cfg(test)]
mod tests;
