//! Texts in the reader's language: Fluent message files, compiled in.
//!
//! English is the source. Negotiation prefers the reader's own choice (a cookie) to what the
//! browser says. Times are written absolutely in UTC; page scripts rewrite them for the reader's zone.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use identity::{Code, Micros};

/// The cookie that keeps the reader's choice of language.
pub const COOKIE: &str = "claviger-lang";

/// One language of ours.
pub struct Texts {
    lang: &'static str,
    /// The language's name in the language itself, for the switch.
    own_name: &'static str,
    dir: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Texts").field(&self.lang).finish()
    }
}

/// What is compiled in: tag, own name, direction, message files.
const SOURCES: [(&str, &str, &str, [&str; 4]); 3] = [
    (
        "en",
        "English",
        "ltr",
        [
            include_str!("../locales/en/pages.ftl"),
            include_str!("../locales/en/scripts.ftl"),
            include_str!("../locales/en/refusals.ftl"),
            include_str!("../locales/en/letters.ftl"),
        ],
    ),
    (
        "de",
        "Deutsch",
        "ltr",
        [
            include_str!("../locales/de/pages.ftl"),
            include_str!("../locales/de/scripts.ftl"),
            include_str!("../locales/de/refusals.ftl"),
            include_str!("../locales/de/letters.ftl"),
        ],
    ),
    (
        "ar",
        "العربية",
        "rtl",
        [
            include_str!("../locales/ar/pages.ftl"),
            include_str!("../locales/ar/scripts.ftl"),
            include_str!("../locales/ar/refusals.ftl"),
            include_str!("../locales/ar/letters.ftl"),
        ],
    ),
];

static LANGUAGES: LazyLock<[Texts; 3]> = LazyLock::new(|| {
    SOURCES.map(|(lang, own_name, dir, files)| Texts::of(lang, own_name, dir, files))
});

/// Every language that we speak; the first is the source.
pub fn languages() -> &'static [Texts] {
    &*LANGUAGES
}

/// The texts of a language by its tag, if we have it.
pub fn find(lang: &str) -> Option<&'static Texts> {
    languages().iter().find(|texts| texts.lang == lang)
}

/// The reader's language: the cookie's if we speak it, else the best of `Accept-Language`, else English.
pub fn negotiate(cookie: Option<&str>, accept_language: Option<&str>) -> &'static Texts {
    let [english, ..] = &*LANGUAGES;
    cookie
        .and_then(find)
        .or_else(|| accept_language.and_then(best_accepted))
        .unwrap_or(english)
}

/// By quality, then by order; a region or script (`de-CH`) counts as its language.
fn best_accepted(header: &str) -> Option<&'static Texts> {
    let mut best: Option<(u16, &'static Texts)> = None;
    for range in header.split(',').take(32) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = read_quality(parameters);
        let language = tag
            .trim()
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let Some(texts) = find(&language)
            && quality > best.map_or(0, |(quality, _)| quality)
        {
            best = Some((quality, texts));
        }
    }
    best.map(|(_, texts)| texts)
}

/// `q=0.8` in thousandths; absent is 1, unreadable is 0.
fn read_quality(parameters: &str) -> u16 {
    let Some(value) = parameters.trim().strip_prefix("q=") else {
        return 1000;
    };
    let quality: f32 = value.trim().parse().unwrap_or_default();
    if (0.0..=1.0).contains(&quality) {
        (quality * 1000.0) as u16
    } else {
        0
    }
}

impl Texts {
    fn of(
        lang: &'static str,
        own_name: &'static str,
        dir: &'static str,
        files: [&str; 4],
    ) -> Texts {
        let mut bundle = FluentBundle::new_concurrent(lang.parse().into_iter().collect());
        // Isolation is decided value by value, in `isolate`.
        bundle.set_use_isolating(false);
        for file in files {
            // What does not parse or occurs twice is found by the tests below; the rest still serves.
            let resource =
                FluentResource::try_new(file.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Texts {
            lang,
            own_name,
            dir,
            bundle,
        }
    }

    /// The language's tag, for `lang=`.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// `ltr` or `rtl`, for `dir=`.
    pub fn dir(&self) -> &'static str {
        self.dir
    }

    /// The language's name in itself.
    pub fn own_name(&self) -> &'static str {
        self.own_name
    }

