//! A device that holds credentials, and the two ceremonies from its side.

use serde_json::{Value, json};
use webauthn::{Algorithm, RpId};

use crate::client_data::sha256;
use crate::key::expand;
use crate::options::{CredentialDescriptor, Requirement, decode, encode};
use crate::{
    Attestation, AttestedCredentialData, AuthenticationResponse, AuthenticatorData, ClientData,
    CreationOptions, Credential, Error, Flags, Mediation, Page, RegistrationResponse,
    RequestOptions, SigningKey, UnsignedRegistration, cbor,
};

/// Whether what the device holds leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backup {
    /// BE=0, BS=0: bound to the device.
    DeviceBound,
    /// BE=1, BS=0: may be copied, isn't yet.
    Eligible,
    /// BE=1, BS=1: a synced passkey.
    BackedUp,
}

/// What the device does with the signature counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Always zero, as synced passkeys do.
    Zero,
    /// One more with each signature, per credential.
    Counting,
}

/// Whether the device can tell its owner from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserVerification {
    /// By PIN, fingerprint or face, in each ceremony.
    Performed,
    /// Not at all: a key without a PIN.
    Unavailable,
}

/// Whether new credentials are found without an allow list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discoverability {
    /// Found for the RP ID alone.
    Discoverable,
    /// As with old security keys: only ids that the relying party names are found.
    OnlyByAllowList,
}

/// How the device is attached to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    /// Built in.
    Platform,
    /// Plugged in or nearby.
    CrossPlatform,
}

impl Attachment {
    /// The word in `authenticatorAttachment`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Attachment::Platform => "platform",
            Attachment::CrossPlatform => "cross-platform",
        }
    }
}

/// Whether the device knows trust groups (`cmtgKey`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustGroups {
    /// It keeps a key for each credential that can be backed up, and answers with it when asked.
    Kept,
    /// It has never heard of them.
    Unknown,
}

/// A software authenticator. All fields are its model's properties and may be set freely.
#[derive(Debug, Clone)]
pub struct Device {
    /// The model's id; 16 zero bytes where the maker says nothing.
    pub aaguid: [u8; 16],
    /// Whether credentials leave the device.
    pub backup: Backup,
    /// What it does with the signature counter.
    pub counter: Counter,
    /// Whether it can verify its owner.
    pub user_verification: UserVerification,
    /// Whether new credentials are discoverable.
    pub discoverability: Discoverability,
    /// How it is attached.
    pub attachment: Attachment,
    /// `internal`, `hybrid`, `usb`, `nfc`, `ble`, `smart-card`.
    pub transports: Vec<String>,
    /// What it can sign with; the relying party's order decides.
    pub algorithms: Vec<Algorithm>,
    /// The statement that it puts on registrations.
    pub attestation: Attestation,
    /// Whether it knows trust groups.
    pub trust_groups: TrustGroups,
    /// Oldest first.
    pub credentials: Vec<Credential>,
}

/// A signature about to be made. Every field may be looked at and changed.
#[derive(Debug, Clone)]
pub struct UnsignedAssertion {
    /// The credential that answers.
    pub credential_id: Vec<u8>,
    /// What the client says.
    pub client_data: ClientData,
    /// What the authenticator says.
    pub authenticator_data: AuthenticatorData,
    /// Whose credential it is; absent where it is not discoverable.
    pub user_handle: Option<Vec<u8>>,
    /// The key that will sign.
    pub key: SigningKey,
    /// The trust group's key that will sign, too, where the page asked for it.
    pub cmtg_key: Option<SigningKey>,
    /// How it is attached.
    pub attachment: Attachment,
}

impl UnsignedAssertion {
    /// Signs authenticator data and the hash of the client data (WebAuthn section 6.3.3, step 11).
    ///
    /// # Errors
    /// [`Error::Crypto`] when signing fails.
    pub fn sign(self) -> Result<AuthenticationResponse, Error> {
        let client_data_json = self.client_data.to_json();
        let authenticator_data = self.authenticator_data.encode();
        let message = [&authenticator_data[..], &sha256(&client_data_json)].concat();
        let signature = self.key.sign(&message)?;
        let mut client_extension_results = json!({});
        sign_trust_group(
            self.cmtg_key.as_ref(),
            &message,
            &mut client_extension_results,
        )?;
        Ok(AuthenticationResponse {
            credential_id: self.credential_id,
            client_data_json,
            authenticator_data,
            signature,
            user_handle: self.user_handle,
            attachment: self.attachment,
            client_extension_results,
        })
    }
}

/// The unsigned output of `cmtgKey`: the key again, and its signature over what the credential signs.
pub(crate) fn sign_trust_group(
    key: Option<&SigningKey>,
    message: &[u8],
    results: &mut Value,
) -> Result<(), Error> {
    if let Some(key) = key {
        results["cmtgKey"] = json!({
            "cmtgKey": encode(&key.cose_public_key()),
            "signature": encode(&key.sign(message)?),
        });
    }
    Ok(())
}

