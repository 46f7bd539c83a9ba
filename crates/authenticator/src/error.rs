/// Why a ceremony ended without a response; named as the `DOMException` that a page would see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The options are not the JSON that WebAuthn section 5.1.8 or 5.1.9 describes.
    #[error("the options are malformed")]
    Malformed,
    /// `SecurityError`: the origin may not use this RP ID.
    #[error("the origin may not use this RP ID")]
    Security,
    /// `InvalidStateError`: the device holds one of `excludeCredentials`.
    #[error("the device holds an excluded credential")]
    InvalidState,
    /// `NotSupportedError`: none of the offered algorithms is known to the device.
    #[error("no offered algorithm is supported")]
    NotSupported,
    /// `NotAllowedError`: no fitting credential, or a required ability is missing.
    #[error("the device has no fitting credential or lacks a required ability")]
    NotAllowed,
    /// The cryptographic library refused a key or a signature.
    #[error("the cryptographic library refused")]
    Crypto,
}
