//! Is this an Ed25519 public key that can verify anything, and only what its holder signed?
//!
//! The cryptographic library takes any 32 bytes for an Ed25519 key and fails at the first verification.
//! RFC 8032 section 5.1.3 says which bytes are a point: y below p, and (y² - 1) / (d y² + 1) a square.
//! That question alone is answered here, with public data, so that timing does not matter.

use super::KeyError;

/// A number below 2^255 as four words, least first: a key without the top bit, which is the sign of x.
type Words = [u64; 4];

/// 2^255 - 19.
const P: Words = [
    0xffff_ffff_ffff_ffed,
    u64::MAX,
    u64::MAX,
    0x7fff_ffff_ffff_ffff,
];

/// The curve's constant d = -121665 / 121666.
const D: Element = Element::new([
    0x75eb_4dca_1359_78a3,
    0x0070_0a4d_4141_d8ab,
    0x8cc7_4079_7779_e898,
    0x5203_6cee_2b6f_fe73,
]);

const ONE: Element = Element::new([1, 0, 0, 0]);

/// The y of all points whose order divides 8. With such a key, signatures that verify for many messages
/// can be made without a private key.
const SMALL_ORDER: [Words; 5] = [
    // order 4, order 1, order 2
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [
        0xffff_ffff_ffff_ffec,
        u64::MAX,
        u64::MAX,
        0x7fff_ffff_ffff_ffff,
    ],
    // order 8
    [
        0x4fd8_4d3d_706a_17c7,
        0x0f67_100d_760b_3cba,
        0xc6cc_392c_fa53_202a,
        0x7a03_ac92_77fd_c74e,
    ],
    [
        0xb027_b2c2_8f95_e826,
        0xf098_eff2_89f4_c345,
        0x3933_c6d3_05ac_dfd5,
        0x05fc_536d_8802_38b1,
    ],
];

/// Checks the 32 bytes of an Ed25519 public key.
pub(super) fn check(key: &[u8]) -> Result<(), KeyError> {
    let y = parse(key).ok_or(KeyError::Unusable)?;
    if SMALL_ORDER.contains(&y) {
        return Err(KeyError::WeakPoint);
    }
    let y = Element::new(y);
    let square = y.multiply(y);
    // u / v is a square exactly if u v is. u is not zero, for then y would be 1 or -1; v never is.
    let (u, v) = (square.subtract(ONE), square.multiply(D).add(ONE));
    if u.multiply(v).is_nonzero_square() {
        Ok(())
    } else {
        Err(KeyError::Unusable)
    }
}

/// Reads y. `None` if there are not 32 bytes or y is not below p.
fn parse(key: &[u8]) -> Option<Words> {
    let (words, rest) = key.as_chunks::<8>();
    let words: &[[u8; 8]; 4] = words.try_into().ok()?;
    let [a, b, c, d] = words.map(u64::from_le_bytes);
    let y = [a, b, c, d & (u64::MAX >> 1)];
    (rest.is_empty() && y.iter().rev().lt(P.iter().rev())).then_some(y)
}

/// Limbs of 51 bits, least first; their sum stands for a number modulo p. Limbs may be a few bits longer
/// between operations: below 2^52 after `multiply`, below 2^54 after one `add` or `subtract`.
#[derive(Debug, Clone, Copy)]
struct Element([u64; 5]);

const LIMB: u64 = (1 << 51) - 1;

