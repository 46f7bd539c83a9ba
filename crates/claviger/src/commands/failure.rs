//! Why a command did not do its work.

use std::fmt;
use std::process::ExitCode;

use identity::Refusal;
use server::config::ConfigError;
use server::serve::ServeError;

use crate::output::escape;

#[derive(Debug)]
pub(crate) enum Failure {
    Config(ConfigError),
    Serve(ServeError),
    Refused(Refusal),
    /// Said in full already, or in these words.
    Said(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Config(_) | Failure::Serve(ServeError::Config(_)) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Config(error) => error.fmt(f),
            Failure::Serve(ServeError::Refused(refusal)) | Failure::Refused(refusal) => {
                write!(f, "{} {}", refusal.code.meaning, refusal.code.remedy)?;
                write!(f, " ({})", refusal.code.id)?;
                refusal.faults().iter().try_for_each(|fault| {
                    let place = match fault.pointer.as_str() {
                        "" => "the whole",
                        pointer => pointer,
                    };
                    let (place, message) = (escape(place), escape(&fault.message));
                    write!(f, "\n  {place}: {message}")?;
                    match fault.found.is_empty() {
                        true => Ok(()),
                        false => write!(f, " [{}]", escape(&fault.found)),
                    }
                })
            }
            Failure::Serve(error) => error.fmt(f),
            Failure::Said(text) => f.write_str(text),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Config(error)
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Failure {
        Failure::Serve(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}
