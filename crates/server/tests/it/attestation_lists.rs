//! Revocation lists of those who certify authenticators, as the operator supplies them.

use identity::metadata::{self, MAX_ATTESTATION_LISTS, NotSupplied, RevocationListView, Supplied};
use identity::{DAY, Identity};
use rcgen::{
    CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use server::lists::{ListFiles, Watch};
use testkit::passkey_id;

use crate::android_list::{BATCH, LEAF, Vendor, verdicts};
use crate::metadata::{NEXT, SHELL, in_each_house, judge, put, records};

/// Signed by this authority, due again on this day (year, month, day).
pub(crate) fn list(
    issuer: &Issuer<'static, KeyPair>,
    serials: &[&[u8]],
    (year, month, day): (i32, u8, u8),
) -> Vec<u8> {
    let made = date_time_ymd(2026, 1, 1);
    let revoked_certs = serials.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from_slice(serial),
        revocation_time: made,
        reason_code: None,
        invalidity_date: None,
    });
    let list = CertificateRevocationListParams {
        this_update: made,
        next_update: date_time_ymd(year, month, day),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: revoked_certs.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(issuer).unwrap().der().to_vec()
}

const CURRENT: (i32, u8, u8) = (2027, 1, 1);
const PAST: (i32, u8, u8) = (2026, 11, 20);

pub(crate) async fn supply(
    identity: &Identity,
    lists: &[Vec<u8>],
) -> Result<Supplied, NotSupplied> {
    metadata::put_attestation_lists(identity, SHELL, lists.to_vec()).await
}

async fn in_use(identity: &Identity) -> Vec<RevocationListView> {
    metadata::list_attestation_lists(identity).await.unwrap()
}

/// What `claviger doctor` says about them, if anything.
async fn doctor(identity: &Identity) -> Option<String> {
    let findings = identity::doctor::check(identity).await;
    let mut found = findings
        .into_iter()
        .filter(|it| it.name == "attestation revocation lists");
    let finding = found.next()?;
    Some(format!("{:?}: {}", finding.grade, finding.detail))
}

#[test]
fn security_32_a_certificate_on_its_issuers_list_is_seen_the_same_day() {
    in_each_house(async |house, service| {
        let vendor = Vendor::new();
        let identity = house.identity();
        put(identity, &service.blob(1, NEXT, &[vendor.entry()]))
            .await
            .unwrap();
        judge(identity).await;
        let mut ada = house.administrator("ada").await;
        let phone = vendor.add_phone(&mut ada).await;
        assert_eq!(verdicts(&house), ["attested"]);
        assert_eq!(supply(identity, &[]).await.unwrap(), Supplied::Unchanged);
        assert_eq!(doctor(identity).await, None);
        // Another certificate's; and all of them by somebody who has the authority's name and another key.
        let other = list(&vendor.issuer, &[&[0x99]], CURRENT);
        let forged = list(&Vendor::new().issuer, &[LEAF, BATCH], CURRENT);
        let replaced = supply(identity, &[other.clone(), forged.clone()]).await;
        assert_eq!(replaced.unwrap(), Supplied::Replaced { entries: 2 });
        let progress = judge(identity).await;
        assert_eq!((progress.judged, progress.changed), (1, 0), "{progress:?}");
        assert_eq!(doctor(identity).await.unwrap(), "Good: 2 current");
        let again = supply(identity, &[forged, other.clone(), other.clone()]).await;
        assert_eq!(
            again.unwrap(),
            Supplied::Unchanged,
            "the order says nothing"
        );
        assert_eq!(judge(identity).await.judged, 0);
        // The phone's own certificate by its batch's authority, and the batch's by the root.
        let of_leaf = list(&vendor.issuer, &[&[0x99], LEAF], CURRENT);
        let of_batch = list(&vendor.root_issuer, &[BATCH], CURRENT);
        for revoking in [of_leaf, of_batch.clone()] {
            supply(identity, &[other.clone(), revoking]).await.unwrap();
            let progress = judge(identity).await;
            assert_eq!(
                (progress.changed, progress.undesired, progress.waiting),
                (1, 1, 0),
                "{progress:?}"
            );
            assert_eq!(verdicts(&house), ["failed chain.revoked"]);
            // What is no list is refused, and so is too much; those before stay.
            let unfit = supply(identity, &[other.clone(), b"x".to_vec()]).await;
            assert!(matches!(unfit, Err(NotSupplied::UnfitList(_))), "{unfit:?}");
            let long = supply(identity, &[vec![0; MAX_ATTESTATION_LISTS]]).await;
            assert!(matches!(long, Err(NotSupplied::TooLong { .. })), "{long:?}");
            assert_eq!(in_use(identity).await.len(), 2);
            assert_eq!(judge(identity).await.judged, 0);
            // Taken back: believing somebody again waits for approval where it touches many.
            supply(identity, &[]).await.unwrap();
            assert_eq!(judge(identity).await.waiting, 1);
            metadata::approve(identity, SHELL).await.unwrap();
            judge(identity).await;
            assert_eq!(verdicts(&house), ["attested"]);
        }
        let changes = records(&house, "passkey.attestation_changed");
        let alert = changes.iter().find(|it| it["alert"] == true).unwrap();
        assert_eq!(alert["credential"], passkey_id(&phone));
        assert_eq!(alert["after"]["reason"], "chain.revoked");
        let supplied = records(&house, "metadata.attestation_lists_supplied");
        assert_eq!(supplied.len(), 5);
        // Registrations ask for them, too.
        supply(identity, &[of_batch]).await.unwrap();
        judge(identity).await;
        vendor.add_phone(&mut ada).await;
        assert_eq!(
            verdicts(&house),
            ["failed chain.revoked", "failed chain.revoked"]
        );
    });
}

