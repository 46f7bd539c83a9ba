//! What of a resource is shown: `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

use serde_json::{Map, Value};

use super::place::{Place, Target};
use super::schema::{Attribute, COMMON, ResourceType};

/// The most names.
const NAMES_MAX: usize = 100;

#[derive(Debug, Clone)]
enum Which {
    All,
    Only(Vec<Target>),
    Without(Vec<Target>),
}

/// Which attributes were asked for. `id` and `schemas` are always shown.
#[derive(Debug, Clone)]
pub struct Selection {
    of: &'static ResourceType,
    which: Which,
}

impl Selection {
    /// By names, in any case; what no schema has selects nothing.
    #[must_use]
    pub fn of<'a>(
        of: &'static ResourceType,
        attributes: impl Iterator<Item = &'a str>,
        excluded: impl Iterator<Item = &'a str>,
    ) -> Selection {
        fn split<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
            let trim = |name: &&str| !name.is_empty();
            names.map(str::trim).filter(trim).take(NAMES_MAX)
        }
        let mut only = split(attributes).peekable();
        if only.peek().is_some() {
            let only = only.filter_map(|name| Target::parse(of, name)).collect();
            return Selection {
                of,
                which: Which::Only(only),
            };
        }
        let without: Vec<Target> = split(excluded)
            .filter_map(|name| Target::parse(of, name))
            .collect();
        let which = match without.is_empty() {
            true => Which::All,
            false => Which::Without(without),
        };
        Selection { of, which }
    }

    /// Everything.
    #[must_use]
    pub fn all(of: &'static ResourceType) -> Selection {
        Selection {
            of,
            which: Which::All,
        }
    }

    fn shows(&self, extension: Option<&str>, attribute: &Attribute) -> Shows {
        let here = |place: &Place| {
            place.extension == extension && std::ptr::eq(place.attribute, attribute)
        };
        let whole = |target: &Target| match target {
            Target::Extension(urn) => Some(*urn) == extension,
            Target::At(place) => here(place) && place.sub.is_none(),
        };
        let subs = |targets: &[Target]| -> Vec<&'static str> {
            let places = targets.iter().filter_map(|target| match target {
                Target::At(place) if here(place) => place.sub,
                _ => None,
            });
            places.map(|sub| sub.name).collect()
        };
        match &self.which {
            _ if attribute.name == "id" => Shows::Whole,
            Which::All => Shows::Whole,
            Which::Only(only) if only.iter().any(whole) => Shows::Whole,
            Which::Only(only) => match subs(only) {
                subs if subs.is_empty() => Shows::Nothing,
                subs => Shows::Only(subs),
            },
            Which::Without(without) if without.iter().any(whole) => Shows::Nothing,
            Which::Without(without) => Shows::Without(subs(without)),
        }
    }

    /// Whether an attribute of the schema is shown at all: what isn't need not be read.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        let mut attributes = self.of.schema.attributes.iter();
        let found = attributes.find(|attribute| attribute.name == name);
        found.is_some_and(|it| !matches!(self.shows(None, it), Shows::Nothing))
    }

    /// What of a resource is shown: nothing that no schema has.
    #[must_use]
    pub fn show(&self, resource: &Map<String, Value>) -> Value {
        let mut shown = Map::new();
        let mut schemas = vec![Value::from(self.of.schema.id)];
        let attributes = COMMON.iter().chain(self.of.schema.attributes);
        for attribute in attributes {
            self.show_one(&mut shown, resource, None, attribute);
        }
        if let Some(extension) = self.of.extension
            && let Some(values) = resource.get(extension.id).and_then(Value::as_object)
        {
            let mut inner = Map::new();
            for attribute in extension.attributes {
                self.show_one(&mut inner, values, Some(extension.id), attribute);
            }
            if !inner.is_empty() {
                schemas.push(extension.id.into());
                shown.insert(extension.id.to_owned(), Value::Object(inner));
            }
        }
        shown.insert("schemas".to_owned(), Value::Array(schemas));
        Value::Object(shown)
    }

    fn show_one(
        &self,
        shown: &mut Map<String, Value>,
        from: &Map<String, Value>,
        extension: Option<&str>,
        attribute: &Attribute,
    ) {
        let Some(value) = from.get(attribute.name) else {
            return;
        };
        let which = self.shows(extension, attribute);
        let one = |value: &Value| match value {
            Value::Object(members) => {
                let subs = attribute.subs.iter().filter(|sub| which.has(sub.name));
                let members = subs.filter_map(|sub| {
                    let value = members.get(sub.name)?;
                    Some((sub.name.to_owned(), value.clone()))
                });
                Value::Object(members.collect())
            }
            other => other.clone(),
        };
        let value = match (&which, value) {
            (Shows::Nothing, _) => return,
            (_, Value::Array(values)) => values.iter().map(one).collect(),
            (_, value) => one(value),
        };
        shown.insert(attribute.name.to_owned(), value);
    }
}

enum Shows {
    Nothing,
    Whole,
    Only(Vec<&'static str>),
    Without(Vec<&'static str>),
}

impl Shows {
    fn has(&self, sub: &str) -> bool {
        match self {
            Shows::Nothing => false,
            Shows::Whole => true,
            Shows::Only(names) => names.contains(&sub),
            Shows::Without(names) => !names.contains(&sub),
        }
    }
}
