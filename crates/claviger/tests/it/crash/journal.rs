//! Reads the witness: was each change on the disk before its answer went out?
//!
//! Exact for one request at a time: between a request and its answer, a write to the write-ahead log must be
//! followed by a sync of it that begins afterwards and ends before the answer. Another writer in between
//! (a job) can't make a right server look wrong.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Answers (2xx, 3xx) to a POST that wrote to the database.
    pub(super) changes: usize,
    /// Those that went out before their sync.
    pub(super) early: Vec<String>,
}

/// What happened to the log since one request came.
#[derive(Debug, Default)]
struct Since {
    request: String,
    wrote: bool,
    /// A sync that began behind the last write has not ended yet.
    syncing: bool,
    synced: bool,
}

impl Since {
    fn write(&mut self) {
        (self.wrote, self.syncing) = (true, false);
    }
}

pub(super) fn judge(journal: &str) -> Verdict {
    let mut open: BTreeMap<&str, Since> = BTreeMap::new();
    let mut verdict = Verdict::default();
    for line in journal.lines() {
        let mut words = line.splitn(3, ' ');
        let (event, subject, rest) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let is_log = subject.ends_with("-wal");
        match event {
            "request" => drop(open.insert(
                subject,
                Since {
                    request: rest.to_owned(),
                    ..Since::default()
                },
            )),
            "answer" => {
                if let Some(since) = open.remove(subject) {
                    verdict.take(&since, rest);
                }
            }
            "write" if is_log => open.values_mut().for_each(Since::write),
            "sync-begins" if is_log => open
                .values_mut()
                .for_each(|since| since.syncing = since.wrote),
            "sync-ended" if is_log => open
                .values_mut()
                .for_each(|since| since.synced |= since.syncing),
            _ => {}
        }
    }
    verdict
}

impl Verdict {
    fn take(&mut self, since: &Since, answer: &str) {
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let accepted = status.starts_with('2') || status.starts_with('3');
        if !since.request.starts_with("POST ") || !accepted || !since.wrote {
            return;
        }
        self.changes += 1;
        if !since.synced {
            self.early.push(format!("{} -> {answer}", since.request));
        }
    }
}

#[test]
fn only_a_sync_behind_the_write_counts() {
    let verdict = |middle: &str| {
        let verdict = judge(&format!(
            "request 9 POST /a HTTP/1.1\n{middle}answer 9 HTTP/1.1 200 OK\n"
        ));
        (verdict.changes, verdict.early.len())
    };
    assert_eq!(
        verdict("write a.db-wal 24\nsync-begins a.db-wal\nsync-ended a.db-wal\n"),
        (1, 0)
    );
    assert_eq!(
        verdict("sync-begins a.db-wal\nwrite a.db-wal 24\nsync-ended a.db-wal\n"),
        (1, 1)
    );
    assert_eq!(
        verdict("write a.db-wal 24\nsync-begins a.db\nsync-ended a.db\n"),
        (1, 1)
    );
    assert_eq!(verdict("write a.db-wal 24\nsync-begins a.db-wal\n"), (1, 1));
    assert_eq!(verdict("write a.db 4096\n"), (0, 0));
    assert_eq!(verdict(""), (0, 0));
}
