### What pages say. "Passkey" is written in lower case inside sentences and never called a credential here.

## Around every page
skip = Skip to the content
nav-label = Pages
nav-security = Security info
nav-applications = Applications
nav-people = People
sign-out = Sign out
language-label = Language
about-passkeys = What is a passkey?
about-passkeys-text = A passkey replaces the password. You unlock it with your fingerprint, your face or your screen lock; nothing can be guessed, forgotten or typed into a false page.
about-passkeys-where = It lives in your device, your password manager or a security key. This site never sees your fingerprint or your face.
evaluation-title = This is an evaluation.
evaluation-text = It was made on localhost: its passkeys work on this computer only and can’t be moved to a real address.
noscript-title = This page needs JavaScript.
noscript-text = Browsers offer passkeys to pages through JavaScript only. Allow it for this site and reload the page.
list-separator = ,
moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $time } UTC
place-device = { $browser } on { $system }
place-both = { $device }, { $network }
network-server = the server’s own computer
network-local = local network { $start }
network-other = network { $start }
place-unknown = Unknown device

## Words that are used in several places
field-user-name = User name
field-user-name-hint = Letters, digits and . _ - + @; for example your e-mail address.
field-your-name = Your name
field-display-name = Name
field-organisation = Organisation
next = Next
or = or
save = Save
cancel = Cancel
close = Close
done = Done
rename = Rename
remove = Remove
never = Never
create-passkey = Create a passkey
hero-text = Sign in without a password from now on: quick, and safe from false pages.
word-fingerprint = Fingerprint
word-face = Face
word-lock = Screen lock
sign-in-now = Sign in now

## Signing in
sign-in-title = Sign in
sign-in-lead = Use your fingerprint, your face or your screen lock.
sign-in-button = Sign in with a passkey
sign-in-notice-signed-out = You are signed out.
sign-in-notice-registered = Your passkey is ready. Sign in with it now.
sign-in-help = Trouble signing in?
sign-in-help-phone = Is your passkey on your phone? Choose “Sign in with a passkey”, then the phone, and scan the code.
sign-in-help-key = With a security key, type your user name, choose “Next”, then insert or tap the key.
sign-in-help-pass = I have a Temporary Access Pass
sign-in-help-recover = I can’t use any of my passkeys
sign-in-notice-reported-lost = What you reported no longer works, and every device is signed out. Sign in with another passkey.

## Confirming
confirm-title = Confirm it’s you
confirm-lead = What you are about to do needs a sign-in that is at most five minutes old.
confirm-hardware-lead = The application that you are going to asks for a passkey that is kept in hardware. Use one of these:
confirm-button = Confirm with your passkey
go-back = Go back without confirming

## Set-up
set-up-title = Welcome to Claviger
set-up-lead = Three answers and one passkey, and your organisation is ready. You become its first administrator.
set-up-bound = Passkeys are bound to this address:
set-up-bound-hint = This can’t be changed later. Pages are served at
set-up-done-title = Everything is ready
set-up-done-lead = The organisation is set up and your passkey is saved. Sign in with it now.

## A registration link
register-title = Create your passkey
register-for = This link is for
register-done-title = Your passkey is ready
register-done-lead = The link is used up now. Sign in with your new passkey.

## A Temporary Access Pass
pass-title = Use a Temporary Access Pass
pass-lead = Your organisation gave you a code for a short time. With it you create a passkey; from then on you sign in with that.
pass-code = Temporary Access Pass
pass-code-hint = Capital or small letters, with or without hyphens: all the same.
pass-for = The pass is for
pass-done-lead = Sign in with your new passkey. You don’t need the pass any more.

