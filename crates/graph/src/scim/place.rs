//! Places in a resource: attributes by their names, whole or qualified by a schema's URN (RFC 7644 section 3.10).

use serde_json::{Map, Value};

use super::schema::{Attribute, COMMON, ResourceType, find};

/// An attribute of a resource, or a sub-attribute of one.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The extension's URN, under which it stands in the resource.
    pub extension: Option<&'static str>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// Its sub-attribute.
    pub sub: Option<&'static Attribute>,
}

/// What a name names.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Every attribute of the extension.
    Extension(&'static str),
    /// An attribute.
    At(Place),
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.extension == other.extension
            && std::ptr::eq(self.attribute, other.attribute)
            && self.sub.map(|it| it.name) == other.sub.map(|it| it.name)
    }
}

/// What stands behind a URN, without the colon between.
fn strip<'a>(text: &'a str, urn: &str) -> Option<&'a str> {
    let head = text.get(..urn.len())?;
    let rest = text.get(urn.len()..)?;
    match head.eq_ignore_ascii_case(urn) {
        true if rest.is_empty() => Some(""),
        true => rest.strip_prefix(':'),
        false => None,
    }
}

impl Target {
    /// By its name, in any case; `None` when the kind of resource has no such attribute.
    #[must_use]
    pub fn parse(of: &'static ResourceType, text: &str) -> Option<Target> {
        if let Some(extension) = of.extension
            && let Some(rest) = strip(text, extension.id)
        {
            if rest.is_empty() {
                return Some(Target::Extension(extension.id));
            }
            let place = Place::find(extension.attributes, &[], rest)?;
            return Some(Target::At(Place {
                extension: Some(extension.id),
                ..place
            }));
        }
        let rest = strip(text, of.schema.id).unwrap_or(text);
        Place::find(of.schema.attributes, COMMON, rest).map(Target::At)
    }
}

impl Place {
    fn find(
        attributes: &'static [Attribute],
        common: &'static [Attribute],
        text: &str,
    ) -> Option<Place> {
        let (name, sub) = match text.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (text, None),
        };
        let attribute = find(attributes, name).or_else(|| find(common, name))?;
        let sub = match sub {
            Some(sub) => Some(find(attribute.subs, sub)?),
            None => None,
        };
        Some(Place {
            extension: None,
            attribute,
            sub,
        })
    }

    /// Of a value of a complex attribute: one of its sub-attributes, as if it were an attribute of a resource.
    pub(super) fn find_sub(attribute: &'static Attribute, text: &str) -> Option<Place> {
        let attribute = find(attribute.subs, text)?;
        Some(Place {
            extension: None,
            attribute,
            sub: None,
        })
    }

    /// The attribute or sub-attribute that holds values to compare: of a complex one, its `value`.
    #[must_use]
    pub fn leaf(&self) -> &'static Attribute {
        let named = self.sub.unwrap_or(self.attribute);
        find(named.subs, "value").unwrap_or(named)
    }

    /// The name, as errors say it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.sub.unwrap_or(self.attribute).name
    }

    /// The values of the attribute in a resource, without looking into complex ones.
    pub(super) fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let whole = match self.extension {
            None => Some(resource),
            Some(urn) => resource.get(urn).and_then(Value::as_object),
        };
        let value = whole.and_then(|it| it.get(self.attribute.name));
        match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(value) => vec![value],
        }
    }

    /// By what a resource is sorted: the primary value's text, or else the first's (RFC 7644 section 3.4.2.3).
    #[must_use]
    pub fn sort_key(&self, resource: &Map<String, Value>) -> Option<String> {
        let leaves = self.leaves(resource);
        leaves.first().map(|leaf| match leaf {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    /// The values to compare: of a complex attribute those of the sub-attribute, or of `value`.
    pub(super) fn leaves<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let values = self.values(resource);
        if self.attribute.subs.is_empty() {
            return values;
        }
        let name = self.leaf().name;
        values.into_iter().filter_map(|it| it.get(name)).collect()
    }
}
