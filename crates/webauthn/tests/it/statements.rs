//! Attestations made by these tests: statements of every format, of which each part can be bent.

use crate::authority::der::{explicit, integer, octet_string, oid, printable, sequence, set, utf8};
use crate::authority::{AIK, Key, NOW, SUBJECT_ALT_NAME, Template};
use crate::device::{
    ALL, Data, Device, Site, attestation_object, client_data, cose_ec2, cose_rsa, registration,
    sha256,
};
use webauthn::attestation::{
    Attestation, AttestationNeed, AttestationPolicy, Format, Model, Trust,
};
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{
    ExpectedRegistration, RegistrationError, VerifiedRegistration, registration as ceremony,
};

pub(crate) const AAGUID: [u8; 16] = *b"\xd4\x1f\x5a\x69an aaguid...";
pub(crate) const FIDO_AAGUID: &[u8] = b"\x2b\x06\x01\x04\x01\x82\xe5\x1c\x01\x01\x04";
pub(crate) const APPLE_NONCE: &[u8] = b"\x2a\x86\x48\x86\xf7\x63\x64\x08\x02";
pub(crate) const KEY_DESCRIPTION: &[u8] = b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x01\x11";

/// A value of a statement.
#[derive(Clone)]
pub(crate) enum Cbor {
    Int(i64),
    Bytes(Vec<u8>),
    Text(&'static str),
    List(Vec<Vec<u8>>),
}

/// A statement in parts.
pub(crate) type Parts = Vec<(&'static str, Cbor)>;

pub(crate) fn encode(parts: &Parts) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.map(parts.len() as u64).unwrap();
    for (name, value) in parts {
        encoder.str(name).unwrap();
        match value {
            Cbor::Int(number) => drop(encoder.i64(*number).unwrap()),
            Cbor::Bytes(bytes) => drop(encoder.bytes(bytes).unwrap()),
            Cbor::Text(text) => drop(encoder.str(text).unwrap()),
            Cbor::List(list) => {
                encoder.array(list.len() as u64).unwrap();
                for bytes in list {
                    encoder.bytes(bytes).unwrap();
                }
            }
        }
    }
    encoder.into_writer()
}

/// Replaces one part of a statement.
pub(crate) fn with(mut parts: Parts, name: &'static str, value: Cbor) -> Parts {
    parts.retain(|(other, _)| *other != name);
    parts.push((name, value));
    parts
}

pub(crate) fn without(mut parts: Parts, name: &str) -> Parts {
    parts.retain(|(other, _)| *other != name);
    parts
}

/// A maker of authenticators: its root, an attestation key, and one device with a credential.
pub(crate) struct Maker {
    pub(crate) root: Key,
    root_certificate: Vec<u8>,
    /// The key that signs statements.
    pub(crate) signer: Key,
    /// The credential's own key.
    pub(crate) credential: Key,
    pub(crate) device: Device,
    pub(crate) data: Data,
    pub(crate) client_data: Vec<u8>,
}

impl Maker {
    pub(crate) fn new() -> Self {
        Self::of(Key::p256())
    }

    /// With this key as the credential's.
    pub(crate) fn of(credential: Key) -> Self {
        Self::made_of(credential, Key::p256(), Key::p256())
    }

    /// With these keys as the root's and as the one that signs statements.
    pub(crate) fn with_authority(root: Key, signer: Key) -> Self {
        Self::made_of(Key::p256(), root, signer)
    }

    fn made_of(credential: Key, root: Key, signer: Key) -> Self {
        let mut device = Device::new();
        device.cose = cose(&credential);
        let mut data = device.registration_data();
        data.tail[..16].copy_from_slice(&AAGUID);
        Self {
            root_certificate: Template::authority("Maker Root", &root, "Maker Root").sign(&root),
            root,
            signer,
            credential,
            device,
            data,
            client_data: client_data("webauthn.create"),
        }
    }

