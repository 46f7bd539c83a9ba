//! Development only: databases, virtual passkeys, frozen clock, people.
