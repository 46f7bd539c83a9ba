//! Project Wycheproof's vectors for every pair of key and scheme that certificates and statements may have, from the key's
//! SubjectPublicKeyInfo on. (Passkeys' own keys come as COSE_Key: `tests/it/wycheproof_sets.rs`.)

use super::{KeyType, Scheme, Spki, pair};
use crate::der::Reader;
use wycheproof::{TestResult, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

/// One set under one scheme; `cose` is the number under which statements name it, where they may.
struct Set {
    key: KeyType,
    scheme: Scheme,
    cose: Option<i64>,
    valid: usize,
    invalid: usize,
}

impl Set {
    fn new(key: KeyType, scheme: Scheme, cose: Option<i64>) -> Self {
        assert!(pair(key, scheme).is_some());
        Self {
            key,
            scheme,
            cose,
            valid: 0,
            invalid: 0,
        }
    }

    fn check(
        &mut self,
        der: &[u8],
        message: &[u8],
        signature: &[u8],
        (expected, id): (TestResult, usize),
    ) {
        let mut reader = Reader::new(der);
        let read = Spki::read(&mut reader).ok().filter(|_| reader.is_empty());
        let read = read.filter(|spki| spki.key_type() == Some(self.key));
        let verified = read.is_some_and(|spki| {
            let by_scheme = spki.verify(self.scheme, message, signature);
            if let Some(number) = self.cose {
                assert_eq!(spki.verify_cose(number, message, signature), by_scheme);
            }
            by_scheme.is_ok()
        });
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

    /// An empty set can't pass for a good one.
    fn finish(&self) {
        assert!(self.valid > 0 && self.invalid > 0, "{:?}", self.scheme);
    }
}

#[test]
fn ecdsa_with_every_curve_and_hash() {
    use KeyType::{P256, P384, P521};
    use Scheme as S;
    use ecdsa::TestName as Name;
    for (name, key, scheme, cose) in [
        (Name::EcdsaSecp256r1Sha256, P256, S::EcdsaSha256, Some(-7)),
        (Name::EcdsaSecp256r1Sha512, P256, S::EcdsaSha512, None),
        (Name::EcdsaSecp384r1Sha256, P384, S::EcdsaSha256, None),
        (Name::EcdsaSecp384r1Sha384, P384, S::EcdsaSha384, Some(-35)),
        (Name::EcdsaSecp384r1Sha512, P384, S::EcdsaSha512, None),
        (Name::EcdsaSecp521r1Sha512, P521, S::EcdsaSha512, Some(-36)),
        // As JWS has them: of the metadata's signer, and SafetyNet's.
        (
            Name::EcdsaSecp256r1Sha256P1363,
            P256,
            S::EcdsaSha256Fixed,
            None,
        ),
        (
            Name::EcdsaSecp384r1Sha384P1363,
            P384,
            S::EcdsaSha384Fixed,
            None,
        ),
        (
            Name::EcdsaSecp521r1Sha512P1363,
            P521,
            S::EcdsaSha512Fixed,
            None,
        ),
    ] {
        let mut set = Set::new(key, scheme, cose);
        for group in &ecdsa::TestSet::load(name)
            .expect("the crate has this set")
            .test_groups
        {
            for test in &group.tests {
                let expected = (test.result, test.tc_id);
                set.check(&group.der, &test.msg, &test.sig, expected);
            }
        }
        set.finish();
    }
}

#[test]
fn rsa_pkcs1_with_every_hash() {
    use rsa_pkcs1_verify::{TestName as Name, TestSet};
    for (name, scheme, cose) in [
        (Name::Rsa2048Sha256, Scheme::RsaPkcs1Sha256, -257),
        (Name::Rsa2048Sha384, Scheme::RsaPkcs1Sha384, -258),
        (Name::Rsa3072Sha384, Scheme::RsaPkcs1Sha384, -258),
        (Name::Rsa4096Sha384, Scheme::RsaPkcs1Sha384, -258),
        (Name::Rsa2048Sha512, Scheme::RsaPkcs1Sha512, -259),
        (Name::Rsa3072Sha512, Scheme::RsaPkcs1Sha512, -259),
        (Name::Rsa4096Sha512, Scheme::RsaPkcs1Sha512, -259),
        (Name::Rsa8192Sha512, Scheme::RsaPkcs1Sha512, -259),
    ] {
        let mut set = Set::new(KeyType::Rsa, scheme, Some(cose));
        for group in &TestSet::load(name)
            .expect("the crate has this set")
            .test_groups
        {
            for test in &group.tests {
                let expected = (test.result, test.tc_id);
                set.check(&group.der, &test.msg, &test.sig, expected);
            }
        }
        set.finish();
    }
}

#[test]
fn rsa_pss_with_every_hash() {
    use rsa_pss_verify::{TestName as Name, TestSet};
    for (name, scheme, cose) in [
        (
            Name::RsaPss2048Sha256Mgf1SaltLen32,
            Scheme::RsaPssSha256,
            -37,
        ),
        (
            Name::RsaPss2048Sha384Mgf1SaltLen48,
            Scheme::RsaPssSha384,
            -38,
        ),
        (
            Name::RsaPss4096Sha384Mgf1SaltLen48,
            Scheme::RsaPssSha384,
            -38,
        ),
        (
            Name::RsaPss4096Sha512Mgf1SaltLen64,
            Scheme::RsaPssSha512,
            -39,
        ),
    ] {
        let mut set = Set::new(KeyType::Rsa, scheme, Some(cose));
        for group in &TestSet::load(name)
            .expect("the crate has this set")
            .test_groups
        {
            for test in &group.tests {
                let expected = (test.result, test.tc_id);
                set.check(&group.der, &test.msg, &test.sig, expected);
            }
        }
        set.finish();
    }
}

#[test]
fn keys_without_a_choice_of_hash() {
    let mut set = Set::new(KeyType::Ed25519, Scheme::Ed25519, Some(-8));
    let name = eddsa::TestName::Ed25519;
    for group in &eddsa::TestSet::load(name)
        .expect("the crate has this set")
        .test_groups
    {
        for test in &group.tests {
            let expected = (test.result, test.tc_id);
            set.check(&group.der, &test.msg, &test.sig, expected);
        }
    }
    set.finish();
    use mldsa_verify::TestName as Name;
    for (name, key, scheme, cose) in [
        (Name::MlDsa44Verify, KeyType::MlDsa44, Scheme::MlDsa44, -48),
        (Name::MlDsa65Verify, KeyType::MlDsa65, Scheme::MlDsa65, -49),
        (Name::MlDsa87Verify, KeyType::MlDsa87, Scheme::MlDsa87, -50),
    ] {
        let mut set = Set::new(key, scheme, Some(cose));
        for group in &mldsa_verify::TestSet::load(name)
            .expect("the crate has this set")
            .test_groups
        {
            // RFC 9881: the context is empty.
            let plain = |context: &[u8]| context.is_empty();
            for test in &group.tests {
                if test.ctx.as_ref().is_none_or(|context| plain(context)) {
                    let expected = (test.result, test.tc_id);
                    set.check(&group.der, &test.msg, &test.sig, expected);
                }
            }
        }
        set.finish();
    }
}