    pub(crate) fn root_key(&self) -> &Key {
        &self.root
    }

    /// The same registration and root, with another key that attests it.
    pub(crate) fn with_another_signer(&mut self, run: impl FnOnce(&Self) -> Vec<u8>) -> Vec<u8> {
        let signer = std::mem::replace(&mut self.signer, Key::p256());
        let made = run(self);
        self.signer = signer;
        made
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        self.root_certificate.clone()
    }

    /// authenticatorData || clientDataHash.
    pub(crate) fn message(&self) -> Vec<u8> {
        [&self.data.bytes()[..], &sha256(&self.client_data)].concat()
    }

    /// A certificate for `packed` in which nothing is wrong.
    pub(crate) fn packed_leaf(&self) -> Template {
        let mut leaf = Template::leaf("", &self.signer, "Maker Root");
        leaf.subject = packed_subject("UT", "Maker", "Authenticator Attestation", "Model 1");
        leaf.with(FIDO_AAGUID, false, octet_string(&AAGUID))
    }

    pub(crate) fn packed(&self) -> Parts {
        self.packed_with(&self.packed_leaf())
    }

    pub(crate) fn packed_with(&self, leaf: &Template) -> Parts {
        vec![
            ("alg", Cbor::Int(-7)),
            ("sig", Cbor::Bytes(self.signer.sign(&self.message()))),
            ("x5c", Cbor::List(vec![leaf.sign(&self.root)])),
        ]
    }

    pub(crate) fn u2f(&self) -> Parts {
        let leaf = Template::leaf("U2F", &self.signer, "Maker Root");
        let verification_data = [
            &[0],
            &self.data.rp_id_hash[..],
            &sha256(&self.client_data),
            &self.device.credential_id,
            &self.credential.public(),
        ]
        .concat();
        vec![
            ("sig", Cbor::Bytes(self.signer.sign(&verification_data))),
            ("x5c", Cbor::List(vec![leaf.sign(&self.root)])),
        ]
    }

    pub(crate) fn apple_leaf(&self) -> Template {
        let nonce = sequence(&[explicit(1, &octet_string(&sha256(&self.message())))]);
        Template::leaf("Apple", &self.credential, "Maker Root").with(APPLE_NONCE, false, nonce)
    }

    pub(crate) fn apple_with(&self, leaf: &Template) -> Parts {
        vec![("x5c", Cbor::List(vec![leaf.sign(&self.root)]))]
    }

    pub(crate) fn android_with(&self, description: Vec<u8>) -> Parts {
        let leaf = Template::leaf("Android", &self.credential, "Maker Root").with(
            KEY_DESCRIPTION,
            false,
            description,
        );
        vec![
            ("alg", Cbor::Int(-7)),
            ("sig", Cbor::Bytes(self.credential.sign(&self.message()))),
            ("x5c", Cbor::List(vec![leaf.sign(&self.root)])),
        ]
    }

    /// A TPM's certificate in which nothing is wrong.
    pub(crate) fn tpm_leaf(&self) -> Template {
        let mut leaf = Template::leaf("", &self.signer, "Maker Root");
        leaf.subject = sequence(&[]);
        leaf.purposes(&[AIK])
            .with(SUBJECT_ALT_NAME, true, tpm_names("id:494E5443"))
            .with(FIDO_AAGUID, false, octet_string(&AAGUID))
    }

    pub(crate) fn tpm(&self) -> Parts {
        self.tpm_with(&self.tpm_leaf(), public_area(&self.credential), |_| ())
    }

