//! Verifying everything: what `claviger audit verify` runs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use store::{ChainLink, Id, Log, LogRecord, Node, NodeEvent, Sealed, StoreError, VOID};
use webauthn::base64url;

use super::checkpoint::{Checkpoint, Claims, UnfitCheckpoint};
use super::derive_personal_hash;
use super::numbers::{UNSEALED, derive_record_id, derive_seq};
use super::register::{self, Kind};
use super::run::{
    derive_records_hash, follows, is_genuine, is_head_signed, list_gaps, read_run, sealed_by,
    write_numbers,
};
use crate::Identity;

/// Chains that hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    pub nodes: u64,
    pub links: u64,
    pub records: u64,
    /// Records newer than the last link of their node; sealed within a second while it runs.
    pub unsealed: u64,
    /// Records that another node sealed, as it found them, after theirs had crashed.
    pub adopted: u64,
    /// Numbers that were handed out but never committed.
    pub gaps: u64,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified {
            nodes,
            links,
            records,
            unsealed,
            adopted,
            gaps,
        } = self;
        write!(
            f,
            "{records} records of {nodes} nodes in {links} links hold together ({unsealed} not yet sealed, {adopted} \
             sealed by another node after a crash, {gaps} numbers never committed)"
        )
    }
}

/// One thing that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where: a node, a link, a record, an entry of the register.
    pub place: String,
    pub what: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Where and how the chains are broken.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Checkpoint(#[from] UnfitCheckpoint),
    #[error("{}", list(flaws))]
    Chain { flaws: Vec<Flaw> },
}

/// The most flaws that are told.
const MOST_FLAWS: usize = 100;
const PAGE: i64 = 500;

