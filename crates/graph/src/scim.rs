//! The words of SCIM 2.0 (RFC 7643, RFC 7644): schemas, filters, paths, changes, and what of a resource is shown.
//!
//! A resource is JSON whose names have the schemas' own case. Texts are bounded before they are read, and what is nested
//! is bounded while it is: a filter costs no more than its length.

mod filter;
mod patch;
mod place;
mod read;
mod schema;
mod show;

pub use filter::{Comparison, Filter, Literal, Op};
pub use patch::{Change, Patch};
pub use place::{Place, Target};
pub use read::{read, read_number};
pub use schema::{
    Attribute, ENTERPRISE, GROUP, Kind, Mutability, RESOURCE_TYPES, ResourceType, SCHEMAS, Schema,
    USER,
};
pub use show::Selection;

/// The schema of lists (RFC 7644 section 3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The schema of searches (RFC 7644 section 3.4.3).
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The schema of changes (RFC 7644 section 3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The schemas of bulk requests and their answers (RFC 7644 section 3.7).
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// See [`BULK_REQUEST`].
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// The schema of errors (RFC 7644 section 3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The longest filter or path, in bytes.
pub const TEXT_MAX: usize = 8 * 1024;
/// How deep a filter may be nested.
pub const DEPTH_MAX: usize = 20;
/// The most comparisons of a filter.
pub const TERMS_MAX: usize = 200;
/// The most operations of a change.
pub const OPERATIONS_MAX: usize = 1_000;

/// What is wrong with what was asked (RFC 7644 section 3.12), in words that hold nothing of the request but names of the
/// schemas.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The filter can't be read, or compares what can't be compared.
    #[error("The filter can't be answered: {0}.")]
    InvalidFilter(&'static str),
    /// The path of a change names nothing.
    #[error("The path can't be followed: {0}.")]
    InvalidPath(&'static str),
    /// The body is no such message.
    #[error("The body can't be read: {0}.")]
    InvalidSyntax(&'static str),
    /// A value is missing, or of another type.
    #[error("The value of {0} is missing or of another type.")]
    InvalidValue(&'static str),
    /// What can't be changed, or can't be removed.
    #[error("{0} can't be changed or removed.")]
    Mutability(&'static str),
    /// A filter in a path fits no value.
    #[error("No value of {0} fits the filter of the path.")]
    NoTarget(&'static str),
}

impl Problem {
    /// RFC 7644 table 9.
    #[must_use]
    pub fn scim_type(&self) -> &'static str {
        match self {
            Problem::InvalidFilter(_) => "invalidFilter",
            Problem::InvalidPath(_) => "invalidPath",
            Problem::InvalidSyntax(_) => "invalidSyntax",
            Problem::InvalidValue(_) => "invalidValue",
            Problem::Mutability(_) => "mutability",
            Problem::NoTarget(_) => "noTarget",
        }
    }
}

#[cfg(test)]
mod tests;