    /// A text without values.
    pub fn text<'a>(&'a self, key: &'a str) -> Cow<'a, str> {
        self.format(key, None)
    }

    /// A text with values that people wrote or chose.
    pub fn with<'a>(&'a self, key: &'a str, values: &[(&'a str, &str)]) -> Cow<'a, str> {
        let args = values
            .iter()
            .map(|&(name, value)| (name, self.isolate(value)))
            .collect();
        self.format(key, Some(&args))
    }

    /// A text that says a name where there is one: `$named` is `yes` or `no`.
    pub fn naming<'a>(&'a self, key: &'a str, name: Option<&str>) -> Cow<'a, str> {
        let mut args = FluentArgs::new();
        args.set("named", if name.is_some() { "yes" } else { "no" });
        args.set("name", self.isolate(name.unwrap_or_default()));
        self.format(key, Some(&args))
    }

    /// A text whose form depends on a number, `$count`.
    pub fn counted<'a>(
        &'a self,
        key: &'a str,
        count: u32,
        values: &[(&'a str, &str)],
    ) -> Cow<'a, str> {
        let mut args: FluentArgs<'_> = values
            .iter()
            .map(|&(name, value)| (name, self.isolate(value)))
            .collect();
        args.set("count", count);
        self.format(key, Some(&args))
    }

    /// An absolute time in UTC, in the language's own order and month names.
    pub fn moment(&self, at: Micros) -> String {
        let Ok(time) = jiff::Timestamp::from_microsecond(at) else {
            return String::new();
        };
        let time = time.to_zoned(jiff::tz::TimeZone::UTC);
        let mut args = FluentArgs::new();
        args.set("day", time.day().to_string());
        args.set("month", u32::from(time.month().unsigned_abs()));
        args.set("year", time.year().to_string());
        args.set("time", format!("{:02}:{:02}", time.hour(), time.minute()));
        self.format("moment", Some(&args)).into_owned()
    }

    /// What a refusal says and what to do, for its reader. The step that said no is more precise
    /// than the code where it has a text of its own.
    pub fn refusal(&self, code: &'static Code, detail: Option<&str>) -> (String, String) {
        detail
            .and_then(|detail| self.explain(detail))
            .or_else(|| self.explain(code.id))
            .unwrap_or_else(|| (code.meaning.to_owned(), code.remedy.to_owned()))
    }

    /// The text of a code, and what to do, if it has one.
    pub(crate) fn explain(&self, id: &str) -> Option<(String, String)> {
        let key = refusal_key(id);
        let remedy = format!("{key}-remedy");
        (self.bundle.has_message(&key) && self.bundle.has_message(&remedy)).then(|| {
            (
                self.text(&key).into_owned(),
                self.text(&remedy).into_owned(),
            )
        })
    }

    fn format<'a>(&'a self, key: &'a str, args: Option<&FluentArgs<'_>>) -> Cow<'a, str> {
        let Some(pattern) = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
        else {
            tracing::error!(key, lang = self.lang, "a text is missing");
            return Cow::Borrowed(key);
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, lang = self.lang, ?errors, "a text lacks a value");
        }
        Cow::Owned(text.into_owned())
    }

    /// Keeps a value of the other direction from reordering the sentence around it.
    fn isolate(&self, value: &str) -> String {
        if self.dir == "rtl" || value.chars().any(is_right_to_left) {
            format!("\u{2068}{value}\u{2069}")
        } else {
            value.to_owned()
        }
    }
}

/// The key of a refusal's text: `state.clock_skewed` is `refusal-state-clock-skewed`.
fn refusal_key(id: &str) -> String {
    format!("refusal-{}", id.replace(['.', '_'], "-"))
}

/// The blocks of right-to-left scripts, and the controls that turn a line around.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests;
