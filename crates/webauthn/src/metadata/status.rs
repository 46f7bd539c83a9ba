//! What the metadata service reports about a model, and what that amounts to on a day
//! (Metadata Service 3.1.1, sections 3.1.3 and 3.1.4).
//!
//! The facts only: whether a revoked or compromised model may still be used is the relying party's policy.

use super::date::Date;
use super::words::AuthenticatorStatus;
use crate::rp_id::sha256;
use crate::x509::Certificate;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// SHA-256 of a certificate's DER, or its key's fingerprint
/// ([`Certificate::key_fingerprint`]).
pub type Thumbprint = [u8; 32];

/// A certificate that a report names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedCertificate {
    /// SHA-256 of its DER.
    pub thumbprint: Thumbprint,
    /// Its [`Certificate::key_fingerprint`]: the key is what is compromised, whichever certificate it is in. None if
    /// the bytes are no certificate.
    pub key: Option<Thumbprint>,
}

impl NamedCertificate {
    /// By its DER.
    pub(super) fn of_der(der: &[u8]) -> Self {
        Self {
            thumbprint: sha256(der),
            key: Certificate::parse(der)
                .ok()
                .map(|certificate| certificate.key_fingerprint()),
        }
    }

    fn is_in(&self, chain: &[Thumbprint]) -> bool {
        chain.contains(&self.thumbprint) || self.key.is_some_and(|key| chain.contains(&key))
    }

    fn is_same(&self, other: &Self) -> bool {
        self.thumbprint == other.thumbprint || (self.key.is_some() && self.key == other.key)
    }
}

/// StatusReport: one event in a model's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// What happened.
    pub status: AuthenticatorStatus,
    /// From which day on; none means as of the report before it.
    pub effective: Option<Date>,
    /// Until which day a certification holds, where that is said.
    pub sunset: Option<Date>,
    /// The firmware that the report is about, or that mends what reports before it said.
    pub authenticator_version: Option<u64>,
    /// The certificates, of a batch, an authority or a root, that a compromised attestation key belongs to; without
    /// one, all of the model's.
    pub certificates: Vec<NamedCertificate>,
    /// The certificate's number in FIDO's programme.
    pub certificate_number: Option<String>,
    /// Whether a part of it could not be read. Such a report holds from the beginning and for every certificate.
    pub unreadable: bool,
}

/// A certification of FIDO's authenticator programme, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificationLevel {
    /// Certified for function before there were levels.
    Functional,
    /// Level 1.
    L1,
    /// Level 1+.
    L1Plus,
    /// Level 2.
    L2,
    /// Level 2+.
    L2Plus,
    /// Level 3.
    L3,
    /// Level 3+.
    L3Plus,
}

impl CertificationLevel {
    /// `functional`, `L1`, `L1plus` ... `L3plus`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Functional => "functional",
            Self::L1 => "L1",
            Self::L1Plus => "L1plus",
            Self::L2 => "L2",
            Self::L2Plus => "L2plus",
            Self::L3 => "L3",
            Self::L3Plus => "L3plus",
        }
    }

    /// The reverse of [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        use CertificationLevel::{Functional, L1, L1Plus, L2, L2Plus, L3, L3Plus};
        [Functional, L1, L1Plus, L2, L2Plus, L3, L3Plus]
            .into_iter()
            .find(|level| level.as_str() == word)
    }
}

/// A weakness that was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compromise {
    /// Which: a bypass of user verification, or a compromise of attestation or user keys.
    pub status: AuthenticatorStatus,
    /// Since when; none for a report without a day.
    pub since: Option<Date>,
    /// The first firmware that mends it, if a later report says that there is one.
    pub mended_by: Option<u64>,
}

