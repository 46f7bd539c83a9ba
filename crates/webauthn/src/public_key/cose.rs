//! The shapes of `COSE_Key` and their use with aws-lc-rs.

use super::{KeyError, SignatureInvalid, edwards};
use crate::algorithm::{Algorithm, ED448};
use crate::cbor::{Key, Kind, Reader};
use crate::error::ShownKey;
use crate::x509::KeyType;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519, ML_DSA_44,
    ML_DSA_65, ML_DSA_87, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};

/// Labels of RFC 9052 section 7.1 and of the key types' own parameters.
const KTY: i64 = 1;
const ALG: i64 = 3;
/// `crv` of EC2 and OKP, `n` of RSA, `pub` of AKP.
const FIRST: i64 = -1;
/// `x` of EC2 and OKP, `e` of RSA.
const SECOND: i64 = -2;
/// `y` of EC2.
const THIRD: i64 = -3;

const KTY_OKP: i64 = 1;
const KTY_EC2: i64 = 2;
const KTY_RSA: i64 = 3;
const KTY_AKP: i64 = 7;
const CRV_ED25519: i64 = 6;

/// A public key whose parts are bound together, borrowed from its CBOR.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CoseKey<'a> {
    algorithm: Algorithm,
    material: Material<'a>,
}

/// What a key consists of, by its type. Lengths are bound to the algorithm.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Material<'a> {
    Ec2 { x: &'a [u8], y: &'a [u8] },
    Okp(&'a [u8]),
    Rsa { n: &'a [u8], e: &'a [u8] },
    Akp(&'a [u8]),
}

/// The parameters as they stand in the map, not yet judged.
#[derive(Default)]
struct Parameters<'a> {
    kty: Option<i64>,
    alg: Option<i64>,
    first: Option<Value<'a>>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

/// The parameter -1 is a number or bytes, as the key type says, which may come later in the map.
#[derive(Clone, Copy)]
enum Value<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

impl<'a> CoseKey<'a> {
    /// Reads a key that must fill `cose` entirely, and binds key type, curve, lengths and algorithm.
    pub(crate) fn parse(cose: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(cose);
        let parameters = Parameters::read(&mut reader)?;
        reader.finish()?;
        parameters.bind()
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn material(&self) -> Material<'a> {
        self.material
    }

    /// For an error.
    pub(crate) fn shown(&self) -> ShownKey {
        let kind = KeyType::of(self.algorithm).name();
        match self.material {
            Material::Ec2 { x, y } => ShownKey::of(kind, &[x, y]),
            Material::Okp(key) | Material::Akp(key) => ShownKey::of(kind, &[key]),
            Material::Rsa { n, e } => ShownKey::of(kind, &[n, e]),
        }
    }

    /// The uncompressed point of an EC2 key.
    pub(crate) fn ec_point(&self) -> Option<Sec1> {
        match self.material {
            Material::Ec2 { x, y } => Some(Sec1::new(x, y)),
            _ => None,
        }
    }

    /// Loads the key into the cryptographic library, as every verification will.
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        match self.material {
            Material::Ec2 { x, y } => {
                parse_once(ec_algorithm(self.algorithm), Sec1::new(x, y).as_slice())
            }
            Material::Okp(key) => {
                // The library accepts any 32 bytes as Ed25519 key.
                edwards::check(key)?;
                parse_once(&ED25519, key)
            }
            Material::Rsa { n, e } => {
                check_rsa(n, e)?;
                let key = RsaPublicKeyComponents { n, e };
                key.to_parsed_public_key(rsa_parameters(self.algorithm))
                    .map(drop)
                    .map_err(|_| KeyError::Unusable)
            }
            Material::Akp(key) => parse_once(akp_algorithm(self.algorithm), key),
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        match self.material {
            Material::Ec2 { x, y } => ec_algorithm(self.algorithm).verify_sig(
                Sec1::new(x, y).as_slice(),
                message,
                signature,
            ),
            Material::Okp(key) => ED25519.verify_sig(key, message, signature),
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                rsa_parameters(self.algorithm),
                message,
                signature,
            ),
            Material::Akp(key) => akp_algorithm(self.algorithm).verify_sig(key, message, signature),
        }
        .map_err(|_| SignatureInvalid)
    }
}

