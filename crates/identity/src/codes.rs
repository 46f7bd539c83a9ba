//! Every refusal's stable code: the same word in the answer, the log and `docs/errors.md`.

use webauthn::signals::UnknownCredential;

use crate::policies::PolicyFault;

/// What kind of answer a refusal is; the server turns it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The input is wrong as it stands (400).
    Bad,
    /// Nobody is signed in, or the sign-in failed (401).
    Unauthenticated,
    /// Signed in, but may not (403).
    Forbidden,
    /// Signed in, but the proof is too old: prove it again (403, and the way to do so).
    Stale,
    /// There is no such thing (404).
    Missing,
    /// It collides with what is there (409).
    Conflict,
    /// The record was changed since it was read (412).
    Outdated,
    /// It was there and is over: used, expired, replaced (410).
    Gone,
    /// Too often (429).
    Limited,
    /// Our side failed (500); nothing was changed.
    Internal,
    /// Our side can't answer now (503); nothing was changed.
    Unavailable,
}

/// A stable code with what it means and what to do, in English; pages translate by the code.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    pub id: &'static str,
    pub class: Class,
    pub meaning: &'static str,
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($constant:ident = $id:literal $class:ident $meaning:literal $remedy:literal;)*) => {
        $(pub static $constant: Code = Code { id: $id, class: Class::$class, meaning: $meaning, remedy: $remedy };)*
        /// All codes of the use cases; those of the ceremonies are in `webauthn::CODES`.
        pub const CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    // The sealed state of a ceremony.
    STATE_UNREADABLE = "state.unreadable" Bad "The state sent with the request could not be opened: it was changed, belongs to another browser, page, origin or step, or its key is gone." "Open the page again and retry.";
    STATE_EXPIRED = "state.expired" Gone "The page was open longer than five minutes." "Retry; a fresh challenge is fetched by itself.";
    STATE_SPENT = "state.spent" Gone "This challenge was used before." "Retry; every try needs its own challenge.";
    CLOCK_SKEWED = "state.clock_skewed" Unavailable "This node's clock is more than 30 seconds off the database's." "The operator must set the clock; `claviger doctor` shows the difference.";

    // Signing in with a passkey.
    PASSKEY_REFUSED = "sign_in.passkey_refused" Unauthenticated "The passkey's answer did not verify." "Try again, or sign in with another passkey.";
    PASSKEY_UNKNOWN = "sign_in.passkey_unknown" Unauthenticated "No such passkey is registered here; it may have been removed from the account." "Use another passkey, or ask the help desk for a registration link.";
    PASSKEY_REMOVED = "sign_in.passkey_removed" Unauthenticated "This passkey was removed from the account." "Delete it in your password manager and use another passkey, or ask the help desk for a registration link.";
    PASSKEY_NOT_VERIFIED = "sign_in.user_not_verified" Unauthenticated "The authenticator did not verify the person (PIN, fingerprint, face)." "Set a PIN or biometric on the authenticator and try again.";
    PASSKEY_CLONED = "sign_in.counter_regressed" Unauthenticated "The device-bound passkey's signature counter went back: it may have been cloned." "Use another passkey and report this to the help desk.";
    PASSKEY_BACKUP_CHANGED = "sign_in.backup_eligibility_changed" Unauthenticated "The passkey says another backup eligibility than at registration." "Use another passkey, and register this one anew.";
    ACCOUNT_DISABLED = "sign_in.account_disabled" Forbidden "The account is disabled." "Ask the help desk.";
    PASSKEY_HELD = "sign_in.passkey_held" Forbidden "Somebody else registered this passkey; it waits until its owner confirms it." "Sign in with another passkey and confirm this one on the Security info page, or ask the help desk.";
    PASSKEY_INACTIVE = "sign_in.passkey_inactive" Forbidden "The passkey is not active." "Use another passkey or ask the help desk.";
    POLICY_REFUSED = "sign_in.policy_refused" Forbidden "The organisation's policy does not accept this sign-in." "Use another passkey or ask the help desk.";

    // What the organisation's policy says about a passkey. The rules that refuse one keep their words.
    METHOD_DISABLED = "policy.method_disabled" Forbidden "The organisation does not accept passkeys at present." "Ask the help desk.";
    POLICY_EXCLUDED = "policy.excluded" Forbidden "The organisation's policy excludes this account from using passkeys." "Ask the help desk.";
    NO_PROFILE = "policy.no_profile" Forbidden "The organisation's policy has no passkey profile for this account." "Ask the help desk.";
    SYNCED_NOT_ALLOWED = "policy.synced_not_allowed" Forbidden "The organisation does not accept synced passkeys from this account." "Use a passkey that stays on one device, such as a security key.";
    DEVICE_BOUND_NOT_ALLOWED = "policy.device_bound_not_allowed" Forbidden "The organisation does not accept passkeys of one device only from this account." "Use a passkey that a provider keeps in sync.";
    MODEL_NOT_ALLOWED = "policy.model_not_allowed" Forbidden "The organisation accepts passkeys of certain providers and models only, and this is none of them." "Use one that your organisation names, or ask the help desk.";
    MODEL_BLOCKED = "policy.model_blocked" Forbidden "The organisation does not accept passkeys of this provider or model." "Use another provider or security key.";
    ATTESTATION_MISSING = "policy.attestation_missing" Forbidden "The organisation asks for security keys that prove their model, and this one did not." "Use a security key of your organisation, and let the browser show its make and model when it asks.";
    ATTESTATION_LOST = "policy.attestation_lost" Forbidden "The proof of this security key's model does not hold any more." "Use another passkey, or ask the help desk.";
    MODEL_COMPROMISED = "policy.model_compromised" Forbidden "A security problem was reported for this model of security key." "Use another passkey, or ask the help desk for a new security key.";
    CERTIFICATION_TOO_LOW = "policy.certification_too_low" Forbidden "The organisation asks for security keys of a higher certification." "Use a security key of your organisation.";
    KEY_PROTECTION = "policy.key_protection" Forbidden "The organisation asks for security keys that protect their keys better." "Use a security key of your organisation.";
    TOO_OLD = "policy.too_old" Forbidden "This passkey is older than the organisation allows." "Sign in with a newer passkey and replace this one, or ask the help desk for a registration link.";
    UNUSED_TOO_LONG = "policy.unused_too_long" Forbidden "This passkey was not used for longer than the organisation allows." "Sign in with another passkey, or ask the help desk for a registration link.";
    TRUST_GROUP_NEW = "policy.trust_group_new" Forbidden "This synced passkey came from devices that were never seen with it." "Use a device with which you signed in before, or ask the help desk.";
    TRUST_GROUP_LOST = "policy.trust_group_lost" Forbidden "This synced passkey did not show the group of devices that it showed before." "Use a device with which you signed in before, or ask the help desk.";
    STEP_UP = "policy.step_up" Forbidden "This synced passkey came from devices that were never seen with it, and the organisation asks for another proof then." "Use a device with which you signed in before, or another passkey.";
    SELF_SERVICE_OFF = "policy.self_service_off" Forbidden "The organisation does not let people add passkeys themselves." "Ask the help desk for a registration link.";
    POLICY_UNKNOWN = "policy.unknown_kind" Unavailable "A policy of the organisation is of a kind that this node does not understand, so it accepts nothing." "The operator must update every node, or restore an earlier version: `claviger policy versions`.";

    // Changing the policy.
    POLICY_UNFIT = "policy.unfit" Bad "The policy has faults; nothing was saved." "Correct each place that is named, and save again.";
    POLICY_UNREADABLE = "policy.unreadable" Bad "The policy is not in the form that is taken here." "Compare it with `claviger policy show --json`.";
    POLICY_VERSION_MISSING = "policy.version_missing" Missing "There is no such version of the policy." "See `claviger policy versions`.";
    POLICY_NODE_OUTDATED = "policy.node_outdated" Conflict "A running node does not know this kind of policy and would not keep to it." "Update every node, or wait two minutes after the last old one ended.";
    POLICY_LAST_ADMINISTRATOR = "policy.last_administrator" Conflict "Under this policy no Global Administrator would have a passkey that is accepted." "Accept a passkey of an enabled Global Administrator, or let one add a passkey that will be accepted first.";
    GROUP_IN_POLICY = "group.used_by_policy" Conflict "A policy names this group." "Take it out of the policy first.";
    TOO_MANY_BREAK_GLASS = "user.too_many_break_glass" Conflict "At most 20 accounts can be marked for the bad day." "Take the mark from one of the others.";

    // Sessions.
    NO_SESSION = "session.none" Unauthenticated "Nobody is signed in here, or the session ended." "Sign in.";
    NOT_FRESH = "session.not_fresh" Stale "This needs a sign-in with a passkey at most five minutes old." "Confirm it's you with your passkey.";
    SESSION_MISSING = "session.missing" Missing "There is no such session; it may have ended." "Reload the page.";

    // Registering a passkey.
    REGISTRATION_REFUSED = "registration.refused" Bad "The new passkey could not be accepted." "Try again or use another provider.";
    PASSKEY_EXISTS = "registration.credential_exists" Conflict "This passkey is registered already." "Sign in with it, or create one in another place.";
    TOO_MANY_PASSKEYS = "passkey.too_many" Conflict "The account holds as many passkeys as the organisation allows." "Remove one that you don't use any more.";
    LAST_PASSKEY = "passkey.last" Conflict "The last usable passkey can't be removed by its owner." "Add another passkey first.";
    OWN_METHOD = "passkey.own" Forbidden "An administrator creates, confirms and removes passkeys of others here, not their own." "Look after your own on the Security info page.";
    PASSKEY_MISSING = "passkey.missing" Missing "There is no such passkey in this account." "Reload the page.";
    NAME_UNFIT = "passkey.name_unfit" Bad "A passkey's name has 1 to 64 visible characters." "Choose another name.";

    PASSKEY_NOT_HELD = "passkey.not_held" Conflict "This passkey does not wait for a confirmation." "Reload the page.";

    // Passkeys created on behalf of their owners.
    OPTIONS_UNKNOWN = "provisioning.challenge_unknown" Bad "The challenge was not given out to this caller for this person." "Ask for creation options, and register with those.";
    OPTIONS_EXPIRED = "provisioning.options_expired" Bad "The creation options are over." "Ask for new ones; beta takes challengeTimeoutInMinutes for more time.";
    OPTIONS_CANCELLED = "provisioning.options_cancelled" Bad "The creation options were cancelled." "Ask for new ones.";
    OPTIONS_VOID = "provisioning.options_void" Bad "The person, or whoever asked for the creation options, has changed since: status, roles or credentials." "Ask for new ones.";
    OPTIONS_MISSING = "provisioning.options_missing" Missing "There are no such open creation options for this person." "List those that are open.";
    TOO_MANY_OPTIONS = "provisioning.too_many_options" Conflict "Too many creation options are open for this person, or for whoever asks." "Use them, cancel some, or wait until they are over.";
    LIFETIME_UNFIT = "provisioning.lifetime_unfit" Bad "Creation options last 5 to 43200 minutes." "Choose a time in between.";
    PERSON_IS_GUEST = "provisioning.guest" Conflict "Nobody creates passkeys on behalf of guests." "Send the person a registration link.";
    PERSON_DISABLED = "provisioning.person_disabled" Conflict "The person's account is disabled." "Enable the account first.";
    PLANTED_BY_SELF = "provisioning.same_hands" Forbidden "Whoever registered a passkey for somebody can't confirm it as well." "Its owner confirms it on the Security info page, or another administrator does.";

    // Links.
    LINK_UNUSABLE = "link.unusable" Gone "The link is unknown, expired, used already or was replaced." "Ask whoever sent it for a new one.";
    NOTICE_LINK_UNUSABLE = "notice.link_unusable" Gone "The link of this notice is unknown, expired or was used already." "Sign in and look at Security info; remove what isn't yours, and ask the help desk if you can't.";
    MAIL_SETTINGS_UNFIT = "mail.settings_unfit" Bad "Mail can't be set up like that; nothing was changed." "`claviger mail set --help` says what each value must be.";
    MAIL_MISSING = "mail.missing" Missing "There is no mail server." "Name one with `claviger mail set`.";
    WEBHOOK_UNFIT = "webhook.unfit" Bad "This address can't be told; nothing was changed." "Give an https address without user name and password, and no more than twenty.";
    CONNECTOR_UNFIT = "connector.unfit" Bad "A connector can't be called that, or there are too many; nothing was changed." "Give 1 to 64 visible characters, and no more than fifty.";
    CONNECTOR_TAKEN = "connector.name_taken" Conflict "A connector has that name already." "Give it another name, or `claviger scim rotate NAME` for another token.";
    CONNECTOR_MISSING = "connector.missing" Missing "There is no such connector." "`claviger scim list` shows those that there are.";
    CONNECTOR_TOKEN = "connector.token_unusable" Unauthenticated "The token is no connector's, or was replaced or removed." "Make another one with `claviger scim rotate NAME`, and enter it in the program that connects.";
    EXTERNAL_ID_UNFIT = "connector.external_id_unfit" Bad "The externalId can't be kept; nothing was changed." "Give 1 to 256 visible characters.";
    WEBHOOK_MISSING = "webhook.missing" Missing "There is no such webhook." "`claviger webhook list` shows the ids of those that there are.";
    PASS_WRONG = "pass.wrong" Unauthenticated "User name or Temporary Access Pass is not right." "Check both; the pass is case-insensitive. Ask whoever gave it to you for a new one if it stays.";
    PASS_EXPIRED = "pass.expired" Gone "The Temporary Access Pass has expired." "Ask whoever gave it to you for a new one.";
    PASS_NOT_YET = "pass.not_yet_valid" Forbidden "The Temporary Access Pass begins to work later." "Ask whoever gave it to you from when on it works.";
    PASS_USED = "pass.used" Gone "The Temporary Access Pass works once, and was used already." "Ask whoever gave it to you for a new one; tell them if it was not you.";
    PASS_UNUSABLE = "pass.unusable" Gone "The Temporary Access Pass was replaced, removed or ended, or its time to register is over." "Enter it again, or ask whoever gave it to you for a new one.";
    PASS_NOT_ALLOWED = "pass.not_allowed" Forbidden "The organisation's policy does not let this account use a Temporary Access Pass." "Ask the help desk for a registration link.";
    PASS_OWN = "pass.own" Forbidden "Nobody makes a Temporary Access Pass for themselves." "Ask another administrator.";
    PASS_UNFIT = "pass.unfit" Bad "The lifetime, beginning or number of uses of the Temporary Access Pass is not what the policy allows." "See the policy: `claviger policy pass`.";
    PASS_MISSING = "pass.missing" Missing "The person has no such Temporary Access Pass." "Make one: `claviger user pass NAME`.";
    PASS_REASON_MISSING = "pass.reason_missing" Bad "The person had a passkey already: a Temporary Access Pass for them needs a reason, how it was made sure that it is them." "Check who it is, and say how: `--reason TEXT`, in Graph `@claviger.reason`.";
    PASS_POLICY_UNFIT = "pass_policy.unfit" Bad "The policy of Temporary Access Passes is not in range: lifetimes of 10 to 43200 minutes, codes of 8 to 48 characters, groups that are there." "Correct it; nothing was saved.";

    // Passwords and what stands beside them.
    PASSWORD_WRONG = "password.wrong" Unauthenticated "User name or password is not right." "Check both. After ten tries within an hour this place has to wait; a passkey always works.";
    PASSWORD_UNFIT = "password.unfit" Bad "The password can't be used: too short or too long, part of the user name, or known from a breach." "Choose another one; several words in a row are long and easy to keep in mind.";
    PASSWORDS_BUSY = "password.busy" Unavailable "Too many passwords are being checked at this moment." "Try again in a few seconds, or sign in with a passkey.";
    PASSWORD_PASSKEY_FIRST = "password.passkey_first" Forbidden "The account has a passkey, and by the organisation's policy the password is not used beside it." "Sign in with the passkey; if you can't use it, see the ways back in.";
    PASSWORD_NO_FACTOR = "password.no_second_factor" Forbidden "A password alone signs nobody in, and the account has no second factor." "Ask the help desk for a registration link or a Temporary Access Pass, and create a passkey.";
    PASSWORD_STATE_OVER = "password.state_over" Gone "The password was changed, the account is disabled, or the time to enter the code is over." "Enter name and password again.";
    PASSWORD_MISSING = "password.missing" Missing "The account has no password." "Reload the page.";
    PASSWORD_SESSION = "session.by_password" Forbidden "A session that a password opened can't do this." "Sign in with a passkey.";
    FACTOR_WRONG = "factor.wrong" Unauthenticated "The code is not right, or was used before." "Wait for the next code of the app. Is the clock of its device right? It may be half a minute off. After ten tries within an hour codes have to wait; a passkey always works.";
    FACTOR_MISSING = "factor.missing" Missing "The account has no authenticator app." "Reload the page.";
    UPGRADE_NOT_NOW = "passkey.upgrade_not_now" Forbidden "The first passkey without a question is made within two minutes of a sign-in by password, once." "Add a passkey on the Security info page.";
    METHOD_POLICY_UNFIT = "method_policy.unfit" Bad "The policy names a group that is not there, one twice, or too many; or a length of passwords outside 8 to 64." "Correct it; nothing was saved.";
    PASSWORD_NOT_ALLOWED = "password.not_allowed" Forbidden "The organisation's policy does not let this account sign in with a password." "Sign in with a passkey, or ask the help desk for a registration link.";
    FACTOR_NOT_ALLOWED = "factor.not_allowed" Forbidden "The organisation's policy does not let this account use that second factor." "Choose another one, or ask the help desk.";

    // Recovery.
    RECOVERY_WRONG = "recovery.wrong" Unauthenticated "User name or recovery code is not right." "Check both; a code works once, and making new ones ends the old. Ask the help desk if it stays.";
    RECOVERY_UNUSABLE = "recovery.unusable" Gone "The recovery code was used or replaced, the account is disabled, or the time to register is over." "Enter a code again, or ask the help desk.";
    RECOVERY_NOT_ALLOWED = "recovery.not_allowed" Forbidden "The organisation's policy does not let this account have recovery codes." "Ask the help desk for a Temporary Access Pass.";
    RECOVERY_POLICY_UNFIT = "recovery_policy.unfit" Bad "The recovery policy names a group that is not there, one twice, or too many, or a waiting time that is not of 1 to 720 hours." "Correct it; nothing was saved.";
    RUNG_NOT_ALLOWED = "recovery.rung_not_allowed" Forbidden "The organisation's policy does not offer this account this way back in." "Choose another way, or ask the help desk.";
    REQUEST_UNUSABLE = "recovery.request_unusable" Gone "This recovery was used, cancelled or replaced, its time is over, or the account changed meanwhile." "Begin again, or ask the help desk.";
    REQUEST_WAITS = "recovery.request_waits" Forbidden "The waiting time of this recovery is not over yet." "Come back when it is.";
    REQUEST_UNKNOWN = "recovery.request_unknown" Missing "No device waits with this code, or it is not for you to say." "Check the letters, or let the code be made anew.";
    RECOVERED = "recovery.too_recent" Forbidden "A session that a recovery led to removes no passkey, confirms none that is held, makes no recovery codes and lets nobody else back in for 24 hours." "Sign in with another passkey, or wait; a lost device can be reported at once.";
    LOST_UNFIT = "lost.unfit" Bad "What is reported lost is one passkey, or several of one maker." "Report them one after the other.";
    LINK_NOT_NEEDED = "link.not_needed" Conflict "Registration links are for people without a usable passkey." "The person can sign in and add a passkey on the Security info page.";
    SETUP_CLOSED = "setup.closed" Gone "Set-up is finished and closed for ever." "Sign in; an administrator can add people.";

    // People.
    USER_NAME_UNFIT = "user.name_unfit" Bad "A user name has 1 to 113 characters: letters, digits, and . _ - + @ between them." "Choose another user name.";
    DISPLAY_NAME_UNFIT = "user.display_name_unfit" Bad "A display name has 1 to 256 visible characters." "Choose another display name.";
    ORGANISATION_UNFIT = "setup.organisation_unfit" Bad "An organisation's name has 1 to 128 visible characters." "Choose another name.";
    USER_NAME_TAKEN = "user.name_taken" Conflict "The user name is taken, or looks like one that is." "Choose another user name.";
    USER_MISSING = "user.missing" Missing "There is no such person." "Check the name.";
    LAST_ADMINISTRATOR = "user.last_administrator" Conflict "The last Global Administrator who can sign in can't be disabled or removed, nor lose the last passkey that is accepted." "Make somebody else Global Administrator who has a passkey that is accepted first.";
    MAIL_UNFIT = "user.mail_unfit" Bad "A mail address has at most 254 characters, one @ with something on either side, and no spaces." "Check the address.";
    NICKNAME_UNFIT = "directory.nickname_unfit" Bad "A mail nickname has 1 to 64 letters, digits, and . _ - of ASCII." "Choose another nickname.";
    ATTRIBUTE_UNFIT = "user.attribute_unfit" Bad "A value of a person's property is too long, or has characters that can't be seen." "Shorten or correct the value.";
    MANAGER_UNFIT = "user.manager_unfit" Conflict "Nobody is their own manager." "Choose another person.";
    RECORD_OUTDATED = "record.outdated" Outdated "The record was changed since it was read." "Read it again, and repeat the change.";
    OBJECT_MISSING = "directory.object_missing" Missing "There is no such person, group or application." "Check the id.";
    FILTER_HIDDEN = "list.column_hidden" Forbidden "The filter or order uses a property that you may not read." "Leave the property out, or ask for a permission that lets you read it.";
    FILTER_UNFIT = "list.query_unfit" Bad "This list can't be filtered or ordered so." "Use the properties and operators that the documentation names.";
    CURSOR_UNFIT = "list.cursor_unfit" Bad "The link to the next page is not one of ours, or belongs to another query." "Ask for the first page again.";
    GROUP_MISSING = "group.missing" Missing "There is no such group." "Check the id.";
    GROUP_AMBIGUOUS = "group.ambiguous" Conflict "Several groups have this name." "Name the group by its id.";
    GROUP_NAME_UNFIT = "group.name_unfit" Bad "A group's name has 1 to 256 visible characters." "Choose another name.";
    GROUP_DESCRIPTION_UNFIT = "group.description_unfit" Bad "A group's description has 1 to 1024 visible characters." "Shorten the description.";
    GROUP_CYCLE = "group.cycle" Conflict "The group would be in itself, directly or by way of others." "Choose another member.";
    GROUP_TOO_DEEP = "group.too_many_above" Conflict "Groups are nested in more groups than the organisation may nest." "Nest them less.";
    MEMBER_EXISTS = "group.member_exists" Conflict "It is a member already." "There is nothing to do.";
    MEMBER_MISSING = "group.member_missing" Missing "It is not a direct member of this group." "Look at the group's members.";
    OWNER_EXISTS = "directory.owner_exists" Conflict "It is an owner already." "There is nothing to do.";
    OWNER_MISSING = "directory.owner_missing" Missing "It is not an owner of this." "Look at the owners.";
    OWNER_UNFIT = "directory.owner_unfit" Conflict "Owners are people and applications, not groups." "Name a person or an application.";
    TOO_MANY_OWNERS = "directory.too_many_owners" Conflict "An object has at most 100 owners." "Remove an owner first.";
    GROUP_NOT_ASSIGNABLE = "group.not_role_assignable" Conflict "Directory roles may only be given to groups that were made for it." "Make a new group to which roles can be given, or give the role to people.";
    ROLE_MISSING = "role.missing" Missing "There is no such directory role." "Use a role's template id; `claviger role list` shows them.";
    ROLE_NOT_HELD = "role.not_held" Missing "The role was not given to it itself." "Look at the role's members; it may come by way of a group.";
    ROLE_HELD = "role.held" Conflict "It holds the role already." "There is nothing to do.";
    NOT_ADMINISTRATOR = "user.not_administrator" Conflict "This person holds no directory role." "For others an administrator makes a registration link: `claviger user link NAME`.";
    NOT_ALLOWED = "role.insufficient" Forbidden "Your roles don't allow this." "Ask an administrator.";
    PERMISSION_MISSING = "permission.missing" Forbidden "The access token carries no permission for this." "An administrator grants the application the permission that the documentation of this operation names.";
    BAD_REQUEST = "request.malformed" Bad "The request is not in the form that this address takes." "Reload the page and retry.";
    TOO_LARGE = "request.too_large" Bad "The request is larger than allowed." "Send less.";
    CSRF = "request.forged" Forbidden "The request did not come from our own page." "Open the page anew and retry.";
    WRONG_HOST = "request.wrong_host" Bad "This server answers under another name." "Use the configured address.";
    NOT_FOUND = "request.not_found" Missing "There is no such page." "Check the address.";

    // Applications and their permissions.
    APPLICATION_MISSING = "application.missing" Missing "There is no such application or service principal." "Check the id.";
    APPLICATION_NAME_UNFIT = "application.name_unfit" Bad "An application's name has 1 to 256 visible characters, its description at most 1024." "Choose another name.";
    REDIRECT_UNFIT = "application.redirect_unfit" Bad "A redirect address is https, or http to this very machine; without fragment, user name and wildcard; at most 50." "Register the exact addresses that the application uses.";
    LOGOUT_ADDRESS_UNFIT = "application.logout_address_unfit" Bad "The address at which an application is told that a session is over is https, or http to this very machine; without fragment and user name." "Register the one address at which the application takes logout tokens.";
    LOGO_UNFIT = "application.logo_unfit" Bad "A logo is one still picture, PNG or JPEG, of at most 512 KiB and 2048 pixels each way." "Send it as PNG; export a drawing (SVG) as one of 240 pixels each way.";
    LOGO_MISSING = "application.logo_missing" Missing "The application has no logo." "Send one first.";
    ORIGIN_UNFIT = "application.origin_unfit" Bad "A protected address is https, or http on localhost, with a host's name and nothing behind it; not one of this server's own host; at most 50." "Give scheme, host and port alone, such as https://wiki.example.org.";
    ORIGIN_TAKEN = "application.origin_taken" Conflict "Another application protects this address, or one that was deleted and can be restored." "Take it from that application first, or remove that one for good.";
    IDENTIFIER_URI_UNFIT = "application.identifier_uri_unfit" Bad "An API is called by an absolute address of https, api or urn, in lower case, without query, fragment and user name, of up to 255 characters; not one of this server or of Microsoft Graph, and with another application's client id in it not at all; at most five, each once." "Use an address of your own, such as https://api.example.org or api://expenses.";
    IDENTIFIER_URI_TAKEN = "application.identifier_uri_taken" Conflict "Another application's API is called so, or one that was deleted and can be restored." "Take the name from that application first, or remove that one for good.";
    API_SCOPE_UNFIT = "application.api_scope_unfit" Bad "A scope of the API has no fit word, id or text, or is there twice." "A word has up to 120 printable characters without space, slash, quote and backslash, does not begin with a dot, and is no permission of the administration API; texts are of visible characters.";
    TOO_MANY_CREDENTIALS = "application.too_many_credentials" Conflict "An application holds at most ten secrets and keys." "Remove one that is not used any more.";
    CREDENTIAL_MISSING = "application.credential_missing" Missing "The application has no such secret or key." "Check the key id.";
    KEY_UNFIT = "application.key_unfit" Bad "The key is no public key of P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits, as a JWK or in PEM." "Send the public key alone, never a private one.";
    TOKEN_SETTINGS_UNFIT = "application.token_settings_unfit" Bad "A claim, role or algorithm of the application's tokens is not fit, doubled, or reserved for what the server itself vouches for." "Claims have names of up to 120 letters, digits and _ - . : /; roles a value without spaces; algorithms are RS256, ES256, EdDSA, ML-DSA-65.";
    EXPIRY_UNFIT = "application.expiry_unfit" Bad "A secret or key ends in the future, at most two years from now." "Choose another end.";
    PRINCIPAL_EXISTS = "application.principal_exists" Conflict "The application has a service principal already." "Use that one.";
    OWN_API_FIXED = "application.own_api" Conflict "The administration API's own service principal can't be changed." "Choose another one.";
    PERMISSION_UNKNOWN = "permission.unknown" Bad "There is no such permission of this kind at this resource." "See the list of permissions in the documentation.";
    PERMISSION_HELD = "permission.held" Conflict "The application holds this already." "Change what is there.";
    GRANT_MISSING = "permission.grant_missing" Missing "There is no such assignment or grant." "Check the id.";

    // Tokens.
    CLIENT_REFUSED = "client.refused" Unauthenticated "The application did not prove who it is." "Check client id, secret or key, and whether they expired.";
    CLIENT_NOT_ALLOWED = "client.not_allowed" Forbidden "The application may not get a token in this way." "Permissions that can raise rights need a key (private_key_jwt) instead of a secret.";
    PROOF_UNFIT = "proof.unfit" Unauthenticated "The proof of possession is missing, no proof of this request, expired, or was used before." "Sign a new proof (DPoP) for each request, with the key that the token is bound to, and check the clock.";
    CODE_UNUSABLE = "code.unusable" Bad "The authorization code is unknown, expired, used, or bound to something else." "Begin the sign-in anew.";
    REFRESH_UNUSABLE = "refresh.unusable" Bad "The refresh token is unknown, expired, used, revoked, or bound to something else." "Let the person sign in to the application again.";
    REVOCATION_UNFIT = "revocation.unfit" Bad "Only refresh tokens can be given back; an access token ends by itself within ten minutes." "Send the refresh token.";
    SCOPE_UNKNOWN = "scope.unknown" Bad "A scope is unknown, or of the wrong kind for this grant." "Applications ask for .default of one resource; for people see the list of permissions.";
    RESOURCE_UNKNOWN = "resource.unknown" Bad "There is no API of that name that tokens could be made for." "Name it exactly as it is registered; for the administration API name no resource.";
    RESOURCE_NOT_GRANTED = "resource.not_granted" Bad "Nothing at that API was granted, or not in this sign-in." "Ask for a scope of it when signing in, or let an administrator grant one.";
    RESOURCE_CONTRADICTORY = "resource.contradictory" Bad "A scope is of an API that the request does not name as resource." "Name every API as resource, or none and write scopes with their APIs.";
    RESOURCE_AMBIGUOUS = "resource.ambiguous" Bad "Several APIs were granted, and a token is for one." "Say by resource which one it is for, and ask once for each.";
    TOKEN_UNUSABLE = "token.unusable" Unauthenticated "The access token is missing, expired, revoked, or not for this API." "Get a new token.";
    NOT_ASSIGNED = "application.not_assigned" Forbidden "You aren't assigned to this application." "Ask whoever runs the application, or an administrator, to assign you to it.";
    REDIRECT_UNKNOWN = "client.redirect_unknown" Bad "The application is unknown, or did not register the address that it wants the answer sent to." "Tell whoever runs the application.";
    DEVICE_PENDING = "device.pending" Bad "Nobody has allowed the device yet." "Ask again after five seconds.";
    DEVICE_SLOW_DOWN = "device.slow_down" Bad "The device asks too often." "Wait five seconds longer between two questions.";
    DEVICE_EXPIRED = "device.expired" Bad "The device's code has expired." "Start again on the device.";
    DEVICE_DENIED = "device.denied" Bad "Somebody said no to the device." "Start again on the device if that was a mistake.";
    DEVICE_CODE_UNKNOWN = "device.code_unknown" Missing "There is no such code, or it has expired." "Check the letters, or start again on the device.";
    DEVICE_PRIVILEGED = "device.privileged" Forbidden "Accounts with a directory role don't sign in on other devices." "Sign in on the device itself, or with an account without a role.";
    REQUEST_GONE = "authorize.request_gone" Bad "The application's request has expired, or was answered already." "Go back to the application and start again.";
    AUTHORIZE_MALFORMED = "authorize.malformed" Bad "The application's request can't be read." "Tell whoever runs the application.";

    // Forward authentication.
    FORWARD_UNTRUSTED = "forward_auth.untrusted_proxy" Forbidden "The request did not come from a proxy that this server trusts." "The operator names the proxy's address with --trusted-proxy.";
    FORWARD_MALFORMED = "forward_auth.malformed" Bad "The proxy did not say, or not in one way, which address and method was asked for." "The operator compares the proxy's configuration with docs/forward-authentication.md.";
    FORWARD_UNKNOWN = "forward_auth.unknown_address" Forbidden "No application protects this address." "An administrator gives it to an application: claviger app protect.";
    FORWARD_SIGNED_OUT = "forward_auth.signed_out" Unauthenticated "Nobody is signed in to this application in this browser." "Open the application in a window of its own and sign in.";
    FORWARD_CODE_UNUSABLE = "forward_auth.code_unusable" Bad "The way back from signing in was used already, took too long, or belongs to another browser or application." "Open the application again; the browser must accept its cookies.";
    FORWARD_REQUEST_UNUSABLE = "forward_auth.request_unusable" Bad "The way to sign in to the application was changed on the way." "Open the application again.";

    // Limits and failures.
    LIMITED = "limit.reached" Limited "Too many tries in a short time." "Wait a minute and try again; passkeys of other people are not affected.";
    MOVED = "store.moved" Conflict "The record changed while this was under way." "Try again.";
    DATABASE = "store.unavailable" Unavailable "The database could not be asked, or its answer was lost." "Look whether the change is there, then try again; the operator finds the cause in the log.";
    INTERNAL = "internal.error" Internal "Something failed on our side; nothing was changed." "Try again; tell the operator the reference if it stays.";
}

