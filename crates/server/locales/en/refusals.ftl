### What a refusal says and what to do, by its code. The step that said no (`assertion.…`) is more precise than the code.

refusal-state-unreadable = This try does not belong to this page any more.
refusal-state-unreadable-remedy = Reload the page and try again.

refusal-state-expired = The page was open longer than five minutes.
refusal-state-expired-remedy = Try again; it was refreshed for you.

refusal-state-spent = This try was used before.
refusal-state-spent-remedy = Try again; every try gets its own challenge.

refusal-state-clock-skewed = The server’s clock is wrong, so sign-ins are paused.
refusal-state-clock-skewed-remedy = The operator must set the clock; then try again.

refusal-sign-in-passkey-refused = The passkey’s answer could not be confirmed.
refusal-sign-in-passkey-refused-remedy = Try again, or sign in with another passkey.

refusal-sign-in-passkey-unknown = This passkey is not known here; it may have been removed from your account.
refusal-sign-in-passkey-unknown-remedy = Use another passkey, or ask the help desk for a registration link.

refusal-sign-in-passkey-removed = This passkey was removed from your account.
refusal-sign-in-passkey-removed-remedy = Delete it in your password manager and use another passkey, or ask the help desk for a registration link.

refusal-sign-in-user-not-verified = Your device did not check that it’s you (PIN, fingerprint or face).
refusal-sign-in-user-not-verified-remedy = Set up a PIN, fingerprint or face on the device and try again.

refusal-sign-in-counter-regressed = This passkey may have been copied, so it is not accepted.
refusal-sign-in-counter-regressed-remedy = Use another passkey and tell the help desk.

refusal-sign-in-backup-eligibility-changed = This passkey contradicts what it said when it was registered.
refusal-sign-in-backup-eligibility-changed-remedy = Use another passkey, and register this one anew.

refusal-sign-in-account-disabled = This account is disabled.
refusal-sign-in-account-disabled-remedy = Ask the help desk.

refusal-sign-in-passkey-held = This passkey was registered for you by somebody else and waits until you confirm it.
refusal-sign-in-passkey-held-remedy = Sign in with another passkey and confirm this one on Security info, or ask the help desk.

refusal-sign-in-passkey-inactive = This passkey is not active.
refusal-sign-in-passkey-inactive-remedy = Use another passkey or ask the help desk.

refusal-sign-in-policy-refused = Your organisation’s rules don’t accept this sign-in.
refusal-sign-in-policy-refused-remedy = Use another passkey or ask the help desk.

refusal-session-none = You are not signed in here, or your session has ended.
refusal-session-none-remedy = Sign in.

refusal-session-not-fresh = This needs a sign-in that is at most five minutes old.
refusal-session-not-fresh-remedy = Confirm it’s you with your passkey.

refusal-session-missing = There is no such session; it may have ended.
refusal-session-missing-remedy = Reload the page.

refusal-registration-refused = The new passkey could not be accepted.
refusal-registration-refused-remedy = Try again, or use another device or password manager.

refusal-registration-credential-exists = This passkey is registered already.
refusal-registration-credential-exists-remedy = Sign in with it, or create one in another place.

refusal-passkey-too-many = You hold as many passkeys as your organisation allows.
refusal-passkey-too-many-remedy = Remove one that you don’t use any more.

refusal-passkey-last = Your last usable passkey can’t be removed.
refusal-passkey-last-remedy = Add another passkey first.

refusal-passkey-missing = There is no such passkey in your account.
refusal-passkey-missing-remedy = Reload the page.

refusal-passkey-name-unfit = A passkey’s name has 1 to 64 visible characters.
refusal-passkey-name-unfit-remedy = Choose another name.

refusal-passkey-not-held = This passkey does not wait for a confirmation.
refusal-passkey-not-held-remedy = Reload the page.

refusal-provisioning-challenge-unknown = These options were not given out for this person.
refusal-provisioning-challenge-unknown-remedy = Ask for creation options and register with those.

refusal-provisioning-options-expired = The creation options are over.
refusal-provisioning-options-expired-remedy = Ask for new ones.

refusal-provisioning-options-cancelled = The creation options were cancelled.
refusal-provisioning-options-cancelled-remedy = Ask for new ones.

refusal-provisioning-options-void = The person, or whoever asked for the options, has changed since.
refusal-provisioning-options-void-remedy = Ask for new ones.

refusal-provisioning-options-missing = There are no such open options for this person.
refusal-provisioning-options-missing-remedy = Look at the list of those that are open.

