//! `admin link`: the way back in for an administrator, for whoever has a shell on the server.

use identity::people::{self, Actor};
use server::Start;
use server::config::Configuration;

use super::{Failure, open};
use crate::flags::Admin;
use crate::os_user;
use crate::output::LinkShown;

pub(crate) async fn run(configuration: &Configuration, command: Admin) -> Result<(), Failure> {
    let Admin::Link { name, form } = command;
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome =
        people::make_recovery_link(&identity, Actor::CommandLine { os_user: &os_user }, &name)
            .await;
    identity.close().await;
    LinkShown::of(&name, &outcome?).show(form)
}
