//! The schemas: what a resource has, and what of it may be changed (RFC 7643 sections 4, 7 and 8.7). Only what the
//! directory keeps is here.

use serde_json::{Value, json};

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// `2026-01-31T12:00:00Z`.
    DateTime,
    /// An address.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// Who may change an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// The server alone.
    ReadOnly,
    /// Whoever may write.
    ReadWrite,
    /// Whoever makes it; never changed.
    Immutable,
}

/// An attribute of a schema.
#[derive(Debug)]
pub struct Attribute {
    /// In the schema's own case.
    pub name: &'static str,
    /// The type.
    pub kind: Kind,
    /// Whether it holds several values.
    pub multi: bool,
    /// Whether it is always there.
    pub required: bool,
    /// Whether case counts where values are compared.
    pub case_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// Whether no other resource may have the same value.
    pub unique: bool,
    /// The values that it has.
    pub canonical: &'static [&'static str],
    /// What a reference is to.
    pub references: &'static [&'static str],
    /// Of a complex attribute.
    pub subs: &'static [Attribute],
    /// For people.
    pub description: &'static str,
}

/// A schema.
#[derive(Debug)]
pub struct Schema {
    /// Its URN.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// A kind of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// `User`
    pub name: &'static str,
    /// `/Users`
    pub endpoint: &'static str,
    /// For people.
    pub description: &'static str,
    /// Its schema.
    pub schema: &'static Schema,
    /// The schema beside it.
    pub extension: Option<&'static Schema>,
}

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::String,
        multi: false,
        required: false,
        case_exact: false,
        mutability: Mutability::ReadWrite,
        unique: false,
        canonical: &[],
        references: &[],
        subs: &[],
        description,
    }
}

const fn exact(name: &'static str, description: &'static str) -> Attribute {
    Attribute {
        case_exact: true,
        ..text(name, description)
    }
}

const fn words(name: &'static str, words: &'static [&'static str]) -> Attribute {
    Attribute {
        canonical: words,
        ..text(name, "What kind of value it is.")
    }
}

const fn read_only(attribute: Attribute) -> Attribute {
    Attribute {
        mutability: Mutability::ReadOnly,
        ..attribute
    }
}

const fn reference(
    name: &'static str,
    references: &'static [&'static str],
    mutability: Mutability,
) -> Attribute {
    Attribute {
        kind: Kind::Reference,
        case_exact: true,
        references,
        mutability,
        ..text(name, "The address of the resource.")
    }
}

const fn complex(
    name: &'static str,
    description: &'static str,
    subs: &'static [Attribute],
) -> Attribute {
    Attribute {
        kind: Kind::Complex,
        subs,
        ..text(name, description)
    }
}

const fn several(
    name: &'static str,
    description: &'static str,
    subs: &'static [Attribute],
) -> Attribute {
    Attribute {
        multi: true,
        ..complex(name, description, subs)
    }
}

/// RFC 7643 section 3.1: every resource has these, and no schema lists them.
pub(super) static COMMON: &[Attribute] = &[
    read_only(exact("id", "The id.")),
    exact("externalId", "What the connector calls it."),
    Attribute {
        mutability: Mutability::ReadOnly,
        ..complex("meta", "About the record.", META)
    },
];

static META: &[Attribute] = &[
    read_only(exact("resourceType", "What it is.")),
    Attribute {
        kind: Kind::DateTime,
        ..read_only(exact("created", "When it was made."))
    },
    Attribute {
        kind: Kind::DateTime,
        ..read_only(exact("lastModified", "When it was changed."))
    },
    reference("location", &["uri"], Mutability::ReadOnly),
    read_only(exact("version", "Its ETag.")),
];

