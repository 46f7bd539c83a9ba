//! Where in a document something is wrong, as our own documents and as Graph name it.

use std::fmt;

macro_rules! parts {
    ($($part:ident = $own:literal, $graph:literal;)*) => {
        /// A name in a document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Part {
            $(#[doc = concat!("`", $own, "`, in Graph `", $graph, "`.")] $part,)*
        }

        impl Part {
            /// The name in our own documents.
            #[must_use]
            pub fn own(self) -> &'static str {
                match self { $(Part::$part => $own),* }
            }

            /// The name in `fido2AuthenticationMethodConfiguration`.
            #[must_use]
            pub fn graph(self) -> &'static str {
                match self { $(Part::$part => $graph),* }
            }
        }
    };
}

parts! {
    DefaultProfile = "defaultProfile", "defaultPasskeyProfile";
    Include = "include", "includeTargets";
    Target = "target", "id";
    TargetProfiles = "profiles", "allowedPasskeyProfiles";
    Exclude = "exclude", "excludeTargets";
    Profiles = "profiles", "passkeyProfiles";
    Id = "id", "id";
    Name = "name", "name";
    Types = "types", "passkeyTypes";
    Attestation = "attestation", "attestationEnforcement";
    Restrictions = "restrictions", "keyRestrictions";
    Aaguids = "aaguids", "aaGuids";
    Blocked = "blocked", "@claviger.blocked";
    MinimumCertification = "minimumCertification", "@claviger.minimumCertification";
    KeyProtection = "keyProtection", "@claviger.keyProtection";
    MaxAgeDays = "maxAgeDays", "@claviger.maxAgeDays";
    MaxUnusedDays = "maxUnusedDays", "@claviger.maxUnusedDays";
    AttestationRechecked = "attestationRechecked", "@claviger.attestationRechecked";
    KnownSyncing = "knownSyncing", "@claviger.knownSyncing";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Part(Part),
    At(usize),
}

/// A place in a document as it was handed in: names, and places in lists counted from nought.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Field(Vec<Step>);

impl Field {
    /// The whole document.
    #[must_use]
    pub fn whole() -> Field {
        Field::default()
    }

    pub(super) fn of(part: Part) -> Field {
        Field::whole().part(part)
    }

    pub(super) fn part(mut self, part: Part) -> Field {
        self.0.push(Step::Part(part));
        self
    }

    pub(super) fn at(mut self, index: usize) -> Field {
        self.0.push(Step::At(index));
        self
    }

    /// A JSON pointer (RFC 6901) into our own document, such as `/profiles/2/restrictions/aaguids/0`; empty for the
    /// whole. None of the names needs an escape.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.write(Part::own, "/")
    }

    /// As Graph's errors name it, such as `passkeyProfiles/2/keyRestrictions/aaGuids/0`.
    #[must_use]
    pub fn graph_path(&self) -> String {
        self.write(Part::graph, "/")
            .split_off(usize::from(!self.0.is_empty()))
    }

    fn write(&self, name: fn(Part) -> &'static str, separator: &str) -> String {
        let mut text = String::new();
        for step in &self.0 {
            text.push_str(separator);
            match step {
                Step::Part(part) => text.push_str(name(*part)),
                Step::At(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer())
    }
}