/// Whoever can hold back a list must not get a stolen key in; and who forgets to renew one must not lock out everybody.
#[test]
fn past_its_time_a_list_lets_nobody_new_in_and_throws_nobody_out() {
    in_each_house(async |house, service| {
        let vendor = Vendor::new();
        let identity = house.identity();
        put(identity, &service.blob(1, NEXT, &[vendor.entry()]))
            .await
            .unwrap();
        let mut ada = house.administrator("ada").await;
        vendor.add_phone(&mut ada).await;
        supply(identity, &[list(&vendor.issuer, &[], PAST)])
            .await
            .unwrap();
        assert_eq!(judge(identity).await.changed, 0);
        assert_eq!(verdicts(&house), ["attested"]);
        let said = doctor(identity).await.unwrap();
        assert!(said.starts_with("Bad: the list of \"Batch\""), "{said}");
        assert!(in_use(identity).await[0].outdated);
        vendor.add_phone(&mut ada).await;
        let expected = ["attested", "failed chain.revocation_outdated"];
        assert_eq!(verdicts(&house), expected);
        // It still tells whom it has taken back.
        supply(identity, &[list(&vendor.issuer, &[LEAF], PAST)])
            .await
            .unwrap();
        judge(identity).await;
        let revoked = ["failed chain.revoked", "failed chain.revoked"];
        assert_eq!(verdicts(&house), revoked);
    });
}

#[test]
fn lists_for_attestations_are_read_again_when_their_files_change() {
    in_each_house(async |house, _| {
        let vendor = Vendor::new();
        let identity = house.identity();
        let folder = tempfile::tempdir().unwrap();
        let files = ["a.crl", "b.crl"].map(|name| folder.path().join(name));
        let watch = |files: Option<&[std::path::PathBuf]>| {
            Watch::new(ListFiles {
                attestation_lists: files.map(<[_]>::to_vec),
                ..ListFiles::default()
            })
        };
        let watching = watch(Some(&files));
        std::fs::write(&files[0], list(&vendor.issuer, &[], CURRENT)).unwrap();
        watching.tick(identity).await.unwrap();
        assert_eq!(in_use(identity).await.len(), 0, "the second is not there");
        let pem = |der: Vec<u8>| {
            let body = data_encoding::BASE64.encode(&der);
            format!("-----BEGIN X509 CRL-----\n{body}\n-----END X509 CRL-----\n")
        };
        let second = list(&vendor.root_issuer, &[], CURRENT);
        std::fs::write(&files[1], pem(second)).unwrap();
        watching.tick(identity).await.unwrap();
        assert_eq!(in_use(identity).await.len(), 2);
        std::fs::write(&files[1], "nothing of the kind").unwrap();
        watching.tick(identity).await.unwrap();
        assert_eq!(in_use(identity).await.len(), 2, "those before stay");
        // Time goes on, and one is renewed.
        house.advance(60 * DAY);
        assert!(in_use(identity).await.iter().all(|it| it.outdated));
        let renewed = list(&vendor.root_issuer, &[BATCH], (2027, 6, 1));
        std::fs::write(&files[1], renewed).unwrap();
        watching.tick(identity).await.unwrap();
        let outdated = in_use(identity).await;
        assert_eq!(outdated.iter().filter(|it| it.outdated).count(), 1);
        // No setting leaves them, an empty one takes them out of use.
        watch(None).tick(identity).await.unwrap();
        assert_eq!(in_use(identity).await.len(), 2);
        watch(Some(&[])).tick(identity).await.unwrap();
        assert_eq!(in_use(identity).await.len(), 0);
    });
}
