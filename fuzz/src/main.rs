//! One program for all targets, since linking is most of the cost: `FUZZ_TARGET` names the one to run, and
//! libFuzzer's arguments follow. Without a name it lists them.
#![no_main]

mod allocation;
mod attested;
mod bodies;
mod trust;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

fn find_body() -> Option<&'static bodies::Target> {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    bodies::TARGETS.iter().find(|target| target.name == name)
}

/// Before libFuzzer begins, which takes an exit later on for a finding: without a name it lists them; with one it makes
/// what the targets share.
fn prepare() {
    if find_body().is_none() {
        for target in bodies::TARGETS {
            println!("{}", target.name);
        }
        let unnamed = std::env::var_os("FUZZ_TARGET").is_none();
        std::process::exit(if unnamed { 0 } else { 2 });
    }
    bodies::prepare();
}

fn body() -> &'static bodies::Target {
    static CHOSEN: OnceLock<&'static bodies::Target> = OnceLock::new();
    CHOSEN.get_or_init(|| find_body().expect("looked for at the start"))
}

fuzz_target!(init: prepare(), |bytes: &[u8]| {
    let target = body();
    allocation::watch(bytes.len(), || (target.run)(bytes));
});
