//! The records, one module a kind: its statements, its reads, its steps of a write unit.

pub mod access_pass;
pub mod android_list;
pub mod api;
pub mod application;
pub mod attestation;
pub mod attestation_lists;
pub mod connector;
pub mod credential;
pub mod device_grant;
pub mod directory;
pub mod forward_auth;
pub mod group;
pub mod known_place;
pub mod leaving;
pub mod link;
pub mod log;
pub mod log_page;
pub mod logo;
pub mod member;
pub mod metadata;
pub mod node;
pub mod notice;
pub mod outbox;
pub mod owner;
pub mod passkey_facts;
pub mod password;
pub mod person;
pub mod policy;
pub mod principal;
pub mod profile;
pub mod provisioning;
pub mod pushed_request;
pub mod recovery_code;
pub mod recovery_request;
pub mod refresh_family;
pub mod registration;
pub mod reminder;
pub mod role;
pub mod secret_key;
pub mod secret_try;
pub mod session;
pub mod session_client;
pub mod spent;
pub mod tenant;
pub mod token;
pub mod webhook;

use crate::sql::Sql;

/// Every statement of every record module, for the registry.
pub(crate) const ALL: &[&[&Sql]] = &[
    access_pass::ALL,
    android_list::ALL,
    api::ALL,
    application::ALL,
    attestation::ALL,
    attestation_lists::ALL,
    connector::ALL,
    credential::ALL,
    device_grant::ALL,
    directory::ALL,
    forward_auth::ALL,
    group::ALL,
    known_place::ALL,
    leaving::ALL,
    link::ALL,
    log::ALL,
    log_page::ALL,
    logo::ALL,
    member::ALL,
    metadata::ALL,
    node::ALL,
    notice::ALL,
    outbox::ALL,
    owner::ALL,
    passkey_facts::ALL,
    password::ALL,
    person::ALL,
    policy::ALL,
    principal::ALL,
    profile::ALL,
    provisioning::ALL,
    pushed_request::ALL,
    recovery_code::ALL,
    recovery_request::ALL,
    refresh_family::ALL,
    reminder::ALL,
    role::ALL,
    registration::ALL,
    secret_key::ALL,
    secret_try::ALL,
    session::ALL,
    session_client::ALL,
    spent::ALL,
    tenant::ALL,
    token::ALL,
    webhook::ALL,
];
