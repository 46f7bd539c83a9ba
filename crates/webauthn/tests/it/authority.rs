//! A certificate authority of these tests: certificates and revocation lists of which every field can be bent.

pub(crate) mod der;
mod key;

pub(crate) use key::Key;

use der::{explicit, integer, octet_string, oid, printable, sequence, set, time, utf8};

/// 2026-11-21T00:00:00Z.
pub(crate) const NOW: i64 = 1_795_219_200;
pub(crate) const DAY: i64 = 86_400;

pub(crate) const KEY_USAGE: &[u8] = b"\x55\x1d\x0f";
pub(crate) const SUBJECT_ALT_NAME: &[u8] = b"\x55\x1d\x11";
pub(crate) const BASIC_CONSTRAINTS: &[u8] = b"\x55\x1d\x13";
pub(crate) const NAME_CONSTRAINTS: &[u8] = b"\x55\x1d\x1e";
pub(crate) const CERTIFICATE_POLICIES: &[u8] = b"\x55\x1d\x20";
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = b"\x55\x1d\x25";
pub(crate) const SERVER_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x01";
pub(crate) const CLIENT_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x02";
pub(crate) const AIK: &[u8] = b"\x67\x81\x05\x08\x03";

/// A certificate before it is signed.
#[derive(Clone)]
pub(crate) struct Template {
    /// 2 for version 3.
    pub(crate) version: u8,
    pub(crate) serial: Vec<u8>,
    /// Names as DER.
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) spki: Vec<u8>,
    /// Identifier, critical, value.
    pub(crate) extensions: Vec<(Vec<u8>, bool, Vec<u8>)>,
    /// Instead of the signing key's own.
    pub(crate) inner_algorithm: Option<Vec<u8>>,
    pub(crate) outer_algorithm: Option<Vec<u8>>,
}

/// `C=UT, CN=name`.
pub(crate) fn name(common: &str) -> Vec<u8> {
    sequence(&[
        set(&[sequence(&[oid(b"\x55\x04\x06"), printable("UT")])]),
        set(&[sequence(&[oid(b"\x55\x04\x03"), utf8(common)])]),
    ])
}

impl Template {
    /// A leaf without extensions but "no authority".
    pub(crate) fn leaf(subject: &str, key: &Key, issuer: &str) -> Self {
        Self {
            version: 2,
            serial: vec![0x11, subject.len() as u8],
            issuer: name(issuer),
            subject: name(subject),
            not_before: NOW - 30 * DAY,
            not_after: NOW + 300 * DAY,
            spki: key.spki(),
            extensions: vec![(BASIC_CONSTRAINTS.to_vec(), true, sequence(&[]))],
            inner_algorithm: None,
            outer_algorithm: None,
        }
    }

    /// An authority that may sign certificates and revocation lists.
    pub(crate) fn authority(subject: &str, key: &Key, issuer: &str) -> Self {
        let mut template = Self::leaf(subject, key, issuer);
        template.extensions.clear();
        template
            .with(BASIC_CONSTRAINTS, true, sequence(&[der::boolean(true)]))
            .with(KEY_USAGE, true, der::named_bits(0x06, 1))
    }

    pub(crate) fn path_length(self, length: u8) -> Self {
        self.with(
            BASIC_CONSTRAINTS,
            true,
            sequence(&[der::boolean(true), integer(&[length])]),
        )
    }

    pub(crate) fn purposes(self, purposes: &[&[u8]]) -> Self {
        let list: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
        self.with(EXTENDED_KEY_USAGE, false, sequence(&list))
    }

    /// Adds an extension, or replaces the one of this name.
    pub(crate) fn with(mut self, oid: &[u8], critical: bool, value: Vec<u8>) -> Self {
        self.extensions.retain(|(other, ..)| other != oid);
        self.extensions.push((oid.to_vec(), critical, value));
        self
    }

    pub(crate) fn without(mut self, oid: &[u8]) -> Self {
        self.extensions.retain(|(other, ..)| other != oid);
        self
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        let algorithm = key.signature_algorithm();
        let mut fields = vec![];
        if self.version > 0 {
            fields.push(explicit(0, &integer(&[self.version])));
        }
        fields.extend([
            integer(&self.serial),
            self.inner_algorithm
                .clone()
                .unwrap_or_else(|| algorithm.clone()),
            self.issuer.clone(),
            sequence(&[time(self.not_before), time(self.not_after)]),
            self.subject.clone(),
            self.spki.clone(),
        ]);
        if !self.extensions.is_empty() {
            let list: Vec<_> = self
                .extensions
                .iter()
                .map(|(name, critical, value)| extension(name, *critical, value))
                .collect();
            fields.push(explicit(3, &sequence(&list)));
        }
        let outer = self.outer_algorithm.clone().unwrap_or(algorithm);
        seal(&sequence(&fields), outer, key)
    }
}

