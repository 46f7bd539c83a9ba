//! One source's words, each of them optional and not yet checked.

use std::path::PathBuf;

use serde::Deserialize;

/// What a flag, a variable and a key of the file mean; the file writes the names with hyphens.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layer {
    /// Not allowed inside the file itself.
    #[serde(skip)]
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
    pub public_origin: Option<String>,
    pub rp_id: Option<String>,
    pub extra_origin: Option<Vec<OriginEntry>>,
    pub database_url: Option<String>,
    pub key_file: Option<PathBuf>,
    pub key_command: Option<String>,
    /// The key itself: in the environment only, where files and lists of processes don't show it.
    #[serde(skip)]
    pub key: Option<String>,
    pub trusted_proxy: Option<Vec<String>>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub metrics_listen: Option<String>,
    pub log: Option<LogForm>,
    pub log_level: Option<String>,
    pub max_passkeys: Option<u32>,
    pub session_idle_minutes: Option<u32>,
    pub session_absolute_hours: Option<u32>,
    pub tries_per_address: Option<u32>,
    pub tries_per_name: Option<u32>,
    pub max_connections: Option<u32>,
    pub attestation: Option<AttestationWord>,
    pub metadata_source: Option<String>,
    pub metadata_refresh_hours: Option<u32>,
    pub metadata_anchor: Option<PathBuf>,
    pub metadata_signer: Option<String>,
    pub metadata_revocation_list: Option<Vec<PathBuf>>,
    pub android_revocation_list: Option<PathBuf>,
    pub attestation_revocation_list: Option<Vec<PathBuf>>,
    pub password_memory_kib: Option<u32>,
    pub password_iterations: Option<u32>,
    pub password_threads: Option<u32>,
    pub breached_passwords: Option<PathBuf>,
    pub provider_names: Option<PathBuf>,
    pub outbound_private: Option<bool>,
    pub outbound_authority: Option<PathBuf>,
}

/// Names what was given, not the values: one of them may hold a password.
impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layer")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// A further allowed origin (security 25).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OriginEntry {
    pub origin: String,
    pub purposes: Vec<Purpose>,
}

/// What a further origin may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    Register,
    Assert,
}

/// What registrations ask authenticators to say about themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationWord {
    #[default]
    None,
    Direct,
}

/// How the log on stderr is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogForm {
    #[default]
    Text,
    Json,
}

impl Layer {
    /// Lays this layer over a lower one: what is given here wins, whole value by whole value.
    #[must_use]
    pub fn over(self, lower: Layer) -> Layer {
        Layer {
            config: self.config.or(lower.config),
            data: self.data.or(lower.data),
            listen: self.listen.or(lower.listen),
            public_origin: self.public_origin.or(lower.public_origin),
            rp_id: self.rp_id.or(lower.rp_id),
            extra_origin: self.extra_origin.or(lower.extra_origin),
            database_url: self.database_url.or(lower.database_url),
            key_file: self.key_file.or(lower.key_file),
            key_command: self.key_command.or(lower.key_command),
            key: self.key.or(lower.key),
            trusted_proxy: self.trusted_proxy.or(lower.trusted_proxy),
            tls_certificate: self.tls_certificate.or(lower.tls_certificate),
            tls_key: self.tls_key.or(lower.tls_key),
            metrics_listen: self.metrics_listen.or(lower.metrics_listen),
            log: self.log.or(lower.log),
            log_level: self.log_level.or(lower.log_level),
            max_passkeys: self.max_passkeys.or(lower.max_passkeys),
            session_idle_minutes: self.session_idle_minutes.or(lower.session_idle_minutes),
            session_absolute_hours: self.session_absolute_hours.or(lower.session_absolute_hours),
            tries_per_address: self.tries_per_address.or(lower.tries_per_address),
            tries_per_name: self.tries_per_name.or(lower.tries_per_name),
            max_connections: self.max_connections.or(lower.max_connections),
            attestation: self.attestation.or(lower.attestation),
            metadata_source: self.metadata_source.or(lower.metadata_source),
            metadata_refresh_hours: self.metadata_refresh_hours.or(lower.metadata_refresh_hours),
            metadata_anchor: self.metadata_anchor.or(lower.metadata_anchor),
            metadata_signer: self.metadata_signer.or(lower.metadata_signer),
            metadata_revocation_list: self
                .metadata_revocation_list
                .or(lower.metadata_revocation_list),
            android_revocation_list: self
                .android_revocation_list
                .or(lower.android_revocation_list),
            attestation_revocation_list: self
                .attestation_revocation_list
                .or(lower.attestation_revocation_list),
            password_memory_kib: self.password_memory_kib.or(lower.password_memory_kib),
            password_iterations: self.password_iterations.or(lower.password_iterations),
            password_threads: self.password_threads.or(lower.password_threads),
            breached_passwords: self.breached_passwords.or(lower.breached_passwords),
            provider_names: self.provider_names.or(lower.provider_names),
            outbound_private: self.outbound_private.or(lower.outbound_private),
            outbound_authority: self.outbound_authority.or(lower.outbound_authority),
        }
    }
}