refusal-provisioning-too-many-options = Too many creation options are open.
refusal-provisioning-too-many-options-remedy = Use them, cancel some, or wait until they are over.

refusal-provisioning-lifetime-unfit = Creation options last 5 to 43200 minutes.
refusal-provisioning-lifetime-unfit-remedy = Choose a time in between.

refusal-provisioning-guest = Nobody creates passkeys on behalf of guests.
refusal-provisioning-guest-remedy = Send the person a registration link.

refusal-provisioning-person-disabled = The person’s account is disabled.
refusal-provisioning-person-disabled-remedy = Enable the account first.

refusal-provisioning-same-hands = Whoever registered a passkey for somebody can’t confirm it as well.
refusal-provisioning-same-hands-remedy = Its owner confirms it on Security info, or another administrator does.

refusal-link-unusable = This link is unknown, has expired, was used already or was replaced.
refusal-link-unusable-remedy = Ask whoever sent it for a new one.

refusal-notice-link-unusable = The link of this notice is unknown, has expired or was used already.
refusal-notice-link-unusable-remedy = Sign in and look at Security info: remove what isn’t yours. If you can’t, go to your help desk.

refusal-mail-settings-unfit = Mail can’t be set up like that; nothing was changed.
refusal-mail-settings-unfit-remedy = Look at the values that were given, and try again.

refusal-mail-missing = There is no mail server.
refusal-mail-missing-remedy = Ask whoever runs this server to name one.

refusal-webhook-unfit = This address can’t be told; nothing was changed.
refusal-webhook-unfit-remedy = Give an https address without a user name and password, and no more than twenty.

refusal-webhook-missing = There is no such webhook.
refusal-webhook-missing-remedy = Look at the list of those that there are.

refusal-pass-wrong = The user name or the Temporary Access Pass is not right.
refusal-pass-wrong-remedy = Check both; capital or small letters don’t matter. If it stays so, ask whoever gave it to you for a new one.

refusal-pass-expired = The Temporary Access Pass has expired.
refusal-pass-expired-remedy = Ask whoever gave it to you for a new one.

refusal-pass-not-yet-valid = The Temporary Access Pass begins to work later.
refusal-pass-not-yet-valid-remedy = Ask whoever gave it to you from when on it works.

refusal-pass-used = The Temporary Access Pass works once, and was used already.
refusal-pass-used-remedy = Ask whoever gave it to you for a new one; tell them if that was not you.

refusal-pass-unusable = The Temporary Access Pass was replaced, removed or ended, or its time to register is over.
refusal-pass-unusable-remedy = Enter it again, or ask whoever gave it to you for a new one.

refusal-pass-not-allowed = Your organisation’s policy does not let this account use a Temporary Access Pass.
refusal-pass-not-allowed-remedy = Ask the help desk for a registration link.

refusal-pass-own = Nobody makes a Temporary Access Pass for themselves.
refusal-pass-own-remedy = Ask another administrator.

refusal-pass-unfit = The lifetime, beginning or number of uses of the Temporary Access Pass is not what the policy allows.
refusal-pass-unfit-remedy = See the policy of Temporary Access Passes.

refusal-pass-missing = The person has no such Temporary Access Pass.
refusal-pass-missing-remedy = Make one.

refusal-pass-policy-unfit = The policy of Temporary Access Passes is out of range.
refusal-pass-policy-unfit-remedy = Lifetimes have 10 to 43200 minutes, codes 8 to 48 characters, and groups must be there. Nothing was saved.

refusal-pass-reason-missing = This person had a passkey already: a pass needs a reason.
refusal-pass-reason-missing-remedy = Make sure who is asking, and say how.

refusal-recovery-wrong = The user name or the recovery code is not right.
refusal-recovery-wrong-remedy = Check both. A code works once, and making new codes ends the old ones. If it stays so, ask your help desk.

refusal-recovery-unusable = The recovery code was used or replaced, the account is disabled, or the time to register is over.
refusal-recovery-unusable-remedy = Enter a code again, or ask your help desk.

refusal-recovery-not-allowed = Your organisation’s policy does not let this account use recovery codes.
refusal-recovery-not-allowed-remedy = Ask the help desk for a Temporary Access Pass.

refusal-recovery-policy-unfit = The recovery policy names a group that is not there, one twice, or too many, or a waiting time that is not of 1 to 720 hours.
refusal-recovery-policy-unfit-remedy = Correct it. Nothing was saved.

