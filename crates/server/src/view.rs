//! The pages as values: one struct per page, rendered by its template.
//!
//! Everything is escaped by the templates; no template marks anything as safe. Scripts get their
//! texts and data from two `<meta>` elements, so no page has a script or a style inside.

mod network;

pub mod answer_form;
pub mod applications;
pub mod approve;
pub mod at_application;
pub mod consent;
pub mod device;
pub mod error;
pub mod letter;
pub mod not_me;
pub mod pass;
pub mod password;
pub mod people;
pub mod qr_code;
pub mod reauthenticate;
pub mod recover;
pub mod register;
pub mod security_info;
pub mod set_up;
pub mod sign_in;
pub mod sign_out;
pub mod wrong_host;

use std::borrow::Cow;

use identity::{Micros, Place, Session};
use serde_json::{Map, Value};

use crate::assets;
use crate::i18n::{Texts, languages};

/// What every page has around its content.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub texts: &'static Texts,
    /// Path and query of this page, for the language switch.
    pub address: &'a str,
    pub csrf_token: &'a str,
    /// `None` until set-up is finished.
    pub organisation: Option<&'a str>,
    /// Made on `localhost`: said on every administrator's page.
    pub evaluation: bool,
    pub session: Option<&'a Session>,
}

/// Texts that every page's scripts may need.
const SCRIPT_TEXTS: [&str; 7] = [
    "script-network",
    "script-reference",
    "script-unsupported",
    "script-domain",
    "script-device-failed",
    "script-exists",
    "script-unreadable",
];

impl Frame<'_> {
    fn t<'k>(&self, key: &'k str) -> Cow<'k, str> {
        Cow::Owned(self.texts.text(key).into_owned())
    }

    fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// An icon of the sprite, for `<use href>`.
    fn icon(&self, name: &str) -> String {
        format!("{}#{name}", assets::address("icons.svg"))
    }

    /// The other languages, with the address of this page in each.
    fn language_links(&self) -> Vec<(&'static Texts, String)> {
        let others = languages()
            .iter()
            .filter(|texts| texts.lang() != self.texts.lang());
        others
            .map(|texts| (texts, self.address_in(texts.lang())))
            .collect()
    }

    fn address_in(&self, lang: &str) -> String {
        let (path, query) = self.address.split_once('?').unwrap_or((self.address, ""));
        let kept = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let pairs: Vec<_> = kept
            .map(str::to_owned)
            .chain([format!("lang={lang}")])
            .collect();
        format!("{path}?{}", pairs.join("&"))
    }

    fn is_at(&self, path: &str) -> bool {
        self.address.split('?').next() == Some(path)
    }

    /// RFC 3339, for `<time datetime>`.
    fn datetime(&self, at: &Micros) -> String {
        jiff::Timestamp::from_microsecond(*at)
            .map(|time| time.to_string())
            .unwrap_or_default()
    }

    fn moment(&self, at: &Micros) -> String {
        self.texts.moment(*at)
    }

    /// "Chrome on macOS, 192.0.2.0/24" with whatever of it is known.
    fn place(&self, place: &Place) -> String {
        match place.network.as_str() {
            "" => self.device(place),
            network => self
                .texts
                .with(
                    "place-both",
                    &[
                        ("device", &self.device(place)),
                        ("network", &network::describe(self.texts, network)),
                    ],
                )
                .into_owned(),
        }
    }

    /// "Chrome on macOS".
    fn device(&self, place: &Place) -> String {
        match (place.browser.as_str(), place.system.as_str()) {
            ("", "") => self.texts.text("place-unknown").into_owned(),
            (one, "") | ("", one) => one.to_owned(),
            (browser, system) => self
                .texts
                .with("place-device", &[("browser", browser), ("system", system)])
                .into_owned(),
        }
    }

    /// The texts for scripts, by their keys, as JSON for an attribute. Values that a script fills
    /// in stand as `{name}`.
    fn script_texts(&self, keys: &[&str]) -> String {
        let texts = keys.iter().chain(&SCRIPT_TEXTS).map(|&key| {
            let values = ["name", "reference", "count"].map(|name| (name, format!("{{{name}}}")));
            let values: Vec<_> = values
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            (
                key.to_owned(),
                Value::String(self.texts.with(key, &values).into_owned()),
            )
        });
        Value::Object(texts.collect::<Map<_, _>>()).to_string()
    }
}
#[cfg(test)]
pub(crate) use tests::templates;

#[cfg(test)]
mod tests;