fn product(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

impl Element {
    const fn new([a, b, c, d]: Words) -> Self {
        Self([
            a & LIMB,
            (a >> 51 | b << 13) & LIMB,
            (b >> 38 | c << 26) & LIMB,
            (c >> 25 | d << 39) & LIMB,
            d >> 12 & LIMB,
        ])
    }

    fn add(self, other: Self) -> Self {
        let ([a, b, c, d, e], [f, g, h, i, j]) = (self.0, other.0);
        Self([a + f, b + g, c + h, d + i, e + j])
    }

    /// self + 4 p - other, so that no limb becomes negative.
    fn subtract(self, other: Self) -> Self {
        let ([a, b, c, d, e], [f, g, h, i, j]) = (self.0, other.0);
        const LOW: u64 = 4 * (LIMB - 18);
        const HIGH: u64 = 4 * LIMB;
        Self([
            a + LOW - f,
            b + HIGH - g,
            c + HIGH - h,
            d + HIGH - i,
            e + HIGH - j,
        ])
    }

    /// Schoolbook; what would stand above 2^255 counts 19 times.
    fn multiply(self, other: Self) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        let [b0, b1, b2, b3, b4] = other.0;
        let (w1, w2, w3, w4) = (b1 * 19, b2 * 19, b3 * 19, b4 * 19);
        let p = product;
        Self::carry([
            p(a0, b0) + p(a1, w4) + p(a2, w3) + p(a3, w2) + p(a4, w1),
            p(a0, b1) + p(a1, b0) + p(a2, w4) + p(a3, w3) + p(a4, w2),
            p(a0, b2) + p(a1, b1) + p(a2, b0) + p(a3, w4) + p(a4, w3),
            p(a0, b3) + p(a1, b2) + p(a2, b1) + p(a3, b0) + p(a4, w4),
            p(a0, b4) + p(a1, b3) + p(a2, b2) + p(a3, b1) + p(a4, b0),
        ])
    }

    /// Brings sums below 2^115 back to limbs below 2^52.
    fn carry(sums: [u128; 5]) -> Self {
        let mut carry = 0;
        let mut limbs = sums.map(|sum| {
            let sum = sum + carry;
            carry = sum >> 51;
            sum as u64 & LIMB
        });
        // The carry may have 64 bits, so 19 times it needs the width.
        let first = u128::from(limbs[0]) + carry * 19;
        limbs[0] = first as u64 & LIMB;
        limbs[1] += (first >> 51) as u64;
        Self(limbs)
    }

    /// The one number below p that this stands for.
    fn to_words(self) -> Words {
        // Two rounds of carries leave 51 bits in each limb, and a number below 2 p.
        let Self(limbs) = Self::carry(Self::carry(self.0.map(u128::from)).0.map(u128::from));
        let [a, b, c, d, e] = limbs;
        let words = [
            a | b << 51,
            b >> 13 | c << 38,
            c >> 26 | d << 25,
            d >> 39 | e << 12,
        ];
        let (less, borrow) = difference(words, P);
        if borrow { words } else { less }
    }

    /// Whether this is a square other than zero: whether its Jacobi symbol over p is 1.
    fn is_nonzero_square(self) -> bool {
        jacobi(self.to_words(), P) == 1
    }
}

/// a - b modulo 2^256, and whether b was the greater.
fn difference(a: Words, b: Words) -> (Words, bool) {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    let (d0, borrow) = a0.borrowing_sub(b0, false);
    let (d1, borrow) = a1.borrowing_sub(b1, borrow);
    let (d2, borrow) = a2.borrowing_sub(b2, borrow);
    let (d3, borrow) = a3.borrowing_sub(b3, borrow);
    ([d0, d1, d2, d3], borrow)
}

/// Takes a factor 2^`by` out of a number, `by` below 64.
fn shift_right([a, b, c, d]: Words, by: u32) -> Words {
    // A shift by 64 would be none, so one by 63 and one by 1 stand for it.
    let from_above = |above: u64| above << 1 << (63 - by);
    [
        a >> by | from_above(b),
        b >> by | from_above(c),
        c >> by | from_above(d),
        d >> by,
    ]
}

/// The lowest bit says whether taking a factor 2^`twos` out of the upper number turns the symbol's sign: it
/// does for an odd power where the lower number is 3 or 5 modulo 8.
fn turn_by_twos(twos: u32, below: u64) -> u64 {
    u64::from(twos) & (below >> 1 ^ below >> 2)
}

/// The lowest bit says whether exchanging two odd numbers turns the symbol's sign: it does where both are 3
/// modulo 4 (quadratic reciprocity).
fn turn_by_exchange(above: u64, below: u64) -> u64 {
    (above & below) >> 1
}