/// What a model's reports amount to on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The certification that holds: the last one in the order of effective days. None once revoked.
    pub(super) certification: Option<CertificationLevel>,
    /// Whether the model was ever revoked. No later report takes that back: a model that is certified anew
    /// gets a new entry.
    pub revoked: bool,
    /// The day of the revocation, where it is known.
    pub revoked_since: Option<Date>,
    /// Every weakness that was reported, in order; newer firmware does not take one away, for nobody can tell which
    /// firmware made a passkey.
    pub compromises: Vec<Compromise>,
    /// Whether the maker supports it no longer.
    pub retired: bool,
    /// The newest firmware that a report names.
    pub update_available: Option<u64>,
    /// Statuses that this version does not know. A strict policy refuses them.
    pub unknown: Vec<String>,
}

impl Standing {
    /// The word of the certification that the *model* holds, for pages about it: `functional`, `L1` ... `L3plus`. What a
    /// passkey's is, [`AttestedModel`](super::AttestedModel) knows.
    #[must_use]
    pub fn certification_word(&self) -> Option<&'static str> {
        self.certification.map(CertificationLevel::as_str)
    }

    /// What two models amount to together, of which one attestation has statements: the worse of both. The certification
    /// is the lower one.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.certification = self
            .certification
            .zip(other.certification)
            .map(|(one, two)| one.min(two));
        self.revoked |= other.revoked;
        self.revoked_since = match (self.revoked_since, other.revoked_since) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.compromises.extend(other.compromises);
        self.retired |= other.retired;
        self.update_available = self.update_available.max(other.update_available);
        self.unknown.extend(other.unknown);
        self
    }

    /// Whether anything speaks against trusting the model: revoked, compromised, or reported in words that
    /// nobody here understands.
    #[must_use]
    pub fn is_undesired(&self) -> bool {
        self.revoked || !self.compromises.is_empty() || !self.unknown.is_empty()
    }
}

/// The certificates by which a compromise is judged.
#[derive(Clone, Copy)]
pub(super) struct Attested<'a> {
    /// Of the attestation, its anchor included; empty for any of the model.
    pub(super) chain: &'a [Thumbprint],
    /// The model's own attestation roots.
    pub(super) roots: &'a [NamedCertificate],
}

/// The standing on `today` of somebody with this attestation; an empty chain stands for any certificate of the
/// model, so that a compromise of one batch counts too.
pub(super) fn derive_standing(
    reports: &[StatusReport],
    today: Date,
    attested: Attested<'_>,
) -> Standing {
    let mut standing = Standing::default();
    for (day, report) in in_order(reports) {
        if day.is_some_and(|day| day > today) {
            continue;
        }
        standing.take(report, day, today, attested);
    }
    if standing.revoked {
        standing.certification = None;
    }
    standing
}

/// The first day after `today` on which a report begins to hold, or a certification ends.
pub(super) fn next_change(reports: &[StatusReport], today: Date) -> Option<Date> {
    let days = reports.iter().flat_map(|report| {
        let after_sunset = report
            .sunset
            .map(|day| Date::of_unix_seconds(day.unix_seconds() + 86_400));
        [report.effective, after_sunset]
    });
    days.flatten().filter(|day| *day > today).min()
}

/// Reports by the day from which they hold, and by their place where that is one day (past mistake 38). One without
/// a day holds from the day of the report before it.
fn in_order(reports: &[StatusReport]) -> Vec<(Option<Date>, &StatusReport)> {
    let mut before = None;
    let mut dated: Vec<_> = reports
        .iter()
        .map(|report| {
            if report.unreadable {
                return (None, report);
            }
            before = report.effective.or(before);
            (before, report)
        })
        .collect();
    // Stable: equal days stay in the order of the list.
    dated.sort_by_key(|(day, _)| *day);
    dated
}

