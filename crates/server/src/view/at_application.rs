//! A refusal at the host of an application behind forward authentication. No style: there none would load.

use askama::Template;
use identity::Code;

use crate::i18n::Texts;

#[derive(Debug, Template)]
#[template(path = "at_application.html")]
pub struct AtApplication<'a> {
    pub texts: &'static Texts,
    pub code: &'static Code,
    pub detail: Option<&'a str>,
    pub reference: &'a str,
}

impl AtApplication<'_> {
    fn message(&self) -> String {
        self.texts.refusal(self.code, self.detail).0
    }

    fn remedy(&self) -> String {
        self.texts.refusal(self.code, self.detail).1
    }
}
