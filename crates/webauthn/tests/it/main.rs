//! The crate's integration tests, as one binary.

mod device;
mod keys;
mod mutation;
mod origins;
mod past_mistakes;
mod payloads;
mod properties;
mod published_failures;
mod responses;
mod vectors;
mod wycheproof_sets;