/// RFC 7643 section 4.1, as far as the directory keeps it.
pub static USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person of the directory",
    attributes: &[
        Attribute {
            required: true,
            unique: true,
            ..text(
                "userName",
                "The user name: unique, also by what it looks like.",
            )
        },
        complex(
            "name",
            "The parts of the name.",
            &[
                text("familyName", "The family name."),
                text("givenName", "The given name."),
            ],
        ),
        Attribute {
            required: true,
            ..text(
                "displayName",
                "The name that is shown; made of the others where none is given.",
            )
        },
        text("title", "The job title."),
        Attribute {
            canonical: &["en", "de", "ar"],
            ..text(
                "preferredLanguage",
                "The language of mail, as in Accept-Language.",
            )
        },
        Attribute {
            kind: Kind::Boolean,
            required: true,
            ..text(
                "active",
                "Whether the person may sign in; true where it is not said.",
            )
        },
        several(
            "emails",
            "The mail address: one is kept, the primary one or else the first.",
            &[text("value", "The address."), words("type", &["work"])],
        ),
        several(
            "phoneNumbers",
            "Telephone numbers: up to eight of work, one of mobile.",
            &[
                text("value", "The number."),
                words("type", &["work", "mobile"]),
            ],
        ),
        several(
            "addresses",
            "The postal address: one is kept.",
            &[
                text("streetAddress", "Street and number."),
                text("locality", "City."),
                text("region", "State or region."),
                text("postalCode", "Postal code."),
                text("country", "Country."),
                words("type", &["work"]),
            ],
        ),
    ],
};

/// RFC 7643 section 4.3, as far as the directory keeps it.
pub static ENTERPRISE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an organisation says of a person",
    attributes: &[
        text("employeeNumber", "The employee number."),
        text("organization", "The company."),
        text("department", "The department."),
        complex(
            "manager",
            "The manager: somebody whom the connector made.",
            &[
                exact("value", "The manager's id."),
                reference("$ref", &["User"], Mutability::ReadWrite),
            ],
        ),
    ],
};

/// RFC 7643 section 4.2.
pub static GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "A group of the directory",
    attributes: &[
        Attribute {
            required: true,
            ..text("displayName", "The name.")
        },
        several(
            "members",
            "Who is in it, of those that the connector made.",
            &[
                Attribute {
                    mutability: Mutability::Immutable,
                    ..exact("value", "The member's id.")
                },
                reference("$ref", &["User", "Group"], Mutability::Immutable),
                Attribute {
                    mutability: Mutability::Immutable,
                    ..words("type", &["User", "Group"])
                },
            ],
        ),
    ],
};

/// Every schema.
pub static SCHEMAS: [&Schema; 3] = [&USER, &GROUP, &ENTERPRISE];

/// Every kind of resource.
pub static RESOURCE_TYPES: [ResourceType; 2] = [
    ResourceType {
        name: "User",
        endpoint: "/Users",
        description: "People",
        schema: &USER,
        extension: Some(&ENTERPRISE),
    },
    ResourceType {
        name: "Group",
        endpoint: "/Groups",
        description: "Groups",
        schema: &GROUP,
        extension: None,
    },
];

pub(super) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name))
}

impl Attribute {
    /// RFC 7643 section 7.
    #[must_use]
    pub fn write(&self) -> Value {
        let mut written = json!({
            "name": self.name,
            "type": match self.kind {
                Kind::String => "string",
                Kind::Boolean => "boolean",
                Kind::DateTime => "dateTime",
                Kind::Reference => "reference",
                Kind::Complex => "complex",
            },
            "multiValued": self.multi,
            "description": self.description,
            "required": self.required,
            "mutability": match self.mutability {
                Mutability::ReadOnly => "readOnly",
                Mutability::ReadWrite => "readWrite",
                Mutability::Immutable => "immutable",
            },
            "returned": "default",
        });
        if self.kind != Kind::Boolean && self.kind != Kind::Complex {
            written["caseExact"] = self.case_exact.into();
            written["uniqueness"] = if self.unique { "server" } else { "none" }.into();
        }
        if !self.canonical.is_empty() {
            written["canonicalValues"] = self.canonical.into();
        }
        if !self.references.is_empty() {
            written["referenceTypes"] = self.references.into();
        }
        if !self.subs.is_empty() {
            written["subAttributes"] = self.subs.iter().map(Attribute::write).collect();
        }
        written
    }
}

impl Schema {
    /// RFC 7643 section 7.
    #[must_use]
    pub fn write(&self) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(Attribute::write).collect::<Vec<_>>(),
        })
    }
}

impl ResourceType {
    /// RFC 7643 section 6.
    #[must_use]
    pub fn write(&self) -> Value {
        let extensions = self.extension.iter();
        let extensions: Vec<Value> = extensions
            .map(|it| json!({"schema": it.id, "required": false}))
            .collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "endpoint": self.endpoint,
            "description": self.description,
            "schema": self.schema.id,
            "schemaExtensions": extensions,
        })
    }
}
