//! 421: asked under another name than ours. No style: from another host none would load.

use askama::Template;

use crate::i18n::Texts;

#[derive(Debug, Template)]
#[template(path = "wrong_host.html")]
pub struct WrongHost<'a> {
    pub texts: &'static Texts,
    /// The configured public origin.
    pub origin: &'a str,
    pub reference: &'a str,
}