impl Standing {
    fn take(
        &mut self,
        report: &StatusReport,
        day: Option<Date>,
        today: Date,
        attested: Attested<'_>,
    ) {
        use AuthenticatorStatus as S;
        let ended = report.sunset.is_some_and(|sunset| sunset < today);
        let mut certify = |level| self.certification = if ended { None } else { level };
        match &report.status {
            S::NotFidoCertified | S::SelfAssertionSubmitted => certify(None),
            S::FidoCertified => certify(Some(CertificationLevel::Functional)),
            S::FidoCertifiedL1 => certify(Some(CertificationLevel::L1)),
            S::FidoCertifiedL1Plus => certify(Some(CertificationLevel::L1Plus)),
            S::FidoCertifiedL2 => certify(Some(CertificationLevel::L2)),
            S::FidoCertifiedL2Plus => certify(Some(CertificationLevel::L2Plus)),
            S::FidoCertifiedL3 => certify(Some(CertificationLevel::L3)),
            S::FidoCertifiedL3Plus => certify(Some(CertificationLevel::L3Plus)),
            // Another programme; FIDO's certification stays what it was.
            S::Fips140CertifiedL1
            | S::Fips140CertifiedL2
            | S::Fips140CertifiedL3
            | S::Fips140CertifiedL4 => {}
            S::UpdateAvailable => self.take_update(report.authenticator_version),
            S::Retired => self.retired = true,
            S::Revoked => {
                if !self.revoked {
                    self.revoked_since = day;
                }
                self.revoked = true;
            }
            S::AttestationKeyCompromise if !concerns(report, attested) => {}
            S::AttestationKeyCompromise
            | S::UserVerificationBypass
            | S::UserKeyRemoteCompromise
            | S::UserKeyPhysicalCompromise => self.compromises.push(Compromise {
                status: report.status.clone(),
                since: day,
                mended_by: None,
            }),
            S::Unknown(word) => self.unknown.push(word.clone()),
        }
    }

    fn take_update(&mut self, version: Option<u64>) {
        self.update_available = self.update_available.max(version);
        for compromise in &mut self.compromises {
            compromise.mended_by = compromise.mended_by.or(version);
        }
    }
}

/// A compromised batch concerns only passkeys that were attested by its certificate. One of the model's own roots
/// concerns all whose chain does not end at another of them: a chain doesn't carry its root.
fn concerns(report: &StatusReport, attested: Attested<'_>) -> bool {
    let Attested { chain, roots } = attested;
    if report.certificates.is_empty() || chain.is_empty() {
        return true;
    }
    report.certificates.iter().any(|named| {
        let is_root = roots.iter().any(|root| root.is_same(named));
        let ends_elsewhere = || {
            roots
                .iter()
                .any(|root| !root.is_same(named) && root.is_in(chain))
        };
        named.is_in(chain) || (is_root && !ends_elsewhere())
    })
}

/// StatusReport as it stands in JSON; members of later versions are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportJson {
    status: AuthenticatorStatus,
    effective_date: Option<String>,
    sunset_date: Option<String>,
    /// A number, which some write as they like.
    #[serde(default)]
    authenticator_version: Value,
    certificate: Option<String>,
    /// Since 3.1 a batch is named here.
    batch_certificate: Option<String>,
    certificate_number: Option<String>,
}

impl ReportJson {
    /// `None` where a day or a certificate can't be read: then nobody knows what the report says.
    fn read(self) -> Option<StatusReport> {
        let day = |text: Option<String>| match text {
            Some(text) => Date::parse(&text).map(Some),
            None => Some(None),
        };
        let named = [self.batch_certificate, self.certificate];
        let certificates = named.into_iter().flatten().map(|text| {
            let der = super::decode_base64(&text).ok()?;
            Some(NamedCertificate::of_der(&der))
        });
        Some(StatusReport {
            status: self.status,
            effective: day(self.effective_date)?,
            sunset: day(self.sunset_date)?,
            authenticator_version: self.authenticator_version.as_u64(),
            certificates: certificates.collect::<Option<_>>()?,
            certificate_number: self.certificate_number,
            unreadable: false,
        })
    }
}