## Ways back in
recover-title = Get back in
recover-lead = You can’t use your passkey? These are the ways back in, best first. Only a passkey signs you in: the other ways let you create a new one.
recover-reported = What you reported no longer works, and every device is signed out.
recover-passkey-title = Another passkey
recover-passkey-text = On your phone, on another computer, in a password manager or on a security key. It is the quickest way, and nothing has to be made anew.
recover-code-title = A recovery code
recover-code-text = One of the ten that you printed or saved. It works once.
recover-code = Recovery code
recover-pass-title = A pass from the help desk
recover-pass-text = The help desk makes sure that it is you, and gives you a Temporary Access Pass.
recover-desk-title = None of these?
recover-desk-text = Ask your help desk, or whoever manages your organisation’s accounts. They can see which ways are open to you.
recover-for = The code is for
recover-done-lead = Sign in with your new passkey. Then look at Security info: report the device lost if it is gone, and make new recovery codes when few are left.
recover-device-title = A device where you are signed in
recover-device-text = You get a code here. Type it there, on Security info, and confirm with the passkey of that device.
recover-device-do = Show a code
recover-mail-title = A letter by mail
recover-mail-text = We write to the address that your organisation has for you. After opening the letter you have to wait, so that nobody else can do it unseen.
recover-mail-do = Send the letter
recover-manager-title = Your manager
recover-manager-text = Your manager is told by mail, asks you for the code that you see here, and says that it is you.
recover-manager-do = Ask my manager
recover-device-asked = Type this code on the device where you are signed in: Security info, Enter a code.
recover-manager-asked = If this account has a manager, they were told. Tell them this code by voice, to no one else.
recover-goes-on = Leave this page open. It goes on by itself.
recover-waits = The waiting time runs.
recover-waits-until = Come back with this browser, or by the link of the letter, from
recover-waits-hint = Everybody who can read mail of this account was told, and can say no until then.
recover-ready = You can create a passkey now.
recover-letter-lead = You asked for this letter because you can’t sign in? Then begin here.
recover-letter-warning = If you didn’t ask for it, close this page: nothing happens.
recover-letter-do = It was me: go on
under-way-title = Somebody is getting back into this account by mail
under-way-text = You are signed in, so it should not be needed. If it wasn’t you, cancel it. A passkey can be created from
under-way-from = Asked from
under-way-cancel = Cancel the recovery
under-way-asked = { $name } asks you to let them back in
under-way-asked-text = Call or meet them first, and let them tell you the code that they see.
approve-section = A code on another device
approve-section-text = You, or somebody whose manager you are, can’t sign in on a device, and it shows a code? Type it here.
approve-enter-title = Enter a code
approve-enter-lead = Type the code that is shown where somebody can’t sign in. Then confirm with your passkey.
approve-device-title = Let another device create a passkey for your account?
approve-device-warning = Only if that device is in front of you and you asked for the code yourself, just now. Whoever has it can sign in as you afterwards. Nobody who helps you needs you to do this.
approve-person-title = Let { $name } back in?
approve-person-warning = Only if you saw or heard them and they told you this code themselves. Mail and messages can come from anybody. They can then create a passkey.
approve-allow = Yes, let them in
approve-deny = No
activity-recovery-waiting = A recovery by mail was begun
activity-recovery-approved = A way back in was approved
activity-recovery-denied = A way back in was refused
activity-recovery-cancelled = A recovery was cancelled

