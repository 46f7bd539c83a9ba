//! How large a policy is, by the sizes that Microsoft publishes for Entra's, so that what fits there fits here.

use super::document::{Document, Profile};

/// 20 KB.
pub const MAX_SIZE: usize = 20 * 1024;

/// The policy with its default profile and one target that has one profile.
const BASE: usize = 1440;
/// A target without its profiles: 0.23 KB with one, 0.4 KB with five.
const TARGET: usize = 187;
const TARGET_PROFILE: usize = 43;
/// A profile without AAGUIDs.
const PROFILE: usize = 400;
/// Ten are 0.3 KB.
const AAGUID: usize = 30;
/// `{"id":"...","targetType":"group"}` and a comma; no size is published.
const EXCLUSION: usize = 67;

/// The size in bytes that [`MAX_SIZE`] limits. Microsoft publishes: base policy 1.44 KB, a target with one profile 0.23
/// KB and with five 0.4 KB, a profile without AAGUIDs 0.4 KB, ten AAGUIDs 0.3 KB. What goes beyond Entra counts in the
/// same coin.
#[must_use]
pub fn derive_size(document: &Document) -> usize {
    let targets: usize = document
        .include
        .iter()
        .map(|include| TARGET + TARGET_PROFILE * include.profiles.len())
        .sum();
    let aaguids = |profile: &Profile| profile.restrictions.aaguids.len() + profile.blocked.len();
    let profiles: usize = document
        .profiles
        .iter()
        .map(|profile| PROFILE + AAGUID * aaguids(profile))
        .sum();
    // The base holds one of each already.
    let beyond = (targets + profiles).saturating_sub(TARGET + TARGET_PROFILE + PROFILE);
    BASE + beyond + EXCLUSION * document.exclude.len() + AAGUID * document.known_syncing.len()
}

#[cfg(test)]
mod tests {
    use super::super::{GroupId, Include, ProfileId, Target};
    use super::*;
    use webauthn::Aaguid;

    /// In KB as published, to the two digits that are.
    #[test]
    fn sizes_are_those_that_are_published() {
        let base = Document::default();
        assert_eq!(derive_size(&base), 1440);
        let target = |profiles: usize| {
            let mut document = base.clone();
            document.include.push(Include {
                target: Target::Group(GroupId([1; 16])),
                registration_required: false,
                profiles: vec![ProfileId::DEFAULT; profiles],
            });
            derive_size(&document) - 1440
        };
        assert_eq!(target(1), 230);
        assert!((395..=405).contains(&target(5)), "{}", target(5));
        let mut with_profile = base.clone();
        with_profile
            .profiles
            .push(Profile::new(ProfileId([2; 16]), "Keys"));
        assert_eq!(derive_size(&with_profile) - 1440, 400);
        let mut with_models = base.clone();
        with_models.profiles[0].restrictions.aaguids = vec![Aaguid([7; 16]); 10];
        assert_eq!(derive_size(&with_models) - 1440, 300);
    }
}
