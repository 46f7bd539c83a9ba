//! What is wrong with a policy that somebody wants to save, place by place.

use std::borrow::Cow;

use policy::profiles::{Document, Fault, Field, Severity, Unreadable};

use crate::Refusal;
use crate::codes::{self, More};

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// The stable word.
    pub word: &'static str,
    /// A JSON pointer into the document as it was handed in; empty for the whole.
    pub pointer: String,
    /// The same place as Graph names it.
    pub graph_path: String,
    /// In English: what is wrong and what to do.
    pub message: Cow<'static, str>,
    /// What stands there, or how much; empty where the place says it all.
    pub found: String,
    /// Saved all the same.
    pub warning: bool,
}

impl From<Fault> for PolicyFault {
    fn from(fault: Fault) -> PolicyFault {
        PolicyFault {
            word: fault.kind.as_str(),
            pointer: fault.field.pointer(),
            graph_path: fault.field.graph_path(),
            message: fault.kind.message().into(),
            found: fault.found,
            warning: fault.severity == Severity::Warning,
        }
    }
}

impl PolicyFault {
    /// A group that is not there, or is deleted.
    pub(super) fn of_group(field: &Field, found: String) -> PolicyFault {
        PolicyFault {
            word: "policy.group_missing",
            pointer: field.pointer(),
            graph_path: field.graph_path(),
            message: "There is no such group; it may have been deleted. Name another group, or remove the entry.".into(),
            found,
            warning: false,
        }
    }
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Refusal {
        let fault = PolicyFault {
            word: codes::POLICY_UNREADABLE.id,
            graph_path: unreadable.pointer.trim_start_matches('/').to_owned(),
            pointer: unreadable.pointer,
            message: unreadable.reason.into(),
            found: String::new(),
            warning: false,
        };
        Refusal::new(&codes::POLICY_UNREADABLE).with(More::Faults(vec![fault]))
    }
}

/// Reads a policy as people write it: the JSON of [`Document`].
///
/// # Errors
/// [`codes::POLICY_UNREADABLE`] with the place.
pub fn parse(text: &[u8]) -> Result<Document, Refusal> {
    Document::from_json(text).map_err(Refusal::from)
}

/// The refusal of a policy with these faults.
pub(super) fn unfit(faults: Vec<PolicyFault>) -> Refusal {
    Refusal::new(&codes::POLICY_UNFIT).with(More::Faults(faults))
}
