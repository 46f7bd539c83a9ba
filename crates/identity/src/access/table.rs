//! The authorization table: for each operation who may do it. `docs/authorization.md` is printed from it.

use Permission as P;
use Role as R;

use crate::permissions::Permission;
use crate::roles::Role;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    ListPeople,
    ReadPerson,
    ReadManager,
    AddPerson,
    ChangePerson,
    DeletePerson,
    RestorePerson,
    EraseDeletedPerson,
    ReadDeletedPeople,
    EndSessionsOfPerson,
    MakeLink,
    MakePass,
    ReadPass,
    ReadMethods,
    DeleteMethod,
    ProvisionMethod,
    ConfirmMethod,
    ReadProvisioning,
    ChangeProvisioning,
    ListGroups,
    ReadGroup,
    ReadMembers,
    ReadMemberships,
    AddGroup,
    AddRoleGroup,
    ChangeGroup,
    ChangeMembers,
    ChangeOwners,
    DeleteGroup,
    RestoreGroup,
    EraseDeletedGroup,
    ReadDeletedGroups,
    ReadRoles,
    AssignRole,
    ReadApplications,
    /// What applications are told of somebody: their record, groups and roles.
    PreviewTokens,
    AddApplication,
    ChangeApplication,
    ChangeApplicationCredentials,
    DeleteApplication,
    RestoreApplication,
    AssignApplication,
    GrantPermission,
    GrantTierZero,
    ReadLogs,
    ReadReports,
    ReadOrganization,
    ReadPolicies,
    ChangePasskeyPolicy,
    PreviewPolicy,
    ReadEffectivePolicy,
    MarkBreakGlass,
}

/// Whom or what an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Nobody in particular.
    Nobody,
    /// Somebody, or a group or application, without privilege.
    Plain,
    /// A person or application that holds a directory role, directly or through groups; a protected group.
    Privileged,
}

/// Whether an application that acts by itself needs directory roles of its own, beside its permission (security 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRoles {
    /// The permission alone suffices.
    NotAsked,
    /// Where the target is privileged: the permission does not reach that far by itself (security 12).
    ForPrivileged,
    /// Always: roles that cover the target.
    Always,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// A delegated token carries one of these, and its person holds a role of the row.
    pub delegated: &'static [Permission],
    /// A delegated token may do it to its own person with one of these, whatever roles they hold. Empty: never so.
    pub own: &'static [Permission],
    /// An application's own token carries one of these. Empty: applications don't do it by themselves.
    pub application: &'static [Permission],
    /// Roles that may do it to nobody in particular, or to somebody plain.
    pub plain: &'static [Role],
    /// Roles that may do it to somebody privileged, or to something protected.
    pub privileged: &'static [Role],
    pub own_roles: OwnRoles,
    /// Whether a person who owns the object may do it without a role, as long as the object is plain.
    pub owners: bool,
    /// Whether user verification must be at most five minutes old (security 7).
    pub fresh: bool,
}

/// Whoever has to find people, groups and applications to do their work; the rest of the organisation has no need to.
const DIRECTORY_READERS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
    R::AuthenticationPolicyAdministrator,
    R::ConditionalAccessAdministrator,
    R::SecurityAdministrator,
    R::UserAdministrator,
    R::HelpdeskAdministrator,
    R::GroupsAdministrator,
    R::ApplicationAdministrator,
    R::SecurityReader,
    R::GlobalReader,
];
const GLOBAL: &[Role] = &[R::GlobalAdministrator];
const PEOPLE: &[Role] = &[R::GlobalAdministrator, R::UserAdministrator];
const GROUPS: &[Role] = &[
    R::GlobalAdministrator,
    R::UserAdministrator,
    R::GroupsAdministrator,
];
const METHODS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
];
const METHODS_OF_PRIVILEGED: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
];
const METHOD_READERS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
    R::HelpdeskAdministrator,
    R::GlobalReader,
];
const METHOD_READERS_OF_PRIVILEGED: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::GlobalReader,
];
const SESSIONS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
    R::UserAdministrator,
    R::HelpdeskAdministrator,
];
const APPLICATIONS: &[Role] = &[R::GlobalAdministrator, R::ApplicationAdministrator];
/// Whoever decides by what passkeys are accepted.
const PROVISIONING_EDITORS: &[Role] =
    &[R::GlobalAdministrator, R::AuthenticationPolicyAdministrator];
const LOG_READERS: &[Role] = &[
    R::GlobalAdministrator,
    R::SecurityAdministrator,
    R::SecurityReader,
    R::GlobalReader,
    R::ReportsReader,
];

