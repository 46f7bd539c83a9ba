//! Codes that only this API has.

use graph::Problem;
use identity::{Class, Code};

macro_rules! codes {
    ($($constant:ident = $id:literal $class:ident $meaning:literal $remedy:literal;)*) => {
        $(pub static $constant: Code = Code { id: $id, class: Class::$class, meaning: $meaning, remedy: $remedy };)*
        /// All of them, for the list of codes.
        pub const CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    SEGMENT_UNKNOWN = "graph.segment_unknown" Missing "There is no such address in the API." "Look it up in docs/graph.md or /openapi.json.";
    PATH_MALFORMED = "graph.path_malformed" Bad "The path can't be read." "Encode keys, and close quotes and parentheses.";
    QUERY_UNSUPPORTED = "graph.query_unsupported" Bad "The query option, property or operator is not supported here." "Use what docs/graph.md lists for the collection.";
    QUERY_MALFORMED = "graph.query_malformed" Bad "A query option can't be read." "Correct the option that the message names.";
    PROPERTY_UNKNOWN = "graph.property_unknown" Bad "The type has no property of this name." "Correct the name; upper and lower case count.";
    PROPERTY_READ_ONLY = "graph.property_read_only" Bad "The property can't be set by this request." "Leave it out.";
    PROPERTY_TYPE = "graph.property_type" Bad "The property's value is of another type, or none that is supported." "Send what the message says is expected.";
    PROPERTY_MISSING = "graph.property_missing" Bad "A property that must be there is missing." "Add the property that the message names.";
    BODY_MALFORMED = "graph.body_malformed" Bad "The body is no JSON object, is none of the type application/json, or holds a name twice." "Send one JSON object.";
    ME_READ_ONLY = "graph.me_read_only" Forbidden "One's own passkeys are added and removed on the Security info page: a bearer token alone does not prove that its holder is their owner." "Open the Security info page, or let an administrator create the passkey.";
    ME_NEEDS_PERSON = "graph.me_needs_person" Bad "/me request is only valid with delegated authentication flow." "Name the person by id or user name, or use a token that was issued for a person.";
}

/// The code of what is wrong with a request as it stands.
pub(super) fn find(problem: &Problem) -> &'static Code {
    match problem {
        Problem::UnknownSegment(_) => &SEGMENT_UNKNOWN,
        Problem::Path(_) => &PATH_MALFORMED,
        Problem::Unsupported(_) => &QUERY_UNSUPPORTED,
        Problem::Syntax { .. } => &QUERY_MALFORMED,
        Problem::UnknownProperty { .. } => &PROPERTY_UNKNOWN,
        Problem::ReadOnly(_) => &PROPERTY_READ_ONLY,
        Problem::WrongType { .. } => &PROPERTY_TYPE,
        Problem::Missing(_) => &PROPERTY_MISSING,
        Problem::Body(_) => &BODY_MALFORMED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pure_crates_codes_are_these() {
        let problems = [
            Problem::UnknownSegment(String::new()),
            Problem::Path(""),
            Problem::Unsupported(String::new()),
            Problem::Syntax {
                option: "",
                reason: String::new(),
            },
            Problem::UnknownProperty {
                property: String::new(),
                of: "",
            },
            Problem::ReadOnly(String::new()),
            Problem::WrongType {
                property: String::new(),
                expected: String::new(),
            },
            Problem::Missing(""),
            Problem::Body(""),
        ];
        for problem in problems {
            assert_eq!(find(&problem).id, problem.inner_code());
        }
    }
}
