//! `CLAVIGER_*` variables. One that is no setting is told, not refused: a cluster sets such names
//! by itself for a service called claviger (`CLAVIGER_SERVICE_HOST`).

use std::path::PathBuf;
use std::str::FromStr;

use super::layer::{AttestationWord, Layer, LogForm};
use super::{ConfigError, OriginEntry};

const PREFIX: &str = "CLAVIGER_";

/// The settings among the variables, and the names that look like settings but are none.
pub(super) fn read(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<(Layer, Vec<String>), ConfigError> {
    let mut layer = Layer::default();
    let mut unknown = Vec::new();
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        match set(&mut layer, key, value) {
            Ok(Known::Setting) => {}
            Ok(Known::Not) => unknown.push(name),
            Err(message) => return Err(ConfigError::Environment { name, message }),
        }
    }
    Ok((layer, unknown))
}

enum Known {
    Setting,
    Not,
}

fn set(layer: &mut Layer, key: &str, value: String) -> Result<Known, String> {
    match key {
        "CONFIG" => layer.config = Some(PathBuf::from(value)),
        "DATA" => layer.data = Some(PathBuf::from(value)),
        "LISTEN" => layer.listen = Some(value),
        "PUBLIC_ORIGIN" => layer.public_origin = Some(value),
        "RP_ID" => layer.rp_id = Some(value),
        "EXTRA_ORIGIN" => layer.extra_origin = Some(OriginEntry::parse_list(&value)?),
        "DATABASE_URL" => layer.database_url = Some(value),
        "KEY_FILE" => layer.key_file = Some(PathBuf::from(value)),
        "KEY_COMMAND" => layer.key_command = Some(value),
        "KEY" => layer.key = Some(value),
        "TRUSTED_PROXY" => layer.trusted_proxy = Some(words(&value)),
        "TLS_CERTIFICATE" => layer.tls_certificate = Some(PathBuf::from(value)),
        "TLS_KEY" => layer.tls_key = Some(PathBuf::from(value)),
        "METRICS_LISTEN" => layer.metrics_listen = Some(value),
        "LOG" => layer.log = Some(value.parse()?),
        "LOG_LEVEL" => layer.log_level = Some(value),
        "MAX_PASSKEYS" => layer.max_passkeys = Some(number(&value)?),
        "SESSION_IDLE_MINUTES" => layer.session_idle_minutes = Some(number(&value)?),
        "SESSION_ABSOLUTE_HOURS" => layer.session_absolute_hours = Some(number(&value)?),
        "TRIES_PER_ADDRESS" => layer.tries_per_address = Some(number(&value)?),
        "TRIES_PER_NAME" => layer.tries_per_name = Some(number(&value)?),
        "MAX_CONNECTIONS" => layer.max_connections = Some(number(&value)?),
        "ATTESTATION" => layer.attestation = Some(value.parse()?),
        "METADATA_SOURCE" => layer.metadata_source = Some(value),
        "METADATA_REFRESH_HOURS" => layer.metadata_refresh_hours = Some(number(&value)?),
        "METADATA_ANCHOR" => layer.metadata_anchor = Some(PathBuf::from(value)),
        "METADATA_SIGNER" => layer.metadata_signer = Some(value),
        "METADATA_REVOCATION_LIST" => {
            layer.metadata_revocation_list =
                Some(words(&value).into_iter().map(PathBuf::from).collect());
        }
        "ATTESTATION_REVOCATION_LIST" => {
            layer.attestation_revocation_list =
                Some(words(&value).into_iter().map(PathBuf::from).collect());
        }
        "ANDROID_REVOCATION_LIST" => layer.android_revocation_list = Some(PathBuf::from(value)),
        "PASSWORD_MEMORY_KIB" => layer.password_memory_kib = Some(number(&value)?),
        "PASSWORD_ITERATIONS" => layer.password_iterations = Some(number(&value)?),
        "PASSWORD_THREADS" => layer.password_threads = Some(number(&value)?),
        "BREACHED_PASSWORDS" => layer.breached_passwords = Some(PathBuf::from(value)),
        "PROVIDER_NAMES" => layer.provider_names = Some(PathBuf::from(value)),
        "OUTBOUND_AUTHORITY" => layer.outbound_authority = Some(PathBuf::from(value)),
        "OUTBOUND_PRIVATE" => layer.outbound_private = Some(truth(&value)?),
        _ => return Ok(Known::Not),
    }
    Ok(Known::Setting)
}

fn words(value: &str) -> Vec<String> {
    value
        .split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn number(value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| "not a whole number".to_owned())
}

fn truth(value: &str) -> Result<bool, String> {
    value
        .parse()
        .map_err(|_| "must be true or false".to_owned())
}

impl FromStr for AttestationWord {
    type Err = String;

    fn from_str(text: &str) -> Result<AttestationWord, String> {
        match text {
            "none" => Ok(AttestationWord::None),
            "direct" => Ok(AttestationWord::Direct),
            _ => Err("must be none or direct".to_owned()),
        }
    }
}

impl FromStr for LogForm {
    type Err = String;

    fn from_str(text: &str) -> Result<LogForm, String> {
        match text {
            "text" => Ok(LogForm::Text),
            "json" => Ok(LogForm::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }
}

impl OriginEntry {
    /// `ORIGIN=register+assert`, several of them separated by commas.
    pub fn parse_list(text: &str) -> Result<Vec<OriginEntry>, String> {
        words(text).iter().map(|word| word.parse()).collect()
    }
}

impl FromStr for OriginEntry {
    type Err = String;

    fn from_str(text: &str) -> Result<OriginEntry, String> {
        let (origin, purposes) = text
            .split_once('=')
            .ok_or("write ORIGIN=PURPOSES, for example https://app.example.org=register+assert")?;
        let purposes = purposes.split('+').map(|purpose| match purpose {
            "register" => Ok(super::Purpose::Register),
            "assert" => Ok(super::Purpose::Assert),
            _ => Err("a purpose is register or assert".to_owned()),
        });
        Ok(OriginEntry {
            origin: origin.to_owned(),
            purposes: purposes.collect::<Result<_, String>>()?,
        })
    }
}