const POLICY_READERS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
    R::AuthenticationPolicyAdministrator,
    R::ConditionalAccessAdministrator,
    R::SecurityAdministrator,
    R::SecurityReader,
    R::GlobalReader,
];
const POLICY_EDITORS: &[Role] = &[
    R::GlobalAdministrator,
    R::AuthenticationPolicyAdministrator,
    R::SecurityAdministrator,
];
/// A preview names people and their passkeys.
const PREVIEWERS: &[Role] = &[
    R::GlobalAdministrator,
    R::AuthenticationPolicyAdministrator,
    R::SecurityAdministrator,
    R::GlobalReader,
];
/// Whoever reads somebody's passkeys, and whoever makes the policy by which they are judged.
const VERDICT_READERS: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::AuthenticationAdministrator,
    R::HelpdeskAdministrator,
    R::GlobalReader,
    R::AuthenticationPolicyAdministrator,
    R::SecurityAdministrator,
];
const VERDICT_READERS_OF_PRIVILEGED: &[Role] = &[
    R::GlobalAdministrator,
    R::PrivilegedAuthenticationAdministrator,
    R::GlobalReader,
    R::AuthenticationPolicyAdministrator,
    R::SecurityAdministrator,
];

const READ_PEOPLE: &[Permission] = &[
    P::UserReadAll,
    P::UserReadWriteAll,
    P::DirectoryReadAll,
    P::DirectoryReadWriteAll,
    P::UserReadBasicAll,
];
const WRITE_PEOPLE: &[Permission] = &[P::UserReadWriteAll, P::DirectoryReadWriteAll];
const READ_GROUPS: &[Permission] = &[
    P::GroupReadAll,
    P::GroupReadWriteAll,
    P::GroupMemberReadAll,
    P::GroupMemberReadWriteAll,
    P::DirectoryReadAll,
    P::DirectoryReadWriteAll,
];
const READ_MEMBERSHIPS: &[Permission] = &[
    P::GroupReadAll,
    P::GroupReadWriteAll,
    P::GroupMemberReadAll,
    P::GroupMemberReadWriteAll,
    P::UserReadAll,
    P::UserReadWriteAll,
    P::DirectoryReadAll,
    P::DirectoryReadWriteAll,
];
const WRITE_GROUPS: &[Permission] = &[P::GroupReadWriteAll, P::DirectoryReadWriteAll];
const WRITE_MEMBERS: &[Permission] = &[
    P::GroupMemberReadWriteAll,
    P::GroupReadWriteAll,
    P::DirectoryReadWriteAll,
];
const READ_METHODS: &[Permission] = &[
    P::PasskeyReadAll,
    P::MethodReadAll,
    P::PasskeyReadWriteAll,
    P::MethodReadWriteAll,
];
const READ_OWN_METHODS: &[Permission] = &[
    P::PasskeyRead,
    P::MethodRead,
    P::PasskeyReadWrite,
    P::MethodReadWrite,
    P::PasskeyReadAll,
    P::MethodReadAll,
    P::PasskeyReadWriteAll,
    P::MethodReadWriteAll,
];
const WRITE_METHODS: &[Permission] = &[P::PasskeyReadWriteAll, P::MethodReadWriteAll];
const READ_ROLES: &[Permission] = &[
    P::RoleManagementReadDirectory,
    P::DirectoryReadAll,
    P::RoleManagementReadWriteDirectory,
    P::DirectoryReadWriteAll,
];
const READ_APPLICATIONS: &[Permission] = &[
    P::ApplicationReadAll,
    P::DirectoryReadAll,
    P::ApplicationReadWriteAll,
    P::DirectoryReadWriteAll,
];
const READ_POLICIES: &[Permission] = &[
    P::PolicyReadAuthenticationMethod,
    P::PolicyReadAll,
    P::PolicyReadWriteAuthenticationMethod,
];
const WRITE_METHOD_POLICY: &[Permission] = &[P::PolicyReadWriteAuthenticationMethod];
const WRITE_APPLICATIONS: &[Permission] = &[P::ApplicationReadWriteAll];

/// Reading something that is nobody's in particular.
const fn read(permissions: &'static [Permission], roles: &'static [Role]) -> Rule {
    Rule {
        delegated: permissions,
        own: &[],
        application: permissions,
        plain: roles,
        privileged: roles,
        own_roles: OwnRoles::NotAsked,
        owners: false,
        fresh: false,
    }
}

/// Changing something: fresh, and what is privileged is for `privileged` alone.
const fn change(
    permissions: &'static [Permission],
    plain: &'static [Role],
    privileged: &'static [Role],
) -> Rule {
    Rule {
        delegated: permissions,
        own: &[],
        application: permissions,
        plain,
        privileged,
        own_roles: OwnRoles::ForPrivileged,
        owners: false,
        fresh: true,
    }
}