impl<'a> Parameters<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, KeyError> {
        let mut parameters = Self::default();
        reader.map(|key, value| {
            match key {
                Key::Int(KTY) => parameters.kty = Some(value.int()?),
                Key::Int(ALG) => parameters.alg = Some(value.int()?),
                Key::Int(FIRST) if value.kind()? == Kind::Integer => {
                    parameters.first = Some(Value::Int(value.int()?));
                }
                Key::Int(FIRST) => parameters.first = Some(Value::Bytes(value.bytes()?)),
                Key::Int(SECOND) => parameters.second = Some(value.bytes()?),
                // RFC 9053 section 7.1.1: a boolean y is the sign of a compressed point.
                Key::Int(THIRD) if value.kind()? == Kind::Bool => {
                    return Err(KeyError::CompressedPoint);
                }
                Key::Int(THIRD) => parameters.third = Some(value.bytes()?),
                // Section 6.5.1.1: no other optional parameters. Private parts would end here, too.
                Key::Int(label) => {
                    return Err(KeyError::UnexpectedParameter { label: Some(label) });
                }
                Key::Text(_) => return Err(KeyError::UnexpectedParameter { label: None }),
            }
            Ok(())
        })?;
        Ok(parameters)
    }

    fn bind(self) -> Result<CoseKey<'a>, KeyError> {
        let kty = self.kty.ok_or(KeyError::MissingParameter { label: KTY })?;
        let algorithm = match self.alg.ok_or(KeyError::MissingParameter { label: ALG })? {
            ED448 => return Err(KeyError::Ed448),
            id => Algorithm::from_cose_id(id).ok_or(KeyError::UnsupportedAlgorithm { id })?,
        };
        let expected_kty = match algorithm {
            Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => KTY_EC2,
            Algorithm::EdDsa => KTY_OKP,
            Algorithm::Rs256 | Algorithm::Ps256 => KTY_RSA,
            Algorithm::MlDsa44 | Algorithm::MlDsa65 | Algorithm::MlDsa87 => KTY_AKP,
        };
        if kty != expected_kty {
            return Err(KeyError::KeyTypeMismatch {
                algorithm,
                found: kty,
            });
        }
        let material = match algorithm {
            Algorithm::Es256 => self.ec2(algorithm, 1, 32),
            Algorithm::Es384 => self.ec2(algorithm, 2, 48),
            Algorithm::Es512 => self.ec2(algorithm, 3, 66),
            Algorithm::EdDsa => self.okp(algorithm),
            Algorithm::Rs256 | Algorithm::Ps256 => self.rsa(),
            Algorithm::MlDsa44 => self.akp(1312),
            Algorithm::MlDsa65 => self.akp(1952),
            Algorithm::MlDsa87 => self.akp(2592),
        }?;
        Ok(CoseKey {
            algorithm,
            material,
        })
    }

    fn ec2(
        &self,
        algorithm: Algorithm,
        curve: i64,
        length: usize,
    ) -> Result<Material<'a>, KeyError> {
        self.require_curve(algorithm, curve)?;
        let x = require_length(SECOND, self.second, length)?;
        let y = require_length(THIRD, self.third, length)?;
        Ok(Material::Ec2 { x, y })
    }

    fn okp(&self, algorithm: Algorithm) -> Result<Material<'a>, KeyError> {
        self.require_curve(algorithm, CRV_ED25519)?;
        self.refuse_third()?;
        require_length(SECOND, self.second, 32).map(Material::Okp)
    }

    fn rsa(&self) -> Result<Material<'a>, KeyError> {
        self.refuse_third()?;
        let n = self.first_bytes()?;
        let e = self
            .second
            .ok_or(KeyError::MissingParameter { label: SECOND })?;
        Ok(Material::Rsa { n, e })
    }

    fn akp(&self, length: usize) -> Result<Material<'a>, KeyError> {
        self.refuse_third()?;
        if self.second.is_some() {
            // RFC 9964: -2 of an AKP key is its private seed.
            return Err(KeyError::UnexpectedParameter {
                label: Some(SECOND),
            });
        }
        require_length(FIRST, Some(self.first_bytes()?), length).map(Material::Akp)
    }

    fn require_curve(&self, algorithm: Algorithm, curve: i64) -> Result<(), KeyError> {
        match self.first {
            Some(Value::Int(found)) if found == curve => Ok(()),
            // Ed448 may also come as alg -8 with its own curve; give it its name.
            Some(Value::Int(7)) if algorithm == Algorithm::EdDsa => Err(KeyError::Ed448),
            Some(Value::Int(found)) => Err(KeyError::CurveMismatch { algorithm, found }),
            Some(Value::Bytes(_)) | None => Err(KeyError::MissingParameter { label: FIRST }),
        }
    }

    fn first_bytes(&self) -> Result<&'a [u8], KeyError> {
        match self.first {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(Value::Int(_)) | None => Err(KeyError::MissingParameter { label: FIRST }),
        }
    }

    fn refuse_third(&self) -> Result<(), KeyError> {
        match self.third {
            None => Ok(()),
            Some(_) => Err(KeyError::UnexpectedParameter { label: Some(THIRD) }),
        }
    }
}