## Security info
security-title = Security info
security-lead = How you sign in, and where you are signed in.
security-passkeys = Passkeys
security-passkeys-count = { $used } of { $most }
security-full = You hold as many passkeys as your organisation allows. Remove one to add another.
security-none = No passkey yet
security-readiness = You could get back in with: { $names }
security-readiness-none = None of your passkeys is accepted at the moment. Ask the help desk before you sign out.
security-refused-by = Your organisation’s rules don’t accept this passkey any more ({ $code }). Use another one, or ask the help desk.
add-passkey = Add a passkey
second-title = Add a second passkey
second-text = If this one gets lost, a second on another device or a security key still lets you in.
second-device-bound = Your only passkey can’t leave its device. If the device gets lost, you are locked out. Add one elsewhere.
second-button = Add another
synced = Synced
device-only = This device only
provider-unknown = Provider not known
passkey-current = Used for this sign-in
passkey-refused = Not accepted any more
passkey-name = Name of the passkey
rename-named = Rename passkey “{ $name }”
remove-named = Remove passkey “{ $name }”
held-badge = Waits for you
held-by = { $who } registered this passkey for you on
held-unknown = Somebody who manages your organisation registered this passkey for you on
held-hint = It opens nothing until you confirm it. You don’t hold it, or didn’t expect it? Remove it and tell the help desk.
held-confirm = It’s mine, use it
held-refuse = Not mine
held-confirm-named = Confirm that passkey “{ $name }” is yours
held-refuse-named = Passkey “{ $name }” is not mine: remove it
not-removable = Your last usable passkey can’t be removed.
codes-title = Recovery codes
codes-left = { $left } of { $most } left
codes-text = Ten codes for the day on which you have no passkey at hand. Each lets you create one new passkey, once.
codes-since = Made on
codes-make = Make recovery codes
codes-make-new = Make new codes
codes-ask = You get ten codes. Print them, or save them in a safe place that is not this device: whoever has one and knows your user name can create a passkey for your account.
codes-replaces = The codes that you have now stop working.
codes-made-title = Your recovery codes
codes-made-lead = They are shown this once. Print or copy them now.
codes-use = On the sign-in page: “Trouble signing in?”, then “I can’t use any of my passkeys”. Each works once.
codes-copy = Copy all
codes-print = Print
codes-kept = I have kept them
lost-button = Lost
lost-named = Passkey “{ $name }” is lost
lost-text = If the device is lost or stolen, or somebody else may use it, these passkeys stop working at once, and you are signed out everywhere, here too:
lost-then = Then sign in with another passkey. If you have none, you are shown the other ways back in.
lost-confirm = Report lost and sign out
recovered-badge = From a recovery
recovered-note = You came back with a passkey from a recovery. To protect your account, no other passkey can be removed here, and no recovery codes replaced, until
last-used = Last used
never-used = Not used yet
passkey-ends-unused = Works until this day, unless you use it before:
passkey-ends = Works until this day; add another one in time:
created = Created
sessions-title = Where you are signed in
session-current = This browser
session-seen = Active
session-since = Signed in
activity-title = Recent activity
activity-none = Nothing has happened yet.
activity-unknown = Something here wasn’t you? Remove the passkey in question, sign the device out, and tell the help desk.
activity-signed-in = { $named ->
    [yes] Signed in with “{ $name }”
   *[no] Signed in
}
activity-sign-in-refused = { $named ->
    [yes] A sign-in with “{ $name }” was refused
   *[no] A sign-in was refused
}
activity-passkey-added = { $named ->
    [yes] Passkey “{ $name }” added
   *[no] Passkey added
}
activity-passkey-renamed = { $named ->
    [yes] Passkey renamed to “{ $name }”
   *[no] Passkey renamed
}
activity-passkey-removed = { $named ->
    [yes] Passkey “{ $name }” removed
   *[no] Passkey removed
}
activity-passkey-confirmed = { $named ->
    [yes] Passkey “{ $name }” confirmed
   *[no] Passkey confirmed
}
activity-passkey-prepared = Somebody began to create a passkey for you
activity-passkey-not-prepared = A passkey that was begun for you was given up
activity-session-ended = A device was signed out
activity-signed-out = Signed out
activity-link-made = A registration link was made for you
activity-pass-made = A Temporary Access Pass was made for you
activity-pass-removed = Your Temporary Access Pass was removed
activity-pass-used = Your Temporary Access Pass was used
activity-pass-refused = A Temporary Access Pass was tried and refused
activity-codes-made = Recovery codes were made; older ones ended
activity-recovery-begun = A recovery code was used to create a passkey
activity-recovery-refused = A recovery code was tried and refused
activity-reported-lost = { $named ->
    [yes] Reported lost: “{ $name }”; signed out everywhere
   *[no] A passkey was reported lost; signed out everywhere
}
activity-renamed = Your name was changed
activity-passkey-refused = A new passkey was not accepted
activity-disabled = Your account was disabled
activity-enabled = Your account was enabled
activity-other = Your account was changed
activity-by = by { $who }
add-title = Create a passkey
add-where = Your browser asks where to save it: on this device, in your password manager, on your phone or on a security key.
add-accepts-models = Your organisation accepts passkeys of: { $names }.
add-accepts-synced = Your organisation accepts synced passkeys only.
add-accepts-device-bound = Your organisation accepts passkeys that stay on one device only, such as security keys.
add-accepts-proven = Your organisation accepts security keys that prove their model only. Agree when the browser asks to show its make and model.
added-title = Passkey created
added-lead = Give it a name by which you will know it.
remove-text = Nobody can sign in with it any more, and devices that signed in with it are signed out.
remove-copy = The copy in your password manager may stay. If it is still offered to you, delete it there, too.
remove-button = Remove the passkey
keep = Keep it

## People
people-title = People
people-lead = Who belongs to your organisation. Add somebody, then send the registration link.
people-list = People
people-add-title = Add somebody
people-add = Add
people-more = More people
people-passkeys = { $count ->
    [0] None
    [one] { $count } passkey
   *[other] { $count } passkeys
}
people-rename-title = Rename
people-rename-text = Passkeys stay as they are; the person signs in under the new user name.
column-person = Person
column-passkeys = Passkeys
column-last-sign-in = Last sign-in
column-actions = Actions
administrator = Administrator
disabled = Disabled
link-open = Link not used yet
make-link = Registration link
make-pass = Temporary Access Pass
made-pass-lead = It is shown this once. Make sure whom you give it to: whoever has it can create a passkey for this account.
made-pass-until = Enter it on the sign-in page until
desk-lost = Report lost
desk-lost-text = The passkeys that you choose stop working at once, and the person is signed out everywhere. Their recovery codes end, too: if no passkey is left, they need a pass.
desk-lost-confirm = Revoke and sign out
pass-reason = How did you make sure that it is them?
pass-reason-text = This person had a passkey already: with a pass, somebody else could take over the account. Check who is asking first.
pass-reason-hint = A few words that stand in the audit log, such as “called back on the number in the staff list”.
copy-pass = Copy the pass
disable = Disable
enable = Enable
disable-text = The person can’t sign in any more and is signed out everywhere. Passkeys are kept, and you can enable the account again.
link-once = Send this link in a way that only this person reads. It works once and is shown only now.
link-label = Registration link
link-until = It works until
copy-link = Copy the link

