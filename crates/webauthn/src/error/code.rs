//! Stable codes: one table per enum, from which both `code()` and [`CODES`] are made, so that a
//! variant without an entry does not compile.

use super::{AssertionError, ParseError, RegistrationError};
use crate::attestation::{
    AndroidStep, AttestationError, CompoundStep, NotAttested, Requirement, SafetyNetStep, TpmStep,
    U2fStep,
};
use crate::cbor::CborErrorKind;
use crate::der::DerErrorKind;
use crate::metadata::MetadataError;
use crate::public_key::KeyError;
use crate::x509::{CertificateError, PathRule};

type Entry = (&'static str, &'static str);

macro_rules! codes {
    ($error:ty, $list:ident {
        $($pattern:pat => $code:literal, $explanation:literal;)+
        $(@ $nested:pat => $inner:expr;)*
    }) => {
        impl $error {
            /// The stable code of this refusal; [`CODES`] explains each.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $($pattern => $code,)+
                    $($nested => $inner,)*
                }
            }
        }
        const $list: &[Entry] = &[$(($code, $explanation)),+];
    };
}

codes!(ParseError, PARSE {
    Self::TooLong { .. } => "parse.too_long", "A part of the response is longer than any authenticator makes it.";
    Self::JsonSyntax { .. } => "parse.json_syntax", "The response or its client data is not JSON.";
    Self::JsonDuplicateMember { .. } => "parse.json_duplicate_member", "A member occurs twice, so that two readers could see two different values.";
    Self::JsonMissingMember { .. } => "parse.json_missing_member", "A member that the standard requires is absent.";
    Self::JsonWrongType { .. } => "parse.json_wrong_type", "A member has another JSON type than the standard gives it.";
    Self::Base64Url { .. } => "parse.base64url", "A member is not base64url without padding.";
    Self::CredentialType { .. } => "parse.credential_type", "The credential is not of type \"public-key\".";
    Self::IdMismatch => "parse.id_mismatch", "The members id and rawId differ.";
    Self::CredentialIdLength { .. } => "parse.credential_id_length", "The credential id is empty or longer than 1,023 bytes.";
    Self::UserHandleLength { .. } => "parse.user_handle_length", "The user handle is empty or longer than 64 bytes.";
    Self::ClientDataNotUtf8 { .. } => "parse.client_data_not_utf8", "The client data is not UTF-8.";
    Self::AuthenticatorDataTruncated { .. } => "parse.authenticator_data_truncated", "Authenticator data ends inside a field that its flags announce.";
    Self::AuthenticatorDataTrailingBytes { .. } => "parse.authenticator_data_trailing_bytes", "Authenticator data goes on behind the last field that its flags announce.";
    Self::AttestationFormat { .. } => "parse.attestation_format", "The attestation's format is named by nothing that the standard allows: 1 to 32 printable ASCII characters.";
    @ Self::Cbor { source, .. } => source.kind.code();
});

codes!(CborErrorKind, CBOR {
    Self::Truncated => "parse.cbor_truncated", "A CBOR item is cut off.";
    Self::TrailingBytes => "parse.cbor_trailing_bytes", "Bytes follow a CBOR item that should be the last.";
    Self::WrongType { .. } => "parse.cbor_wrong_type", "A CBOR item has another type than the standard gives it.";
    Self::DuplicateKey => "parse.cbor_duplicate_key", "A CBOR map has a key twice.";
    Self::MissingKey(_) => "parse.cbor_missing_key", "A CBOR map lacks a key that the standard requires.";
    Self::IndefiniteLength => "parse.cbor_indefinite_length", "A CBOR item has an indefinite length, which CTAP2 forbids.";
    Self::NotShortest => "parse.cbor_not_shortest", "A CBOR length or integer takes more bytes than it needs, which CTAP2 forbids.";
    Self::TooDeep => "parse.cbor_too_deep", "CBOR is nested more deeply than any authenticator makes it.";
    Self::TooManyEntries => "parse.cbor_too_many_entries", "A CBOR array or map has more entries than any authenticator makes.";
    Self::IntegerOutOfRange => "parse.cbor_integer_out_of_range", "A CBOR integer does not fit 64 bits.";
    Self::NotUtf8 => "parse.cbor_not_utf8", "A CBOR text is not UTF-8.";
    Self::NotAllowed => "parse.cbor_not_allowed", "CBOR is not well-formed or uses something that CTAP2 forbids, such as a tag.";
});

