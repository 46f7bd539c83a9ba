//! What a handler may know about a request: who asks and reads, the session, the body.

mod bearer;
pub(crate) mod body;
mod caller;
pub mod cookies;
mod json_body;
mod query;
mod reader;
pub mod return_path;
mod signed_in;
mod visit;

pub use body::BODY_LIMIT;
pub use caller::{Browser, PeerAddress};
pub use json_body::JsonBody;
pub use signed_in::{CurrentSession, SignedIn, read_session};

pub(crate) use bearer::{DPOP, read_token, write_challenge};
pub(crate) use caller::{AskedBy, find_caller, is_from_trusted_proxy, recognise};
pub(crate) use query::{PageQuery, parse as parse_query};
pub(crate) use reader::Reader;
pub(crate) use visit::Visit;
