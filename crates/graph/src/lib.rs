//! The words on the admin wire: Graph JSON types, query options, error envelope.
