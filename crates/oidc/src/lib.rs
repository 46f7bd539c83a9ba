//! OAuth 2 and OpenID Connect messages, client rules, JOSE, PKCE, DPoP: pure.
//!
//! The room stands so that its walls are checked from the first day; the issue Directory brings the first message.

#![forbid(unsafe_code)]