pub(crate) fn extension(name: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut fields = vec![oid(name)];
    if critical {
        fields.push(der::boolean(true));
    }
    fields.push(octet_string(value));
    sequence(&fields)
}

fn seal(to_be_signed: &[u8], algorithm: Vec<u8>, key: &Key) -> Vec<u8> {
    let signature = key.sign(to_be_signed);
    sequence(&[
        to_be_signed.to_vec(),
        algorithm,
        der::bit_string(&signature),
    ])
}

/// A revocation list before it is signed.
pub(crate) struct ListTemplate {
    pub(crate) issuer: Vec<u8>,
    pub(crate) this_update: i64,
    pub(crate) next_update: Option<i64>,
    pub(crate) serials: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl ListTemplate {
    pub(crate) fn new(issuer: &str, serials: &[&[u8]]) -> Self {
        Self {
            issuer: name(issuer),
            this_update: NOW - DAY,
            next_update: Some(NOW + DAY),
            serials: serials.iter().map(|serial| serial.to_vec()).collect(),
            extensions: vec![],
        }
    }

    pub(crate) fn sign(&self, key: &Key) -> Vec<u8> {
        let algorithm = key.signature_algorithm();
        let mut fields = vec![
            integer(&[1]),
            algorithm.clone(),
            self.issuer.clone(),
            time(self.this_update),
        ];
        fields.extend(self.next_update.map(time));
        if !self.serials.is_empty() {
            let entries: Vec<_> = self
                .serials
                .iter()
                .map(|serial| sequence(&[integer(serial), time(self.this_update)]))
                .collect();
            fields.push(sequence(&entries));
        }
        if !self.extensions.is_empty() {
            fields.push(explicit(0, &sequence(&self.extensions)));
        }
        seal(&sequence(&fields), algorithm, key)
    }
}

/// The signature in a certificate that was signed with ECDSA and SHA-256.
pub(crate) fn signature_of(certificate: &[u8]) -> Vec<u8> {
    let (_, signature) = split_certificate(certificate);
    signature.to_vec()
}

/// The same certificate with other bytes as its signature.
pub(crate) fn with_signature(certificate: &[u8], signature: &[u8]) -> Vec<u8> {
    let (before, _) = split_certificate(certificate);
    sequence(&[before.to_vec(), der::bit_string(signature)])
}

/// What is signed and its algorithm; the bits of the signature.
fn split_certificate(certificate: &[u8]) -> (&[u8], &[u8]) {
    let algorithm = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x03";
    let mut windows = certificate.windows(algorithm.len());
    let at = windows.rposition(|it| it == algorithm).unwrap() + algorithm.len() - 1;
    // Headers of two lengths in two bytes each; a bit string shorter than 128 bytes, without unused bits.
    (&certificate[4..at], &certificate[at + 3..])
}

/// Other bytes that a lax reader takes for the same ECDSA signature: numbers with a zero in front, a length in its long form,
/// a byte behind, a byte behind inside.
pub(crate) fn other_encodings(signature: &[u8]) -> [Vec<u8>; 5] {
    let [0x30, _, 0x02, first, rest @ ..] = signature else {
        panic!("{signature:02x?}");
    };
    let (r, rest) = rest.split_at(usize::from(*first));
    let [0x02, _, s @ ..] = rest else {
        panic!("{signature:02x?}");
    };
    let padded = |number: &[u8]| der::element(2, &[&[0], number].concat());
    let exact = |number: &[u8]| der::element(2, number);
    let contents = [exact(r), exact(s)].concat();
    let long = [&[0x30, 0x81, contents.len() as u8][..], &contents].concat();
    [
        sequence(&[padded(r), exact(s)]),
        sequence(&[exact(r), padded(s)]),
        long,
        [signature, &[0]].concat(),
        sequence(&[exact(r), exact(s), vec![5, 0]]),
    ]
}
