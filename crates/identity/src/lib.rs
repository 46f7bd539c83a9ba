//! The use cases: sign-in, passkeys, people, links, sessions, audit, keys, limits.
