//! What a property's value can be.

use crate::resource::Type;
use crate::{Guid, Time};

/// The members of an enumeration in the schema's order.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// The enumeration's name in the schema.
    pub name: &'static str,
    /// Members that every client gets.
    pub members: &'static [&'static str],
    /// Members behind `unknownFutureValue`: written only with `Prefer: include-unknown-enum-members`.
    pub evolved: &'static [&'static str],
}

impl Words {
    /// What stands for a member that the client did not ask for.
    pub const UNKNOWN: &'static str = "unknownFutureValue";

    /// The member of this spelling.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&'static str> {
        let all = self.members.iter().chain(self.evolved);
        all.copied().find(|member| *member == text)
    }
}

/// A type of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Edm.String`.
    Text,
    /// `Edm.Guid`, and ids that are GUIDs although the schema says `Edm.String`.
    Guid,
    /// `Edm.Boolean`.
    Truth,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.Int64`.
    Int64,
    /// `Edm.DateTimeOffset`.
    Time,
    /// `Edm.Binary`.
    Bytes,
    /// An enumeration, as text.
    Words(&'static Words),
    /// A flags enumeration: members in one text, joined by commas.
    Flags(&'static Words),
    /// A complex type.
    Complex(&'static Type),
    /// A complex type that declares nothing and may hold anything; its name in the schema.
    Open(&'static str),
    /// A collection.
    Many(&'static Kind),
}

impl Kind {
    /// How a message names it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Kind::Text => "Edm.String".to_owned(),
            Kind::Guid => "Edm.Guid".to_owned(),
            Kind::Truth => "Edm.Boolean".to_owned(),
            Kind::Int32 => "Edm.Int32".to_owned(),
            Kind::Int64 => "Edm.Int64".to_owned(),
            Kind::Time => "Edm.DateTimeOffset".to_owned(),
            Kind::Bytes => "Edm.Binary".to_owned(),
            Kind::Words(words) | Kind::Flags(words) => format!("graph.{}", words.name),
            Kind::Complex(of) => format!("graph.{}", of.name),
            Kind::Open(name) => format!("graph.{name}"),
            Kind::Many(kind) => format!("Collection({})", kind.name()),
        }
    }
}

/// A Rust type that stands for a type of the schema.
pub trait Described {
    /// The type of the schema.
    const KIND: Kind;
    /// Whether `null` may stand in its place.
    const NULLABLE: bool = false;
}

/// `Edm.Binary`: padded base64 on the wire, as Graph writes it and its SDKs demand it. (WebAuthn's bytes are texts in base64url.)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl serde::Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::bytes::encode_standard(&self.0))
    }
}

macro_rules! described {
    ($($type:ty = $kind:ident),*) => {
        $(impl Described for $type { const KIND: Kind = Kind::$kind; })*
    };
}
described!(
    String = Text,
    Guid = Guid,
    bool = Truth,
    i32 = Int32,
    i64 = Int64,
    Time = Time,
    Bytes = Bytes
);

impl<T: Described> Described for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}

impl<T: Described> Described for Vec<T> {
    const KIND: Kind = Kind::Many(&T::KIND);
}

/// Declares an enumeration of the schema; `| ...` are members behind `unknownFutureValue`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident = $word:literal { $($(#[$of:meta])* $member:ident = $text:literal),* $(,)? $(| $($late:ident = $late_text:literal),*)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $text)] #[doc = concat!("`", $text, "`.")] $member,)*
            $($(#[serde(rename = $late_text)] #[doc = concat!("`", $late_text, "`.")] $late,)*)?
        }
        impl $name {
            /// Members and their spellings.
            pub const WORDS: $crate::kind::Words = $crate::kind::Words {
                name: $word,
                members: &[$($text),*],
                evolved: &[$($($late_text),*)?],
            };
            /// The spelling.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$member => $text,)* $($($name::$late => $late_text,)*)? }
            }
            /// Reads a spelling.
            #[must_use]
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$member),)* $($($late_text => Some($name::$late),)*)? _ => None }
            }
        }
        impl $crate::kind::Described for $name {
            const KIND: $crate::kind::Kind = $crate::kind::Kind::Words(&$name::WORDS);
        }
    };
}
pub(crate) use words;
