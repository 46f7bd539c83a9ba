//! What an application protects by forward authentication: origins, each of one application at most.

use store::{Id, Unit};

use super::MAX_ADDRESSES;
use crate::audit::Entry;
use crate::settings::Origin;
use crate::{Identity, Refusal, codes};

/// Origins in their one form, each once, in order.
pub(super) struct Origins(Vec<String>);

impl Origins {
    pub(super) fn parse(identity: &Identity, texts: &[String]) -> Result<Origins, Refusal> {
        if texts.len() > MAX_ADDRESSES {
            return Err(Refusal::new(&codes::ORIGIN_UNFIT));
        }
        let mut origins = Vec::with_capacity(texts.len());
        for text in texts {
            let origin = Origin::parse(text)
                .ok()
                .filter(|origin| is_fit(&identity.0.settings.public_origin, origin))
                .ok_or(&codes::ORIGIN_UNFIT)?;
            origins.push(origin.as_str().to_owned());
        }
        origins.sort_unstable();
        origins.dedup();
        Ok(Origins(origins))
    }

    /// Puts what differs from what is held into the unit, and both into the record.
    pub(super) fn put(
        &self,
        identity: &Identity,
        (unit, entry): (&mut Unit, &mut Entry),
        object: Id,
        held: &[String],
    ) {
        if self.0 == held {
            return;
        }
        let tenant = identity.0.tenant_id;
        for origin in held.iter().filter(|it| !self.0.contains(it)) {
            unit.delete_protected_origin(tenant, origin, object);
        }
        for origin in self.0.iter().filter(|it| !held.contains(it)) {
            unit.insert_protected_origin(tenant, origin, object);
        }
        entry
            .say("protectsBefore", held.join(" "))
            .say("protects", self.0.join(" "));
    }
}

/// Never our own host: browsers send its cookies to each of its ports. On somebody's own machine there is no other host.
fn is_fit(ours: &Origin, origin: &Origin) -> bool {
    let is_secure = origin.scheme() == "https" || origin.is_localhost();
    let is_ours = match ours.is_localhost() {
        true => origin == ours,
        false => origin.host() == ours.host(),
    };
    is_secure && !is_ours
}

#[cfg(test)]
mod tests {
    use super::is_fit;
    use crate::settings::Origin;

    #[test]
    fn our_own_host_is_never_protected() {
        let fits = |ours: &str, text: &str| {
            is_fit(&Origin::parse(ours).unwrap(), &Origin::parse(text).unwrap())
        };
        let ours = "https://login.example.org";
        for good in [
            "https://wiki.example.org",
            "https://wiki.example.org:8443",
            "https://login.example.org.example.net",
            "http://localhost:3000",
        ] {
            assert!(fits(ours, good), "{good}");
        }
        for bad in [
            ours,
            "https://login.example.org:8443",
            "http://login.example.org",
            "http://wiki.example.org",
        ] {
            assert!(!fits(ours, bad), "{bad}");
        }
        assert!(fits("http://localhost:8080", "http://localhost:3000"));
        assert!(!fits("http://localhost:8080", "http://localhost:8080"));
    }
}
