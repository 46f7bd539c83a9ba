//! QR codes, drawn as the path of an SVG: dark modules on whatever light ground the page gives them.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of light ground that readers need around it.
const QUIET: usize = 4;

/// What a page puts into `<path d>` of a square view box, and how wide that is; `None` for more than a code can hold.
pub(crate) fn draw(text: &str) -> Option<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (row, line) in colors.chunks(width).enumerate() {
        let mut at = 0;
        // Runs of dark modules: a path of rows is a fifth of one of squares.
        for run in line.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, length) = (at + QUIET, row + QUIET, run.len());
                path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
            }
            at += run.len();
        }
    }
    Some(Drawn {
        path,
        width: width + 2 * QUIET,
    })
}

/// A drawn code.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Drawn {
    pub(crate) path: String,
    /// Of the view box, in modules.
    pub(crate) width: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every module of the drawing is one of the code, and the other way around.
    #[test]
    fn the_path_covers_the_dark_modules_and_nothing_else() {
        let text = "otpauth://totp/Northwind:ada@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Northwind";
        let drawn = draw(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        assert_eq!(drawn.width, code.width() + 8);
        let mut dark = vec![false; drawn.width * drawn.width];
        for piece in drawn.path.split('M').skip(1) {
            let (place, rest) = piece.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            for at in x..x + length {
                dark[y * drawn.width + at] = true;
            }
        }
        for y in 0..drawn.width {
            for x in 0..drawn.width {
                let inside = (4..drawn.width - 4).contains(&x) && (4..drawn.width - 4).contains(&y);
                let expected = inside && code[(x - 4, y - 4)] == Color::Dark;
                assert_eq!(dark[y * drawn.width + x], expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn what_no_code_can_hold_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(5000)), None);
    }
}