/// Reads one report. One that can't be read must neither count as a certification nor take its model out of the
/// metadata: it becomes a status that nobody knows, which is undesired. What speaks against the model stays what
/// it is.
pub(super) fn read_report(json: &RawValue) -> StatusReport {
    let read = serde_json::from_str::<ReportJson>(json.get()).ok();
    read.and_then(ReportJson::read)
        .unwrap_or_else(|| unreadable_report(json))
}

fn unreadable_report(json: &RawValue) -> StatusReport {
    use AuthenticatorStatus as S;
    let value = serde_json::from_str::<Value>(json.get()).unwrap_or_default();
    let word = value.get("status").and_then(Value::as_str);
    let status = match AuthenticatorStatus::from_word(word.unwrap_or_default()) {
        grave @ (S::Revoked
        | S::AttestationKeyCompromise
        | S::UserVerificationBypass
        | S::UserKeyRemoteCompromise
        | S::UserKeyPhysicalCompromise) => grave,
        other => S::Unknown(other.as_str().to_owned()),
    };
    StatusReport {
        status,
        effective: None,
        sunset: None,
        authenticator_version: None,
        certificates: Vec::new(),
        certificate_number: None,
        unreadable: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: &str, day: &str) -> StatusReport {
        StatusReport {
            status: AuthenticatorStatus::from_word(status),
            effective: Date::parse(day),
            sunset: None,
            authenticator_version: None,
            certificates: vec![],
            certificate_number: None,
            unreadable: false,
        }
    }

    fn of<'a>(chain: &'a [Thumbprint], roots: &'a [NamedCertificate]) -> Attested<'a> {
        Attested { chain, roots }
    }

    fn on(reports: &[StatusReport], day: &str) -> Standing {
        derive_standing(reports, Date::parse(day).unwrap(), of(&[], &[]))
    }

    #[test]
    fn past_mistake_38_the_effective_day_decides_and_then_the_order() {
        // Listed out of order on purpose.
        let reports = [
            report("FIDO_CERTIFIED_L2", "2025-06-01"),
            report("FIDO_CERTIFIED_L1", "2024-01-01"),
            report("REVOKED", "2026-12-01"),
            report("FIDO_CERTIFIED_L3", "2025-06-01"),
        ];
        let level = |day| on(&reports, day).certification;
        assert_eq!(level("2023-12-31"), None);
        assert_eq!(level("2024-01-01"), Some(CertificationLevel::L1));
        assert_eq!(level("2025-06-01"), Some(CertificationLevel::L3));
        assert!(!on(&reports, "2026-11-30").revoked);
        let after = on(&reports, "2026-12-01");
        assert!(after.revoked && after.is_undesired());
        assert_eq!(after.revoked_since, Date::parse("2026-12-01"));
        assert_eq!(after.certification, None);
        let next = |day| next_change(&reports, Date::parse(day).unwrap());
        assert_eq!(next("2025-06-01"), Date::parse("2026-12-01"));
        assert_eq!(next("2026-12-01"), None);
    }

    #[test]
    fn of_two_models_the_worse_counts() {
        let good = || on(&[report("FIDO_CERTIFIED_L2", "2024-01-01")], "2026-01-01");
        let better = || on(&[report("FIDO_CERTIFIED_L3", "2024-01-01")], "2026-01-01");
        let revoked = || on(&[report("REVOKED", "2025-01-01")], "2026-01-01");
        let odd = || on(&[report("NEW_WORD", "2025-01-01")], "2026-01-01");
        let broken = || {
            let word = "USER_KEY_REMOTE_COMPROMISE";
            on(&[report(word, "2025-01-01")], "2026-01-01")
        };
        assert_eq!(better().join(good()), good());
        assert_eq!(good().join(better()), good());
        for bad in [revoked, odd, broken] {
            assert!(good().join(bad()).is_undesired());
            assert!(bad().join(good()).is_undesired());
            assert_eq!(bad().join(good()).certification, None);
        }
        let first = on(&[report("REVOKED", "2024-06-01")], "2026-01-01");
        assert_eq!(
            revoked().join(first).revoked_since,
            Date::parse("2024-06-01")
        );
    }

    #[test]
    fn past_mistake_38_a_revocation_is_not_taken_back_by_what_follows() {
        let reports = [
            report("REVOKED", "2025-01-01"),
            report("FIDO_CERTIFIED_L1", "2025-02-01"),
            report("UPDATE_AVAILABLE", "2025-03-01"),
        ];
        let standing = on(&reports, "2026-01-01");
        assert!(standing.revoked);
        assert_eq!(standing.certification, None);
    }

    #[test]
    fn a_report_without_a_day_holds_from_the_one_before_it() {
        let reports = [
            report("FIDO_CERTIFIED_L1", "2026-06-01"),
            report("USER_VERIFICATION_BYPASS", ""),
        ];
        assert!(!on(&reports, "2026-05-31").is_undesired());
        assert!(on(&reports, "2026-06-01").is_undesired());
        let reports = [report("REVOKED", "")];
        assert!(on(&reports, "1970-01-01").revoked);
    }

    #[test]
    fn an_update_mends_what_came_before_and_hides_nothing() {
        let mut update = report("UPDATE_AVAILABLE", "2026-02-01");
        update.authenticator_version = Some(5);
        let reports = [
            report("USER_KEY_PHYSICAL_COMPROMISE", "2026-01-01"),
            update,
            report("USER_VERIFICATION_BYPASS", "2026-03-01"),
        ];
        let standing = on(&reports, "2026-04-01");
        let mended: Vec<_> = standing.compromises.iter().map(|c| c.mended_by).collect();
        assert_eq!(mended, [Some(5), None]);
        assert_eq!(standing.update_available, Some(5));
    }

    #[test]
    fn a_compromised_batch_concerns_its_own_certificate_only() {
        let named = |number: u8| NamedCertificate {
            thumbprint: [number; 32],
            key: Some([number + 100; 32]),
        };
        let mut batch = report("ATTESTATION_KEY_COMPROMISE", "2026-01-01");
        batch.certificates = vec![named(7), named(8)];
        let today = Date::parse("2026-02-01").unwrap();
        let concerned = |chain: &[u8], roots: &[NamedCertificate]| {
            let chain: Vec<_> = chain.iter().map(|number| [*number; 32]).collect();
            !derive_standing(std::slice::from_ref(&batch), today, of(&chain, roots))
                .compromises
                .is_empty()
        };
        assert!(concerned(&[1, 7], &[]));
        // Each of those that are named, by certificate or by key.
        assert!(concerned(&[1, 8], &[]));
        assert!(concerned(&[1, 107], &[]));
        assert!(!concerned(&[1], &[]));
        assert!(concerned(&[], &[]));
        // A root of the model, which no chain carries, concerns all that don't end at another.
        assert!(concerned(&[1], &[named(7)]));
        assert!(concerned(&[1], &[named(7), named(9)]));
        assert!(!concerned(&[1, 9], &[named(7), named(9)]));
        assert!(!concerned(&[1, 109], &[named(7), named(9)]));
        assert!(concerned(&[1, 9, 7], &[named(7), named(9)]));
    }

    #[test]
    fn a_certification_ends_at_its_sunset() {
        let mut certified = report("FIDO_CERTIFIED_L2", "2025-01-01");
        certified.sunset = Date::parse("2026-01-01");
        let reports = [certified];
        let l2 = Some(CertificationLevel::L2);
        assert_eq!(on(&reports, "2026-01-01").certification, l2);
        assert_eq!(on(&reports, "2026-01-02").certification, None);
        let next = next_change(&reports, Date::parse("2026-01-01").unwrap());
        assert_eq!(next, Date::parse("2026-01-02"));
    }

    #[test]
    fn a_status_that_nobody_knows_is_kept_and_undesired() {
        let standing = on(&[report("HAUNTED", "2026-01-01")], "2026-01-01");
        assert_eq!(standing.unknown, ["HAUNTED"]);
        assert!(standing.is_undesired());
    }
}
