//! Is this an Ed25519 public key that can verify anything, and only what its holder signed?
//!
//! The cryptographic library takes any 32 bytes for an Ed25519 key and fails at the first verification.
//! RFC 8032 section 5.1.3 says which bytes are a point: y below p, and (y² - 1) / (d y² + 1) a square.
//! That question alone is answered here, with public data, so that timing does not matter.

// Fixed arrays of four and eight limbs; every index is below that, and arithmetic by limbs is read by index.
#![allow(clippy::indexing_slicing, clippy::needless_range_loop)]

use super::KeyError;

/// 2^255 - 19, least limb first.
const P: Element = Element([
    0xffff_ffff_ffff_ffed,
    u64::MAX,
    u64::MAX,
    0x7fff_ffff_ffff_ffff,
]);
/// The curve's constant d = -121665 / 121666.
const D: Element = Element([
    0x75eb_4dca_1359_78a3,
    0x0070_0a4d_4141_d8ab,
    0x8cc7_4079_7779_e898,
    0x5203_6cee_2b6f_fe73,
]);
const ONE: Element = Element([1, 0, 0, 0]);

/// The y of all points whose order divides 8. With such a key, signatures that verify for many messages
/// can be made without a private key.
const SMALL_ORDER: [Element; 5] = [
    // order 4, order 1, order 2
    Element([0, 0, 0, 0]),
    ONE,
    Element([
        0xffff_ffff_ffff_ffec,
        u64::MAX,
        u64::MAX,
        0x7fff_ffff_ffff_ffff,
    ]),
    // order 8
    Element([
        0x4fd8_4d3d_706a_17c7,
        0x0f67_100d_760b_3cba,
        0xc6cc_392c_fa53_202a,
        0x7a03_ac92_77fd_c74e,
    ]),
    Element([
        0xb027_b2c2_8f95_e826,
        0xf098_eff2_89f4_c345,
        0x3933_c6d3_05ac_dfd5,
        0x05fc_536d_8802_38b1,
    ]),
];

/// Checks the 32 bytes of an Ed25519 public key.
pub(super) fn check(key: &[u8]) -> Result<(), KeyError> {
    let y = Element::parse(key).ok_or(KeyError::Unusable)?;
    if SMALL_ORDER.contains(&y) {
        return Err(KeyError::WeakPoint);
    }
    let square = y.multiply(y).canonical();
    // u / v is a square exactly if u v is. u is not zero, for then y would be 1 or -1; v never is.
    let (u, v) = (
        square.subtract(ONE),
        square.multiply(D).canonical().add(ONE),
    );
    if u.multiply(v).is_nonzero_square() {
        Ok(())
    } else {
        Err(KeyError::Unusable)
    }
}

/// A number modulo p. Below p where numbers are added, subtracted or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element([u64; 4]);

impl Element {
    /// Reads y, dropping the top bit, which is the sign of x. `None` if y is not below p.
    fn parse(key: &[u8]) -> Option<Self> {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().zip(key.as_chunks::<8>().0) {
            *limb = u64::from_le_bytes(*bytes);
        }
        limbs[3] &= u64::MAX >> 1;
        let y = Self(limbs);
        (key.len() == 32 && y.less_than(P)).then_some(y)
    }

