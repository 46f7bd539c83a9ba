//! The HTTP suite: the router in process, on SQLite and on PostgreSQL, with virtual passkeys, a frozen
//! clock and seeded randomness. One binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_pass;
mod android_list;
mod any_order;
mod attestation_lists;
mod attested;
mod clocks;
mod code_flow;
mod directory;
mod erasure;
mod forward_auth;
mod graph;
mod independent_client;
mod keeping;
mod keys;
mod links;
mod look_alikes;
mod lost;
mod metadata;
mod nodes;
mod notices;
mod pages;
mod passkeys;
mod passwords;
mod past_mistakes;
mod people;
mod policies;
mod providers;
mod purge;
mod races;
mod recovery;
mod recovery_rungs;
mod refused_registrations;
mod restore;
mod scim;
mod security;
mod sessions;
mod set_up;
mod sign_in;
mod site;
mod slow_bodies;
mod stale_sessions;
mod tokens;
mod trust_groups;

use std::future::Future;

use testkit::{House, on_each_backend};

/// Runs a test in a fresh house on each database.
fn in_each_house(test: impl AsyncFn(House)) {
    on_each_backend(async |backend| test(House::open(backend).await).await);
}

/// Runs everything at once and gives the results in order.
async fn at_once<T: Send + 'static>(work: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let running: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(running.len());
    for each in running {
        results.push(each.await.unwrap());
    }
    results
}

/// Status and code of each, for messages.
fn brief(answers: &[testkit::Answer]) -> Vec<(u16, String)> {
    answers
        .iter()
        .map(|it| (it.status.as_u16(), it.code()))
        .collect()
}

/// How many answers have this status.
fn count(answers: &[testkit::Answer], status: u16) -> usize {
    answers.iter().filter(|it| it.status == status).count()
}
