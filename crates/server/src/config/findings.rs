//! What `doctor` says about the configuration itself.

use std::path::Path;

use identity::{Finding, Grade, Settings};

use super::{Configuration, Database, KeySource};

impl Configuration {
    /// Looks at what is allowed and yet unwise. Changes nothing.
    pub fn inspect(&self, settings: &Settings) -> Vec<Finding> {
        vec![
            self.judge_origin(settings),
            self.judge_key_place(settings),
            self.judge_proxy(settings),
            self.judge_tls(),
            self.judge_variables(),
        ]
    }

    fn judge_origin(&self, settings: &Settings) -> Finding {
        let (origin, rp_id) = (&settings.public_origin, &settings.rp_id);
        if origin.is_localhost() {
            let detail = format!("{origin} is an evaluation: passkeys made here work nowhere else");
            return finding("configuration.origin", Grade::Advice, detail);
        }
        let detail = format!("{origin}, passkeys for {rp_id}");
        finding("configuration.origin", Grade::Good, detail)
    }

    /// Whoever copies the data directory should not have the key with it (security 27).
    fn judge_key_place(&self, settings: &Settings) -> Finding {
        let name = "configuration.key_place";
        let apart = finding(name, Grade::Good, "the key is apart from the database");
        let (Database::Sqlite { file }, KeySource::File(key)) = (&self.database, &self.key) else {
            return apart;
        };
        if !same_folder(file, key) {
            return apart;
        }
        let detail = format!(
            "{} lies beside the database: move it elsewhere and name it with --key-file",
            key.display()
        );
        let localhost = settings.public_origin.is_localhost();
        let grade = if localhost { Grade::Advice } else { Grade::Bad };
        finding(name, grade, detail)
    }

    fn judge_proxy(&self, settings: &Settings) -> Finding {
        let name = "configuration.proxy";
        let behind_proxy = settings.public_origin.scheme() == "https" && self.tls.is_none();
        match (behind_proxy, self.trusted_proxies.is_empty()) {
            (true, true) => finding(
                name,
                Grade::Advice,
                "a proxy ends TLS, but none is trusted: all people share its address and its limits; \
                 name it with --trusted-proxy",
            ),
            (true, false) => finding(name, Grade::Good, "TLS ends at a trusted proxy"),
            (false, _) => finding(name, Grade::Good, "people connect directly"),
        }
    }

    fn judge_tls(&self) -> Finding {
        let name = "configuration.tls";
        match self.tls.as_ref().map(crate::tls::read) {
            None => finding(name, Grade::Good, "no certificate of our own"),
            Some(Ok(_)) => finding(name, Grade::Good, "certificate and key fit each other"),
            Some(Err(error)) => finding(name, Grade::Bad, error.to_string()),
        }
    }

    fn judge_variables(&self) -> Finding {
        let name = "configuration.environment";
        if self.unknown_variables.is_empty() {
            return finding(name, Grade::Good, "every CLAVIGER_ variable is a setting");
        }
        let names = self.unknown_variables.join(", ");
        finding(name, Grade::Advice, format!("no settings: {names}"))
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        folder.unwrap_or(Path::new(".")).canonicalize().ok()
    };
    folder(one).is_some_and(|one| folder(other) == Some(one))
}

fn finding(name: &'static str, grade: Grade, detail: impl Into<String>) -> Finding {
    let detail = detail.into();
    Finding {
        name,
        grade,
        detail,
    }
}