    fn less_than(self, other: Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    fn add(self, other: Self) -> Self {
        // Both are below 2^255, so the sum fits 256 bits.
        let (mut sum, mut carry) = ([0; 4], 0);
        for i in 0..4 {
            let limb = u128::from(self.0[i]) + u128::from(other.0[i]) + carry;
            sum[i] = limb as u64;
            carry = limb >> 64;
        }
        Self(sum).subtract_p_once()
    }

    fn subtract(self, other: Self) -> Self {
        // self - other = self + (p - other)
        self.add(Self(difference(P.0, other.0)).subtract_p_once())
    }

    fn subtract_p_once(self) -> Self {
        if self.less_than(P) {
            self
        } else {
            Self(difference(self.0, P.0))
        }
    }

    fn multiply(self, other: Self) -> Self {
        let mut product = [0_u64; 8];
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                let limb = u128::from(self.0[i]) * u128::from(other.0[j])
                    + u128::from(product[i + j])
                    + carry;
                product[i + j] = limb as u64;
                carry = limb >> 64;
            }
            product[i + 4] = carry as u64;
        }
        Self::reduce(product)
    }

    /// 2^256 is 38 modulo p. The result is below 2^256 only; `canonical` brings it below p.
    fn reduce(product: [u64; 8]) -> Self {
        let (mut low, mut carry) = ([0_u64; 4], 0_u128);
        for i in 0..4 {
            let limb = u128::from(product[i]) + u128::from(product[i + 4]) * 38 + carry;
            low[i] = limb as u64;
            carry = limb >> 64;
        }
        carry *= 38;
        for limb in &mut low {
            carry += u128::from(*limb);
            *limb = carry as u64;
            carry >>= 64;
        }
        // A last carry leaves a number far below 2^64, so that this addition ends in its first limb.
        low[0] = low[0].wrapping_add(carry as u64 * 38);
        Self(low)
    }

    /// 2^256 is 2 p + 38.
    fn canonical(self) -> Self {
        self.subtract_p_once().subtract_p_once()
    }

    fn square_times(self, times: u32) -> Self {
        (0..times).fold(self, |element, _| element.multiply(element))
    }

    /// Euler's criterion: the power (p - 1) / 2 = 2^254 - 10 = 16 (2^250 - 1) + 6 is one.
    fn is_nonzero_square(self) -> bool {
        // `ones(n)` is the power 2^n - 1; two of them join to a longer one.
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
            .canonical()
            == ONE
    }
}

/// a - b, where a is not below b.
fn difference(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    let (mut result, mut borrow) = ([0; 4], false);
    for i in 0..4 {
        let (limb, first) = a[i].overflowing_sub(b[i]);
        let (limb, second) = limb.overflowing_sub(u64::from(borrow));
        result[i] = limb;
        borrow = first || second;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    fn key(y: Element) -> Vec<u8> {
        y.0.iter().flat_map(|limb| limb.to_le_bytes()).collect()
    }

    #[test]
    fn arithmetic_holds() {
        let minus_one = Element([0, 0, 0, 0]).subtract(ONE);
        assert_eq!(minus_one.multiply(minus_one).canonical(), ONE);
        let most = Element([u64::MAX; 4]);
        assert_eq!(most.multiply(most).canonical(), Element([37 * 37, 0, 0, 0]));
        assert_eq!(most.canonical(), Element([37, 0, 0, 0]));
        assert_eq!(minus_one.add(ONE), Element([0; 4]));
        // d = -121665 / 121666
        let (a, b) = (Element([121_666, 0, 0, 0]), Element([121_665, 0, 0, 0]));
        assert_eq!(D.multiply(a).canonical().add(b), Element([0; 4]));
        // p is 5 modulo 8, so 2 is no square; -1 is one.
        assert!(!Element([2, 0, 0, 0]).is_nonzero_square());
        assert!(minus_one.is_nonzero_square());
        assert!(!D.is_nonzero_square());
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
        let points = (2..=255_u8)
            .filter(|&y| check(&key(Element([y.into(), 0, 0, 0]))).is_ok())
            .count();
        assert!((90..165).contains(&points), "{points}");
    }

    /// (x, y) has small order exactly if doubling y three times gives the neutral element; the table holds
    /// no more and no less than the points that do.
    #[test]
    fn small_orders_are_refused_with_either_sign() {
        for y in SMALL_ORDER {
            let mut bytes = key(y);
            assert_eq!(check(&bytes), Err(KeyError::WeakPoint));
            bytes[31] |= 0x80;
            assert_eq!(check(&bytes), Err(KeyError::WeakPoint));
        }
        // The y of order 8 satisfy d y⁴ + 2 y² - 1 = 0, as doubling must give y = 0.
        for y in &SMALL_ORDER[3..] {
            let square = y.multiply(*y).canonical();
            let sum = square
                .multiply(square)
                .multiply(D)
                .canonical()
                .add(square)
                .add(square)
                .subtract(ONE);
            assert_eq!(sum, Element([0; 4]));
        }
    }

    #[test]
    fn other_encodings_of_a_number_are_refused() {
        assert_eq!(check(&key(P)), Err(KeyError::Unusable));
        assert_eq!(check(&[0xff; 32]), Err(KeyError::Unusable));
        assert_eq!(check(&[1; 31]), Err(KeyError::Unusable));
    }
}
