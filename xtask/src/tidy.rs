//! The house rules. Each is one test; what it finds is printed with file and line.

mod allowed;
mod arrows;
mod citations;
mod folders;
mod lengths;
mod licences;
mod links;
mod names;
mod pages;
mod rust_text;
mod sources;
mod unwraps;

use crate::Outcome;
use crate::built::Printers;
use crate::test::Tally;
use sources::Sources;

pub(crate) use arrows::is_room;

/// What a rule found. Warnings are told and fail nothing.
#[derive(Debug, Default)]
struct Findings {
    faults: Vec<String>,
    warnings: Vec<String>,
}

impl Findings {
    fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }
}

type Rule = (&'static str, fn(&Sources) -> Outcome<Findings>);

const RULES: &[Rule] = &[
    (
        "arrows between our crates are those of the plan",
        arrows::between_rooms,
    ),
    (
        "rooms use no foreign crate that they must not know",
        arrows::to_foreign_crates,
    ),
    (
        "neither OpenSSL nor ring is linked",
        licences::no_second_crypto,
    ),
    (
        "the core stands on few crates",
        licences::few_below_webauthn,
    ),
    (
        "licences of dependencies are on the list",
        licences::on_the_list,
    ),
    ("files are not too long", lengths::files),
    ("functions are not too long", lengths::functions),
    ("files and modules have no banned names", names::of_modules),
    ("functions have no banned names", names::of_functions),
    ("no unwrap outside tests", unwraps::outside_tests),
    (
        "no folder of the build is compiled in",
        folders::not_compiled_in,
    ),
    ("pure crates forbid unsafe code", names::unsafe_is_forbidden),
    ("no test is ignored", names::no_ignored_tests),
    ("cited security decisions exist", citations::of_security),
    (
        "tests that past_bugs.md names exist",
        citations::of_past_bugs,
    ),
    ("links in the documentation lead somewhere", links::resolve),
];

/// Runs every rule. `printers` print the generated pages, if they are built already.
pub(crate) fn run(printers: Option<&Printers>) -> Tally {
    let mut tally = Tally::default();
    let sources = match Sources::read() {
        Ok(sources) => sources,
        Err(message) => {
            return Tally::broken(format!("tidy: reading the sources: {message}"));
        }
    };
    for (name, rule) in RULES {
        tally.note(tell(name, rule(&sources)));
    }
    for (name, fresh) in pages::are_fresh(&sources, printers) {
        tally.note(tell(name, fresh));
    }
    for (name, findings) in citations::of_past_mistakes(&sources) {
        tally.note(tell(&name, Ok(findings)));
    }
    tally
}

/// Prints the rule's outcome; a failure is given back with what it found.
fn tell(name: &str, outcome: Outcome<Findings>) -> Outcome {
    let findings = outcome.unwrap_or_else(|message| Findings {
        faults: vec![message],
        warnings: Vec::new(),
    });
    let failed = !findings.faults.is_empty();
    println!("{}  {name}", if failed { "FAILED" } else { "ok    " });
    for fault in &findings.faults {
        println!("          {fault}");
    }
    for warning in &findings.warnings {
        println!("          (warning) {warning}");
    }
    if failed {
        Err(format!(
            "tidy: {name}\n          {}",
            findings.faults.join("\n          ")
        ))
    } else {
        Ok(())
    }
}