    /// `bend` changes certInfo before the TPM signs it.
    pub(crate) fn tpm_with(
        &self,
        leaf: &Template,
        pub_area: Vec<u8>,
        bend: impl FnOnce(&mut CertInfo),
    ) -> Parts {
        let mut info = CertInfo::new(&self.message(), &pub_area);
        bend(&mut info);
        let info = info.encode();
        vec![
            ("ver", Cbor::Text("2.0")),
            (
                "alg",
                Cbor::Int(if matches!(self.signer, Key::Rsa(_)) {
                    -257
                } else {
                    -7
                }),
            ),
            ("x5c", Cbor::List(vec![leaf.sign(&self.root)])),
            ("sig", Cbor::Bytes(self.signer.sign(&info))),
            ("certInfo", Cbor::Bytes(info)),
            ("pubArea", Cbor::Bytes(pub_area)),
        ]
    }

    pub(crate) fn object(&self, format: &str, statement: &[u8]) -> Vec<u8> {
        attestation_object(format, &self.data.bytes(), statement)
    }

    /// The ceremony, under a policy that believes this maker, after `change`.
    pub(crate) fn register(
        &self,
        format: &str,
        statement: &[u8],
        change: impl FnOnce(&mut AttestationPolicy<'_>),
    ) -> Result<VerifiedRegistration, &'static str> {
        self.try_register(format, statement, change)
            .map_err(|refusal| refusal.code())
    }

    /// The refusal whole.
    pub(crate) fn try_register(
        &self,
        format: &str,
        statement: &[u8],
        change: impl FnOnce(&mut AttestationPolicy<'_>),
    ) -> Result<VerifiedRegistration, RegistrationError> {
        let site = Site::new();
        let anchor = Anchor::parse(&self.root()).unwrap();
        let anchors = |_: &Model| vec![&anchor];
        let mut policy = AttestationPolicy {
            need: AttestationNeed::Correct,
            trust: Trust {
                anchors: &anchors,
                is_shared: &|_| false,
                at: Time::from_unix_seconds(NOW),
                revocation: Revocation::Unchecked,
                android: None,
            },
            ..AttestationPolicy::NOT_REQUIRED
        };
        change(&mut policy);
        let expected = ExpectedRegistration {
            algorithms: ALL,
            attestation: &policy,
            ..site.registration()
        };
        let object = self.object(format, statement);
        let json = self.device.registration_json_of(&self.client_data, &object);
        ceremony::verify(&registration(&json), &expected)
    }

    pub(crate) fn judge(&self, format: &str, parts: &Parts) -> Result<Attestation, &'static str> {
        self.register(format, &encode(parts), |_| ())
            .map(|verified| verified.attestation().clone())
    }

    /// Accepted and attested, or the code of what stands in the way.
    pub(crate) fn outcome(&self, format: &str, parts: &Parts) -> &'static str {
        match self.judge(format, parts) {
            Err(code) => code,
            Ok(attestation) => attestation.verdict.code().unwrap_or("attested"),
        }
    }
}

/// Every format, the deprecated one included.
pub(crate) const ALL_FORMATS: [Format; 8] = [
    Format::Packed,
    Format::Tpm,
    Format::AndroidKey,
    Format::AndroidSafetyNet,
    Format::FidoU2f,
    Format::None,
    Format::Apple,
    Format::Compound,
];

pub(crate) fn cose(key: &Key) -> Vec<u8> {
    let public = key.public();
    match key {
        Key::P256(_) => cose_ec2(-7, 1, &public[1..33], &public[33..]),
        Key::P384(_) => cose_ec2(-35, 2, &public[1..49], &public[49..]),
        Key::Ed25519(_) => crate::device::cose_okp(-8, 6, &public),
        Key::MlDsa44(_) => crate::device::cose_akp(-48, &public),
        Key::MlDsa65(_) => crate::device::cose_akp(-49, &public),
        Key::MlDsa87(_) => crate::device::cose_akp(-50, &public),
        Key::Rsa(_) => cose_rsa(-257, &rsa_modulus(&public), &[1, 0, 1]),
        _ => unreachable!("no test needs another"),
    }
}

/// The modulus in an RSAPublicKey of 2048 bits: behind two headers and a zero.
pub(crate) fn rsa_modulus(public: &[u8]) -> Vec<u8> {
    public[9..9 + 256].to_vec()
}

