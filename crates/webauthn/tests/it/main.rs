//! The crate's integration tests, as one binary.

// clippy.toml allows this inside `#[test]` only; the device of these tests is a test, too.
#![allow(clippy::unwrap_used)]

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
