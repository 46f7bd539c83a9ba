//! All SQL: both databases, migrations, ids, records.
//!
//! Holds no decisions and knows no HTTP. One SQL text serves SQLite and PostgreSQL; a write is a
//! [`Unit`] of guards and statements, a read is one statement. [`Store`] is the one way in.

mod check;
mod engine;
mod error;
mod list;
mod migrate;
mod postgres;
pub mod records;
mod registry;
mod schema;
mod sql;
mod sqlite;
mod store;
mod unit;
mod value;

pub use check::{Finding, Grade};
pub use error::{StoreError, WriteError};
pub use list::{Collection, Cursor, Direction, Filter, Kind, ListQuery, MAX_TOP, Page, Test, Walk};
pub use records::access_pass::{AccessPass, NewAccessPass};
pub use records::android_list::AndroidList;
pub use records::api::Resource;
pub use records::application::{Application, ApplicationCredential, CredentialKind};
pub use records::attestation::{
    AttestationCounts, AttestationRecord, ClaimedLevel, DueAttestation, Judgement,
};
pub use records::attestation_lists::AttestationLists;
pub use records::connector::{
    Connected, Connector, LiveConnector, Made, MadeBy, MadeMember, NewConnector,
};
pub use records::credential::{Credential, CredentialStatus, CredentialUse, NewCredential, Owned};
pub use records::device_grant::{DeviceGrant, DeviceStatus};
pub use records::directory::PrincipalKind;
pub use records::forward_auth::{
    ForwardCode, ForwardToken, LiveForward, NewForwardCode, NewForwardSession, ProtectedApplication,
};
pub use records::group::{DeletedGroups, Group, GroupColumn, GroupFields, Groups};
pub use records::leaving::Leaving;
pub use records::link::{NewLink, OpenLink};
pub use records::log::{ChainLink, Log, LogRecord, VOID};
pub use records::log_page::{LogRange, ShownRecord};
pub use records::member::{
    Depth, GroupUses, MAX_GROUPS_TOLD, Member, MemberRecord, MembershipChange,
};
pub use records::metadata::{Metadata, ModelRecord, NewMetadata, Phase};
pub use records::node::{Node, NodeEvent, Sealed};
pub use records::notice::{NewNotice, NewNoticeLink, NoticeCounts, UndeliveredNotice};
pub use records::outbox::{LogoutAddress, Message};
pub use records::owner::Owner;
pub use records::passkey_facts::{AttestationFacts, FactsAsked, PasskeyFacts};
pub use records::password::{EmailCode, NO_CREDENTIAL, Password, PasswordUse, Totp};
pub use records::person::{NewPerson, Person, PersonStatus, PersonSummary, UserName};
pub use records::policy::{POLICY_KINDS, PolicyInForce, PolicyVersion};
pub use records::principal::{
    AppRoleAssignment, EVERYBODY, OpenApplication, OwnConsent, PermissionGrant, PrincipalStatus,
    ServicePrincipal,
};
pub use records::profile::{
    DeletedPeople, DirectoryPerson, ERASING, People, PersonColumn, PersonFields, UserType,
};
pub use records::provisioning::{
    AskedFrom, CallerKind, GivenOptions, Hold, NewOptions, Provisioned,
};
pub use records::pushed_request::PushedRequest;
pub use records::recovery_code::{NewRecoveryCode, RecoveryCode};
pub use records::recovery_request::{
    Channels, NewRecoveryRequest, RecoveryRequest, RecoveryStatus, Versioned,
};
pub use records::refresh_family::{FamilyId, RefreshFamily};
pub use records::registration::Registration;
pub use records::role::{RoleHolder, Without};
pub use records::secret_key::SecretKey;
pub use records::secret_try::SecretTry;
pub use records::session::{LiveSession, NewSession, SessionSummary, TokenHash};
pub use records::session_client::SessionClient;
pub use records::tenant::Tenant;
pub use records::token::{AuthorizationCode, Client, CodeHash, LivePerson, PersonClaims};
pub use records::webhook::{NewEvent, UndeliveredCall, Webhook};
pub use registry::{pairs, registry};
pub use sql::{Pair, Scope, Sql};
pub use sqlite::backup::restore_file;
pub use store::{CALLS, Durability, GroupCommit, Location, OpenOptions, Store};
pub use unit::{Expect, Guard, MAX_STEPS, Reading, Step, Unit, Written};
pub use value::{Id, Row, Value};

#[cfg(test)]
#[path = "../tests/it/main.rs"]
mod it;
