//! Checkpoints: how far the chains reach, signed by another key, to be kept elsewhere. Whoever sets the whole
//! database back to an earlier state, or writes it anew with the audit key, can't set those back.

use aws_lc_rs::signature::KeyPair;
use serde::{Deserialize, Serialize};
use store::{Id, Node, NodeEvent, Sealed};
use webauthn::base64url;

use super::register;
use super::run::{is_head_signed, is_signed, sign};
use crate::seal::derive_hash;
use crate::{HOUR, Identity, Micros, Refusal, codes};

const TYPE: &str = "claviger.audit.checkpoint";
/// Nodes that run at once; more are not told of.
const MOST_NODES: i64 = 1_000;

/// Where the register and the chains of running nodes stood. Chains of stopped nodes are in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
    #[serde(rename = "type")]
    kind: String,
    tenant: String,
    /// Microseconds since 1970, UTC.
    time: Micros,
    register: RegisterHead,
    nodes: Vec<NodeHead>,
    public_key: String,
    signature: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RegisterHead {
    number: i64,
    hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NodeHead {
    node: String,
    number: i64,
    seq: i64,
    link_hash: String,
    /// Of the node's row, by the audit key.
    signature: String,
}

/// Why a document says nothing about this database.
#[derive(Debug, thiserror::Error)]
pub enum UnfitCheckpoint {
    #[error("this is no checkpoint: {0}")]
    Unreadable(String),
    #[error("this checkpoint is another organisation's")]
    Foreign,
    #[error("the checkpoint's signature does not verify: it was changed, or another key signed it")]
    Forged,
}

/// What a checkpoint says, read.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) register: (i64, [u8; 32]),
    pub(super) nodes: Vec<(Id, Sealed)>,
}

impl Checkpoint {
    /// Reads a document, also as it stands in a line of the log.
    ///
    /// # Errors
    /// When it is no checkpoint; its signature is looked at by [`super::verify_against`].
    pub fn parse(text: &str) -> Result<Checkpoint, UnfitCheckpoint> {
        let document = text
            .find('{')
            .zip(text.rfind('}'))
            .and_then(|(from, to)| text.get(from..=to))
            .unwrap_or_default();
        let checkpoint: Checkpoint = serde_json::from_str(document)
            .map_err(|cause| UnfitCheckpoint::Unreadable(cause.to_string()))?;
        if checkpoint.kind == TYPE {
            Ok(checkpoint)
        } else {
            Err(UnfitCheckpoint::Unreadable("another type".to_owned()))
        }
    }

    /// The document, on one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Over every field by its text, each led by its length.
    fn derive_hash(&self) -> [u8; 32] {
        let mut fields = vec![
            self.kind.clone(),
            self.tenant.clone(),
            self.time.to_string(),
            self.register.number.to_string(),
            self.register.hash.clone(),
        ];
        for node in &self.nodes {
            fields.push(node.node.clone());
            fields.push(node.number.to_string());
            fields.push(node.seq.to_string());
            fields.push(node.link_hash.clone());
            fields.push(node.signature.clone());
        }
        let mut bytes = Vec::new();
        for field in &fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field.as_bytes());
        }
        derive_hash(&[b"claviger checkpoint", &bytes])
    }

    /// The content, once the signature is verified.
    pub(super) fn open(&self, identity: &Identity) -> Result<Claims, UnfitCheckpoint> {
        if self.tenant != identity.0.tenant_id.to_string() {
            return Err(UnfitCheckpoint::Foreign);
        }
        let signature = base64url::decode(&self.signature).unwrap_or_default();
        let snapshot = identity.snapshot();
        if !is_signed(&snapshot.keys.checkpoint, &self.derive_hash(), &signature) {
            return Err(UnfitCheckpoint::Forged);
        }
        let nodes = self.nodes.iter().map(|node| {
            let sealed = Sealed {
                number: node.number,
                seq: node.seq,
                hash: parse_hash(&node.link_hash)?,
            };
            let id = Id::parse(&node.node);
            let unreadable = || UnfitCheckpoint::Unreadable("a node's name".to_owned());
            Ok((id.ok_or_else(unreadable)?, sealed))
        });
        Ok(Claims {
            register: (self.register.number, parse_hash(&self.register.hash)?),
            nodes: nodes.collect::<Result<_, UnfitCheckpoint>>()?,
        })
    }
}

fn parse_hash(text: &str) -> Result<[u8; 32], UnfitCheckpoint> {
    let bytes = base64url::decode(text).unwrap_or_default();
    bytes
        .try_into()
        .map_err(|_| UnfitCheckpoint::Unreadable("a hash".to_owned()))
}

/// Where everything stands now. Changes nothing.
///
/// # Errors
/// When a head's signature does not verify: what was tampered with gets no signature.
pub async fn export_checkpoint(identity: &Identity) -> Result<Checkpoint, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let nodes = store.list_running_nodes(tenant, MOST_NODES).await?;
    let last = store.find_last_node_event(tenant).await?;
    require_genuine(identity, &nodes, last.as_ref()).await?;
    let register = last.map_or((0, [0; 32]), |last| (last.number, last.event_hash));
    let snapshot = identity.snapshot();
    let key = &snapshot.keys.checkpoint;
    let mut checkpoint = Checkpoint {
        kind: TYPE.to_owned(),
        tenant: tenant.to_string(),
        time: identity.0.ambient.now(),
        register: RegisterHead {
            number: register.0,
            hash: base64url::encode(&register.1),
        },
        nodes: nodes.iter().map(describe).collect(),
        public_key: base64url::encode(key.public_key().as_ref()),
        signature: String::new(),
    };
    checkpoint.signature = base64url::encode(&sign(key, &checkpoint.derive_hash()));
    Ok(checkpoint)
}

fn describe(node: &Node) -> NodeHead {
    NodeHead {
        node: node.node_id.to_string(),
        number: node.sealed.number,
        seq: node.sealed.seq,
        link_hash: base64url::encode(&node.sealed.hash),
        signature: base64url::encode(&node.signature),
    }
}

async fn require_genuine(
    identity: &Identity,
    nodes: &[Node],
    last: Option<&NodeEvent>,
) -> Result<(), Refusal> {
    let forged = nodes.iter().find(|node| !is_head_signed(identity, node));
    if let Some(node) = forged {
        tracing::error!(node = %node.node_id, "no checkpoint: the node's row was changed");
        return Err(Refusal::new(&codes::INTERNAL));
    }
    let Some(last) = last else {
        return Ok(());
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let before = store
        .find_node_event(tenant, last.number.saturating_sub(1))
        .await?;
    let previous = before.map_or([0; 32], |before| before.event_hash);
    if register::is_genuine(identity, last, &previous) {
        return Ok(());
    }
    tracing::error!(
        number = last.number,
        "no checkpoint: the register's end was forged"
    );
    Err(Refusal::new(&codes::INTERNAL))
}

/// Writes a checkpoint to the log, so that it leaves this machine with the log.
pub(super) async fn log(identity: &Identity) -> Result<(), Refusal> {
    if tracing::enabled!(tracing::Level::INFO) {
        let checkpoint = export_checkpoint(identity).await?;
        tracing::info!(checkpoint = %checkpoint.to_json(), "audit.checkpoint");
    }
    Ok(())
}

pub(super) async fn log_hourly(identity: &Identity) -> Result<(), Refusal> {
    let now = identity.0.ambient.now();
    let due = now - identity.0.log.lock().checkpoint_at >= HOUR;
    if due {
        log(identity).await?;
        identity.0.log.lock().checkpoint_at = now;
    }
    Ok(())
}