/// A refusal: what was wrong (by code), where the log has more, and what the page must do.
#[derive(Debug)]
pub struct Refusal {
    pub code: &'static Code,
    /// The step or rule that said no, for the page's details and the log, e.g. `assertion.origin_mismatch`.
    pub detail: Option<&'static str>,
    /// Short name of this attempt, for the help desk: the record in the log carries it too.
    pub reference: String,
    /// The payload of `signalUnknownCredential`, when and only when the page shall send it (security 24).
    pub signal_unknown: Option<UnknownCredential>,
    /// Seconds to wait, with [`Class::Limited`].
    pub retry_after: Option<u32>,
    /// The audit log has it already, or left it out among too many.
    pub recorded: bool,
    /// What few refusals have.
    pub more: Option<Box<More>>,
}

/// What few refusals have.
#[derive(Debug)]
pub enum More {
    /// What is wrong with a policy, place by place.
    Faults(Vec<PolicyFault>),
    /// Further facts, for the record alone.
    Noted(serde_json::Value),
}

impl Refusal {
    pub fn new(code: &'static Code) -> Refusal {
        Refusal {
            code,
            detail: None,
            reference: String::new(),
            signal_unknown: None,
            retry_after: None,
            recorded: false,
            more: None,
        }
    }

    pub(crate) fn with(self, more: More) -> Refusal {
        Refusal {
            more: Some(Box::new(more)),
            ..self
        }
    }

    /// What is wrong with a policy, place by place.
    #[must_use]
    pub fn faults(&self) -> &[PolicyFault] {
        match self.more.as_deref() {
            Some(More::Faults(faults)) => faults,
            _ => &[],
        }
    }
}

impl From<&'static Code> for Refusal {
    fn from(code: &'static Code) -> Refusal {
        Refusal::new(code)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.id, self.code.meaning)
    }
}

impl std::error::Error for Refusal {}

/// A database failure is logged once, here, and shown without its cause.
impl From<store::StoreError> for Refusal {
    fn from(cause: store::StoreError) -> Refusal {
        tracing::error!(%cause, "database");
        Refusal::new(match cause {
            store::StoreError::Unavailable(_) => &DATABASE,
            _ => &INTERNAL,
        })
    }
}
