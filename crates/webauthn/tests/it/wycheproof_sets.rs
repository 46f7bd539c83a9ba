//! Project Wycheproof's vectors for every algorithm that this crate verifies, through `COSE_Key` and all.

use crate::device::*;
use webauthn::PublicKey;
use wycheproof::{TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

/// Counts, so that an empty set cannot pass for a good one.
#[derive(Default)]
struct Tally {
    valid: usize,
    invalid: usize,
}

impl Tally {
    /// Checks one vector. `acceptable` ones may go either way.
    fn check(
        &mut self,
        key: Option<&PublicKey>,
        message: &[u8],
        signature: &[u8],
        expected: TestResult,
        id: usize,
    ) {
        let verified = key.is_some_and(|key| key.verify(message, signature).is_ok());
        match expected {
            TestResult::Valid => {
                assert!(verified, "test {id} must pass");
                self.valid += 1;
            }
            TestResult::Invalid => {
                assert!(!verified, "test {id} must fail");
                self.invalid += 1;
            }
            TestResult::Acceptable => {}
        }
    }

    fn expect_both(&self) {
        assert!(
            self.valid > 0 && self.invalid > 0,
            "{} valid, {} invalid",
            self.valid,
            self.invalid
        );
    }
}

fn unpadded(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    &bytes[zeros..]
}

fn ecdsa_set(name: ecdsa::TestName, algorithm: i64, curve: i64, size: usize) {
    let mut tally = Tally::default();
    for group in &ecdsa::TestSet::load(name).unwrap().test_groups {
        let point = &group.key.key[1..];
        let key =
            PublicKey::parse(&cose_ec2(algorithm, curve, &point[..size], &point[size..])).unwrap();
        for test in &group.tests {
            tally.check(Some(&key), &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    tally.expect_both();
}

#[test]
fn es256() {
    ecdsa_set(ecdsa::TestName::EcdsaSecp256r1Sha256, -7, 1, 32);
}

#[test]
fn es384() {
    ecdsa_set(ecdsa::TestName::EcdsaSecp384r1Sha384, -35, 2, 48);
}

#[test]
fn es512() {
    ecdsa_set(ecdsa::TestName::EcdsaSecp521r1Sha512, -36, 3, 66);
}

#[test]
fn ed25519() {
    let mut tally = Tally::default();
    for group in &eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        let key = PublicKey::parse(&cose_okp(-8, 6, &group.key.pk)).unwrap();
        for test in &group.tests {
            tally.check(Some(&key), &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    tally.expect_both();
}

#[test]
fn rs256() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    for name in [
        TestName::Rsa2048Sha256,
        TestName::Rsa3072Sha256,
        TestName::Rsa4096Sha256,
        TestName::Rsa8192Sha256,
    ] {
        let mut tally = Tally::default();
        for group in &TestSet::load(name).unwrap().test_groups {
            // Wycheproof has keys with small or huge exponents among them, which may be refused.
            let key = PublicKey::parse(&cose_rsa(
                -257,
                unpadded(&group.key.n),
                unpadded(&group.key.e),
            ))
            .unwrap();
            for test in &group.tests {
                tally.check(Some(&key), &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
        tally.expect_both();
    }
}

#[test]
fn ps256() {
    use rsa_pss_verify::TestName as Name;
    let names = [
        Name::RsaPss2048Sha256Mgf1SaltLen32,
        Name::RsaPss3072Sha256Mgf1SaltLen32,
        Name::RsaPss4096Sha256Mgf1SaltLen32,
    ];
    for name in names {
        let mut tally = Tally::default();
        for group in &rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::parse(&cose_rsa(
                -37,
                unpadded(&group.key.n),
                unpadded(&group.key.e),
            ))
            .unwrap();
            for test in &group.tests {
                tally.check(Some(&key), &test.msg, &test.sig, test.result, test.tc_id);
            }
        }
        tally.expect_both();
    }
}

#[test]
fn ps256_refuses_other_salt_lengths() {
    // RFC 8230: the salt is as long as the hash. All of these are valid RSASSA-PSS with no salt.
    let set = rsa_pss_verify::TestSet::load(rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0)
        .unwrap();
    let mut seen = 0;
    for group in &set.test_groups {
        let key = PublicKey::parse(&cose_rsa(
            -37,
            unpadded(&group.key.n),
            unpadded(&group.key.e),
        ))
        .unwrap();
        for test in group
            .tests
            .iter()
            .filter(|test| test.result == TestResult::Valid)
        {
            assert!(
                key.verify(&test.msg, &test.sig).is_err(),
                "test {}",
                test.tc_id
            );
            seen += 1;
        }
    }
    assert!(seen > 0);
}

fn ml_dsa_set(name: mldsa_verify::TestName, algorithm: i64) {
    let mut tally = Tally::default();
    for group in &mldsa_verify::TestSet::load(name).unwrap().test_groups {
        // Some groups have keys of a wrong length; all their tests are invalid.
        let key = PublicKey::parse(&cose_akp(algorithm, &group.pubkey)).ok();
        // RFC 9964: the context is empty.
        for test in group
            .tests
            .iter()
            .filter(|test| test.ctx.as_ref().is_none_or(|context| context.is_empty()))
        {
            tally.check(key.as_ref(), &test.msg, &test.sig, test.result, test.tc_id);
        }
    }
    tally.expect_both();
}

#[test]
fn ml_dsa_44() {
    ml_dsa_set(mldsa_verify::TestName::MlDsa44Verify, -48);
}

#[test]
fn ml_dsa_65() {
    ml_dsa_set(mldsa_verify::TestName::MlDsa65Verify, -49);
}

#[test]
fn ml_dsa_87() {
    ml_dsa_set(mldsa_verify::TestName::MlDsa87Verify, -50);
}
