//! A passkey in software whose every field a test can bend before it signs.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use aws_lc_rs::{digest, rand};
use serde_json::{Value, json};
use webauthn::{
    Algorithm, AttestationPolicy, AuthenticationResponse, CrossOrigin, DEFAULT_ALGORITHMS,
    ExpectedAssertion, ExpectedRegistration, Mediation, Origin, RegistrationResponse, RpId,
    StoredCredential, UserVerification, base64url,
};

pub(crate) const CHALLENGE: &[u8] = b"a challenge of 32 bytes, for once";
pub(crate) const USER_HANDLE: &[u8] = b"user-handle-of-ada";

pub(crate) const UP: u8 = 0x01;
pub(crate) const UV: u8 = 0x04;
pub(crate) const BE: u8 = 0x08;
pub(crate) const BS: u8 = 0x10;
pub(crate) const AT: u8 = 0x40;
pub(crate) const ED: u8 = 0x80;

/// The relying party of these tests.
pub(crate) struct Site {
    pub(crate) rp_id: RpId,
    pub(crate) origins: Vec<Origin>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self {
            rp_id: RpId::parse("example.org").unwrap(),
            origins: vec![Origin::parse("https://login.example.org").unwrap()],
        }
    }

    pub(crate) fn registration(&self) -> ExpectedRegistration<'_> {
        ExpectedRegistration {
            challenge: CHALLENGE,
            rp_id: &self.rp_id,
            origins: &self.origins,
            cross_origin: CrossOrigin::Refused,
            algorithms: &DEFAULT_ALGORITHMS,
            mediation: Mediation::Modal,
            user_verification: UserVerification::Required,
            attestation: &AttestationPolicy::NOT_REQUIRED,
        }
    }

    pub(crate) fn assertion(&self) -> ExpectedAssertion<'_> {
        ExpectedAssertion {
            challenge: CHALLENGE,
            rp_id: &self.rp_id,
            origins: &self.origins,
            cross_origin: CrossOrigin::Refused,
            user_verification: UserVerification::Required,
            allowed_credentials: None,
            expected_user_handle: None,
        }
    }
}

/// An ES256 passkey.
pub(crate) struct Device {
    key: EcdsaKeyPair,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) cose: Vec<u8>,
}

/// Authenticator data in parts.
#[derive(Clone)]
pub(crate) struct Data {
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) tail: Vec<u8>,
}

impl Data {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.rp_id_hash.to_vec();
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        bytes.extend(&self.tail);
        bytes
    }
}

impl Device {
    pub(crate) fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let point = key.public_key().as_ref().to_vec();
        let cose = cose_ec2(-7, 1, &point[1..33], &point[33..]);
        Self {
            key,
            credential_id: b"credential-0001".to_vec(),
            cose,
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key
            .sign(&rand::SystemRandom::new(), message)
            .unwrap()
            .as_ref()
            .to_vec()
    }

    pub(crate) fn stored(&self) -> StoredCredential<'_> {
        StoredCredential {
            credential_id: &self.credential_id,
            public_key: &self.cose,
            sign_count: 0,
            backup_eligible: true,
            user_handle: USER_HANDLE,
        }
    }

    /// aaguid, credential id and key, as they stand behind the counter.
    pub(crate) fn attested(&self) -> Vec<u8> {
        attested(&self.credential_id, &self.cose)
    }

    pub(crate) fn registration_data(&self) -> Data {
        Data {
            rp_id_hash: sha256(b"example.org"),
            flags: UP | UV | BE | BS | AT,
            sign_count: 0,
            tail: self.attested(),
        }
    }

    pub(crate) fn assertion_data(&self) -> Data {
        Data {
            rp_id_hash: sha256(b"example.org"),
            flags: UP | UV | BE | BS,
            sign_count: 0,
            tail: vec![],
        }
    }

    /// A registration with format none around this data.
    pub(crate) fn registration_json(&self, client_data: &[u8], data: &Data) -> Value {
        self.registration_json_of(
            client_data,
            &attestation_object("none", &data.bytes(), &[0xa0]),
        )
    }

    pub(crate) fn registration_json_of(&self, client_data: &[u8], object: &[u8]) -> Value {
        json!({
            "id": base64url::encode(&self.credential_id),
            "rawId": base64url::encode(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": base64url::encode(client_data),
                "attestationObject": base64url::encode(object),
                "transports": ["internal", "hybrid"],
                "publicKeyAlgorithm": -257,
                "publicKey": "not even base64url!",
                "authenticatorData": 7,
            },
        })
    }

    pub(crate) fn packed_self(&self, client_data: &[u8], data: &Data) -> Vec<u8> {
        let data = data.bytes();
        let signature = self.sign(&[&data[..], &sha256(client_data)].concat());
        attestation_object("packed", &data, &packed_statement(-7, &signature))
    }

    /// A signed assertion over these bytes.
    pub(crate) fn assertion_json(&self, client_data: &[u8], data: &Data) -> Value {
        let data = data.bytes();
        let signature = self.sign(&[&data[..], &sha256(client_data)].concat());
        json!({
            "id": base64url::encode(&self.credential_id),
            "rawId": base64url::encode(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url::encode(client_data),
                "authenticatorData": base64url::encode(&data),
                "signature": base64url::encode(&signature),
                "userHandle": base64url::encode(USER_HANDLE),
            },
        })
    }

    /// An assertion in which nothing is wrong.
    pub(crate) fn good_assertion(&self) -> AuthenticationResponse {
        authentication(&self.assertion_json(&client_data("webauthn.get"), &self.assertion_data()))
    }

    /// A registration in which nothing is wrong.
    pub(crate) fn good_registration(&self) -> RegistrationResponse {
        registration(
            &self.registration_json(&client_data("webauthn.create"), &self.registration_data()),
        )
    }
}

