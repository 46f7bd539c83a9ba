//! TPMS_ATTEST with TPMS_CERTIFY_INFO (TPM 2.0 part 2 sections 10.12.12 and 10.12.3).

use super::super::error::{AttestationError, TpmStep};
use super::Fields;

/// TPM_GENERATED_VALUE.
const GENERATED: u32 = 0xff54_4347;
/// TPM_ST_ATTEST_CERTIFY.
const CERTIFY: u16 = 0x8017;

/// What the TPM certified.
pub(super) struct CertifyInfo<'a> {
    pub(super) extra_data: &'a [u8],
    /// The certified object's name: hash algorithm and hash.
    pub(super) name: (u16, &'a [u8]),
}

impl<'a> CertifyInfo<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, AttestationError> {
        let malformed = || AttestationError::Tpm(TpmStep::Malformed("certInfo"));
        let mut fields = Fields(bytes);
        // "Verify that magic is set to TPM_GENERATED_VALUE": otherwise anybody could have the TPM sign it.
        match fields.u32() {
            Some(GENERATED) => {}
            Some(_) => return Err(AttestationError::Tpm(TpmStep::Magic)),
            None => return Err(malformed()),
        }
        // "Verify that type is set to TPM_ST_ATTEST_CERTIFY."
        match fields.u16() {
            Some(CERTIFY) => {}
            Some(_) => return Err(AttestationError::Tpm(TpmStep::Type)),
            None => return Err(malformed()),
        }
        Self::parse_rest(fields).ok_or_else(malformed)
    }

    /// "The remaining fields in the Standard Attestation Structure, i.e. qualifiedSigner, clockInfo and
    /// firmwareVersion are ignored."
    fn parse_rest(mut fields: Fields<'a>) -> Option<Self> {
        fields.sized()?; // qualifiedSigner
        let extra_data = fields.sized()?;
        fields.take::<17>()?; // clockInfo: clock, resetCount, restartCount, safe
        fields.take::<8>()?; // firmwareVersion
        let mut name = Fields(fields.sized()?);
        let name_algorithm = name.u16()?;
        fields.sized()?; // qualifiedName
        fields.finish()?;
        Some(Self {
            extra_data,
            name: (name_algorithm, name.0),
        })
    }
}