refusal-recovery-rung-not-allowed = Your organisation does not offer this account this way back in.
refusal-recovery-rung-not-allowed-remedy = Choose another way, or ask your help desk.

refusal-recovery-request-unusable = This recovery was used, cancelled or replaced, its time is over, or the account changed meanwhile.
refusal-recovery-request-unusable-remedy = Begin again, or ask your help desk.

refusal-recovery-request-waits = The waiting time of this recovery is not over yet.
refusal-recovery-request-waits-remedy = Come back when it is.

refusal-recovery-request-unknown = No device waits with this code, or it is not for you to say.
refusal-recovery-request-unknown-remedy = Check the letters, or let the code be made anew.

refusal-recovery-too-recent = You came back by a recovery less than a day ago: until then you can remove no passkey, confirm none that is held, make no recovery codes, and let nobody else back in.
refusal-recovery-too-recent-remedy = Sign in with another passkey, or wait. A lost device can be reported at once.

refusal-lost-unfit = What is reported lost is one passkey, or several of one maker.
refusal-lost-unfit-remedy = Report them one after the other.

refusal-link-not-needed = Registration links are for people without a usable passkey.
refusal-link-not-needed-remedy = The person can sign in and add a passkey on the Security info page.

refusal-setup-closed = Set-up is finished and closed for ever.
refusal-setup-closed-remedy = Sign in; an administrator can add people.

refusal-user-name-unfit = A user name has 1 to 113 characters: letters, digits, and . _ - + @ between them.
refusal-user-name-unfit-remedy = Choose another user name.

refusal-user-display-name-unfit = A name has 1 to 256 visible characters.
refusal-user-display-name-unfit-remedy = Choose another name.

refusal-setup-organisation-unfit = An organisation’s name has 1 to 128 visible characters.
refusal-setup-organisation-unfit-remedy = Choose another name for the organisation.

refusal-user-name-taken = This user name is taken, or looks like one that is.
refusal-user-name-taken-remedy = Choose another user name.

refusal-user-missing = There is no such person.
refusal-user-missing-remedy = Check the name.

refusal-user-last-administrator = The last Global Administrator who can sign in can’t be disabled or removed, nor lose the last passkey that is accepted.
refusal-user-last-administrator-remedy = Make somebody else Global Administrator first.

refusal-user-not-administrator = This person holds no directory role.
refusal-user-not-administrator-remedy = For others an administrator makes a registration link on the People page.

refusal-role-insufficient = Your roles don’t allow this.
refusal-role-insufficient-remedy = Ask an administrator.

refusal-permission-missing = The application’s access token carries no permission for this.
refusal-permission-missing-remedy = An administrator grants the application the permission that this needs.

refusal-user-mail-unfit = This is not a mail address.
refusal-user-mail-unfit-remedy = Check the address.

refusal-directory-nickname-unfit = A mail nickname has 1 to 64 letters, digits, and . _ -.
refusal-directory-nickname-unfit-remedy = Choose another nickname.

refusal-user-attribute-unfit = A value is too long or has characters that can’t be seen.
refusal-user-attribute-unfit-remedy = Shorten or correct the value.

refusal-user-manager-unfit = Nobody is their own manager.
refusal-user-manager-unfit-remedy = Choose another person.

refusal-record-outdated = The record was changed since you read it.
refusal-record-outdated-remedy = Read it again, and repeat the change.

refusal-directory-object-missing = There is no such person, group or application.
refusal-directory-object-missing-remedy = Check the id.

refusal-list-column-hidden = The filter uses a property that you may not read.
refusal-list-column-hidden-remedy = Leave the property out, or ask for a permission that lets you read it.

refusal-list-query-unfit = This list can’t be filtered or ordered so.
refusal-list-query-unfit-remedy = Use the properties and operators that the documentation names.

refusal-list-cursor-unfit = The link to the next page does not belong to this list.
refusal-list-cursor-unfit-remedy = Ask for the first page again.

refusal-group-missing = There is no such group.
refusal-group-missing-remedy = Check the id.

refusal-group-ambiguous = Several groups have this name.
refusal-group-ambiguous-remedy = Name the group by its id.

refusal-group-name-unfit = A group’s name has 1 to 256 visible characters.
refusal-group-name-unfit-remedy = Choose another name.

refusal-group-description-unfit = A group’s description has 1 to 1024 visible characters.
refusal-group-description-unfit-remedy = Shorten the description.

refusal-group-cycle = The group would be in itself.
refusal-group-cycle-remedy = Choose another member.

