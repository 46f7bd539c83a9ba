//! Passkeys as Graph describes them.

use crate::kind::words;
use crate::resource::resource;
use crate::resources::WebauthnPublicKeyCredential;
use crate::{Guid, Time};

words! {
    /// Whether the model was proven.
    AttestationLevel = "attestationLevel" { Attested = "attested", NotAttested = "notAttested" }
}

words! {
    /// Whether the passkey may leave its device.
    PasskeyType = "passkeyType" { DeviceBound = "deviceBound", Synced = "synced" }
}

resource! {
    /// A Temporary Access Pass. Its code is there when it is made, and never again.
    TemporaryAccessPassAuthenticationMethod = "temporaryAccessPassAuthenticationMethod" {
        id "id": Guid = Shown;
        created_date_time "createdDateTime": Option<Time> = Shown;
        is_usable "isUsable": Option<bool> = Shown;
        is_usable_once "isUsableOnce": Option<bool> = Shown Create;
        lifetime_in_minutes "lifetimeInMinutes": Option<i32> = Shown Create;
        method_usability_reason "methodUsabilityReason": Option<String> = Shown;
        reason "@claviger.reason": Option<String> = Hidden Create Own;
        start_date_time "startDateTime": Option<Time> = Shown Create;
        temporary_access_pass "temporaryAccessPass": Option<String> = Shown;
    }
}

resource! {
    /// A passkey. Its id is the credential id in base64url.
    Fido2AuthenticationMethod = "fido2AuthenticationMethod" {
        id "id": String = Shown;
        display_name "displayName": Option<String> = Shown Create;
        created_date_time "createdDateTime": Option<Time> = Shown;
        last_used_date_time "lastUsedDateTime": Option<Time> = Shown Beta;
        aa_guid "aaGuid": Option<String> = Shown;
        model "model": Option<String> = Shown;
        attestation_certificates "attestationCertificates": Vec<String> = Shown;
        attestation_level "attestationLevel": Option<AttestationLevel> = Shown;
        passkey_type "passkeyType": Option<PasskeyType> = Shown;
        public_key_credential "publicKeyCredential": Option<WebauthnPublicKeyCredential> = Hidden Create;
        held "@claviger.held": bool = Shown Own;
    }
}
