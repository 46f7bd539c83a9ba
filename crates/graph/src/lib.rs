//! The words on the admin wire, as Microsoft Graph v1.0 and beta spell them: types, paths, query options, bodies,
//! errors.
//!
//! Pure: bytes and text go in; a value or the reason why not comes out. Nothing here knows who asks, what is stored
//! or which use case answers. Names and types are held against Graph's own schema by `tests/csdl.rs`.

#![forbid(unsafe_code)]

pub mod body;
pub mod bytes;
pub mod envelope;
pub mod error;
pub mod guid;
pub mod kind;
pub mod odata;
pub mod path;
pub mod prefer;
pub mod project;
pub mod resource;
pub mod resources;
pub mod scim;
pub mod time;

mod percent;

pub use error::Problem;
pub use guid::Guid;
pub use kind::{Described, Kind, Words};
pub use path::{Path, Version};
pub use resource::{Mark, Property, Type};
pub use time::Time;
