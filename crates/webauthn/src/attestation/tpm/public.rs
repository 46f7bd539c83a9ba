//! TPMT_PUBLIC (TPM 2.0 part 2 section 12.2.4), RSA and ECC.

use super::{Fields, Malformed, find_name_hash};
use crate::error::ShownKey;
use crate::public_key::{CoseKey, Material};
use aws_lc_rs::digest;

/// TPM_ALG_NULL.
const NULL: u16 = 0x0010;

/// A public area.
pub(super) struct PublicArea<'a> {
    pub(super) name_algorithm: u16,
    pub(super) name_hash: &'static digest::Algorithm,
    key: Key<'a>,
}

enum Key<'a> {
    Rsa {
        bits: u16,
        exponent: u32,
        modulus: &'a [u8],
    },
    Ecc {
        curve: u16,
        x: &'a [u8],
        y: &'a [u8],
    },
}

impl<'a> PublicArea<'a> {
    /// # Errors
    /// If it is cut off, has bytes left over, or is of another type.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(bytes);
        let unknown_kind = fields.malformed();
        let kind = fields.u16()?;
        let unknown_hash = fields.malformed();
        let name_algorithm = fields.u16()?;
        let name_hash = find_name_hash(name_algorithm).ok_or(unknown_hash)?;
        fields.u32()?; // objectAttributes
        fields.sized()?; // authPolicy
        skip_symmetric(&mut fields)?;
        skip_scheme(&mut fields)?;
        let key = match kind {
            // TPM_ALG_RSA
            0x0001 => Key::Rsa {
                bits: fields.u16()?,
                // Section 12.2.3.5: zero stands for 65537.
                exponent: match fields.u32()? {
                    0 => 65_537,
                    exponent => exponent,
                },
                modulus: fields.sized()?,
            },
            // TPM_ALG_ECC
            0x0023 => {
                let curve = fields.u16()?;
                skip_scheme(&mut fields)?; // kdf
                Key::Ecc {
                    curve,
                    x: fields.sized()?,
                    y: fields.sized()?,
                }
            }
            _ => return Err(unknown_kind),
        };
        fields.finish()?;
        Ok(Self {
            name_algorithm,
            name_hash,
            key,
        })
    }

    pub(super) fn shown(&self) -> ShownKey {
        match &self.key {
            Key::Rsa {
                exponent, modulus, ..
            } => ShownKey::of("RSA", &[strip(modulus), strip(&exponent.to_be_bytes())]),
            Key::Ecc { curve, x, y } => {
                let kind = match curve {
                    0x0003 => "P-256",
                    0x0004 => "P-384",
                    0x0005 => "P-521",
                    _ => "another curve's",
                };
                ShownKey::of(kind, &[x, y])
            }
        }
    }

    /// Whether this is the credential's key.
    pub(super) fn is_key(&self, key: &CoseKey<'_>) -> bool {
        match (&self.key, key.material()) {
            (
                Key::Rsa {
                    bits,
                    exponent,
                    modulus,
                },
                Material::Rsa { n, e },
            ) => {
                usize::from(*bits) == modulus.len() * 8
                    && strip(modulus) == strip(n)
                    && strip(&exponent.to_be_bytes()) == strip(e)
            }
            (
                Key::Ecc { curve, x, y },
                Material::Ec2 {
                    x: wanted_x,
                    y: wanted_y,
                },
            ) => {
                // TPM_ECC_NIST_P256, _P384, _P521. The coordinates' length is bound to the algorithm.
                let length = match curve {
                    0x0003 => 32,
                    0x0004 => 48,
                    0x0005 => 66,
                    _ => return false,
                };
                wanted_x.len() == length
                    && strip(x) == strip(wanted_x)
                    && strip(y) == strip(wanted_y)
            }
            _ => false,
        }
    }
}

/// TPMT_SYM_DEF_OBJECT: an algorithm, and unless it is none, key size and mode.
fn skip_symmetric(fields: &mut Fields<'_>) -> Result<(), Malformed> {
    if fields.u16()? != NULL {
        fields.u32()?;
    }
    Ok(())
}

/// TPMT_RSA_SCHEME, TPMT_ECC_SCHEME and TPMT_KDF_SCHEME: an algorithm with its hash.
fn skip_scheme(fields: &mut Fields<'_>) -> Result<(), Malformed> {
    match fields.u16()? {
        // None, and RSAES, which has no details.
        NULL | 0x0015 => {}
        // ECDAA has a hash and a count.
        0x001a => drop(fields.u32()?),
        _ => drop(fields.u16()?),
    }
    Ok(())
}

/// A number without leading zeros: TPMs differ in whether they write them.
fn strip(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}