fn list(flaws: &[Flaw]) -> String {
    let lines: Vec<String> = flaws.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Recomputes every link of every node and the register of nodes.
///
/// # Errors
/// Everything that is not as it was signed.
pub async fn verify(identity: &Identity) -> Result<Verified, Broken> {
    walk(identity, None).await
}

/// The same, and whether everything that the checkpoint tells of is still there.
///
/// # Errors
/// Everything that is not as it was signed, or an unfit checkpoint.
pub async fn verify_against(
    identity: &Identity,
    checkpoint: &Checkpoint,
) -> Result<Verified, Broken> {
    walk(identity, Some(checkpoint.open(identity)?)).await
}

async fn walk(identity: &Identity, claims: Option<Claims>) -> Result<Verified, Broken> {
    let mut walk = Walk {
        identity,
        claims,
        nodes: BTreeMap::new(),
        verified: Verified::default(),
        flaws: Vec::new(),
    };
    // Rows before register before links: whatever is written meanwhile is newer than what it is compared with.
    walk.read_nodes().await?;
    walk.read_register().await?;
    walk.check_nodes().await?;
    walk.find_strays().await?;
    if walk.flaws.is_empty() {
        Ok(walk.verified)
    } else {
        Err(Broken::Chain { flaws: walk.flaws })
    }
}

/// What is known about a node before its links are read.
#[derive(Debug, Default)]
struct Known {
    row: Option<Node>,
    /// The last start or end in the register.
    state: Option<(Kind, Sealed)>,
    /// Links that are signed for somewhere: by number, with what signs for them.
    heads: Vec<(Sealed, &'static str)>,
}

struct Walk<'a> {
    identity: &'a Identity,
    claims: Option<Claims>,
    nodes: BTreeMap<Id, Known>,
    verified: Verified,
    flaws: Vec<Flaw>,
}

impl Walk<'_> {
    fn tell(&mut self, place: impl fmt::Display, what: impl Into<String>) {
        if self.flaws.len() < MOST_FLAWS {
            self.flaws.push(Flaw {
                place: place.to_string(),
                what: what.into(),
            });
        }
    }

    async fn read_nodes(&mut self) -> Result<(), StoreError> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let mut after = Id([0; 16]);
        loop {
            let page = store.list_nodes(tenant, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.node_id;
            for row in page {
                let known = self.nodes.entry(row.node_id).or_default();
                known.row = Some(row);
            }
        }
    }

    async fn read_register(&mut self) -> Result<(), StoreError> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let (mut number, mut previous) = (0, [0; 32]);
        let mut claimed = self.claims.as_ref().map(|claims| claims.register);
        claimed = claimed.filter(|(number, _)| *number > 0);
        loop {
            let page = store.list_node_events(tenant, number, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for event in page {
                let place = format!("register, entry {}", event.number);
                if event.number != number + 1 {
                    self.tell(&place, "entries before this one are missing");
                }
                if !register::is_genuine(self.identity, &event, &previous) {
                    self.tell(
                        &place,
                        "it was changed or forged, or the one before was removed",
                    );
                }
                if let Some((_, hash)) = claimed.take_if(|(number, _)| *number == event.number)
                    && hash != event.event_hash
                {
                    self.tell(&place, "the checkpoint tells of another one");
                }
                (number, previous) = (event.number, event.event_hash);
                self.note(event);
            }
        }
        if let Some((claimed, _)) = claimed {
            let what = format!("cut off: the checkpoint tells of entry {claimed}");
            self.tell(format!("register, entry {number}"), what);
        }
        Ok(())
    }

    fn note(&mut self, event: NodeEvent) {
        let place = format!("node {}", event.node_id);
        let Some(kind) = Kind::parse(&event.kind) else {
            return;
        };
        if kind == Kind::Broken {
            self.tell(
                place,
                format!(
                    "tampering was noticed and recorded, register entry {}",
                    event.number
                ),
            );
            return;
        }
        let known = self.nodes.entry(event.node_id).or_default();
        known.state = Some((kind, event.sealed));
        known.heads.push((event.sealed, "the register"));
    }

    async fn check_nodes(&mut self) -> Result<(), StoreError> {
        let claimed = self.claims.take().map_or(Vec::new(), |claims| claims.nodes);
        for (node, sealed) in claimed {
            let known = self.nodes.entry(node).or_default();
            known.heads.push((sealed, "the checkpoint"));
        }
        for (node, mut known) in std::mem::take(&mut self.nodes) {
            self.verified.nodes += 1;
            self.check_row(node, &mut known).await?;
            let head = self.check_links(node, &known.heads).await?;
            self.check_end(node, &known, head).await?;
            self.nodes.insert(node, Known::default());
        }
        Ok(())
    }

    async fn check_row(&mut self, node: Id, known: &mut Known) -> Result<(), StoreError> {
        let place = format!("node {node}");
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        if known.row.is_none() {
            // It may have started while we read.
            known.row = store.find_node(tenant, node).await?;
        }
        let Some(row) = &known.row else {
            self.tell(place, "its row was removed");
            return Ok(());
        };
        if is_head_signed(self.identity, row) {
            known.heads.push((row.sealed, "the node's row"));
        } else {
            self.tell(&place, "its row was changed: the signature doesn't verify");
        }
        match known.state {
            None => self.tell(place, "its start is not in the register"),
            Some((Kind::Start | Kind::Resume, _)) if row.stopped_at.is_some() => {
                let again = store.find_node(tenant, node).await?;
                if again.is_some_and(|again| again.stopped_at.is_some()) {
                    self.tell(
                        place,
                        "marked as stopped, but its end is not in the register",
                    );
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Walks a node's links; gives the last.
    async fn check_links(
        &mut self,
        node: Id,
        heads: &[(Sealed, &'static str)],
    ) -> Result<Sealed, StoreError> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let mut missing: Vec<(Sealed, &'static str)> = heads
            .iter()
            .copied()
            .filter(|(head, _)| head.number > 0)
            .collect();
        let mut before = UNSEALED;
        loop {
            let links = store.list_links(tenant, node, before.number, 100).await?;
            if links.is_empty() {
                break;
            }
            for link in links {
                self.check_link(&link, &before).await?;
                before = sealed_by(&link);
                missing.retain(|(head, _)| *head != before);
                self.verified.links += 1;
            }
        }
        missing.sort_unstable_by_key(|(head, who)| (head.number, *who));
        missing.dedup();
        for (head, who) in missing {
            let place = format!("node {node}, link {}", head.number);
            self.tell(place, format!("removed or rewritten: {who} tells of it"));
        }
        Ok(before)
    }

    async fn check_link(&mut self, link: &ChainLink, before: &Sealed) -> Result<(), StoreError> {
        let place = format!("node {}, link {}", link.node_id, link.number);
        if !follows(self.identity, link, before) {
            let what = if is_genuine(self.identity, link, &before.hash) {
                "links before this one are missing"
            } else {
                "it was changed or forged, or the one before was removed"
            };
            self.tell(place, what);
            return Ok(());
        }
        let (first, last) = (link.first_seq.unsigned_abs(), link.last_seq.unsigned_abs());
        let records = match read_run(self.identity, link.node_id, first, last).await {
            Ok(records) => records,
            Err(StoreError::UnfitColumn { .. }) => {
                self.tell(place, "a record can't be read");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let gaps = list_gaps(&records, first, last);
        if write_numbers(&gaps) != link.gaps {
            self.tell(&place, "a record was removed or added");
        } else if derive_records_hash(&records) != link.records_hash {
            self.tell(&place, "a record was changed");
        }
        if link.altered != write_numbers(&[]) {
            let what = format!("records were altered before sealing: {}", link.altered);
            self.tell(&place, what);
        }
        let real = self.check_records(&records);
        self.verified.gaps += (last - first + 1).saturating_sub(real);
        if link.adopted {
            self.verified.adopted += real;
        }
        Ok(())
    }

    /// Counts records and checks their clear values.
    fn check_records(&mut self, records: &[(Log, LogRecord)]) -> u64 {
        let real = records
            .iter()
            .filter(|(_, record)| record.word != VOID)
            .count() as u64;
        self.verified.records += real;
        for (_, record) in records {
            if let Some(field) = find_false_value(record) {
                let what =
                    format!("the clear value of \"{field}\" is not the one that was recorded");
                self.tell(format!("record {}", record.record_id), what);
            }
        }
        real
    }

    /// What comes after the last link.
    async fn check_end(&mut self, node: Id, known: &Known, head: Sealed) -> Result<(), StoreError> {
        let mut seq = head.seq.unsigned_abs();
        let mut unsealed = 0;
        while let Some(from) = seq.checked_add(1) {
            let page = match read_run(self.identity, node, from, u64::MAX).await {
                Ok(page) => page,
                Err(StoreError::UnfitColumn { .. }) => {
                    self.tell(format!("node {node}"), "a record can't be read");
                    break;
                }
                Err(error) => return Err(error),
            };
            // Of each log only a page came: a number is complete up to the shorter one's end.
            let Some(end) = find_complete_end(&page) else {
                break;
            };
            let whole: Vec<(Log, LogRecord)> = page
                .into_iter()
                .filter(|(_, record)| derive_seq(record.record_id) <= end)
                .collect();
            unsealed += self.check_records(&whole);
            seq = end;
        }
        self.verified.unsealed += unsealed;
        let ended = match known.state {
            Some((Kind::Stop | Kind::Adopt, end)) => Some(end),
            _ => None,
        };
        if let Some(end) = ended
            && (unsealed > 0 || head.number > end.number)
            && !self.runs_again(node).await?
        {
            let what = format!("{unsealed} records after its end");
            self.tell(format!("node {node}"), what);
        }
        Ok(())
    }

    async fn runs_again(&self, node: Id) -> Result<bool, StoreError> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let last = store.find_last_event_of_node(tenant, node).await?;
        Ok(last.is_some_and(|last| Kind::parse(&last.kind) == Some(Kind::Resume)))
    }

    /// Records and links of nodes that nobody registered.
    async fn find_strays(&mut self) -> Result<(), StoreError> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let mut after = Id([0; 16]);
        while let Some(node) = store.find_linked_node_after(tenant, after).await? {
            if !self.nodes.contains_key(&node) && store.find_node(tenant, node).await?.is_none() {
                self.tell(
                    format!("node {node}"),
                    "links of a node that is not registered",
                );
            }
            after = node;
        }
        for log in [Log::SignIn, Log::Audit] {
            let mut after = Id([0; 16]);
            while let Some(record) = store.find_record_after(tenant, log, after).await? {
                let (low, high) = (
                    derive_record_id(record, 0),
                    derive_record_id(record, u64::MAX),
                );
                if derive_seq(record) == 0 {
                    self.tell(format!("record {record}"), "numbers begin at 1");
                }
                let mut of_prefix = self.nodes.range(low..=high);
                let known = of_prefix.next().is_some()
                    || store
                        .list_nodes(tenant, low, 1)
                        .await?
                        .first()
                        .is_some_and(|node| node.node_id <= high);
                if !known {
                    let what = "a record of a node that is not registered";
                    self.tell(format!("record {record}"), what);
                }
                after = high;
            }
        }
        Ok(())
    }
}

/// The last number of a page of which no record can be on the next page.
fn find_complete_end(page: &[(Log, LogRecord)]) -> Option<u64> {
    let last_of = |log: Log| {
        let mut records = page.iter().filter(|(of, _)| *of == log);
        let count = records.clone().count() as u64;
        let last = records
            .next_back()
            .map(|(_, record)| derive_seq(record.record_id));
        last.filter(|_| count >= super::run::RUN)
    };
    let full = [last_of(Log::SignIn), last_of(Log::Audit)];
    let end = full.into_iter().flatten().min();
    end.or_else(|| page.last().map(|(_, record)| derive_seq(record.record_id)))
}

/// Clear values may be erased, but not replaced: the field whose value was.
fn find_false_value(record: &LogRecord) -> Option<String> {
    let personal = record.personal.as_deref()?;
    let clear: Value = serde_json::from_str(personal).unwrap_or_default();
    let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
    let Some(clear) = clear.as_object() else {
        return Some("*".to_owned());
    };
    let is_recorded = |field: &str, pair: &Value| {
        let salt = pair.get(0)?.as_str()?;
        let salt = base64url::decode(salt).ok()?;
        let hash = derive_personal_hash(&salt, field, pair.get(1)?.as_str()?);
        let recorded = body.get("personal")?.get(field)?.as_str()?;
        (recorded == hash).then_some(())
    };
    clear
        .iter()
        .find(|(field, pair)| is_recorded(field, pair).is_none())
        .map(|(field, _)| field.clone())
}
