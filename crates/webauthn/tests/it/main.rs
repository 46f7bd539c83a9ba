//! The crate's integration tests, as one binary.

// clippy.toml allows this inside `#[test]` only; the device of these tests is a test, too.
#![allow(clippy::unwrap_used)]
// Certificates are cloned into lists wherever that reads more easily.
#![allow(clippy::cloned_ref_to_slice_refs)]

mod android_list;
mod attestation_mutation;
mod attested_models;
mod authority;
mod certificates;
mod chains;
mod chromium;
mod compound;
mod device;
mod extensions;
mod formats;
mod keys;
mod metadata;
mod mutation;
mod mutation_second_opinion;
mod origins;
mod own_attestations;
mod past_mistakes;
mod payloads;
mod plain;
mod properties;
mod published_failures;
mod responses;
mod revocation;
mod said;
mod second_opinions;
mod statements;
mod status_reports;
mod trust_groups;
mod vectors;
mod wycheproof_sets;