pub(crate) fn registration(json: &Value) -> RegistrationResponse {
    RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap()
}

pub(crate) fn authentication(json: &Value) -> AuthenticationResponse {
    AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap()
}

/// Client data in which nothing is wrong.
pub(crate) fn client_data_value(ceremony: &str) -> Value {
    json!({
        "type": ceremony,
        "challenge": base64url::encode(CHALLENGE),
        "origin": "https://login.example.org",
        "crossOrigin": false,
    })
}

pub(crate) fn client_data(ceremony: &str) -> Vec<u8> {
    client_data_value(ceremony).to_string().into_bytes()
}

/// Client data with one member set to another value.
pub(crate) fn client_data_with(ceremony: &str, member: &str, value: Value) -> Vec<u8> {
    let mut data = client_data_value(ceremony);
    data[member] = value;
    data.to_string().into_bytes()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes)
        .as_ref()
        .try_into()
        .unwrap()
}

pub(crate) fn attested(credential_id: &[u8], cose: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 16];
    bytes.extend(u16::try_from(credential_id.len()).unwrap().to_be_bytes());
    bytes.extend(credential_id);
    bytes.extend(cose);
    bytes
}

/// An attestation object in CTAP2's canonical order.
pub(crate) fn attestation_object(format: &str, data: &[u8], statement: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(3)
        .unwrap()
        .str("fmt")
        .unwrap()
        .str(format)
        .unwrap()
        .str("attStmt")
        .unwrap();
    encoder.writer_mut().extend(statement);
    encoder.str("authData").unwrap().bytes(data).unwrap();
    encoder.into_writer()
}

pub(crate) fn packed_statement(algorithm: i64, signature: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(2)
        .unwrap()
        .str("alg")
        .unwrap()
        .i64(algorithm)
        .unwrap();
    encoder.str("sig").unwrap().bytes(signature).unwrap();
    encoder.into_writer()
}

pub(crate) fn cose_ec2(algorithm: i64, curve: i64, x: &[u8], y: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(5)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(2)
        .unwrap()
        .u8(3)
        .unwrap()
        .i64(algorithm)
        .unwrap();
    encoder
        .i8(-1)
        .unwrap()
        .i64(curve)
        .unwrap()
        .i8(-2)
        .unwrap()
        .bytes(x)
        .unwrap();
    encoder.i8(-3).unwrap().bytes(y).unwrap();
    encoder.into_writer()
}

pub(crate) fn cose_okp(algorithm: i64, curve: i64, x: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(4)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(3)
        .unwrap()
        .i64(algorithm)
        .unwrap();
    encoder
        .i8(-1)
        .unwrap()
        .i64(curve)
        .unwrap()
        .i8(-2)
        .unwrap()
        .bytes(x)
        .unwrap();
    encoder.into_writer()
}

pub(crate) fn cose_rsa(algorithm: i64, n: &[u8], e: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(4)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(3)
        .unwrap()
        .u8(3)
        .unwrap()
        .i64(algorithm)
        .unwrap();
    encoder
        .i8(-1)
        .unwrap()
        .bytes(n)
        .unwrap()
        .i8(-2)
        .unwrap()
        .bytes(e)
        .unwrap();
    encoder.into_writer()
}

pub(crate) fn cose_akp(algorithm: i64, key: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(3)
        .unwrap()
        .u8(1)
        .unwrap()
        .u8(7)
        .unwrap()
        .u8(3)
        .unwrap()
        .i64(algorithm)
        .unwrap();
    encoder.i8(-1).unwrap().bytes(key).unwrap();
    encoder.into_writer()
}

/// Every algorithm, for tests in which the choice doesn't matter.
pub(crate) const ALL: &[Algorithm] = &Algorithm::ALL;