refusal-group-too-many-above = The groups are nested too deep.
refusal-group-too-many-above-remedy = Nest them less.

refusal-group-member-exists = It is a member already.
refusal-group-member-exists-remedy = There is nothing to do.

refusal-group-member-missing = It is not a direct member of this group.
refusal-group-member-missing-remedy = Look at the group’s members.

refusal-directory-owner-exists = It is an owner already.
refusal-directory-owner-exists-remedy = There is nothing to do.

refusal-directory-owner-missing = It is not an owner of this.
refusal-directory-owner-missing-remedy = Look at the owners.

refusal-directory-owner-unfit = Owners are people and applications, not groups.
refusal-directory-owner-unfit-remedy = Name a person or an application.

refusal-directory-too-many-owners = It has 100 owners already.
refusal-directory-too-many-owners-remedy = Remove an owner first.

refusal-group-not-role-assignable = Directory roles may only be given to groups that were made for it.
refusal-group-not-role-assignable-remedy = Make a new group to which roles can be given, or give the role to people.

refusal-role-missing = There is no such directory role.
refusal-role-missing-remedy = Use a role’s template id.

refusal-role-not-held = The role was not given to it itself.
refusal-role-not-held-remedy = Look at the role’s members; it may come by way of a group.

refusal-role-held = It holds the role already.
refusal-role-held-remedy = There is nothing to do.

refusal-passkey-own = Here an administrator looks after passkeys of others, not their own.
refusal-passkey-own-remedy = Look after your own on the Security info page.

refusal-request-malformed = The server did not understand the request.
refusal-request-malformed-remedy = Reload the page and try again.

refusal-request-too-large = The request is larger than allowed.
refusal-request-too-large-remedy = Send less.

refusal-request-forged = The request did not come from this page as it is now.
refusal-request-forged-remedy = Reload the page and try again.

refusal-request-wrong-host = This server answers under another address.
refusal-request-wrong-host-remedy = Use the configured address.

refusal-request-not-found = There is no such page.
refusal-request-not-found-remedy = Check the address.

refusal-request-method-not-allowed = This address does not take this kind of request.
refusal-request-method-not-allowed-remedy = Open the page and use what it offers.
refusal-request-too-slow = The request did not arrive in time.
refusal-request-too-slow-remedy = Try again; if it stays, the connection is too slow or breaks off.

refusal-limit-reached = Too many tries in a short time.
refusal-limit-reached-remedy = Wait a minute and try again.

refusal-store-moved = Something changed while this was under way.
refusal-store-moved-remedy = Try again.

refusal-store-unavailable = The server can’t answer right now; nothing was changed.
refusal-store-unavailable-remedy = Try again in a moment.

refusal-internal-error = Something failed on our side; nothing was changed.
refusal-internal-error-remedy = Try again; if it stays, tell the help desk the reference.

refusal-assertion-origin-mismatch = The passkey was used on a page that does not belong to this site.
refusal-assertion-origin-mismatch-remedy = Close that page and open this site by its own address. Tell the help desk if you were sent there.

refusal-assertion-cross-origin-refused = The passkey was used inside another site’s page.
refusal-assertion-cross-origin-refused-remedy = Open this site in a tab of its own.

refusal-assertion-user-verification-missing = Your device did not check that it’s you (PIN, fingerprint or face).
refusal-assertion-user-verification-missing-remedy = Set up a PIN, fingerprint or face on the device and try again.

refusal-assertion-credential-not-allowed = This is not one of the passkeys that were asked for.
refusal-assertion-credential-not-allowed-remedy = Choose a passkey of the account that is shown.

refusal-registration-origin-mismatch = The passkey was created on a page that does not belong to this site.
refusal-registration-origin-mismatch-remedy = Open this site by its own address and try again.

refusal-registration-cross-origin-refused = The passkey was created inside another site’s page.
refusal-registration-cross-origin-refused-remedy = Open this site in a tab of its own.

refusal-registration-user-verification-missing = Your device created the passkey without checking that it’s you (PIN, fingerprint or face).
refusal-registration-user-verification-missing-remedy = Set up a PIN, fingerprint or face on the device and try again.

refusal-registration-algorithm-not-offered = The passkey uses a kind of signature that was not asked for.
refusal-registration-algorithm-not-offered-remedy = Use another device or password manager.

refusal-key-unsupported-algorithm = The passkey uses a kind of signature that can’t be checked here.
refusal-key-unsupported-algorithm-remedy = Use another device or password manager.

