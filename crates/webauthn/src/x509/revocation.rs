//! Certificate revocation lists (RFC 5280 section 5), as data that the caller supplies. Nothing here
//! fetches one, least of all because a certificate names an address (security 31).

use super::certificate::{Certificate, CertificateError, Extension, Signed};
use super::error::PathRule;
use super::name::Name;
use super::oid;
use super::path::CRL_SIGN;
use super::signature::{Scheme, Spki, read_algorithm};
use super::time::Time;
use crate::der::{Reader, Tag};

/// Longest revocation list accepted, in bytes.
pub const MAX_REVOCATION_LIST: usize = 16 * 1024 * 1024;

/// What is known about revocation, at the time at which it is asked. Validity periods are judged at
/// another time, that of registration (security 32).
#[derive(Debug, Clone, Copy)]
pub enum Revocation<'a> {
    /// Nothing, and nothing is required.
    Unchecked,
    /// These lists.
    Lists {
        /// Lists of any issuers; those that the right key did not sign are as good as absent.
        lists: &'a [RevocationList<'a>],
        /// Now.
        at: Time,
        /// What to do about a certificate that no current list covers.
        missing: MissingList,
    },
}

/// What to do about a certificate that no current list covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingList {
    /// Take it as not revoked.
    Accepted,
    /// Take it as not revoked where nobody supplied a list of its issuer; refuse the chain where somebody did and every such
    /// list is past its time: whoever supplies a list wants to be told, and an old one no longer says what is not revoked.
    AcceptedUnlessOutdated,
    /// Refuse the chain.
    Refused,
}

/// A certificate revocation list, parsed and not judged: it counts only where the issuer's key signed it.
#[derive(Debug, Clone, Copy)]
pub struct RevocationList<'a> {
    to_be_signed: &'a [u8],
    scheme: Option<Scheme>,
    signature: &'a [u8],
    issuer: Name<'a>,
    this_update: Time,
    next_update: Option<Time>,
    entries: Option<Reader<'a>>,
    /// Whether the list is complete for certificates of either kind.
    covers_leaves: bool,
    covers_authorities: bool,
}