/// The Jacobi symbol (above / below) for an odd number below the fraction: 1, -1, or 0 where both have a
/// common divisor. Over a prime it is 1 exactly for the squares other than zero.
///
/// The binary algorithm: factors of two are taken out, the less is subtracted from the greater, and the
/// sign is turned by the rules above. A third of the work of Euler's criterion, which needs 254 squarings;
/// the tests compare the two.
fn jacobi(mut above: Words, mut below: Words) -> i32 {
    let mut sign = 0;
    loop {
        // Where the lowest word is zero, a whole word of zeros goes; 64 is even and turns nothing.
        while above[0] == 0 {
            let [_, b, c, d] = above;
            if b | c | d == 0 {
                return if below == [1, 0, 0, 0] { turn(sign) } else { 0 };
            }
            above = [b, c, d, 0];
        }
        let twos = above[0].trailing_zeros();
        sign ^= turn_by_twos(twos, below[0]);
        above = shift_right(above, twos);
        if above[2] | above[3] | below[2] | below[3] == 0 {
            return jacobi_short(join(above), join(below), sign);
        }
        let (less, exchange) = difference(above, below);
        if exchange {
            sign ^= turn_by_exchange(above[0], below[0]);
            (above, below) = (difference(below, above).0, above);
        } else {
            above = less;
        }
    }
}

fn join([a, b, ..]: Words) -> u128 {
    u128::from(a) | u128::from(b) << 64
}

/// The rest of [`jacobi`], when both numbers are odd and below 2^128.
fn jacobi_short(mut above: u128, mut below: u128, mut sign: u64) -> i32 {
    loop {
        let (low_above, low_below) = (above as u64, below as u64);
        let (less, exchange) = above.overflowing_sub(below);
        if exchange {
            sign ^= turn_by_exchange(low_above, low_below);
            below = above;
            above = less.wrapping_neg();
        } else {
            above = less;
        }
        if above == 0 {
            return if below == 1 { turn(sign) } else { 0 };
        }
        let twos = above.trailing_zeros();
        sign ^= turn_by_twos(twos, below as u64);
        above >>= twos;
    }
}