/// The authenticator extension output: the map's one entry, key and all.
fn encode_extensions(cmtg_key: Option<&SigningKey>) -> Option<Vec<u8>> {
    let key = cmtg_key?;
    let mut out = Vec::new();
    cbor::map(&mut out, 1);
    cbor::text(&mut out, "cmtgKey");
    cbor::bytes(&mut out, &key.cose_public_key());
    Some(out)
}

impl Device {
    /// A phone's or password manager's kind: synced, no counter, verifies its owner.
    #[must_use]
    pub fn synced() -> Device {
        Device {
            aaguid: [0; 16],
            backup: Backup::BackedUp,
            counter: Counter::Zero,
            user_verification: UserVerification::Performed,
            discoverability: Discoverability::Discoverable,
            attachment: Attachment::Platform,
            transports: vec!["internal".to_owned(), "hybrid".to_owned()],
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
            attestation: Attestation::None,
            trust_groups: TrustGroups::Unknown,
            credentials: Vec::new(),
        }
    }

    /// A security key's kind: bound to the device, counts, self-attested where asked by nobody.
    #[must_use]
    pub fn device_bound() -> Device {
        Device {
            backup: Backup::DeviceBound,
            counter: Counter::Counting,
            attachment: Attachment::CrossPlatform,
            transports: vec!["usb".to_owned()],
            ..Device::synced()
        }
    }

    /// Makes a credential and its registration, ready to be attested (`authenticatorMakeCredential`).
    ///
    /// `randomness` is 32 fresh secret bytes; credential id and private key are derived from it.
    /// A credential of the same person at the same relying party is replaced, as CTAP 2 has it.
    ///
    /// # Errors
    /// As a browser's exceptions, see [`Error`].
    pub fn prepare_creation(
        &mut self,
        options: &CreationOptions,
        page: &Page,
        mediation: Mediation,
        randomness: &[u8; 32],
    ) -> Result<UnsignedRegistration, Error> {
        let rp_id = page.resolve_rp_id(options.rp.id.as_deref())?;
        let algorithm = self.choose_algorithm(options)?;
        if self
            .find_listed(&rp_id, &options.exclude_credentials)?
            .is_some()
        {
            return Err(Error::InvalidState);
        }
        self.check_abilities(options, mediation)?;
        let credential = self.make_credential(options, &rp_id, algorithm, randomness)?;
        let cmtg_key = credential.cmtg_key();
        let cmtg_key = cmtg_key.filter(|_| options.extensions.cmtg_key).cloned();
        let registration = UnsignedRegistration {
            client_data: ClientData::new("webauthn.create", &options.challenge, page),
            authenticator_data: self.make_authenticator_data(
                &credential,
                &rp_id,
                mediation,
                Part::Attested,
                cmtg_key.as_ref(),
            ),
            attestation: self.attestation,
            key: credential.key.clone(),
            cmtg_key,
            transports: self.transports.clone(),
            attachment: self.attachment,
            client_extension_results: if options.extensions.cred_props {
                json!({ "credProps": { "rk": credential.discoverable } })
            } else {
                json!({})
            },
        };
        self.keep(credential);
        Ok(registration)
    }

    /// [`Device::prepare_creation`] and [`UnsignedRegistration::attest`].
    ///
    /// # Errors
    /// As a browser's exceptions, see [`Error`].
    pub fn create(
        &mut self,
        options: &CreationOptions,
        page: &Page,
        mediation: Mediation,
        randomness: &[u8; 32],
    ) -> Result<RegistrationResponse, Error> {
        self.prepare_creation(options, page, mediation, randomness)?
            .attest()
    }

    /// Finds the credential and makes what it signs (`authenticatorGetAssertion`). With several
    /// fitting credentials the newest answers, or the first that the allow list names.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] without a fitting credential, [`Error::Security`] for a foreign RP ID.
    pub fn prepare_assertion(
        &mut self,
        options: &RequestOptions,
        page: &Page,
    ) -> Result<UnsignedAssertion, Error> {
        let rp_id = page.resolve_rp_id(options.rp_id.as_deref())?;
        if options.user_verification == Requirement::Required
            && self.user_verification == UserVerification::Unavailable
        {
            return Err(Error::NotAllowed);
        }
        let found = if options.allow_credentials.is_empty() {
            self.credentials
                .iter()
                .rposition(|it| it.discoverable && it.rp_id == rp_id.as_str())
        } else {
            self.find_listed(&rp_id, &options.allow_credentials)?
        };
        let credential = found
            .and_then(|at| self.credentials.get_mut(at))
            .ok_or(Error::NotAllowed)?;
        if self.counter == Counter::Counting {
            credential.counter = credential.counter.wrapping_add(1);
        }
        let credential = credential.clone();
        let cmtg_key = credential.cmtg_key();
        let cmtg_key = cmtg_key.filter(|_| options.extensions.cmtg_key).cloned();
        Ok(UnsignedAssertion {
            client_data: ClientData::new("webauthn.get", &options.challenge, page),
            authenticator_data: self.make_authenticator_data(
                &credential,
                &rp_id,
                Mediation::Modal,
                Part::Bare,
                cmtg_key.as_ref(),
            ),
            user_handle: credential.discoverable.then_some(credential.user_handle),
            credential_id: credential.id,
            key: credential.key,
            cmtg_key,
            attachment: self.attachment,
        })
    }

