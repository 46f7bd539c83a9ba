//! Our words of the logs in Graph's.

use identity::codes;

/// Graph's number and text for how a sign-in ended; 0 is success. Where Entra has a number for the very cause, it is
/// that one; what has none is "authentication failed during strong authentication".
pub(super) fn describe_result(word: &str) -> (i32, &'static str) {
    let number = match word {
        "ok" => return (0, ""),
        "sign_in.account_disabled" => 50_057,
        "sign_in.policy_refused" => 53_003,
        "sign_in.passkey_unknown"
        | "sign_in.passkey_removed"
        | "sign_in.passkey_inactive"
        | "sign_in.passkey_held" => 135_016,
        _ => 500_121,
    };
    let known = codes::CODES.iter().find(|code| code.id == word);
    (number, known.map_or("", |code| code.meaning))
}

/// What was done, in Graph's words.
pub(super) struct Activity {
    pub(super) name: String,
    pub(super) category: &'static str,
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    /// What kind of thing it was done to.
    pub(super) target: &'static str,
}

const DIRECTORY: &str = "Core Directory";
const METHODS: &str = "Authentication Methods";

/// A word of the audit log; what Graph has no name for keeps ours.
pub(super) fn describe_activity(word: &str) -> Activity {
    let (family, verb) = word.split_once('.').unwrap_or((word, ""));
    let (category, service, target) = match family {
        "passkey" | "pass" | "recovery" | "recovery_codes" => ("UserManagement", METHODS, "User"),
        "user" | "session" | "link" => ("UserManagement", DIRECTORY, "User"),
        "group" => ("GroupManagement", DIRECTORY, "Group"),
        "role" => ("RoleManagement", DIRECTORY, "Role"),
        "application" | "principal" | "permission" | "secret" | "key" | "owner" | "logout" => {
            ("ApplicationManagement", DIRECTORY, "ServicePrincipal")
        }
        "organisation" => ("DirectoryManagement", DIRECTORY, "Directory"),
        // Entra files the policy of methods there.
        "policy" => ("ApplicationManagement", METHODS, "Policy"),
        "alert" => ("Policy", DIRECTORY, "Other"),
        _ => ("Other", "Claviger", "Other"),
    };
    let name = match word {
        "passkey.added" => "User registered security info",
        "passkey.removed" => "User deleted security info",
        "passkey.options_requested" => "Get passkey creation options",
        "passkey.provisioned" => "Admin registered security info",
        "passkey.confirmed" => "User updated security info",
        "passkey.renamed" => "User updated security info",
        "pass.made" => "Admin registered security info",
        "pass.removed" => "Admin deleted security info",
        "pass.used" => "User used temporary access pass",
        "recovery_codes.made" => "User registered security info",
        "recovery.begun" => "User started recovery by recovery code",
        "recovery.asked" => "User asked for recovery",
        "recovery.waiting" => "User started recovery by mail",
        "recovery.approved" => "Recovery approved",
        "recovery.denied" => "Recovery denied",
        "recovery.cancelled" => "User cancelled recovery",
        "recovery.refused" => "User failed to use recovery code",
        "passkey.reported_lost" => "Lost passkeys reported",
        "pass.refused" => "User failed to use temporary access pass",
        "passkey.removed_by_administrator" => "Admin deleted security info",
        "policy.saved" | "policy.restored" => "Authentication Methods Policy Update",
        "policy.reset" => "Authentication Methods Policy Reset",
        "user.added" => "Add user",
        "user.deleted" => "Delete user",
        "user.restored" => "Restore user",
        "user.erased" => "Hard Delete user",
        "user.renamed" | "user.updated" | "user.changed" => "Update user",
        "user.enabled" => "Enable account",
        "user.disabled" => "Disable account",
        "group.added" => "Add group",
        "group.deleted" => "Delete group",
        "group.restored" => "Restore Group",
        "group.changed" | "group.updated" => "Update group",
        "group.member_added" => "Add member to group",
        "group.member_removed" => "Remove member from group",
        "role.added" | "role.assigned" => "Add member to role",
        "role.removed" | "role.unassigned" => "Remove member from role",
        "group.owner_added" => "Add owner to group",
        "group.owner_removed" => "Remove owner from group",
        "application.owner_added" => "Add owner to application",
        "application.owner_removed" => "Remove owner from application",
        "principal.owner_added" => "Add owner to service principal",
        "principal.owner_removed" => "Remove owner from service principal",
        "application.added" => "Add application",
        "application.changed"
        | "application.updated"
        | "application.logo_changed"
        | "application.logo_removed" => "Update application",
        "application.deleted" => "Delete application",
        "application.restored" => "Restore application",
        "principal.added" => "Add service principal",
        "principal.changed" | "principal.updated" => "Update service principal",
        "principal.deleted" => "Remove service principal",
        "permission.assigned" => "Add app role assignment to service principal",
        "permission.unassigned" => "Remove app role assignment from service principal",
        "permission.granted" => "Add delegated permission grant",
        "permission.revoked" => "Remove delegated permission grant",
        other => other,
    };
    Activity {
        name: name.to_owned(),
        category,
        service,
        operation: derive_operation(verb),
        target,
    }
}

fn derive_operation(verb: &str) -> &'static str {
    let ends = |word: &str| verb == word || verb.ends_with(&format!("_{word}"));
    if ["added", "made", "set_up", "assigned", "granted"]
        .into_iter()
        .any(ends)
    {
        "Add"
    } else if [
        "removed",
        "deleted",
        "erased",
        "ended",
        "unassigned",
        "revoked",
    ]
    .into_iter()
    .any(ends)
    {
        "Delete"
    } else {
        "Update"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_numbers() {
        assert_eq!(describe_result("ok"), (0, ""));
        let (number, reason) = describe_result("sign_in.account_disabled");
        assert_eq!(number, 50_057);
        assert!(reason.contains("disabled"));
        // What is not known, is at least no success.
        assert_ne!(describe_result("something.new").0, 0);
    }

    #[test]
    fn activities_have_graphs_words() {
        let added = describe_activity("passkey.added");
        assert_eq!(added.name, "User registered security info");
        assert_eq!((added.category, added.service), ("UserManagement", METHODS));
        assert_eq!((added.operation, added.target), ("Add", "User"));
        assert_eq!(
            describe_activity("something.unheard_of").name,
            "something.unheard_of"
        );
        assert_eq!(describe_activity("role.unassigned").operation, "Delete");
    }
}
