//! The words on the admin wire: Graph JSON types, OData query options, error envelope.
//!
//! The room stands so that its walls are checked from the first day; the issue Directory brings the first type.

#![forbid(unsafe_code)]
