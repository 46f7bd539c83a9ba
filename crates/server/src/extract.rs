//! What a handler may know about a request: who asks, the session, the body.

mod caller;
pub mod cookies;
mod json_body;
mod signed_in;

pub mod return_path;

pub use caller::{Browser, PeerAddress, recognise};
pub use json_body::{BODY_LIMIT, JsonBody};
pub use signed_in::{CurrentSession, SignedIn, read_session};

pub(crate) use caller::AskedBy;
