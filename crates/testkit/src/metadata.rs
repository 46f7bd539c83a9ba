//! A metadata service with a root of its own, which signs whatever a test says.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use identity::settings::{Anchor, MetadataTrust};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use serde_json::{Value, json};

/// The domain of the service's certificate.
const DOMAIN: &str = "mds.example";

/// A root, and a certificate for `mds.example` under it.
pub struct MetadataService {
    root: Vec<u8>,
    root_pem: String,
    leaf: Vec<u8>,
    key: KeyPair,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for MetadataService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetadataService").finish_non_exhaustive()
    }
}

impl MetadataService {
    /// A service with fresh keys.
    #[must_use]
    pub fn make() -> MetadataService {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = params.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(params, root_key);
        let leaf = CertificateParams::new([DOMAIN.to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        MetadataService {
            root: root.der().to_vec(),
            root_pem: root.pem(),
            leaf: leaf.der().to_vec(),
            key,
            issuer,
        }
    }

    /// What a house that believes this service is configured with.
    #[must_use]
    pub fn trust(&self) -> MetadataTrust {
        MetadataTrust {
            anchors: vec![Anchor::parse(&self.root).unwrap()],
            signer: Some(DOMAIN.to_owned()),
            revocation_lists: Vec::new(),
        }
    }

    /// The root, for `metadata-anchor`.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The root's revocation list, with nobody on it, due again on this day (year, month, day).
    #[must_use]
    pub fn revocation_list(&self, (year, month, day): (i32, u8, u8)) -> Vec<u8> {
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(year, month, day),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    /// A signed blob with these entries, due again on `next_update`.
    #[must_use]
    pub fn blob(&self, number: u64, next_update: &str, entries: &[Value]) -> Vec<u8> {
        let payload = json!({"legalHeader": "none", "no": number, "nextUpdate": next_update, "entries": entries});
        let header = json!({"alg": "ES256", "typ": "JWT", "x5c": [BASE64.encode(&self.leaf)]});
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let der = self.key.serialize_der();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref())).into_bytes()
    }
}

/// An entry for an AAGUID with these reports: status, and the day from which it holds.
#[must_use]
pub fn model_entry(aaguid: &str, name: &str, reports: &[(&str, &str)]) -> Value {
    let reports: Vec<_> = reports
        .iter()
        .map(|(status, day)| json!({"status": status, "effectiveDate": day}))
        .collect();
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "legalHeader": "none",
            "aaguid": aaguid,
            "description": name,
            "authenticatorVersion": 1,
            "protocolFamily": "fido2",
            "schema": 3,
            "attestationTypes": ["basic_full"],
            "keyProtection": ["hardware"],
            "attachmentHint": ["external"],
            "attestationRootCertificates": []
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2026-01-01"
    })
}