refusal-key-ed448 = The passkey uses Ed448, which can’t be checked here.
refusal-key-ed448-remedy = Use another device or password manager.

refusal-application-missing = There is no such application.
refusal-application-missing-remedy = Check the id.

refusal-application-name-unfit = An application’s name has 1 to 256 visible characters, its description at most 1024.
refusal-application-name-unfit-remedy = Choose another name.

refusal-application-redirect-unfit = One of the addresses can’t be registered for answers.
refusal-application-redirect-unfit-remedy = Use exact https addresses, or http on this very machine.

refusal-application-logo-unfit = The picture can’t be used as a logo.
refusal-application-logo-unfit-remedy = Send one still PNG or JPEG of at most 512 KiB and 2048 pixels each way; export a drawing (SVG) as PNG.

refusal-application-logo-missing = The application has no logo.
refusal-application-logo-missing-remedy = Send one first.

refusal-application-logout-address-unfit = The address for sign-outs can’t be registered.
refusal-application-logout-address-unfit-remedy = Use one exact https address, or http on this very machine.

refusal-application-identifier-uri-unfit = An API can’t be called by this address.
refusal-application-identifier-uri-unfit-remedy = Use an absolute address of your own that begins with https://, api:// or urn:.

refusal-application-identifier-uri-taken = Another application’s API is called by this address already.
refusal-application-identifier-uri-taken-remedy = Take it from that application first; one that was deleted must be removed for good.

refusal-application-api-scope-unfit = A scope of the API isn’t fit, or is there twice.
refusal-application-api-scope-unfit-remedy = Check its word, id and texts.

refusal-application-too-many-credentials = An application holds at most ten secrets and keys.
refusal-application-too-many-credentials-remedy = Remove one that is not used any more.

refusal-application-credential-missing = The application has no such secret or key.
refusal-application-credential-missing-remedy = Check the id.

refusal-application-key-unfit = This is not a public key that can be used.
refusal-application-key-unfit-remedy = Send the public key alone: P-256, P-384, Ed25519, or RSA with 2048 to 4096 bits.

refusal-application-expiry-unfit = A secret or key ends in the future, at most two years from now.
refusal-application-expiry-unfit-remedy = Choose another end.

refusal-application-principal-exists = The application is a member of the organisation already.
refusal-application-principal-exists-remedy = Nothing is left to do.

refusal-application-own-api = The administration API itself can’t be changed.
refusal-application-own-api-remedy = Choose another application.

refusal-permission-unknown = There is no such permission of this kind.
refusal-permission-unknown-remedy = See the list of permissions in the documentation.

refusal-permission-held = The application holds this already.
refusal-permission-held-remedy = Change what is there.

refusal-permission-grant-missing = There is no such permission grant.
refusal-permission-grant-missing-remedy = Check the id.

refusal-client-refused = The application did not prove who it is.
refusal-client-refused-remedy = Whoever runs the application checks its id, secret or key.

refusal-client-not-allowed = The application may not get access in this way.
refusal-client-not-allowed-remedy = Whoever runs the application uses a key instead of a secret.

refusal-proof-unfit = The proof that belongs to the access token is missing, over, or was used before.
refusal-proof-unfit-remedy = The application signs a new one for each request.

refusal-application-token-settings-unfit = A claim, role or algorithm of the application’s tokens is not fit, doubled, or reserved.
refusal-application-token-settings-unfit-remedy = Choose another name or source.

refusal-code-unusable = The application’s code for this sign-in is over, used or not meant for it.
refusal-code-unusable-remedy = Go back to the application and sign in again.

refusal-refresh-unusable = The application’s permission to sign you in again by itself is over, used or not meant for it.
refusal-refresh-unusable-remedy = Sign in to the application again.

refusal-revocation-unfit = Only refresh tokens can be given back here.
refusal-revocation-unfit-remedy = Tell whoever runs the application.

refusal-scope-unknown = The application asks for something that does not exist.
refusal-scope-unknown-remedy = Tell whoever runs the application.

refusal-resource-unknown = The application asks for an API that does not exist here.
refusal-resource-unknown-remedy = Tell whoever runs the application.

refusal-resource-not-granted = The application asks for an API of which nothing was granted to it.
refusal-resource-not-granted-remedy = Tell whoever runs the application, or an administrator.

refusal-resource-contradictory = The application asks for two APIs at odds with each other.
refusal-resource-contradictory-remedy = Tell whoever runs the application.