codes!(KeyError, KEY {
    Self::Cbor(_) => "key.cbor", "The public key is not one well-formed CBOR map.";
    Self::MissingParameter { .. } => "key.missing_parameter", "The public key lacks a parameter that its type requires.";
    Self::UnexpectedParameter { .. } => "key.unexpected_parameter", "The public key has a parameter that WebAuthn does not allow, such as a private part.";
    Self::Ed448 => "key.ed448", "The credential uses Ed448, which cannot be verified here and is therefore refused by name.";
    Self::UnsupportedAlgorithm { .. } => "key.unsupported_algorithm", "The public key's algorithm is not one that can be verified here.";
    Self::KeyTypeMismatch { .. } => "key.key_type_mismatch", "The public key's type does not belong to its algorithm.";
    Self::CurveMismatch { .. } => "key.curve_mismatch", "The public key's curve does not belong to its algorithm.";
    Self::CompressedPoint => "key.compressed_point", "The public key's point is compressed, which WebAuthn forbids.";
    Self::WrongLength { .. } => "key.wrong_length", "A part of the public key has the wrong length.";
    Self::ModulusSize { .. } => "key.modulus_size", "The RSA modulus does not have 2048 to 8192 bits.";
    Self::ModulusEncoding => "key.modulus_encoding", "The RSA modulus is even or has leading zeros.";
    Self::Exponent => "key.exponent", "The RSA exponent is even, too small, too large or has leading zeros.";
    Self::WeakPoint => "key.weak_point", "The Ed25519 key is one of the few points for which signatures can be forged.";
    Self::Unusable => "key.unusable", "The public key is not a valid key, for instance not a point of its curve.";
});

codes!(RegistrationError, REGISTRATION {
    Self::TypeMismatch { .. } => "registration.type_mismatch", "The client data is not from a registration.";
    Self::WeakChallenge { .. } => "registration.weak_challenge", "The server expected a challenge of less than 16 bytes, which is never safe.";
    Self::ChallengeMismatch => "registration.challenge_mismatch", "The response answers another challenge than this ceremony's.";
    Self::OriginMismatch { .. } => "registration.origin_mismatch", "The response comes from a page whose origin is not allowed.";
    Self::CrossOriginRefused => "registration.cross_origin_refused", "The response comes from a frame inside another site's page, which is not allowed.";
    Self::TopOriginMismatch { .. } => "registration.top_origin_mismatch", "The page around the frame has an origin that is not allowed.";
    Self::RpIdHashMismatch { .. } => "registration.rp_id_mismatch", "The authenticator made this passkey for another RP ID.";
    Self::UserPresenceMissing => "registration.user_presence_missing", "The authenticator did not test that somebody is there.";
    Self::UserVerificationMissing => "registration.user_verification_missing", "The authenticator did not verify the user although that is required.";
    Self::BackupStateInvalid => "registration.backup_state_invalid", "The authenticator says that the passkey is backed up but cannot be.";
    Self::AttestedCredentialDataMissing => "registration.attested_credential_data_missing", "The authenticator's answer carries no passkey.";
    Self::CredentialIdMismatch => "registration.credential_id_mismatch", "The response names another credential id than the authenticator.";
    Self::AlgorithmNotOffered { .. } => "registration.algorithm_not_offered", "The passkey uses an algorithm that was not offered.";
    Self::PrfResultsSigned => "registration.prf_results_signed", "The authenticator put a secret (a PRF result) where the standard bans it, into data that is stored.";
    @ Self::Parse(error) => error.code();
    @ Self::Key(error) => error.code();
    @ Self::Attestation(error) => error.code();
    @ Self::NotAttested(reason) => reason.code();
});

