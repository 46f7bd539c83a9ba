//! TPMS_ATTEST with TPMS_CERTIFY_INFO (TPM 2.0 part 2 sections 10.12.12 and 10.12.3).

use super::super::error::{AttestationError, TpmStep};
use super::{Fields, Malformed};

/// TPM_GENERATED_VALUE.
const GENERATED: u32 = 0xff54_4347;
/// TPM_ST_ATTEST_CERTIFY.
const CERTIFY: u16 = 0x8017;

/// What the TPM certified.
pub(super) struct CertifyInfo<'a> {
    pub(super) extra_data: &'a [u8],
    /// The certified object's name: hash algorithm and hash.
    pub(super) name: &'a [u8],
}

impl<'a> CertifyInfo<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, AttestationError> {
        let malformed = Malformed::of("certInfo");
        let mut fields = Fields::new(bytes);
        // "Verify that magic is set to TPM_GENERATED_VALUE": otherwise anybody could have the TPM sign it.
        let found = fields.u32().map_err(&malformed)?;
        if found != GENERATED {
            let expected = GENERATED;
            return Err(AttestationError::Tpm(TpmStep::Magic { expected, found }));
        }
        // "Verify that type is set to TPM_ST_ATTEST_CERTIFY."
        let found = fields.u16().map_err(&malformed)?;
        if found != CERTIFY {
            let expected = CERTIFY;
            return Err(AttestationError::Tpm(TpmStep::Type { expected, found }));
        }
        Self::parse_rest(fields).map_err(malformed)
    }

    /// "The remaining fields in the Standard Attestation Structure, i.e. qualifiedSigner, clockInfo and
    /// firmwareVersion are ignored."
    fn parse_rest(mut fields: Fields<'a>) -> Result<Self, Malformed> {
        fields.sized()?; // qualifiedSigner
        let extra_data = fields.sized()?;
        fields.take::<17>()?; // clockInfo: clock, resetCount, restartCount, safe
        fields.take::<8>()?; // firmwareVersion
        let here = fields.malformed();
        let name = fields.sized()?;
        // At least its hash algorithm.
        if name.len() < 2 {
            return Err(here);
        }
        fields.sized()?; // qualifiedName
        fields.finish()?;
        Ok(Self { extra_data, name })
    }
}
