//! Creating a passkey on behalf of its owner: the options, what an authenticator made, and what is ours about both.
//!
//! Byte strings are text here: which of base64's spellings is written depends on the version, and all are read.

use serde_json::{Map, Value};

use crate::kind::words;
use crate::resource::resource;
use crate::{Described, Guid, Kind, Time};

/// Extension inputs: of an open type, so whatever is in them is no property of the schema.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct ExtensionInputs(pub Map<String, Value>);

impl Described for ExtensionInputs {
    const KIND: Kind = Kind::Open("webauthnAuthenticationExtensionsClientInputs");
}

/// Extension outputs, of an open type as well.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct ExtensionOutputs(pub Map<String, Value>);

impl Described for ExtensionOutputs {
    const KIND: Kind = Kind::Open("webauthnAuthenticationExtensionsClientOutputs");
}

resource! {
    /// What `creationOptions` gives.
    WebauthnCredentialCreationOptions = "webauthnCredentialCreationOptions" {
        challenge_timeout_date_time "challengeTimeoutDateTime": Option<Time> = Shown;
        public_key "publicKey": Option<WebauthnPublicKeyCredentialCreationOptions> = Shown;
    }
}

resource! {
    /// What a client hands to an authenticator.
    WebauthnPublicKeyCredentialCreationOptions = "webauthnPublicKeyCredentialCreationOptions" {
        rp "rp": Option<WebauthnRpEntity> = Shown;
        user "user": Option<WebauthnUserEntity> = Shown;
        challenge "challenge": Option<String> = Shown;
        pub_key_cred_params "pubKeyCredParams": Vec<WebauthnParameters> = Shown;
        timeout "timeout": Option<i32> = Shown;
        exclude_credentials "excludeCredentials": Vec<WebauthnDescriptor> = Shown;
        authenticator_selection "authenticatorSelection": Option<WebauthnAuthenticatorSelection> = Shown;
        attestation "attestation": Option<String> = Shown;
        extensions "extensions": Option<ExtensionInputs> = Shown;
    }
}

resource! {
    /// The relying party.
    WebauthnRpEntity = "webauthnPublicKeyCredentialRpEntity" {
        id "id": Option<String> = Shown;
        name "name": Option<String> = Shown;
    }
}

resource! {
    /// The account.
    WebauthnUserEntity = "webauthnPublicKeyCredentialUserEntity" {
        id "id": Option<String> = Shown;
        name "name": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
    }
}

resource! {
    /// An algorithm that is accepted.
    WebauthnParameters = "webauthnPublicKeyCredentialParameters" {
        kind "type": Option<String> = Shown;
        alg "alg": Option<i32> = Shown;
    }
}

resource! {
    /// A credential that is there already.
    WebauthnDescriptor = "webauthnPublicKeyCredentialDescriptor" {
        kind "type": Option<String> = Shown;
        id "id": Option<String> = Shown;
        transports "transports": Vec<String> = Shown;
    }
}

resource! {
    /// What kind of authenticator is asked for. The schema has no `residentKey`.
    WebauthnAuthenticatorSelection = "webauthnAuthenticatorSelectionCriteria" {
        authenticator_attachment "authenticatorAttachment": Option<String> = Shown;
        require_resident_key "requireResidentKey": Option<bool> = Shown;
        user_verification "userVerification": Option<String> = Shown;
    }
}

resource! {
    /// What an authenticator made. The schema has no `rawId`, `type` and `authenticatorAttachment`.
    WebauthnPublicKeyCredential = "webauthnPublicKeyCredential" {
        id "id": Option<String> = Create;
        response "response": Option<WebauthnAuthenticatorAttestationResponse> = Create;
        client_extension_results "clientExtensionResults": Option<ExtensionOutputs> = Create;
    }
}

resource! {
    /// Its two halves. The schema has no `transports`.
    WebauthnAuthenticatorAttestationResponse = "webauthnAuthenticatorAttestationResponse" {
        client_data_json "clientDataJSON": Option<String> = Create;
        attestation_object "attestationObject": Option<String> = Create;
    }
}

resource! {
    /// Ours: options that were given out and are still open, without the challenge.
    PasskeyCreationOptions = "passkeyCreationOptions" {
        id "id": Guid = Shown;
        created_date_time "createdDateTime": Option<Time> = Shown;
        challenge_timeout_date_time "challengeTimeoutDateTime": Option<Time> = Shown;
        requested_by "requestedBy": Option<String> = Shown;
        requested_by_name "requestedByName": Option<String> = Shown;
        app_id "appId": Option<Guid> = Shown;
        passkeys_created "passkeysCreated": i32 = Shown;
    }
}

words! {
    /// Whose provisioned passkeys wait until their owner confirms them.
    HeldPasskeys = "heldPasskeys" { Nobody = "none", ExistingPeople = "peopleWithMethods", Everybody = "all" }
}

resource! {
    /// Ours: what becomes of passkeys that are created on behalf of people.
    ProvisioningPolicy = "provisioningPolicy" {
        hold_until_confirmed "holdUntilConfirmed": Option<HeldPasskeys> = Shown Update;
    }
}