codes!(NotAttested, NOT_ATTESTED {
    Self::NoStatement => "attestation.no_statement", "The authenticator says nothing about its make.";
    Self::SelfAttested => "attestation.self", "The passkey attests itself, which proves nothing about its authenticator's make.";
    Self::FormatNotAccepted => "attestation.format_not_accepted", "The attestation has a format that is unknown or not accepted here.";
    Self::NoAnchor => "attestation.no_anchor", "The attestation leads to no trust anchor: nobody who is believed vouches for this authenticator.";
    Self::ModelNotNamed => "attestation.model_not_named", "The attestation certificate does not say of which model it is, and whoever vouches for it vouches for several.";
});

codes!(AttestationError, ATTESTATION {
    Self::NotEmpty => "attestation.not_empty", "Attestation format none must have an empty statement.";
    Self::AlgorithmMismatch { .. } => "attestation.algorithm_mismatch", "The self attestation names another algorithm than the passkey's.";
    Self::Algorithm { .. } => "attestation.algorithm", "The attestation's algorithm is unknown, not allowed in its format, or not that of its key.";
    Self::SignatureInvalid => "attestation.signature_invalid", "The attestation's signature is not valid.";
    Self::CertificateCount { .. } => "attestation.certificate_count", "The attestation has fewer or more certificates than its format allows.";
    Self::Requirement(Requirement::Version { .. }) => "attestation.certificate_version", "The attestation certificate is not of version 3.";
    Self::Requirement(Requirement::Subject { .. }) => "attestation.certificate_subject", "The attestation certificate's subject lacks what the standard requires.";
    Self::Requirement(Requirement::EmptySubject { .. }) => "attestation.certificate_subject_not_empty", "A TPM's attestation certificate has a subject, which must be empty.";
    Self::Requirement(Requirement::NoAuthority { .. }) => "attestation.certificate_authority", "The attestation certificate does not say that it is no certificate authority.";
    Self::Requirement(Requirement::AaguidExtension(_)) => "attestation.aaguid_extension", "The attestation certificate's AAGUID extension is malformed or critical.";
    Self::Requirement(Requirement::TpmNames { .. }) => "attestation.tpm_names", "A TPM's attestation certificate does not name manufacturer, model and version.";
    Self::Requirement(Requirement::TpmManufacturer { .. }) => "attestation.tpm_manufacturer", "The TPM's manufacturer is not one of those that are known.";
    Self::Requirement(Requirement::AttestationPurpose { .. }) => "attestation.tpm_purpose", "The TPM's certificate is not for an attestation identity key.";
    Self::Requirement(Requirement::FormatExtension(_)) => "attestation.format_extension", "The attestation certificate lacks its format's extension, or it is malformed.";
    Self::Requirement(Requirement::NoKeyDescription { .. }) => "attestation.key_description", "A certificate that should be an attestation key's or an authority's is for an app's key in an Android keystore.";
    Self::AaguidMismatch { .. } => "attestation.aaguid_mismatch", "The attestation certificate is for another model than the authenticator names.";
    Self::KeyMismatch { .. } => "attestation.key_mismatch", "The attestation is about another key than the passkey's.";
    Self::BindingMismatch { .. } => "attestation.binding_mismatch", "The attestation was made for another registration.";
    Self::Tpm(TpmStep::Version { .. }) => "attestation.tpm_version", "The TPM attestation is not of version 2.0.";
    Self::Tpm(TpmStep::Malformed { .. }) => "attestation.tpm_malformed", "A structure of the TPM is malformed or of an unknown type.";
    Self::Tpm(TpmStep::Magic { .. }) => "attestation.tpm_magic", "The TPM did not make the attestation itself.";
    Self::Tpm(TpmStep::Type { .. }) => "attestation.tpm_type", "The TPM's attestation certifies no key.";
    Self::Tpm(TpmStep::Name { .. }) => "attestation.tpm_name", "The TPM certifies another key than the one that was sent.";
    Self::Android(AndroidStep::AllApplications { .. }) => "attestation.android_all_applications", "The Android key may be used by all applications.";
    Self::Android(AndroidStep::Origin { .. }) => "attestation.android_origin", "The Android key was not generated in its keystore.";
    Self::Android(AndroidStep::Purpose { .. }) => "attestation.android_purpose", "The Android key is not for signing alone.";
    Self::Android(AndroidStep::SecurityLevel { .. }) => "attestation.android_security_level", "The Android keystore is in software, and hardware is required.";
    Self::SafetyNet(SafetyNetStep::Malformed { .. }) => "attestation.safetynet_malformed", "The SafetyNet answer is malformed.";
    Self::SafetyNet(SafetyNetStep::Hostname { .. }) => "attestation.safetynet_hostname", "The SafetyNet answer is not signed by attest.android.com.";
    Self::SafetyNet(SafetyNetStep::Integrity) => "attestation.safetynet_integrity", "SafetyNet does not attest the device's integrity.";
    Self::SafetyNet(SafetyNetStep::Time { .. }) => "attestation.safetynet_time", "The SafetyNet answer is not from the time of registration.";
    Self::U2f(U2fStep::Curve { .. }) => "attestation.u2f_curve", "A key of the U2F attestation is not on the curve P-256.";
    Self::U2f(U2fStep::Aaguid { .. }) => "attestation.u2f_aaguid", "A U2F attestation comes with an AAGUID, which U2F devices do not have.";
    Self::Compound(CompoundStep::TooFew { .. }) => "attestation.compound_too_few", "A compound attestation has fewer than two statements.";
    Self::Compound(CompoundStep::TooMany(_)) => "attestation.compound_too_many", "A compound attestation has more statements than are accepted.";
    Self::Compound(CompoundStep::Nested) => "attestation.compound_nested", "A compound attestation contains another one.";
    Self::Compound(CompoundStep::NotEnough { .. }) => "attestation.compound_not_enough", "Fewer statements of a compound attestation passed than are required.";
    @ Self::Parse(error) => error.code();
    @ Self::Certificate { source, .. } => source.code();
    @ Self::Chain(error) => error.rule.code();
});