impl Operation {
    /// Every operation.
    pub const ALL: &'static [Operation] = &[
        Operation::ListPeople,
        Operation::ReadPerson,
        Operation::ReadManager,
        Operation::AddPerson,
        Operation::ChangePerson,
        Operation::DeletePerson,
        Operation::RestorePerson,
        Operation::EraseDeletedPerson,
        Operation::ReadDeletedPeople,
        Operation::EndSessionsOfPerson,
        Operation::MakeLink,
        Operation::MakePass,
        Operation::ReadPass,
        Operation::ReadMethods,
        Operation::DeleteMethod,
        Operation::ProvisionMethod,
        Operation::ConfirmMethod,
        Operation::ReadProvisioning,
        Operation::ChangeProvisioning,
        Operation::ListGroups,
        Operation::ReadGroup,
        Operation::ReadMembers,
        Operation::ReadMemberships,
        Operation::AddGroup,
        Operation::AddRoleGroup,
        Operation::ChangeGroup,
        Operation::ChangeMembers,
        Operation::ChangeOwners,
        Operation::DeleteGroup,
        Operation::RestoreGroup,
        Operation::EraseDeletedGroup,
        Operation::ReadDeletedGroups,
        Operation::ReadRoles,
        Operation::AssignRole,
        Operation::ReadApplications,
        Operation::PreviewTokens,
        Operation::AddApplication,
        Operation::ChangeApplication,
        Operation::ChangeApplicationCredentials,
        Operation::DeleteApplication,
        Operation::RestoreApplication,
        Operation::AssignApplication,
        Operation::GrantPermission,
        Operation::GrantTierZero,
        Operation::ReadLogs,
        Operation::ReadReports,
        Operation::ReadOrganization,
        Operation::ReadPolicies,
        Operation::ChangePasskeyPolicy,
        Operation::PreviewPolicy,
        Operation::ReadEffectivePolicy,
        Operation::MarkBreakGlass,
    ];

    /// The operation's row.
    #[must_use]
    pub const fn rule(self) -> Rule {
        use Operation as O;
        match self {
            O::ReadPerson => Rule {
                own: &[
                    P::UserRead,
                    P::UserReadAll,
                    P::UserReadWriteAll,
                    P::DirectoryReadAll,
                    P::DirectoryReadWriteAll,
                ],
                ..read(READ_PEOPLE, DIRECTORY_READERS)
            },
            O::ReadManager => Rule {
                own: &[
                    P::UserReadAll,
                    P::UserReadWriteAll,
                    P::DirectoryReadAll,
                    P::DirectoryReadWriteAll,
                ],
                ..read(READ_PEOPLE, DIRECTORY_READERS)
            },
            O::ListPeople => read(READ_PEOPLE, DIRECTORY_READERS),
            O::ReadDeletedPeople => read(
                &[
                    P::UserReadAll,
                    P::UserReadWriteAll,
                    P::DirectoryReadAll,
                    P::DirectoryReadWriteAll,
                ],
                DIRECTORY_READERS,
            ),
            O::AddPerson
            | O::ChangePerson
            | O::DeletePerson
            | O::RestorePerson
            | O::EraseDeletedPerson => change(WRITE_PEOPLE, PEOPLE, GLOBAL),
            O::EndSessionsOfPerson => change(WRITE_PEOPLE, SESSIONS, METHODS_OF_PRIVILEGED),
            // By a person alone: two pairs of eyes, and an application has none.
            O::ConfirmMethod => Rule {
                application: &[],
                ..change(WRITE_METHODS, METHODS, METHODS_OF_PRIVILEGED)
            },
            O::ReadProvisioning => read(READ_POLICIES, POLICY_READERS),
            // By a person alone: what may plant passkeys must not stop them from being held as well.
            O::ChangeProvisioning => Rule {
                application: &[],
                ..change(
                    WRITE_METHOD_POLICY,
                    PROVISIONING_EDITORS,
                    PROVISIONING_EDITORS,
                )
            },
            O::MakeLink | O::DeleteMethod | O::ProvisionMethod => Rule {
                own_roles: OwnRoles::Always,
                ..change(WRITE_METHODS, METHODS, METHODS_OF_PRIVILEGED)
            },
            O::MakePass => Rule {
                own_roles: OwnRoles::Always,
                ..change(&[P::MethodReadWriteAll], METHODS, METHODS_OF_PRIVILEGED)
            },
            O::ReadPass => Rule {
                own: &[
                    P::MethodRead,
                    P::MethodReadWrite,
                    P::MethodReadAll,
                    P::MethodReadWriteAll,
                ],
                privileged: METHOD_READERS_OF_PRIVILEGED,
                ..read(&[P::MethodReadAll, P::MethodReadWriteAll], METHOD_READERS)
            },
            O::ReadMethods => Rule {
                own: READ_OWN_METHODS,
                privileged: METHOD_READERS_OF_PRIVILEGED,
                ..read(READ_METHODS, METHOD_READERS)
            },
            O::ListGroups | O::ReadDeletedGroups => read(READ_GROUPS, DIRECTORY_READERS),
            // Whoever manages the members of a group sees them.
            O::ReadGroup | O::ReadMembers => Rule {
                owners: true,
                ..read(READ_GROUPS, DIRECTORY_READERS)
            },
            // In which groups somebody is says what they may do: of oneself everybody may know it.
            O::ReadMemberships => Rule {
                own: &[
                    P::UserRead,
                    P::UserReadAll,
                    P::UserReadWriteAll,
                    P::GroupMemberReadAll,
                    P::GroupReadAll,
                    P::DirectoryReadAll,
                    P::DirectoryReadWriteAll,
                ],
                ..read(READ_MEMBERSHIPS, DIRECTORY_READERS)
            },
            O::AddGroup
            | O::ChangeGroup
            | O::ChangeOwners
            | O::DeleteGroup
            | O::RestoreGroup
            | O::EraseDeletedGroup => change(WRITE_GROUPS, GROUPS, GLOBAL),
            O::ChangeMembers => Rule {
                owners: true,
                ..change(WRITE_MEMBERS, GROUPS, GLOBAL)
            },
            O::AddRoleGroup | O::AssignRole => Rule {
                own_roles: OwnRoles::Always,
                ..change(&[P::RoleManagementReadWriteDirectory], GLOBAL, GLOBAL)
            },
            O::ReadRoles => read(READ_ROLES, DIRECTORY_READERS),
            O::ReadApplications => read(READ_APPLICATIONS, DIRECTORY_READERS),
            // Whatever an application is told stands somewhere in the directory.
            O::PreviewTokens => read(
                &[P::DirectoryReadAll, P::DirectoryReadWriteAll],
                DIRECTORY_READERS,
            ),
            O::AddApplication
            | O::ChangeApplication
            | O::ChangeApplicationCredentials
            | O::DeleteApplication
            | O::RestoreApplication => change(WRITE_APPLICATIONS, APPLICATIONS, GLOBAL),
            O::AssignApplication => {
                change(&[P::AppRoleAssignmentReadWriteAll], APPLICATIONS, GLOBAL)
            }
            O::GrantPermission => change(
                &[
                    P::AppRoleAssignmentReadWriteAll,
                    P::DelegatedPermissionGrantReadWriteAll,
                ],
                APPLICATIONS,
                GLOBAL,
            ),
            // By a person alone: an application has no user verification to be fresh (security 11).
            O::GrantTierZero => Rule {
                application: &[],
                ..change(
                    &[
                        P::AppRoleAssignmentReadWriteAll,
                        P::DelegatedPermissionGrantReadWriteAll,
                    ],
                    GLOBAL,
                    GLOBAL,
                )
            },
            O::ReadPolicies => read(READ_POLICIES, POLICY_READERS),
            O::ChangePasskeyPolicy => change(WRITE_METHOD_POLICY, POLICY_EDITORS, POLICY_EDITORS),
            O::PreviewPolicy => read(WRITE_METHOD_POLICY, PREVIEWERS),
            O::ReadEffectivePolicy => Rule {
                own: READ_OWN_METHODS,
                privileged: VERDICT_READERS_OF_PRIVILEGED,
                ..read(READ_METHODS, VERDICT_READERS)
            },
            // By a person alone, as a role that raises rights is given.
            O::MarkBreakGlass => Rule {
                application: &[],
                ..change(&[P::RoleManagementReadWriteDirectory], GLOBAL, GLOBAL)
            },
            O::ReadLogs => read(&[P::AuditLogReadAll], LOG_READERS),
            O::ReadReports => read(&[P::AuditLogReadAll, P::ReportsReadAll], LOG_READERS),
            O::ReadOrganization => Rule {
                own: &[
                    P::UserRead,
                    P::OrganizationReadAll,
                    P::DirectoryReadAll,
                    P::DirectoryReadWriteAll,
                ],
                ..read(
                    &[
                        P::OrganizationReadAll,
                        P::DirectoryReadAll,
                        P::DirectoryReadWriteAll,
                    ],
                    DIRECTORY_READERS,
                )
            },
        }
    }
}

impl Rule {
    /// The roles that may do it to such a target.
    #[must_use]
    pub fn roles(&self, target: Target) -> &'static [Role] {
        match target {
            Target::Nobody | Target::Plain => self.plain,
            Target::Privileged => self.privileged,
        }
    }

    /// Whether an application needs roles of its own for such a target.
    #[must_use]
    pub fn asks_own_roles(&self, target: Target) -> bool {
        match self.own_roles {
            OwnRoles::NotAsked => false,
            OwnRoles::ForPrivileged => target == Target::Privileged,
            OwnRoles::Always => true,
        }
    }
}