pub(crate) fn packed_subject(country: &str, organisation: &str, unit: &str, name: &str) -> Vec<u8> {
    let attribute = |last: u8, value: Vec<u8>| set(&[sequence(&[oid(&[0x55, 4, last]), value])]);
    sequence(&[
        attribute(6, printable(country)),
        attribute(10, utf8(organisation)),
        attribute(11, utf8(unit)),
        attribute(3, utf8(name)),
    ])
}

/// subjectAltName of a TPM: one directoryName with manufacturer, model and version.
pub(crate) fn tpm_names(manufacturer: &str) -> Vec<u8> {
    let attribute =
        |last: u8, value: &str| sequence(&[oid(&[0x67, 0x81, 5, 2, last]), utf8(value)]);
    let name = sequence(&[set(&[
        attribute(1, manufacturer),
        attribute(2, "Model"),
        attribute(3, "id:0001"),
    ])]);
    sequence(&[explicit(4, &name)])
}

/// TPMT_PUBLIC of a key.
pub(crate) fn public_area(key: &Key) -> Vec<u8> {
    let public = key.public();
    let sized = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
    // Name algorithm SHA-256, attributes, a policy, and for RSA no symmetric algorithm and no scheme.
    let start = |kind: u16| {
        let mut area = kind.to_be_bytes().to_vec();
        area.extend([0, 0x0b, 0, 6, 4, 0x72]);
        area.extend(sized(&[7; 32]));
        area.extend([0, 0x10, 0, 0x10]);
        area
    };
    match key {
        Key::Rsa(_) => {
            let mut area = start(1);
            area.extend([8, 0, 0, 0, 0, 0]);
            area.extend(sized(&rsa_modulus(&public)));
            area
        }
        _ => {
            let mut area = start(0x23);
            area.extend([0, 3, 0, 0x10]);
            area.extend(sized(&public[1..33]));
            area.extend(sized(&public[33..]));
            area
        }
    }
}

/// TPMS_ATTEST in parts.
pub(crate) struct CertInfo {
    pub(crate) magic: u32,
    pub(crate) kind: u16,
    pub(crate) extra_data: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) tail: Vec<u8>,
}

impl CertInfo {
    fn new(message: &[u8], pub_area: &[u8]) -> Self {
        Self {
            magic: 0xff54_4347,
            kind: 0x8017,
            extra_data: sha256(message).to_vec(),
            name: [&[0, 0x0b], &sha256(pub_area)[..]].concat(),
            tail: vec![],
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let sized = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
        [
            &self.magic.to_be_bytes()[..],
            &self.kind.to_be_bytes(),
            &sized(b"a qualified signer"),
            &sized(&self.extra_data),
            &[1; 17],
            &[2; 8],
            &sized(&self.name),
            &sized(b"a qualified name"),
            &self.tail,
        ]
        .concat()
    }
}

/// KeyDescription with these authorization lists, in software and in hardware.
pub(crate) fn key_description(
    level: u8,
    challenge: &[u8],
    software: &[Vec<u8>],
    hardware: &[Vec<u8>],
) -> Vec<u8> {
    key_description_of([level; 2], challenge, software, hardware)
}

/// The same with attestationSecurityLevel and keymasterSecurityLevel apart.
pub(crate) fn key_description_of(
    levels: [u8; 2],
    challenge: &[u8],
    software: &[Vec<u8>],
    hardware: &[Vec<u8>],
) -> Vec<u8> {
    let enumerated = |value: u8| crate::authority::der::element(0x0a, &[value]);
    sequence(&[
        integer(&[4]),
        enumerated(levels[0]),
        integer(&[41]),
        enumerated(levels[1]),
        octet_string(challenge),
        octet_string(b""),
        sequence(software),
        sequence(hardware),
    ])
}