codes!(AssertionError, ASSERTION {
    Self::CredentialNotAllowed => "assertion.credential_not_allowed", "The passkey is not one of those that were asked for.";
    Self::CredentialIdMismatch => "assertion.credential_id_mismatch", "The stored passkey is not the one that the response names.";
    Self::CredentialOwnerMismatch => "assertion.credential_owner_mismatch", "The passkey belongs to another account than the one that is signing in.";
    Self::UserHandleMissing => "assertion.user_handle_missing", "The response does not say whose passkey it is, and nothing else does.";
    Self::UserHandleMismatch => "assertion.user_handle_mismatch", "The response says that the passkey belongs to somebody else than its owner.";
    Self::TypeMismatch { .. } => "assertion.type_mismatch", "The client data is not from a sign-in.";
    Self::WeakChallenge { .. } => "assertion.weak_challenge", "The server expected a challenge of less than 16 bytes, which is never safe.";
    Self::ChallengeMismatch => "assertion.challenge_mismatch", "The response answers another challenge than this ceremony's.";
    Self::OriginMismatch { .. } => "assertion.origin_mismatch", "The response comes from a page whose origin is not allowed.";
    Self::CrossOriginRefused => "assertion.cross_origin_refused", "The response comes from a frame inside another site's page, which is not allowed.";
    Self::TopOriginMismatch { .. } => "assertion.top_origin_mismatch", "The page around the frame has an origin that is not allowed.";
    Self::RpIdHashMismatch { .. } => "assertion.rp_id_mismatch", "The authenticator answered for another RP ID.";
    Self::StoredKey(_) => "assertion.stored_key", "The stored public key cannot be read; the record is damaged.";
    Self::SignatureInvalid => "assertion.signature_invalid", "The signature is not valid for the stored public key.";
    Self::UserPresenceMissing => "assertion.user_presence_missing", "The authenticator did not test that somebody is there.";
    Self::UserVerificationMissing => "assertion.user_verification_missing", "The authenticator did not verify the user although that is required.";
    Self::BackupStateInvalid => "assertion.backup_state_invalid", "The authenticator says that the passkey is backed up but cannot be.";
    Self::BackupEligibilityChanged { .. } => "assertion.backup_eligibility_changed", "Whether the passkey can be backed up differs from its registration, which no honest authenticator does.";
    Self::CounterRegressed { .. } => "assertion.counter_regressed", "The signature counter of a device-bound passkey did not advance, so a copy of it may exist.";
    @ Self::Parse(error) => error.code();
});