fn require_length(label: i64, value: Option<&[u8]>, expected: usize) -> Result<&[u8], KeyError> {
    let value = value.ok_or(KeyError::MissingParameter { label })?;
    match value.len() {
        found if found == expected => Ok(value),
        found => Err(KeyError::WrongLength {
            label,
            expected,
            found,
        }),
    }
}

fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    let (Some(first), Some(last)) = (n.first(), n.last()) else {
        return Err(KeyError::ModulusSize { bits: 0 });
    };
    if *first == 0 || last % 2 == 0 {
        return Err(KeyError::ModulusEncoding);
    }
    let bits = n.len() * 8 - first.leading_zeros() as usize;
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::ModulusSize { bits });
    }
    let (Some(first), Some(last)) = (e.first(), e.last()) else {
        return Err(KeyError::Exponent);
    };
    if *first == 0 || last % 2 == 0 || e == [1] || e.len() > 4 {
        return Err(KeyError::Exponent);
    }
    Ok(())
}

fn parse_once(algorithm: &'static dyn VerificationAlgorithm, key: &[u8]) -> Result<(), KeyError> {
    ParsedPublicKey::new(algorithm, key)
        .map(drop)
        .map_err(|_| KeyError::Unusable)
}

/// The algorithm is bound to the material by `bind`, so the last arms are never reached with another.
fn ec_algorithm(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::Es256 => &ECDSA_P256_SHA256_ASN1,
        Algorithm::Es384 => &ECDSA_P384_SHA384_ASN1,
        _ => &ECDSA_P521_SHA512_ASN1,
    }
}

fn rsa_parameters(algorithm: Algorithm) -> &'static RsaParameters {
    match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        _ => &RSA_PSS_2048_8192_SHA256,
    }
}

fn akp_algorithm(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::MlDsa44 => &ML_DSA_44,
        Algorithm::MlDsa65 => &ML_DSA_65,
        _ => &ML_DSA_87,
    }
}

/// An uncompressed point (SEC 1 section 2.3.3) on the stack.
pub(crate) struct Sec1 {
    bytes: [u8; 1 + 2 * 66],
    length: usize,
}

impl Sec1 {
    /// `x` and `y` have the curve's length, at most 66 bytes (checked by `bind`).
    fn new(x: &[u8], y: &[u8]) -> Self {
        let mut bytes = [0; 1 + 2 * 66];
        bytes[0] = 0x04;
        let mut length = 1;
        for coordinate in [x, y] {
            if let Some(place) = bytes.get_mut(length..length + coordinate.len()) {
                place.copy_from_slice(coordinate);
                length += coordinate.len();
            }
        }
        Self { bytes, length }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
