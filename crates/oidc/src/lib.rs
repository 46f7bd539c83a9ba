//! OAuth 2 and OpenID Connect messages and rules. Pure.