impl<'a> RevocationList<'a> {
    /// Parses one list that must fill `der` entirely. Every entry is read once.
    ///
    /// # Errors
    /// If the bytes are too many, not DER, or no complete list of version 1 or 2.
    pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_REVOCATION_LIST {
            let (limit, found) = (MAX_REVOCATION_LIST, der.len());
            return Err(CertificateError::TooLong { limit, found });
        }
        let signed = Signed::read(der)?;
        let mut fields = signed.fields;
        let version = match fields.optional(Tag::INTEGER)? {
            Some(bytes) if bytes.rest() == [1] => 1,
            Some(_) => return Err(CertificateError::Version { found: u64::MAX }),
            None => 0,
        };
        if read_algorithm(&mut fields)? != signed.algorithm {
            return Err(CertificateError::AlgorithmMismatch);
        }
        let issuer = Name::read(&mut fields)?;
        let this_update = Time::read(&mut fields)?;
        let mut ahead = fields;
        let next_update = match Time::read(&mut ahead) {
            Ok(time) => {
                fields = ahead;
                Some(time)
            }
            Err(_) => None,
        };
        let entries = fields.optional(Tag::SEQUENCE)?;
        let extensions = fields.optional(Tag::constructed(0))?;
        fields.finish()?;
        let mut list = Self {
            to_be_signed: signed.to_be_signed,
            scheme: Scheme::from_identifier(signed.algorithm),
            signature: signed.signature,
            issuer,
            this_update,
            next_update,
            entries,
            covers_leaves: true,
            covers_authorities: true,
        };
        if let Some(extensions) = extensions {
            if version == 0 {
                return Err(CertificateError::Version { found: version });
            }
            list.read_extensions(extensions)?;
        }
        list.visit(|_| ())?;
        Ok(list)
    }

    /// The issuer's Name as DER.
    #[must_use]
    pub fn issuer(&self) -> &'a [u8] {
        self.issuer.raw()
    }

    /// When the list was made.
    #[must_use]
    pub fn this_update(&self) -> Time {
        self.this_update
    }

    /// When the next list is due at the latest, if it says so.
    #[must_use]
    pub fn next_update(&self) -> Option<Time> {
        self.next_update
    }

    /// Whether the next list was due before `at`. One that doesn't say when is always outdated: it never tells that somebody
    /// withholds a newer one.
    #[must_use]
    pub fn is_outdated(&self, at: Time) -> bool {
        self.next_update.is_none_or(|next| next < at)
    }

    /// The issuer's common name, if it has exactly one that is text.
    #[must_use]
    pub fn issuer_common_name(&self) -> Option<&'a str> {
        let name = self.issuer.find(oid::COMMON_NAME)?;
        name.text()
    }

    /// Whether the list has this serial number, as DER's INTEGER has it. Says nothing about who signed it.
    #[must_use]
    pub fn contains(&self, serial: &[u8]) -> bool {
        let mut found = false;
        // Was read to the end by `parse`.
        let _ = self.visit(|listed| found |= listed == serial);
        found
    }

    /// RFC 5280 section 5.2. What narrows the list in a way that is not known makes it cover nothing.
    fn read_extensions(&mut self, mut outer: Reader<'a>) -> Result<(), CertificateError> {
        let mut extensions = outer.expect(Tag::SEQUENCE)?;
        outer.finish()?;
        while !extensions.is_empty() {
            let extension = Extension::read(&mut extensions)?;
            if extension.oid == oid::ISSUING_DISTRIBUTION_POINT {
                self.narrow(extension.value)?;
            } else if extension.critical {
                // A delta list, or something that nobody here understands.
                (self.covers_leaves, self.covers_authorities) = (false, false);
            }
        }
        Ok(())
    }

    /// Section 5.2.5, IssuingDistributionPoint.
    fn narrow(&mut self, mut value: Reader<'a>) -> Result<(), CertificateError> {
        let mut point = value.expect(Tag::SEQUENCE)?;
        value.finish()?;
        while !point.is_empty() {
            match point.element()? {
                // distributionPoint: where the list lies.
                (tag, _) if tag == Tag::constructed(0) => {}
                (tag, flag) if tag == Tag::primitive(1) => {
                    self.covers_authorities &= flag.rest() == [0];
                }
                (tag, flag) if tag == Tag::primitive(2) => {
                    self.covers_leaves &= flag.rest() == [0];
                }
                // Some reasons only, other issuers' certificates, attribute certificates.
                _ => (self.covers_leaves, self.covers_authorities) = (false, false),
            }
        }
        Ok(())
    }

    fn visit(&self, mut visit: impl FnMut(&'a [u8])) -> Result<(), CertificateError> {
        let Some(mut entries) = self.entries else {
            return Ok(());
        };
        while !entries.is_empty() {
            let mut entry = entries.expect(Tag::SEQUENCE)?;
            let serial = entry.integer(Tag::INTEGER)?;
            Time::read(&mut entry)?;
            entry.optional(Tag::SEQUENCE)?;
            entry.finish()?;
            visit(serial);
        }
        Ok(())
    }

    fn covers(&self, certificate: &Certificate<'_>) -> bool {
        let constraints = certificate.extensions().basic_constraints;
        match constraints.is_some_and(|it| it.ca) {
            true => self.covers_authorities,
            false => self.covers_leaves,
        }
    }

    fn is_signed_by(&self, key: Spki<'_>) -> bool {
        self.scheme
            .filter(|scheme| !scheme.uses_sha1())
            .is_some_and(|scheme| {
                key.verify(scheme, self.to_be_signed, self.signature)
                    .is_ok()
            })
    }
}

impl Revocation<'_> {
    /// Whether `issuer`, who is known to have issued the certificate, revoked it.
    pub(crate) fn check(
        &self,
        certificate: &Certificate<'_>,
        issuer: &Certificate<'_>,
    ) -> Result<(), PathRule> {
        let Self::Lists { lists, at, missing } = *self else {
            return Ok(());
        };
        // RFC 5280 section 4.2.1.3: cRLSign.
        let may_sign = issuer
            .extensions()
            .key_usage
            .is_none_or(|bits| bits & CRL_SIGN != 0);
        let (mut answered, mut outdated) = (false, false);
        let of_issuer = lists
            .iter()
            .filter(|list| may_sign && list.issuer() == certificate.issuer());
        for list in of_issuer.filter(|list| list.covers(certificate)) {
            if !list.is_signed_by(issuer.spki()) || list.this_update > at {
                continue;
            }
            // A list that is past its time still tells what was revoked, and no longer what was not.
            if list.contains(certificate.serial()) {
                return Err(PathRule::Revoked);
            }
            let is_current = !list.is_outdated(at);
            answered |= is_current;
            outdated |= !is_current;
        }
        match missing {
            _ if answered => Ok(()),
            MissingList::Refused => Err(PathRule::RevocationUnknown),
            MissingList::AcceptedUnlessOutdated if outdated => Err(PathRule::RevocationOutdated),
            MissingList::Accepted | MissingList::AcceptedUnlessOutdated => Ok(()),
        }
    }
}