    /// [`Device::prepare_assertion`] and [`UnsignedAssertion::sign`].
    ///
    /// # Errors
    /// As a browser's exceptions, see [`Error`].
    pub fn get(
        &mut self,
        options: &RequestOptions,
        page: &Page,
    ) -> Result<AuthenticationResponse, Error> {
        self.prepare_assertion(options, page)?.sign()
    }

    fn choose_algorithm(&self, options: &CreationOptions) -> Result<Algorithm, Error> {
        let offered = options
            .pub_key_cred_params
            .iter()
            .filter_map(|it| Algorithm::from_cose_id(it.alg));
        offered
            .into_iter()
            .find(|it| self.algorithms.contains(it))
            .ok_or(Error::NotSupported)
    }

    fn check_abilities(
        &self,
        options: &CreationOptions,
        mediation: Mediation,
    ) -> Result<(), Error> {
        let wants = &options.authenticator_selection;
        let unverifiable = wants.user_verification == Requirement::Required
            && self.user_verification == UserVerification::Unavailable
            && mediation == Mediation::Modal;
        let undiscoverable = wants.resident_key == Requirement::Required
            && self.discoverability == Discoverability::OnlyByAllowList;
        let elsewhere = wants
            .authenticator_attachment
            .as_deref()
            .is_some_and(|it| it != self.attachment.as_str());
        if unverifiable || undiscoverable || elsewhere {
            Err(Error::NotAllowed)
        } else {
            Ok(())
        }
    }

    fn find_listed(
        &self,
        rp_id: &RpId,
        list: &[CredentialDescriptor],
    ) -> Result<Option<usize>, Error> {
        for descriptor in list {
            let id = decode(&descriptor.id)?;
            let found = self
                .credentials
                .iter()
                .position(|it| it.rp_id == rp_id.as_str() && it.id == id);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn make_credential(
        &self,
        options: &CreationOptions,
        rp_id: &RpId,
        algorithm: Algorithm,
        randomness: &[u8; 32],
    ) -> Result<Credential, Error> {
        let mut id = vec![0; 16];
        expand(randomness, &[b"credential id"], &mut id)?;
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        expand(randomness, &[b"private key"], &mut *seed)?;
        let mut credential = Credential {
            id,
            rp_id: rp_id.as_str().to_owned(),
            user_handle: decode(&options.user.id)?,
            user_name: options.user.name.clone(),
            user_display_name: options.user.display_name.clone(),
            key: SigningKey::derive(algorithm, &seed)?,
            discoverable: self.discoverability == Discoverability::Discoverable,
            backup_eligible: self.backup != Backup::DeviceBound,
            cmtg_keys: Vec::new(),
            active_cmtg_key: 0,
            counter: 0,
        };
        if self.trust_groups == TrustGroups::Kept && credential.backup_eligible {
            credential.join_trust_group(randomness)?;
        }
        Ok(credential)
    }

    fn make_authenticator_data(
        &self,
        credential: &Credential,
        rp_id: &RpId,
        mediation: Mediation,
        part: Part,
        cmtg_key: Option<&SigningKey>,
    ) -> AuthenticatorData {
        let asked = mediation == Mediation::Modal;
        AuthenticatorData {
            rp_id_hash: rp_id.hash(),
            flags: Flags {
                user_present: asked,
                user_verified: asked && self.user_verification == UserVerification::Performed,
                backup_eligible: credential.backup_eligible,
                backed_up: credential.backup_eligible && self.backup == Backup::BackedUp,
            },
            counter: credential.counter,
            attested: (part == Part::Attested).then(|| AttestedCredentialData {
                aaguid: self.aaguid,
                credential_id: credential.id.clone(),
                public_key: credential.key.cose_public_key(),
            }),
            extensions: encode_extensions(cmtg_key),
        }
    }

    fn keep(&mut self, credential: Credential) {
        self.credentials.retain(|it| {
            !it.discoverable
                || it.rp_id != credential.rp_id
                || it.user_handle != credential.user_handle
        });
        self.credentials.push(credential);
    }
}

/// Which parts authenticator data has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Bare,
    Attested,
}
