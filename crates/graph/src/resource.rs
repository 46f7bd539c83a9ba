//! Types of the schema as data: one table from which answers are projected, bodies checked, options validated and
//! the OpenAPI document written.

use crate::kind::Kind;

/// What may be done with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In every v1.0 answer. A property without it comes only when `$select` names it; beta gives all.
    Shown,
    /// A body that creates may hold it.
    Create,
    /// A body that changes may hold it.
    Update,
    /// Only under `/beta`.
    Beta,
    /// Never in an answer, nor selectable: write-only.
    Hidden,
    /// Ours: not in Graph's schema.
    Own,
}

/// A property of a type.
#[derive(Debug)]
pub struct Property {
    /// Its name on the wire.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// What may be done with it.
    pub marks: &'static [Mark],
}

impl Property {
    /// Whether it bears this mark.
    #[must_use]
    pub fn is(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}

/// A type of the schema, with the properties that this product has of it.
#[derive(Debug)]
pub struct Type {
    /// Its name in the schema, without the namespace.
    pub name: &'static str,
    /// In the order in which documents list them.
    pub properties: &'static [Property],
}

/// By name: two types of one name are one.
impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        self.name == other.name
    }
}

impl Eq for Type {}

impl Type {
    /// The property of this name; names are compared exactly.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Property> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }

    /// `#microsoft.graph.NAME`, the value of `@odata.type`.
    #[must_use]
    pub fn odata_type(&self) -> String {
        format!("#microsoft.graph.{}", self.name)
    }
}

/// Declares a type of the schema: the struct that is written, and its table.
macro_rules! resource {
    ($(#[$doc:meta])* $name:ident = $word:literal { $($field:ident $json:literal: $type:ty = $($mark:ident)*;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, serde::Serialize)]
        pub struct $name {
            $(#[serde(rename = $json)] #[doc = concat!("`", $json, "`.")] pub $field: $type,)*
        }
        impl $name {
            /// The type's table.
            pub const TYPE: $crate::resource::Type = $crate::resource::Type {
                name: $word,
                properties: &[$($crate::resource::Property {
                    name: $json,
                    kind: <$type as $crate::kind::Described>::KIND,
                    nullable: <$type as $crate::kind::Described>::NULLABLE,
                    marks: &[$($crate::resource::Mark::$mark),*],
                }),*],
            };
        }
        impl $crate::kind::Described for $name {
            const KIND: $crate::kind::Kind = $crate::kind::Kind::Complex(&$name::TYPE);
        }
    };
}
pub(crate) use resource;
