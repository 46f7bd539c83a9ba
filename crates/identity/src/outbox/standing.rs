//! How each recipient stands with this node: who fails or is slow has few slots, so that nobody else waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::Id;

use crate::{Micros, SECOND};

/// Deliveries that may be under way at once: in all, to one recipient, and to all together that failed last.
const IN_ALL: usize = 48;
const TO_ONE: usize = 4;
const TO_FAILING: usize = 8;
/// How long one who failed is left alone the first time, however much waits for them; each time twice as long.
const BREATH: Micros = SECOND;
/// Of those that failed, as many are remembered; forgotten ones have the slots of others until they fail again.
const REMEMBERED: usize = 10_000;

#[derive(Debug, Default)]
struct Standing {
    under_way: usize,
    /// When it last failed, unless it did better since.
    failed_at: Option<Micros>,
    /// How long it is left alone from then on.
    breath: Micros,
}

impl Standing {
    /// Whether it may be tried again.
    fn is_rested(&self, now: Micros) -> bool {
        self.failed_at.is_none_or(|at| now >= at + self.breath)
    }
}

#[derive(Debug, Default)]
struct Table {
    recipients: HashMap<Id, Standing>,
    /// Who was served last.
    last: Option<Id>,
}

/// Shared by all tries of a node to deliver messages of one kind.
#[derive(Debug)]
pub(super) struct Standings {
    table: Arc<Mutex<Table>>,
    longest_breath: Micros,
}

/// A delivery to a recipient that counts as under way while this lives.
#[derive(Debug)]
pub(super) struct Slot {
    table: Arc<Mutex<Table>>,
    recipient: Id,
}

/// Counters, which a panic elsewhere can't leave half changed.
fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut table = lock(&self.table);
        if let Some(standing) = table.recipients.get_mut(&self.recipient) {
            standing.under_way = standing.under_way.saturating_sub(1);
            if standing.under_way == 0 && standing.failed_at.is_none() {
                table.recipients.remove(&self.recipient);
            }
        }
    }
}

impl Standings {
    /// Whoever fails again and again is left alone that long at most.
    pub(super) fn pausing(longest_breath: Micros) -> Standings {
        Standings {
            table: Arc::default(),
            longest_breath,
        }
    }

    /// The same recipients, beginning behind the one who was served last.
    pub(super) fn rotate(&self, mut recipients: Vec<Id>) -> Vec<Id> {
        if let Some(last) = lock(&self.table).last {
            let first = recipients.iter().position(|id| *id > last);
            recipients.rotate_left(first.unwrap_or(0));
        }
        recipients
    }

    /// As many slots as there are for that recipient now.
    pub(super) fn reserve(&self, recipient: Id, now: Micros) -> Vec<Slot> {
        let mut table = lock(&self.table);
        let count = |failing: bool| {
            let all = table.recipients.values();
            let alike = all.filter(|it| it.failed_at.is_some() == failing);
            alike.map(|it| it.under_way).sum::<usize>()
        };
        let known = table.recipients.get(&recipient);
        let under_way = known.map_or(0, |it| it.under_way);
        let room = match known.filter(|it| it.failed_at.is_some()) {
            Some(failing) if !failing.is_rested(now) => 0,
            Some(_) => 1_usize
                .saturating_sub(under_way)
                .min(TO_FAILING.saturating_sub(count(true))),
            None => TO_ONE
                .saturating_sub(under_way)
                .min(IN_ALL.saturating_sub(count(false))),
        };
        if room > 0 {
            table.last = Some(recipient);
            table.recipients.entry(recipient).or_default().under_way += room;
        }
        (0..room)
            .map(|_| Slot {
                table: self.table.clone(),
                recipient,
            })
            .collect()
    }

    pub(super) fn mark_sound(&self, recipient: Id) {
        if let Some(standing) = lock(&self.table).recipients.get_mut(&recipient) {
            standing.failed_at = None;
        }
    }

    /// Whether it was sound until now.
    pub(super) fn mark_failing(&self, recipient: Id, now: Micros) -> bool {
        let mut table = lock(&self.table);
        if table.recipients.len() >= REMEMBERED {
            table.recipients.retain(|_, it| it.under_way > 0);
        }
        let standing = table.recipients.entry(recipient).or_default();
        // Several that were under way together are one failure.
        let is_rested = standing.is_rested(now);
        standing.breath = match standing.failed_at {
            None => BREATH,
            Some(_) if is_rested => (standing.breath * 2).min(self.longest_breath),
            Some(_) => standing.breath,
        };
        standing.failed_at.replace(now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Id {
        Id([number; 16])
    }

    #[test]
    fn one_recipient_has_a_few_slots_and_who_fails_has_one() {
        let standings = Standings::pausing(BREATH);
        let slots = standings.reserve(id(1), 0);
        assert_eq!(slots.len(), TO_ONE);
        assert!(standings.reserve(id(1), 0).is_empty());
        assert!(standings.mark_failing(id(1), 0));
        assert!(!standings.mark_failing(id(1), 0), "it is known");
        drop(slots);
        assert!(standings.reserve(id(1), BREATH - 1).is_empty());
        let slot = standings.reserve(id(1), BREATH);
        assert_eq!(slot.len(), 1);
        assert!(standings.reserve(id(1), BREATH).is_empty());
        standings.mark_sound(id(1));
        assert_eq!(standings.reserve(id(1), BREATH).len(), TO_ONE - 1);
        drop(slot);
        assert!(
            lock(&standings.table).recipients.is_empty(),
            "nothing is left"
        );
    }

    #[test]
    fn whoever_fails_takes_no_slot_of_who_does_not() {
        let standings = Standings::pausing(BREATH);
        let mut failing = Vec::new();
        for number in 0..100 {
            standings.mark_failing(id(number), 0);
            failing.extend(standings.reserve(id(number), BREATH));
        }
        assert_eq!(failing.len(), TO_FAILING);
        let mut sound = Vec::new();
        for number in 100..200 {
            sound.extend(standings.reserve(id(number), BREATH));
        }
        assert_eq!(sound.len(), IN_ALL);
    }

    #[test]
    fn whoever_fails_on_is_left_alone_ever_longer() {
        let standings = Standings::pausing(10 * SECOND);
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..6 {
            // The second of two that were under way together changes nothing.
            standings.mark_failing(id(1), now);
            standings.mark_failing(id(1), now);
            let rested =
                (1..=11).find(|it| !standings.reserve(id(1), now + it * SECOND).is_empty());
            pauses.extend(rested);
            now += 11 * SECOND;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 10, 10]);
        standings.mark_sound(id(1));
        standings.mark_failing(id(1), now);
        assert_eq!(standings.reserve(id(1), now + SECOND).len(), 1);
    }

    #[test]
    fn everybody_has_a_turn() {
        let standings = Standings::pausing(BREATH);
        let all = || vec![id(1), id(2), id(3)];
        assert_eq!(standings.rotate(all()), all());
        drop(standings.reserve(id(2), 0));
        assert_eq!(standings.rotate(all()), [id(3), id(1), id(2)]);
        drop(standings.reserve(id(3), 0));
        assert_eq!(standings.rotate(all()), all());
        assert!(standings.rotate(Vec::new()).is_empty());
    }
}
