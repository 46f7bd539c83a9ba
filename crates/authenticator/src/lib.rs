//! A pure software authenticator: WebAuthn options in, responses out.
