//! WebAuthn Level 3 relying party: parse, verify, attestation. Pure: no I/O, clock, randomness or logging.
