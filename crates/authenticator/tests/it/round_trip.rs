//! Every kind of device against our own relying party.

use authenticator::{
    Attestation, Backup, Counter, CreationOptions, Device, Mediation, Page, RequestOptions,
};
use webauthn::options::{self, RelyingParty, User};
use webauthn::{
    Algorithm, AttestationKind, CrossOrigin, ExpectedAssertion, ExpectedRegistration, Origin,
    RegistrationError, RpId, StoredCredential, VerifiedAssertion, VerifiedRegistration, assertion,
    registration,
};

const CHALLENGE: [u8; 32] = [3; 32];
const HANDLE: [u8; 64] = [4; 64];
const ORIGIN: &str = "https://id.example.org";

const DERIVED: [Algorithm; 7] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::EdDsa,
    Algorithm::MlDsa44,
    Algorithm::MlDsa65,
    Algorithm::MlDsa87,
];

fn rp_id() -> RpId {
    RpId::parse("example.org").unwrap()
}

fn register(
    device: &mut Device,
    mediation: Mediation,
    expects: registration::Mediation,
) -> Result<VerifiedRegistration, RegistrationError> {
    let user = User {
        id: HANDLE.to_vec(),
        name: "ada".into(),
        display_name: "Ada".into(),
    };
    let mut asked = options::CreationOptions::new(
        CHALLENGE.to_vec(),
        RelyingParty::new(&rp_id(), "Example"),
        user,
    );
    asked.pub_key_cred_params = Algorithm::ALL.to_vec();
    let json = serde_json::to_vec(&asked).unwrap();
    let options = CreationOptions::parse(&json).unwrap();
    let made = device
        .create(&options, &Page::new(ORIGIN), mediation, &[1; 32])
        .unwrap();
    let response = webauthn::RegistrationResponse::from_json(&made.to_json()).unwrap();
    let expected = ExpectedRegistration {
        challenge: &CHALLENGE,
        rp_id: &rp_id(),
        origins: &[Origin::parse(ORIGIN).unwrap()],
        cross_origin: CrossOrigin::Refused,
        algorithms: &Algorithm::ALL,
        mediation: expects,
        user_verification: webauthn::UserVerification::Required,
        attestation: &webauthn::AttestationPolicy::NOT_REQUIRED,
    };
    registration::verify(&response, &expected)
}

fn sign_in(
    device: &mut Device,
    record: &VerifiedRegistration,
    sign_count: u32,
) -> VerifiedAssertion {
    let asked = options::RequestOptions::new(CHALLENGE.to_vec(), &rp_id());
    let options = RequestOptions::parse(&serde_json::to_vec(&asked).unwrap()).unwrap();
    let got = device.get(&options, &Page::new(ORIGIN)).unwrap();
    let response = webauthn::AuthenticationResponse::from_json(&got.to_json()).unwrap();
    let expected = ExpectedAssertion {
        challenge: &CHALLENGE,
        rp_id: &rp_id(),
        origins: &[Origin::parse(ORIGIN).unwrap()],
        cross_origin: CrossOrigin::Refused,
        user_verification: webauthn::UserVerification::Required,
        allowed_credentials: None,
        expected_user_handle: None,
    };
    let stored = StoredCredential {
        credential_id: record.credential_id(),
        public_key: record.public_key().cose_bytes(),
        sign_count,
        backup_eligible: record.backup_eligible(),
        user_handle: &HANDLE,
    };
    assertion::verify(&response, &expected, &stored).unwrap()
}

#[test]
fn every_algorithm_with_every_attestation() {
    for algorithm in DERIVED {
        for attestation in [Attestation::None, Attestation::PackedSelf] {
            let mut device = Device {
                algorithms: vec![algorithm],
                attestation,
                ..Device::synced()
            };
            let record = register(
                &mut device,
                Mediation::Modal,
                registration::Mediation::Modal,
            )
            .unwrap();
            assert_eq!(record.public_key().algorithm(), algorithm);
            let kind = match attestation {
                Attestation::None => AttestationKind::None,
                Attestation::PackedSelf => AttestationKind::SelfAttested,
            };
            assert_eq!(record.attestation().kind, kind, "{algorithm}");
            assert!(sign_in(&mut device, &record, 0).user_verified());
        }
    }
}

#[test]
fn every_kind_of_backup_and_counter() {
    for backup in [Backup::DeviceBound, Backup::Eligible, Backup::BackedUp] {
        let mut device = Device {
            backup,
            counter: Counter::Counting,
            ..Device::synced()
        };
        let record = register(
            &mut device,
            Mediation::Modal,
            registration::Mediation::Modal,
        )
        .unwrap();
        assert_eq!(record.backup_eligible(), backup != Backup::DeviceBound);
        assert_eq!(record.backup_state(), backup == Backup::BackedUp);
        for count in 0..3 {
            let verified = sign_in(&mut device, &record, count);
            assert_eq!(verified.sign_count(), count + 1);
        }
    }
}

#[test]
fn conditional_create_is_accepted_only_where_it_was_asked_for() {
    let conditional = Mediation::Conditional;
    let record = register(
        &mut Device::synced(),
        conditional,
        registration::Mediation::Conditional,
    )
    .unwrap();
    assert!(!record.user_present() && !record.user_verified());
    let refused = register(
        &mut Device::synced(),
        conditional,
        registration::Mediation::Modal,
    );
    assert_eq!(refused.unwrap_err(), RegistrationError::UserPresenceMissing);
}

#[test]
fn what_is_bent_before_signing_is_refused_for_its_own_reason() {
    let options = |device: &mut Device| {
        let user = User {
            id: HANDLE.to_vec(),
            name: "ada".into(),
            display_name: "Ada".into(),
        };
        let asked = options::CreationOptions::new(
            CHALLENGE.to_vec(),
            RelyingParty::new(&rp_id(), "Example"),
            user,
        );
        let options = CreationOptions::parse(&serde_json::to_vec(&asked).unwrap()).unwrap();
        device
            .prepare_creation(&options, &Page::new(ORIGIN), Mediation::Modal, &[1; 32])
            .unwrap()
    };
    let mut unsigned = options(&mut Device {
        attestation: Attestation::PackedSelf,
        ..Device::synced()
    });
    unsigned.authenticator_data.flags.user_verified = false;
    let response =
        webauthn::RegistrationResponse::from_json(&unsigned.attest().unwrap().to_json()).unwrap();
    let expected = ExpectedRegistration {
        challenge: &CHALLENGE,
        rp_id: &rp_id(),
        origins: &[Origin::parse(ORIGIN).unwrap()],
        cross_origin: CrossOrigin::Refused,
        algorithms: &Algorithm::ALL,
        mediation: registration::Mediation::Modal,
        user_verification: webauthn::UserVerification::Required,
        attestation: &webauthn::AttestationPolicy::NOT_REQUIRED,
    };
    let refused = registration::verify(&response, &expected);
    assert_eq!(
        refused.unwrap_err(),
        RegistrationError::UserVerificationMissing
    );
}
