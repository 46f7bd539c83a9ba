//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of thirty seconds, as every authenticator app has them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::{Micros, SECOND};

/// Bytes of a seed: as many as the hash gives (RFC 4226 section 4, R6).
pub(crate) const SEED: usize = 20;

/// Seconds that a code is shown.
pub(crate) const STEP_SECONDS: i64 = 30;

/// Steps before and after the current one whose codes are taken, too: a clock may be half a minute off.
pub(crate) const DRIFT_STEPS: i64 = 1;

/// Digits of a code.
pub(crate) const DIGITS: usize = 6;

pub(crate) fn step_at(now: Micros) -> i64 {
    now.div_euclid(STEP_SECONDS * SECOND)
}

/// The code of a step (RFC 4226 section 5.3).
pub(crate) fn derive_code(seed: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 15);
    let cut = tag
        .get(offset..offset + 4)
        .and_then(|it| it.try_into().ok());
    let number = u32::from_be_bytes(cut.unwrap_or_default()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The step near this time whose code it is. As many comparisons whichever it is.
pub(crate) fn find_step(seed: &[u8], code: &str, now: Micros) -> Option<i64> {
    let current = step_at(now);
    let mut found = None;
    for step in current - DRIFT_STEPS..=current + DRIFT_STEPS {
        let expected = derive_code(seed, step);
        if verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// Digits of what was typed: apps show codes in two groups.
pub(crate) fn normalise(code: &str) -> String {
    let digits = code.chars().take(64).filter(|it| !it.is_whitespace());
    let digits = digits.map(|it| {
        it.to_digit(10)
            .and_then(|it| char::from_digit(it, 10))
            .unwrap_or(it)
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, cut to six digits as its modulus is a power of ten.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = seconds * SECOND;
            assert_eq!(derive_code(seed, step_at(now)), code);
            assert_eq!(find_step(seed, code, now), Some(step_at(now)));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_before_and_after_and_no_more() {
        let (seed, now) = ([9; SEED], 1_700_000_000 * SECOND);
        let code = derive_code(&seed, step_at(now));
        for (off, is_taken) in [
            (-61, false),
            (-30, true),
            (0, true),
            (30, true),
            (61, false),
        ] {
            let found = find_step(&seed, &code, now + off * SECOND);
            assert_eq!(found.is_some(), is_taken, "{off}");
        }
        for wrong in ["", "0", "000000000000", "abcdef"] {
            assert_eq!(find_step(&seed, wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn groups_are_read_as_one() {
        assert_eq!(normalise(" 123 456\u{a0}"), "123456");
        assert_eq!(normalise("12a456"), "12a456");
    }
}