refusal-resource-ambiguous = The application doesn’t say which of several APIs it asks for.
refusal-resource-ambiguous-remedy = Tell whoever runs the application.

refusal-token-unusable = The access token is missing, over, or not for this.
refusal-token-unusable-remedy = The application gets a new one.

refusal-device-pending = Nobody has allowed the device yet.
refusal-device-pending-remedy = It asks again by itself.
refusal-device-slow-down = The device asks too often.
refusal-device-slow-down-remedy = It waits a little longer by itself.
refusal-device-expired = The device’s code has expired.
refusal-device-expired-remedy = Start again on the device.
refusal-device-denied = Somebody said no to the device.
refusal-device-denied-remedy = Start again on the device if that was a mistake.
refusal-device-code-unknown = There is no such code, or it has expired.
refusal-device-code-unknown-remedy = Check the letters, or start again on the device.
refusal-device-privileged = Accounts with a directory role don’t sign in on other devices.
refusal-device-privileged-remedy = Sign in on the device itself, or with an account without a role.

refusal-authorize-request-gone = The application’s request has expired, or was answered already.
refusal-authorize-request-gone-remedy = Go back to the application and start again.

refusal-application-not-assigned = You aren’t assigned to this application.
refusal-application-not-assigned-remedy = Ask whoever runs the application, or an administrator, to assign you to it.

refusal-client-redirect-unknown = The application is unknown here, or asks to send the answer to an address that it did not register.
refusal-client-redirect-unknown-remedy = Close this page, and tell whoever runs the application.

refusal-authorize-malformed = The application’s request can’t be read.
refusal-authorize-malformed-remedy = Go back to the application and try again; if it stays, tell whoever runs it.
refusal-graph-segment-unknown = The API has no such address.
refusal-graph-segment-unknown-remedy = Look it up in the API’s description.
refusal-graph-path-malformed = The address can’t be read.
refusal-graph-path-malformed-remedy = Encode keys, and close quotes and parentheses.
refusal-graph-query-unsupported = This query is not supported here.
refusal-graph-query-unsupported-remedy = Use what the API’s description lists for this collection.
refusal-graph-query-malformed = A query option can’t be read.
refusal-graph-query-malformed-remedy = Correct the option that the message names.
refusal-graph-property-unknown = There is no property of this name.
refusal-graph-property-unknown-remedy = Correct the name; upper and lower case count.
refusal-graph-property-read-only = This property can’t be set.
refusal-graph-property-read-only-remedy = Leave it out.
refusal-graph-property-type = A property has a value of another type.
refusal-graph-property-type-remedy = Send what the message says is expected.
refusal-graph-property-missing = A property that must be there is missing.
refusal-graph-property-missing-remedy = Add the property that the message names.
refusal-graph-body-malformed = The body can’t be read.
refusal-graph-body-malformed-remedy = Send one JSON object.
refusal-graph-me-read-only = One’s own passkeys are not added or removed here.
refusal-graph-me-read-only-remedy = Do it on Security info, or let an administrator create the passkey.
refusal-graph-me-needs-person = An application by itself has no “me”.
refusal-graph-me-needs-person-remedy = Name the person, or use a person’s token.

refusal-policy-method-disabled = Your organisation does not accept passkeys at present.
refusal-policy-method-disabled-remedy = Ask the help desk.

refusal-policy-excluded = Your organisation’s rules keep this account from using passkeys.
refusal-policy-excluded-remedy = Ask the help desk.

refusal-policy-no-profile = Your organisation has not yet planned passkeys for this account.
refusal-policy-no-profile-remedy = Ask the help desk.

refusal-policy-synced-not-allowed = Your organisation does not accept synced passkeys for this account.
refusal-policy-synced-not-allowed-remedy = Use a passkey that stays on one device, such as a security key. If you have none, ask the help desk.

refusal-policy-device-bound-not-allowed = Your organisation does not accept passkeys that stay on one device for this account.
refusal-policy-device-bound-not-allowed-remedy = Use a passkey that your password manager keeps in sync. If you have none, ask the help desk.

refusal-policy-model-not-allowed = Your organisation accepts certain providers and models only, and this passkey is from none of them.
refusal-policy-model-not-allowed-remedy = Use one that your organisation names, or ask the help desk which ones those are.

refusal-policy-model-blocked = Your organisation does not accept passkeys of this provider or model.
refusal-policy-model-blocked-remedy = Use another provider or another security key, or ask the help desk.

