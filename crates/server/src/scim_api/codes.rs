//! Codes that only this API has.

use graph::scim::Problem;
use identity::{Class, Code};

macro_rules! codes {
    ($($constant:ident = $id:literal $class:ident $meaning:literal $remedy:literal;)*) => {
        $(pub static $constant: Code = Code { id: $id, class: Class::$class, meaning: $meaning, remedy: $remedy };)*
        /// All of them, for the list of codes.
        pub const CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    ADDRESS = "scim.address_unknown" Missing "There is no such address in the SCIM API." "Look it up in docs/scim.md; the base is /scim/v2.";
    BODY = "scim.body_malformed" Bad "The body is missing, is no JSON of the type application/scim+json, or is no such message." "Send what RFC 7644 asks for at this address.";
    FILTER = "scim.filter_unfit" Bad "The filter can't be read, or compares what can't be compared." "Correct the filter; docs/scim.md lists the attributes.";
    PATH = "scim.path_unfit" Bad "The path of a change names nothing." "Correct the path; docs/scim.md lists the attributes.";
    VALUE = "scim.value_unfit" Bad "A value is missing, or of another type." "Correct the attribute that the message names.";
    MUTABILITY = "scim.not_changeable" Bad "The attribute can't be changed or removed." "Leave it out.";
    NO_TARGET = "scim.no_target" Bad "No value fits the filter of the path." "Add the value first.";
    TOO_MANY = "scim.too_many" Bad "The request would look at, return or change too much at once." "Narrow the filter, ask for fewer attributes, or send several requests.";
}

/// The code of what is wrong with a request as it stands.
pub(crate) fn find(problem: &Problem) -> &'static Code {
    match problem {
        Problem::InvalidFilter(_) => &FILTER,
        Problem::InvalidPath(_) => &PATH,
        Problem::InvalidSyntax(_) => &BODY,
        Problem::InvalidValue(_) => &VALUE,
        Problem::Mutability(_) => &MUTABILITY,
        Problem::NoTarget(_) => &NO_TARGET,
    }
}