## Refusals as a page
error-title = That didn’t work
error-way-on = Go on
error-start = To the start page
error-code = Code
error-detail = Detail
error-reference = Reference
wrong-host-title = This server answers under another address
wrong-host-text = Passkeys work at one address only. Please use this one:

consent-title = Allow { $name }?
consent-lead = This application asks to use your account:
consent-asked = It would be able to:
consent-api = At { $name } it would be able to:
consent-host = The answer goes to
consent-kept = Allow it only if you know this application. It stays allowed until you take it back on the Security info page, or an administrator does.
consent-openid = Know who you are
consent-profile = See your name and user name
consent-email = See your e-mail address
consent-user-read = Read your account’s details
consent-offline-access = Keep this access while you’re away
consent-allow = Allow
consent-deny = Don’t allow

device-enter-title = Let a device sign in
device-enter-lead = Type the code that the device shows.
device-code = Code
device-code-unknown = There is no such code, or it has expired. Check the letters, or start again on the device.
device-title = Let { $name } sign in on a device?
device-warning = Only allow it if you started this yourself, just now, on a device in front of you. Nobody who helps you needs you to do this.
device-place = Asked from
device-allow = Allow

answer-title = On to { $name }
answer-lead = You’ll be there in a moment.
answer-go = Go on

applications-title = Your applications
applications-lead = What you can open from here.
applications-none = There are none here yet
applications-none-text = Whoever runs your organisation’s applications decides which are shown here.

consents-title = What applications may do
consents-since = Allowed
consents-withdraw = Take back
consents-hint = What an administrator allowed for everybody isn’t listed here.

sign-out-title = Sign out here?
sign-out-asked-by = { $name } asks to sign you out in this browser.
sign-out-asked = You would be signed out in this browser.
sign-out-kept = Applications that you signed in to from here lose their access, too.
sign-out-stay = Stay signed in

sign-in-by-password = Sign in with a password
password-title = Sign in with a password
password-lead = And a code, of your authenticator app or by mail. A passkey needs neither.
password-field = Password
password-off = Your organisation doesn’t use passwords. Sign in with your passkey.
password-help-code = The code changes every thirty seconds. If it is never right, look at the clock of the device that shows it.
password-help-desk = No password, or no authenticator app? Ask your help desk for a registration link or a Temporary Access Pass.
factor-title = Enter the code
factor-lead = Six digits from your authenticator app.
factor-field = Code
factor-again = Start again
upgrade-title = Next time without a password
upgrade-lead = Create a passkey on this device: it is quicker than password and code, and nobody can trick you out of it.
upgrade-later = Later
upgrade-done-title = You have a passkey now
upgrade-done-lead = From now on you sign in with it. You find it on Security info.
upgrade-go-on = Go on
passwords-title = Password and authenticator app
passwords-text = For places where you can’t use a passkey yet. Only both together sign you in.
password-since = Set on
password-given = by an administrator: choose your own
password-none = None
password-set = Set a password
password-change = Change the password
password-new = New password
password-same = Once more
password-rule = At least { $least } characters, any that you like. Several words in a row are good.
password-ends-here = You are then signed out here, and sign in with the new one.
app-title = Authenticator app
app-since = Set up on
app-none = None set up
app-add = Set up an authenticator app
app-replace = Set up another
app-replaces = The app that you have now stops working.
app-scan = Scan the code with any authenticator app, then enter the six digits that it shows.
app-code-alt = QR code for your authenticator app
app-by-hand = Can’t scan it? Enter this key
app-confirm = Set it up
take-away-text = It stops working at once, and so does every sign-in by password.
activity-password-set = Your password was set
activity-password-removed = Your password was removed
activity-app-added = An authenticator app was set up
activity-app-removed = The authenticator app was removed
factor-mail-lead = Six digits that we send to your mail address. They work for ten minutes.
factor-mail-again = Send another code
factor-by-mail = Send me a code by mail instead
factor-by-app = Use my authenticator app instead
