//! One program for all targets, since linking is most of the cost: `FUZZ_TARGET` names the one to run, and
//! libFuzzer's arguments follow. Without a name it lists them.
#![no_main]

mod allocation;
mod bodies;

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

fn body() -> &'static bodies::Target {
    static CHOSEN: OnceLock<&'static bodies::Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = bodies::TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| {
            for target in bodies::TARGETS {
                println!("{}", target.name);
            }
            std::process::exit(if name.is_empty() { 0 } else { 2 })
        })
    })
}

fuzz_target!(|bytes: &[u8]| {
    let target = body();
    allocation::watch(bytes.len(), || (target.run)(bytes));
});
