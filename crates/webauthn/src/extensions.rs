//! Extensions (WebAuthn section 9 and 10, CTAP 2.2 section 12): what may be asked for, and what is made of the
//! answers.
//!
//! Every output that is not understood, not asked for or not of its standard's form is survived: it becomes no
//! fact. What is read:
//!
//! | extension | asked by | read from |
//! |---|---|---|
//! | `credProps` | client | client output: `rk` |
//! | `credProtect` | authenticator | authenticator data (signed with an attestation) |
//! | `minPinLength` | authenticator | authenticator data |
//! | `hmac-secret` | authenticator | authenticator data, registration: that it is there |
//! | `prf` | client | client output: `enabled`. **Its results are secrets and are never kept** |
//! | `largeBlob` | client | client output: `supported`, `written`. Blobs are not kept |
//! | `cmtgKey` | both | [`TrustGroup`] |

mod inputs;
mod outputs;
mod trust_group;

pub use inputs::{
    CreationExtensions, CredentialProtection, LargeBlobInput, LargeBlobSupport, PrfInput,
    PrfValues, RequestExtensions,
};
pub(crate) use outputs::ClientOutputs;
pub use outputs::{AuthenticatorOutputs, CredProtect};
pub(crate) use trust_group::{Proof, judge as judge_trust_group};
pub use trust_group::{Thumbprint, TrustGroup, TrustGroupFault};