codes!(DerErrorKind, DER {
    Self::Truncated => "certificate.truncated", "A certificate or another DER structure is cut off.";
    Self::TrailingBytes => "certificate.trailing_bytes", "Bytes follow the last element of a DER structure.";
    Self::UnexpectedTag { .. } => "certificate.unexpected_element", "A DER structure has another element than its standard gives it.";
    Self::Length => "certificate.length", "A length in DER is indefinite or not in its shortest form.";
    Self::Tag => "certificate.tag", "A tag in DER is not in its shortest form.";
    Self::Value => "certificate.value", "A number, date, flag or name in a certificate is not valid DER.";
    Self::TooMany => "certificate.too_many", "A certificate has more extensions or names than any real one.";
    Self::Duplicate => "certificate.duplicate", "A certificate has an extension twice.";
});

codes!(CertificateError, CERTIFICATE {
    Self::TooLong { .. } => "certificate.too_long", "A certificate or revocation list is longer than any real one.";
    Self::Version { .. } => "certificate.version", "A certificate or revocation list has a version that does not exist or does not fit its contents.";
    Self::AlgorithmMismatch => "certificate.algorithm_mismatch", "A certificate names two different algorithms for its signature.";
    @ Self::Der(error) => error.kind.code();
});

codes!(PathRule, CHAIN {
    Self::Empty => "chain.empty", "There is no certificate.";
    Self::TooLong { .. } => "chain.too_long", "There are more certificates than any authenticator sends.";
    Self::NotYetValid { .. } => "chain.not_yet_valid", "A certificate was not valid yet at the time that counts.";
    Self::Expired { .. } => "chain.expired", "A certificate had expired at the time that counts.";
    Self::NoAnchor => "chain.no_anchor", "The certificates lead to no trust anchor. A root that was sent along is none.";
    Self::NameChaining => "chain.name_chaining", "A certificate is followed by one of another subject than its issuer.";
    Self::Signature => "chain.signature", "A certificate is not signed by the one that follows it.";
    Self::Algorithm => "chain.algorithm", "A certificate's key or signature is of a kind that is not accepted, such as SHA-1.";
    Self::NotAuthority => "chain.not_authority", "A certificate was issued by one that is no certificate authority.";
    Self::PathLength { .. } => "chain.path_length", "More certificates stand below an authority than it allows.";
    Self::KeyUsage { .. } => "chain.key_usage", "A certificate's key usage does not allow what its key was used for.";
    Self::ExtendedKeyUsage { .. } => "chain.extended_key_usage", "A certificate was used for a purpose that it does not have.";
    Self::CriticalExtension { .. } => "chain.critical_extension", "A certificate has a critical extension that is not known here.";
    Self::NameConstraints => "chain.name_constraints", "An authority constrains names, which is not evaluated here and therefore refused.";
    Self::TooManySignatures => "chain.too_many_signatures", "More signatures would have to be verified than is done for one chain.";
    Self::Revoked => "chain.revoked", "A certificate was revoked by its issuer.";
    Self::RevocationUnknown => "chain.revocation_unknown", "No current revocation list covers a certificate, and one is required.";
    Self::RevocationOutdated => "chain.revocation_outdated", "The revocation list that was supplied for a certificate is past its time: supply the current one.";
});

