//! What the directory says of a person beside their names: nobody filters by it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Refusal, codes, names};

macro_rules! attributes {
    ($($variant:ident = $name:literal $max:literal;)*) => {
        /// A property of a person that is a text, by Graph's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Attribute { $($variant),* }

        impl Attribute {
            /// Every attribute.
            pub const ALL: &'static [Attribute] = &[$(Attribute::$variant),*];

            /// The name on Graph's wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Attribute::$variant => $name),* }
            }

            /// The most characters that it may have.
            #[must_use]
            pub fn max(self) -> usize {
                match self { $(Attribute::$variant => $max),* }
            }
        }
    };
}

attributes! {
    GivenName = "givenName" 64;
    Surname = "surname" 64;
    JobTitle = "jobTitle" 128;
    Department = "department" 64;
    CompanyName = "companyName" 64;
    // Graph takes 16; numbers from elsewhere are longer.
    EmployeeId = "employeeId" 64;
    OfficeLocation = "officeLocation" 128;
    MobilePhone = "mobilePhone" 64;
    PreferredLanguage = "preferredLanguage" 35;
    UsageLocation = "usageLocation" 2;
    MailNickname = "mailNickname" 64;
    StreetAddress = "streetAddress" 1024;
    City = "city" 128;
    State = "state" 128;
    PostalCode = "postalCode" 40;
    Country = "country" 128;
}

/// The most business telephone numbers.
const PHONES: usize = 8;
const PHONES_NAME: &str = "businessPhones";

/// Properties of a person. What isn't there is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub texts: BTreeMap<Attribute, String>,
    pub business_phones: Vec<String>,
    /// What a newer program wrote and this one doesn't know: kept as it is.
    unknown: Map<String, Value>,
}

/// A change of properties: `None` clears one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    pub texts: BTreeMap<Attribute, Option<String>>,
    pub business_phones: Option<Vec<String>>,
}

impl Attribute {
    /// By Graph's name, in that very case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Attribute> {
        Attribute::ALL
            .iter()
            .copied()
            .find(|attribute| attribute.name() == name)
    }

    fn check(self, text: &str) -> Result<String, Refusal> {
        if self == Attribute::MailNickname {
            return names::parse_nickname(text);
        }
        names::parse_text(text, self.max()).ok_or_else(|| Refusal {
            detail: Some(self.name()),
            ..Refusal::new(&codes::ATTRIBUTE_UNFIT)
        })
    }
}

impl Profile {
    /// As stored.
    pub(crate) fn from_json(text: &str) -> Profile {
        let mut unknown: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let mut profile = Profile::default();
        for attribute in Attribute::ALL.iter().copied() {
            if let Some(Value::String(text)) = unknown.remove(attribute.name()) {
                profile.texts.insert(attribute, text);
            }
        }
        if let Some(Value::Array(phones)) = unknown.remove(PHONES_NAME) {
            let phones = phones.iter().filter_map(Value::as_str);
            profile.business_phones = phones.map(str::to_owned).collect();
        }
        profile.unknown = unknown;
        profile
    }

    pub(super) fn to_json(&self) -> String {
        let mut all = self.unknown.clone();
        for (attribute, text) in &self.texts {
            all.insert(attribute.name().to_owned(), text.as_str().into());
        }
        if !self.business_phones.is_empty() {
            all.insert(PHONES_NAME.to_owned(), self.business_phones.clone().into());
        }
        Value::Object(all).to_string()
    }

    /// The value of a text property.
    #[must_use]
    pub fn text(&self, attribute: Attribute) -> Option<&str> {
        self.texts.get(&attribute).map(String::as_str)
    }

    /// Checks and applies a change.
    pub(super) fn apply(&mut self, change: &ProfileChange) -> Result<(), Refusal> {
        for (attribute, value) in &change.texts {
            match value {
                Some(text) => self.texts.insert(*attribute, attribute.check(text)?),
                None => self.texts.remove(attribute),
            };
        }
        if let Some(phones) = &change.business_phones {
            let unfit = || Refusal {
                detail: Some(PHONES_NAME),
                ..Refusal::new(&codes::ATTRIBUTE_UNFIT)
            };
            if phones.len() > PHONES {
                return Err(unfit());
            }
            let phones = phones
                .iter()
                .map(|phone| names::parse_text(phone, 64).ok_or_else(unfit));
            self.business_phones = phones.collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// The names of the properties that are different in another profile.
    pub(super) fn list_changes(&self, other: &Profile) -> Vec<&'static str> {
        let differs = |attribute: &Attribute| self.text(*attribute) != other.text(*attribute);
        let mut changed: Vec<_> = Attribute::ALL
            .iter()
            .copied()
            .filter(differs)
            .map(Attribute::name)
            .collect();
        if self.business_phones != other.business_phones {
            changed.push(PHONES_NAME);
        }
        changed
    }

    /// The part that whoever may read little may read.
    pub(super) fn basic(mut self) -> Profile {
        let basic = [Attribute::GivenName, Attribute::Surname];
        self.texts.retain(|attribute, _| basic.contains(attribute));
        self.business_phones.clear();
        self.unknown.clear();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Profile, ProfileChange};

    fn change(attribute: Attribute, value: Option<&str>) -> ProfileChange {
        ProfileChange {
            texts: [(attribute, value.map(str::to_owned))].into(),
            business_phones: None,
        }
    }

    #[test]
    fn a_profile_comes_back_as_it_was_stored() {
        let mut profile = Profile::default();
        for attribute in Attribute::ALL.iter().copied() {
            let value = if attribute == Attribute::UsageLocation {
                "DE"
            } else {
                "value"
            };
            profile.apply(&change(attribute, Some(value))).unwrap();
            assert_eq!(Attribute::parse(attribute.name()), Some(attribute));
        }
        profile.business_phones = vec!["+49 1".to_owned()];
        let stored = profile.to_json();
        assert!(stored.contains("\"givenName\":\"value\""), "{stored}");
        assert_eq!(Profile::from_json(&stored), profile);
        let newer = stored.replacen('{', "{\"faxNumber\":\"1\",", 1);
        assert!(Profile::from_json(&newer).to_json().contains("faxNumber"));
        profile.apply(&change(Attribute::Surname, None)).unwrap();
        assert_eq!(profile.text(Attribute::Surname), None);
    }

    #[test]
    fn unfit_values_are_refused() {
        let long = "x".repeat(65);
        for (attribute, value) in [
            (Attribute::GivenName, long.as_str()),
            (Attribute::GivenName, ""),
            (Attribute::Surname, "a\u{202e}b"),
            (Attribute::UsageLocation, "DEU"),
        ] {
            let refused = Profile::default().apply(&change(attribute, Some(value)));
            let refused = refused.unwrap_err();
            assert_eq!(refused.code.id, "user.attribute_unfit");
            assert_eq!(refused.detail, Some(attribute.name()));
        }
        let phones = ProfileChange {
            business_phones: Some(vec!["1".to_owned(); 9]),
            ..ProfileChange::default()
        };
        assert!(Profile::default().apply(&phones).is_err());
    }
}