refusal-policy-attestation-missing = Your organisation asks for security keys that prove their model, and this one did not.
refusal-policy-attestation-missing-remedy = Use a security key of your organisation, and agree when the browser asks to show its make and model.

refusal-policy-attestation-lost = The proof of this security key’s model does not hold any more.
refusal-policy-attestation-lost-remedy = Use another passkey, or ask the help desk.

refusal-policy-model-compromised = A security problem was reported for this model of security key.
refusal-policy-model-compromised-remedy = Use another passkey, or ask the help desk for a new security key.

refusal-policy-certification-too-low = Your organisation asks for security keys of a higher certification.
refusal-policy-certification-too-low-remedy = Use a security key of your organisation, or ask the help desk.

refusal-policy-key-protection = Your organisation asks for security keys that protect their keys better.
refusal-policy-key-protection-remedy = Use a security key of your organisation, or ask the help desk.

refusal-policy-too-old = This passkey is older than your organisation allows.
refusal-policy-too-old-remedy = Sign in with a newer passkey and replace this one, or ask the help desk for a registration link.

refusal-policy-unused-too-long = This passkey was not used for longer than your organisation allows.
refusal-policy-unused-too-long-remedy = Sign in with another passkey, or ask the help desk for a registration link.

refusal-policy-trust-group-new = This passkey came from a device that was never seen with it.
refusal-policy-trust-group-new-remedy = Use a device with which you signed in before, or ask the help desk.

refusal-policy-trust-group-lost = This passkey could not show that it comes from your devices.
refusal-policy-trust-group-lost-remedy = Use a device with which you signed in before, or ask the help desk.

refusal-policy-step-up = This passkey came from a device that was never seen with it, and your organisation asks for more proof then.
refusal-policy-step-up-remedy = Use a device with which you signed in before, or another passkey.

refusal-policy-self-service-off = Your organisation does not let people add passkeys themselves.
refusal-policy-self-service-off-remedy = Ask the help desk for a registration link.

refusal-policy-unknown-kind = This server does not understand one of your organisation’s rules, so it accepts nothing for now.
refusal-policy-unknown-kind-remedy = Try again later. If it stays, tell the operator that every node must be updated.

refusal-policy-unfit = The policy has faults; nothing was saved.
refusal-policy-unfit-remedy = Correct each place that is named and save again.

refusal-policy-unreadable = The policy is not in the form that is taken here.
refusal-policy-unreadable-remedy = Compare it with the policy that is in force.

refusal-policy-version-missing = There is no such version of the policy.
refusal-policy-version-missing-remedy = Look at the list of versions.

refusal-policy-node-outdated = A running server is too old to keep to such a policy.
refusal-policy-node-outdated-remedy = Update every node, or wait two minutes after the last old one ended.

refusal-policy-last-administrator = Under this policy no Global Administrator would have a passkey that is accepted.
refusal-policy-last-administrator-remedy = Accept a passkey of a Global Administrator, or let one add a passkey that will be accepted first.

refusal-group-used-by-policy = A policy names this group.
refusal-group-used-by-policy-remedy = Take it out of the policy first.

refusal-user-too-many-break-glass = At most 20 accounts can be marked for the bad day.
refusal-user-too-many-break-glass-remedy = Take the mark from one of the others.

refusal-application-origin-unfit = One of the addresses can’t be protected.
refusal-application-origin-unfit-remedy = Give scheme, host and port alone, with https, such as https://wiki.example.org; not this server’s own host.

refusal-application-origin-taken = Another application protects this address already.
refusal-application-origin-taken-remedy = Take it from that application first; one that was deleted must be removed for good.

refusal-forward-auth-untrusted-proxy = This request did not come through a proxy that the sign-in server trusts.
refusal-forward-auth-untrusted-proxy-remedy = Tell whoever runs the application: the proxy’s address must be named with --trusted-proxy.

refusal-forward-auth-malformed = The proxy before this application does not say clearly which page was asked for.
refusal-forward-auth-malformed-remedy = Tell whoever runs the application.

refusal-forward-auth-unknown-address = No application is set up for this address.
refusal-forward-auth-unknown-address-remedy = Tell whoever runs the application: an administrator must give it this address.

refusal-forward-auth-signed-out = You aren’t signed in to this application.
refusal-forward-auth-signed-out-remedy = Open it in a window of its own and sign in.

refusal-forward-auth-code-unusable = Signing in could not be finished here: the way back was used already, took too long, or began in another browser.
refusal-forward-auth-code-unusable-remedy = Open the application again. Its cookies must be allowed.