codes!(MetadataError, METADATA {
    Self::TooLong { .. } => "metadata.too_long", "The blob, or its header, is longer than any that the service makes.";
    Self::NotCompact => "metadata.not_compact", "It is not a signed document: three parts with dots between.";
    Self::Base64 { .. } | Self::CertificateBase64 { .. } => "metadata.base64", "A part of the signed document is not base64.";
    Self::Form { .. } => "metadata.form", "Header or contents are not in the standard's form.";
    Self::AlgorithmNotAllowed { .. } => "metadata.algorithm_not_allowed", "The document is signed with an algorithm that is not accepted; none is one of them.";
    Self::X5uRefused => "metadata.x5u_refused", "The document names its certificates by address, and nothing is fetched because a document says so.";
    Self::CriticalHeader => "metadata.critical_header", "The header has an extension that must be understood and is not.";
    Self::NoCertificates => "metadata.no_certificates", "The document carries no certificate of its signer.";
    Self::TooManyCertificates { .. } => "metadata.too_many_certificates", "The document carries more certificates than any chain needs.";
    Self::Certificate { .. } => "metadata.certificate", "A certificate of the signer's chain can't be read.";
    Self::Chain(_) => "metadata.chain", "The signer's certificates lead to no trust anchor, are not valid now, or break a rule.";
    Self::SignerMismatch { .. } => "metadata.signer_mismatch", "The signer's certificate is sound, and for another domain than the metadata service's.";
    Self::SignatureInvalid => "metadata.signature_invalid", "The document's signature is not valid: it was changed, or is not the signer's.";
    Self::NextUpdate => "metadata.next_update", "The blob does not say by when there will be a newer one.";
    Self::TooManyEntries { .. } => "metadata.too_many_entries", "The blob has more entries than any has reason to have.";
    Self::NothingReadable { .. } => "metadata.nothing_readable", "The blob has entries, and none of them can be read.";
    Self::Rollback { .. } => "metadata.rollback", "The blob is older than the one in use.";
    Self::Altered { .. } => "metadata.altered", "The blob has the number of the one in use, and says something else.";
});

const LISTS: [&[Entry]; 11] = [
    PARSE,
    CBOR,
    KEY,
    REGISTRATION,
    ASSERTION,
    NOT_ATTESTED,
    ATTESTATION,
    DER,
    CERTIFICATE,
    CHAIN,
    METADATA,
];

// Evaluated by the compiler only: an index out of range would not build.
#[allow(clippy::indexing_slicing)]
const fn count() -> usize {
    let (mut total, mut list) = (0, 0);
    while list < LISTS.len() {
        total += LISTS[list].len();
        list += 1;
    }
    total
}

#[allow(clippy::indexing_slicing)]
const fn join() -> [Entry; count()] {
    let mut joined = [("", ""); count()];
    let (mut at, mut list) = (0, 0);
    while list < LISTS.len() {
        let mut entry = 0;
        while entry < LISTS[list].len() {
            joined[at] = LISTS[list][entry];
            at += 1;
            entry += 1;
        }
        list += 1;
    }
    joined
}

/// Every code that this crate gives, each with one sentence of explanation.
pub const CODES: &[(&str, &str)] = &join();

#[cfg(test)]
mod tests {
    use super::CODES;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let unique: HashSet<_> = CODES.iter().map(|(code, _)| code).collect();
        assert_eq!(unique.len(), CODES.len());
        for (code, explanation) in CODES {
            let (area, name) = code.split_once('.').expect("area.name");
            assert!(
                [
                    "parse",
                    "key",
                    "registration",
                    "assertion",
                    "attestation",
                    "certificate",
                    "chain",
                    "metadata"
                ]
                .contains(&area),
                "{code}"
            );
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{code}"
            );
            assert!(
                explanation.ends_with('.') && explanation.len() > 20,
                "{code}"
            );
        }
    }
}
