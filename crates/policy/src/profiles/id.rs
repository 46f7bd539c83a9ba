//! Ids of profiles and groups: sixteen bytes, written as GUIDs.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use webauthn::Aaguid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Reads the usual form of a GUID, in either case; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<$name> {
                // An AAGUID is written as a GUID.
                Aaguid::parse(text).ok().map(|aaguid| $name(aaguid.0))
            }
        }

        /// Lower case, four hyphens.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&Aaguid(self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = String::deserialize(deserializer)?;
                $name::parse(&text).ok_or_else(|| serde::de::Error::custom(NO_GUID))
            }
        }
    )*};
}

pub(super) const NO_GUID: &str = "a GUID has the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

ids! {
    /// A profile's id; whoever makes the profile chooses it.
    ProfileId;
    /// The id of a group of the directory.
    GroupId;
}

impl ProfileId {
    /// The default profile of a new tenant: `00000000-0000-0000-0000-000000000001`.
    pub const DEFAULT: ProfileId = ProfileId(1u128.to_be_bytes());
}

/// AAGUIDs in a document.
pub(super) mod aaguids {
    use super::{Aaguid, Deserialize, Deserializer, NO_GUID, Serializer};

    struct Written(Aaguid);

    impl<'de> Deserialize<'de> for Written {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written, D::Error> {
            let text = String::deserialize(deserializer)?;
            let parsed = Aaguid::parse(&text).map_err(|_| serde::de::Error::custom(NO_GUID));
            parsed.map(Written)
        }
    }

    pub(in super::super) fn serialize<S: Serializer>(
        aaguids: &[Aaguid],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(aaguids.iter().map(Aaguid::to_string))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Aaguid>, D::Error> {
        let written = Vec::<Written>::deserialize(deserializer)?;
        Ok(written.into_iter().map(|Written(aaguid)| aaguid).collect())
    }
}
