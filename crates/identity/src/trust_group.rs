//! Trust groups of synced passkeys (`cmtgKey`, security 33): which of them answered with a passkey before, and what
//! that says about the answer at hand.
//!
//! A group seen before means that the answering device belongs to devices that answered before, and nothing more. A
//! new group and the absence of one after its presence are facts in the record; a claim without proof is one, too,
//! and counts as absence.

use serde::{Deserialize, Serialize};
use webauthn::{TrustGroup, TrustGroupFault};

use crate::Micros;
use crate::audit::Entry;

/// Groups kept for each passkey. A provider makes one for each set of devices that have no sign of belonging
/// together, so people have one or two; beyond this the one that was silent for longest is forgotten.
const MAX_GROUPS: usize = 8;

/// A group that answered with a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    /// base64url of the SHA-256 of its key.
    thumbprint: String,
    first_seen: Micros,
    last_seen: Micros,
}

/// What an answer's trust group is to the passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Familiarity {
    /// It says nothing, and never did.
    Silent,
    /// The first that this passkey ever showed.
    First,
    /// Seen before.
    Same,
    /// Others were seen before, this one was not.
    New,
    /// Some were seen before, now there is none.
    Absent,
    /// Claimed without proof.
    Forged(TrustGroupFault),
}

impl Familiarity {
    fn as_str(self) -> &'static str {
        match self {
            Familiarity::Silent => "silent",
            Familiarity::First => "first",
            Familiarity::Same => "same",
            Familiarity::New => "new",
            Familiarity::Absent => "absent",
            Familiarity::Forged(_) => "forged",
        }
    }

    /// Puts the fact into the record. Nothing is said about providers that know no trust groups.
    pub(crate) fn record(self, entry: &mut Entry) {
        if self != Familiarity::Silent {
            entry.say("trustGroup", self.as_str());
        }
        if let Familiarity::Forged(fault) = self {
            entry
                .say("trustGroupFault", fault.as_str())
                .say("alert", true);
        }
    }
}

/// What to store with the passkey, and what the answer's group is to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// JSON for `trust_groups`, as it was unless a group was verified.
    pub(crate) stored: String,
    pub(crate) familiarity: Familiarity,
}

/// `stored` is the passkey's `trust_groups`, empty where there are none.
pub(crate) fn judge(stored: &str, shown: TrustGroup, now: Micros) -> Judged {
    let unchanged = |familiarity| Judged {
        stored: stored.to_owned(),
        familiarity,
    };
    match shown {
        TrustGroup::Verified(thumbprint) => remember(stored, thumbprint.to_string(), now),
        TrustGroup::Forged(fault) => unchanged(Familiarity::Forged(fault)),
        _ if stored.is_empty() => unchanged(Familiarity::Silent),
        _ => unchanged(Familiarity::Absent),
    }
}

fn remember(stored: &str, thumbprint: String, now: Micros) -> Judged {
    // A damaged record is no reason to call a group the first: it reads as "others were seen".
    let mut groups: Vec<Seen> = serde_json::from_str(stored).unwrap_or_default();
    let found = groups
        .iter_mut()
        .find(|group| group.thumbprint == thumbprint);
    let familiarity = match found {
        Some(group) => {
            group.last_seen = now;
            Familiarity::Same
        }
        None => {
            forget_beyond(&mut groups, MAX_GROUPS - 1);
            groups.push(Seen {
                thumbprint,
                first_seen: now,
                last_seen: now,
            });
            if stored.is_empty() {
                Familiarity::First
            } else {
                Familiarity::New
            }
        }
    };
    Judged {
        // Texts and numbers always serialise.
        stored: serde_json::to_string(&groups).unwrap_or_default(),
        familiarity,
    }
}

fn forget_beyond(groups: &mut Vec<Seen>, keep: usize) {
    while groups.len() > keep {
        let oldest = groups
            .iter()
            .enumerate()
            .min_by_key(|(_, group)| group.last_seen)
            .map_or(0, |(at, _)| at);
        groups.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use webauthn::Thumbprint;

    fn group(number: u8) -> TrustGroup {
        TrustGroup::Verified(Thumbprint([number; 32]))
    }

    #[test]
    fn security_33_a_group_is_the_first_the_same_or_new() {
        let first = judge("", group(1), 10);
        assert_eq!(first.familiarity, Familiarity::First);
        let same = judge(&first.stored, group(1), 20);
        assert_eq!(same.familiarity, Familiarity::Same);
        let groups: Vec<Seen> = serde_json::from_str(&same.stored).unwrap();
        assert_eq!((groups[0].first_seen, groups[0].last_seen), (10, 20));
        let new = judge(&same.stored, group(2), 30);
        assert_eq!(new.familiarity, Familiarity::New);
        assert_eq!(
            judge(&new.stored, group(1), 40).familiarity,
            Familiarity::Same
        );
    }

    #[test]
    fn security_33_absence_counts_only_after_presence() {
        assert_eq!(
            judge("", TrustGroup::None, 1).familiarity,
            Familiarity::Silent
        );
        let first = judge("", group(1), 1).stored;
        let absent = judge(&first, TrustGroup::None, 2);
        assert_eq!(absent.familiarity, Familiarity::Absent);
        assert_eq!(absent.stored, first);
    }

    #[test]
    fn security_33_a_claim_without_proof_changes_nothing() {
        let fault = TrustGroupFault::SignatureInvalid;
        for stored in ["".to_owned(), judge("", group(1), 1).stored] {
            let judged = judge(&stored, TrustGroup::Forged(fault), 2);
            assert_eq!(judged.familiarity, Familiarity::Forged(fault));
            assert_eq!(judged.stored, stored);
        }
    }

    #[test]
    fn the_group_that_was_silent_for_longest_is_forgotten() {
        let mut stored = String::new();
        for number in 0..8 {
            stored = judge(&stored, group(number), i64::from(number)).stored;
        }
        // The oldest speaks again, so the second is silent for longest.
        stored = judge(&stored, group(0), 100).stored;
        stored = judge(&stored, group(8), 101).stored;
        let groups: Vec<Seen> = serde_json::from_str(&stored).unwrap();
        assert_eq!(groups.len(), MAX_GROUPS);
        assert_eq!(judge(&stored, group(0), 102).familiarity, Familiarity::Same);
        assert_eq!(judge(&stored, group(1), 102).familiarity, Familiarity::New);
    }

    #[test]
    fn a_damaged_record_makes_no_group_the_first() {
        assert_eq!(judge("{", group(1), 1).familiarity, Familiarity::New);
    }
}