/// The sign, from its lowest bit.
fn turn(sign: u64) -> i32 {
    if sign & 1 == 0 { 1 } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    fn small(number: u64) -> Element {
        Element::new([number, 0, 0, 0])
    }

    /// What `is_nonzero_square` is compared with.
    impl Element {
        fn is_one(self) -> bool {
            self.to_words() == [1, 0, 0, 0]
        }

        fn is_zero(self) -> bool {
            self.to_words() == [0; 4]
        }

        fn square_times(self, times: u32) -> Self {
            (0..times).fold(self, |element, _| element.multiply(element))
        }

        /// Euler's criterion: the power (p - 1) / 2 = 2^254 - 10 = 16 (2^250 - 1) + 6 is one.
        fn meets_eulers_criterion(self) -> bool {
            // `ones_n` is the power 2^n - 1; two of them join to a longer one.
            let join = |long: Self, short: Self, length| long.square_times(length).multiply(short);
            let ones_2 = join(self, self, 1);
            let ones_4 = join(ones_2, ones_2, 2);
            let ones_5 = join(ones_4, self, 1);
            let ones_10 = join(ones_5, ones_5, 5);
            let ones_20 = join(ones_10, ones_10, 10);
            let ones_40 = join(ones_20, ones_20, 20);
            let ones_50 = join(ones_40, ones_10, 10);
            let ones_100 = join(ones_50, ones_50, 50);
            let ones_200 = join(ones_100, ones_100, 100);
            let ones_250 = join(ones_200, ones_50, 50);
            // 6 = 2 (2^2 - 1)
            ones_250
                .square_times(4)
                .multiply(ones_2.square_times(1))
                .is_one()
        }
    }

    #[test]
    fn the_jacobi_symbol_is_eulers_criterion() {
        let mut number = D;
        for round in 0..4000u64 {
            assert_eq!(
                number.is_nonzero_square(),
                number.meets_eulers_criterion(),
                "round {round}"
            );
            number = number.multiply(number).add(small(round));
        }
        // Numbers of every length, so that every branch is taken: 2^n - 1, 2^n, 2^n + 1.
        let two = small(2);
        let mut power = ONE;
        for length in 0..300 {
            for number in [power.subtract(ONE), power, power.add(ONE)] {
                assert_eq!(
                    number.is_nonzero_square(),
                    number.meets_eulers_criterion(),
                    "2^{length}"
                );
            }
            power = power.multiply(two);
        }
    }

    #[test]
    fn jacobi_symbols_of_small_numbers() {
        // Over primes, by listing the squares.
        for prime in [3u64, 5, 7, 11, 13, 17, 19, 23, 8191] {
            let squares: Vec<u64> = (1..prime).map(|root| root * root % prime).collect();
            for number in 0..prime.min(200) {
                let expected = match number {
                    0 => 0,
                    square if squares.contains(&square) => 1,
                    _ => -1,
                };
                assert_eq!(
                    jacobi([number, 0, 0, 0], [prime, 0, 0, 0]),
                    expected,
                    "({number} / {prime})"
                );
            }
        }
        // Over a composite: (2 / 15) = (2 / 3) (2 / 5) = 1, though 2 is no square; and common divisors.
        assert_eq!(jacobi([2, 0, 0, 0], [15, 0, 0, 0]), 1);
        assert_eq!(jacobi([9, 0, 0, 0], [15, 0, 0, 0]), 0);
        assert_eq!(jacobi(P, P), 0);
        assert_eq!(jacobi([0, 0, 0, 1], P), 1, "2^192 is a square");
        assert_eq!(jacobi([0, 2, 0, 0], P), -1, "2^65 is none");
    }

    fn bytes(words: Words) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn arithmetic_holds() {
        let minus_one = small(0).subtract(ONE);
        assert!(minus_one.multiply(minus_one).is_one());
        assert!(minus_one.add(ONE).is_zero());
        assert!(small(0).is_zero() && Element::new(P).is_zero() && !ONE.is_zero());
        // d = -121665 / 121666
        assert!(D.multiply(small(121_666)).add(small(121_665)).is_zero());
        // The longest limbs that `multiply` may be given: 2^54 - 1 in each place.
        let most = Element([(1 << 54) - 1; 5]);
        let reduced = Element::carry(most.0.map(u128::from));
        assert!(
            most.multiply(most)
                .subtract(reduced.multiply(reduced))
                .is_zero()
        );
        // p is 5 modulo 8, so 2 is no square; -1 is one.
        assert!(!small(2).is_nonzero_square());
        assert!(minus_one.is_nonzero_square());
        assert!(!D.is_nonzero_square());
        assert!(!small(0).is_nonzero_square());
        for number in 3..200 {
            let number = D.add(small(number));
            assert!(number.multiply(number).is_nonzero_square());
            assert!(!number.multiply(number).multiply(D).is_nonzero_square());
        }
    }

    #[test]
    fn real_keys_pass() {
        for seed in 0..20 {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
            assert_eq!(check(pair.public_key().as_ref()), Ok(()));
        }
    }

    #[test]
    fn half_of_all_numbers_are_points() {
        let points = (2..=255)
            .filter(|&y| check(&bytes([y, 0, 0, 0])).is_ok())
            .count();
        assert!((90..165).contains(&points), "{points}");
    }

    #[test]
    fn small_orders_are_refused_with_either_sign() {
        for y in SMALL_ORDER {
            let mut key = bytes(y);
            assert_eq!(check(&key), Err(KeyError::WeakPoint));
            key[31] |= 0x80;
            assert_eq!(check(&key), Err(KeyError::WeakPoint));
        }
        // The y of order 8 satisfy d y⁴ + 2 y² - 1 = 0, as doubling must give y = 0.
        for y in &SMALL_ORDER[3..] {
            let square = Element::new(*y).multiply(Element::new(*y));
            let sum = square.multiply(square).multiply(D).add(square).add(square);
            assert!(sum.is_one());
        }
    }

    #[test]
    fn other_encodings_of_a_number_are_refused() {
        assert_eq!(check(&bytes(P)), Err(KeyError::Unusable));
        assert_eq!(check(&[0xff; 32]), Err(KeyError::Unusable));
        assert_eq!(check(&[1; 31]), Err(KeyError::Unusable));
        assert_eq!(check(&[3; 33]), Err(KeyError::Unusable));
    }
}