refusal-forward-auth-request-unusable = The way to sign in to the application was changed on the way.
refusal-forward-auth-request-unusable-remedy = Open the application again.

refusal-password-wrong = User name or password is not right.
refusal-password-wrong-remedy = Check both. After ten tries within an hour you have to wait; a passkey always works.
refusal-password-unfit = This password can’t be used: it is too short or too long, holds your user name, or is known from a breach.
refusal-password-unfit-remedy = Choose another one. Several words in a row are long, and easy to keep in mind.
refusal-password-busy = Too many passwords are being checked at this moment.
refusal-password-busy-remedy = Try again in a few seconds, or sign in with a passkey.
refusal-password-passkey-first = You have a passkey, and your organisation doesn’t take the password beside it.
refusal-password-passkey-first-remedy = Sign in with your passkey. If you can’t use it, see the ways back in.
refusal-password-no-second-factor = A password alone signs nobody in, and your account has nothing beside it.
refusal-password-no-second-factor-remedy = Ask your help desk for a registration link or a Temporary Access Pass, and create a passkey with it.
refusal-password-state-over = The password was changed, the account is disabled, or it took longer than ten minutes.
refusal-password-state-over-remedy = Enter your user name and password again.
refusal-password-missing = There is no password.
refusal-password-missing-remedy = Reload the page.
refusal-session-by-password = You signed in with a password here; this takes a passkey.
refusal-session-by-password-remedy = Sign in with your passkey, and try again.
refusal-factor-wrong = The code is not right, or was used before.
refusal-factor-wrong-remedy = Wait for the next one. If it is never right, set the clock of the device that shows it.
refusal-factor-missing = There is no authenticator app.
refusal-factor-missing-remedy = Reload the page.
refusal-passkey-upgrade-not-now = The moment for a passkey without a question has passed.
refusal-passkey-upgrade-not-now-remedy = Add a passkey on the Security info page.
refusal-method-policy-unfit = The policy names a group that is not there, one twice, or too many; or a length of passwords outside 8 to 64.
refusal-method-policy-unfit-remedy = Correct it; nothing was saved.
refusal-password-not-allowed = Your organisation’s policy does not let this account sign in with a password.
refusal-password-not-allowed-remedy = Sign in with a passkey, or ask the help desk for a registration link.
refusal-factor-not-allowed = Your organisation’s policy does not let this account use that second factor.
refusal-factor-not-allowed-remedy = Choose another one, or ask the help desk.

refusal-connector-unfit = A connector can’t be called that, or there are too many; nothing was changed.
refusal-connector-unfit-remedy = Give 1 to 64 visible characters, and no more than fifty.
refusal-connector-name-taken = A connector has that name already.
refusal-connector-name-taken-remedy = Give it another name, or give the one that is there another token.
refusal-connector-missing = There is no such connector.
refusal-connector-missing-remedy = Look at the list of those that there are.
refusal-connector-token-unusable = The token is no connector’s, or was replaced or removed.
refusal-connector-token-unusable-remedy = Make another one, and enter it in the program that connects.
refusal-connector-external-id-unfit = The externalId can’t be kept; nothing was changed.
refusal-connector-external-id-unfit-remedy = Give 1 to 256 visible characters.
refusal-scim-address-unknown = There is no such address in the SCIM API.
refusal-scim-address-unknown-remedy = Look it up in the documentation; the base is /scim/v2.
refusal-scim-body-malformed = The body is missing, is no JSON of the type application/scim+json, or is no such message.
refusal-scim-body-malformed-remedy = Send what RFC 7644 asks for at this address.
refusal-scim-filter-unfit = The filter can’t be read, or compares what can’t be compared.
refusal-scim-filter-unfit-remedy = Correct the filter; the documentation lists the attributes.
refusal-scim-path-unfit = The path of a change names nothing.
refusal-scim-path-unfit-remedy = Correct the path; the documentation lists the attributes.
refusal-scim-value-unfit = A value is missing, or of another type.
refusal-scim-value-unfit-remedy = Correct the attribute that the message names.
refusal-scim-not-changeable = The attribute can’t be changed or removed.
refusal-scim-not-changeable-remedy = Leave it out.
refusal-scim-no-target = No value fits the filter of the path.
refusal-scim-no-target-remedy = Add the value first.
refusal-scim-too-many = The request would look at, return or change too much at once.
refusal-scim-too-many-remedy = Narrow the filter, ask for fewer attributes, or send several requests.
