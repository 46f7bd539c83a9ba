//! Directory roles: what there is, and who holds what.

mod template;

pub use template::Role;
