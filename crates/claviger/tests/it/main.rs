//! The binary from outside: what happens to its data when it is killed.

mod cli;
mod client;
mod cluster;
mod crash;
mod folder;
mod http;
mod program;
mod random;
