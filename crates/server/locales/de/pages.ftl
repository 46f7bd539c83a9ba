### Was die Seiten sagen. „Passkey“ wird gebeugt wie „Schlüssel“: der Passkey, des Passkeys, die Passkeys.

## Rund um jede Seite
skip = Zum Inhalt springen
nav-label = Seiten
nav-security = Sicherheitsinfo
nav-applications = Anwendungen
nav-people = Personen
sign-out = Abmelden
language-label = Sprache
about-passkeys = Was ist ein Passkey?
about-passkeys-text = Ein Passkey ersetzt das Passwort. Sie entsperren ihn mit Fingerabdruck, Gesicht oder Bildschirmsperre; nichts daran lässt sich erraten, vergessen oder auf einer gefälschten Seite eintippen.
about-passkeys-where = Er liegt auf Ihrem Gerät, in Ihrem Passwortmanager oder auf einem Sicherheitsschlüssel. Ihren Fingerabdruck und Ihr Gesicht bekommt diese Seite nie zu sehen.
evaluation-title = Dies ist eine Testinstallation.
evaluation-text = Sie wurde auf localhost angelegt: Ihre Passkeys funktionieren nur auf diesem Computer und lassen sich nicht auf eine echte Adresse übertragen.
noscript-title = Diese Seite braucht JavaScript.
noscript-text = Browser bieten Seiten Passkeys nur über JavaScript an. Erlauben Sie es für diese Website und laden Sie die Seite neu.
list-separator = ,
moment = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }, { $time } UTC
place-device = { $browser } unter { $system }
place-both = { $device }, { $network }
network-server = der Rechner des Servers
network-local = lokales Netz { $start }
network-other = Netz { $start }
place-unknown = Unbekanntes Gerät

## Wörter, die mehrfach vorkommen
field-user-name = Benutzername
field-user-name-hint = Buchstaben, Ziffern und . _ - + @; zum Beispiel Ihre E-Mail-Adresse.
field-your-name = Ihr Name
field-display-name = Name
field-organisation = Organisation
next = Weiter
or = oder
save = Speichern
cancel = Abbrechen
close = Schließen
done = Fertig
rename = Umbenennen
remove = Entfernen
never = Noch nie
create-passkey = Passkey erstellen
hero-text = Melden Sie sich künftig ohne Passwort an: schnell und sicher vor gefälschten Seiten.
word-fingerprint = Fingerabdruck
word-face = Gesicht
word-lock = Bildschirmsperre
sign-in-now = Jetzt anmelden

## Anmelden
sign-in-title = Anmelden
sign-in-lead = Mit Fingerabdruck, Gesicht oder Bildschirmsperre.
sign-in-button = Mit Passkey anmelden
sign-in-notice-signed-out = Sie sind abgemeldet.
sign-in-notice-registered = Ihr Passkey ist bereit. Melden Sie sich jetzt mit ihm an.
sign-in-help = Probleme beim Anmelden?
sign-in-help-phone = Ihr Passkey ist auf dem Smartphone? Wählen Sie „Mit Passkey anmelden“, dann das Smartphone, und scannen Sie den Code.
sign-in-help-key = Mit einem Sicherheitsschlüssel: Benutzernamen eingeben, „Weiter“ wählen, dann den Schlüssel einstecken oder antippen.
sign-in-help-pass = Ich habe einen Befristeten Zugriffspass
sign-in-help-recover = Ich kann keinen meiner Passkeys benutzen
sign-in-notice-reported-lost = Was Sie gemeldet haben, gilt nicht mehr, und alle Geräte sind abgemeldet. Melden Sie sich mit einem anderen Passkey an.

## Bestätigen
confirm-title = Bestätigen Sie, dass Sie es sind
confirm-lead = Für den nächsten Schritt darf Ihre Anmeldung höchstens fünf Minuten alt sein.
confirm-hardware-lead = Die Anwendung, zu der Sie gehen, verlangt einen Passkey, der in Hardware aufbewahrt wird. Verwenden Sie einen von diesen:
confirm-button = Mit Passkey bestätigen
go-back = Zurück, ohne zu bestätigen

## Einrichtung
set-up-title = Willkommen bei Claviger
set-up-lead = Drei Antworten und ein Passkey, dann ist Ihre Organisation bereit. Sie werden ihr erster Administrator.
set-up-bound = Passkeys sind an diese Adresse gebunden:
set-up-bound-hint = Das lässt sich später nicht ändern. Die Seiten erreichen Sie unter
set-up-done-title = Alles ist bereit
set-up-done-lead = Die Organisation ist eingerichtet und Ihr Passkey gespeichert. Melden Sie sich jetzt mit ihm an.

## Ein Registrierungslink
register-title = Erstellen Sie Ihren Passkey
register-for = Dieser Link ist für
register-done-title = Ihr Passkey ist bereit
register-done-lead = Der Link ist damit verbraucht. Melden Sie sich mit Ihrem neuen Passkey an.

## Ein Befristeter Zugriffspass
pass-title = Befristeten Zugriffspass verwenden
pass-lead = Ihre Organisation hat Ihnen einen Code für kurze Zeit gegeben. Mit ihm erstellen Sie einen Passkey; danach melden Sie sich mit diesem an.
pass-code = Befristeter Zugriffspass
pass-code-hint = Groß oder klein, mit oder ohne Bindestriche: alles einerlei.
pass-for = Der Pass ist für
pass-done-lead = Melden Sie sich mit Ihrem neuen Passkey an. Den Pass brauchen Sie nicht mehr.

## Wege zurück
recover-title = Wieder hineinkommen
recover-lead = Sie können Ihren Passkey nicht benutzen? Das sind die Wege zurück, der beste zuerst. Nur ein Passkey meldet Sie an: Auf den anderen Wegen erstellen Sie einen neuen.
recover-reported = Was Sie gemeldet haben, gilt nicht mehr, und alle Geräte sind abgemeldet.
recover-passkey-title = Ein anderer Passkey
recover-passkey-text = Auf dem Smartphone, auf einem anderen Rechner, in einem Passwortmanager oder auf einem Sicherheitsschlüssel. Das ist der schnellste Weg, und nichts muss neu erstellt werden.
recover-code-title = Ein Wiederherstellungscode
recover-code-text = Einer der zehn, die Sie ausgedruckt oder aufgehoben haben. Er gilt einmal.
recover-code = Wiederherstellungscode
recover-pass-title = Ein Pass vom Helpdesk
recover-pass-text = Der Helpdesk vergewissert sich, dass Sie es sind, und gibt Ihnen einen Befristeten Zugriffspass.
recover-desk-title = Nichts davon?
recover-desk-text = Wenden Sie sich an Ihren Helpdesk oder an die Verwaltung Ihrer Organisation. Dort ist zu sehen, welche Wege Ihnen offenstehen.
recover-for = Der Code ist für
recover-done-lead = Melden Sie sich mit dem neuen Passkey an. Sehen Sie dann die Sicherheitsinformationen durch: Melden Sie das Gerät als verloren, wenn es weg ist, und erstellen Sie neue Codes, wenn nur noch wenige übrig sind.
recover-device-title = Ein Gerät, auf dem Sie angemeldet sind
recover-device-text = Sie erhalten hier einen Code. Geben Sie ihn dort in den Sicherheitsinformationen ein, und bestätigen Sie mit dem Passkey jenes Geräts.
recover-device-do = Code anzeigen
recover-mail-title = Ein Schreiben per E-Mail
recover-mail-text = Wir schreiben an die Adresse, die Ihre Organisation von Ihnen hat. Nach dem Öffnen müssen Sie warten, damit es niemand anders unbemerkt tun kann.
recover-mail-do = Schreiben senden
recover-manager-title = Ihre Führungskraft
recover-manager-text = Ihre Führungskraft erfährt es per E-Mail, fragt Sie nach dem Code, den Sie hier sehen, und bestätigt, dass Sie es sind.
recover-manager-do = Führungskraft fragen
recover-device-asked = Geben Sie diesen Code auf dem Gerät ein, auf dem Sie angemeldet sind: Sicherheitsinformationen, Code eingeben.
recover-manager-asked = Wenn zu diesem Konto eine Führungskraft gehört, weiß sie Bescheid. Nennen Sie ihr diesen Code mündlich, und sonst niemandem.
recover-goes-on = Lassen Sie diese Seite offen. Sie geht von selbst weiter.
recover-waits = Die Wartezeit läuft.
recover-waits-until = Kommen Sie mit diesem Browser oder über den Link des Schreibens wieder, ab
recover-waits-hint = Alle, die Post dieses Kontos lesen, wissen davon und können bis dahin Nein sagen.
recover-ready = Sie können jetzt einen Passkey erstellen.
recover-letter-lead = Sie haben dieses Schreiben angefordert, weil Sie sich nicht anmelden können? Dann beginnen Sie hier.
recover-letter-warning = Wenn nicht, schließen Sie diese Seite: Es geschieht nichts.
recover-letter-do = Ich war es: weiter
under-way-title = Jemand ist dabei, per E-Mail in dieses Konto zurückzukommen
under-way-text = Sie sind angemeldet, also dürfte es nicht nötig sein. Waren Sie es nicht, brechen Sie es ab. Ein Passkey lässt sich erstellen ab
under-way-from = Angefragt von
under-way-cancel = Wiederherstellung abbrechen
under-way-asked = { $name } bittet Sie um Zugang
under-way-asked-text = Rufen Sie zuerst an oder sprechen Sie persönlich, und lassen Sie sich den angezeigten Code nennen.
approve-section = Ein Code auf einem anderen Gerät
approve-section-text = Sie selbst oder jemand, dessen Führungskraft Sie sind, kann sich auf einem Gerät nicht anmelden, und es zeigt einen Code? Geben Sie ihn hier ein.
approve-enter-title = Code eingeben
approve-enter-lead = Geben Sie den Code ein, der dort angezeigt wird, wo die Anmeldung nicht geht. Bestätigen Sie dann mit Ihrem Passkey.
approve-device-title = Ein anderes Gerät einen Passkey für Ihr Konto erstellen lassen?
approve-device-warning = Nur wenn jenes Gerät vor Ihnen liegt und Sie den Code gerade selbst angefordert haben. Wer es hat, kann sich danach als Sie anmelden. Niemand, der Ihnen hilft, braucht das von Ihnen.
approve-person-title = { $name } wieder hineinlassen?
approve-person-warning = Nur wenn Sie die Person gesehen oder gehört haben und den Code von ihr selbst haben. E-Mails und Nachrichten kann jeder schicken. Danach lässt sich ein Passkey erstellen.
approve-allow = Ja, zulassen
approve-deny = Nein
activity-recovery-waiting = Eine Wiederherstellung per E-Mail wurde begonnen
activity-recovery-approved = Ein Weg zurück wurde bestätigt
activity-recovery-denied = Ein Weg zurück wurde abgelehnt
activity-recovery-cancelled = Eine Wiederherstellung wurde abgebrochen

## Sicherheitsinfo
security-title = Sicherheitsinfo
security-lead = Wie Sie sich anmelden und wo Sie angemeldet sind.
security-passkeys = Passkeys
security-passkeys-count = { $used } von { $most }
security-full = Sie haben so viele Passkeys, wie Ihre Organisation zulässt. Entfernen Sie einen, um einen anderen hinzuzufügen.
security-none = Noch kein Passkey
security-readiness = Damit kämen Sie wieder hinein: { $names }
security-readiness-none = Zurzeit wird keiner Ihrer Passkeys angenommen. Wenden Sie sich an den Helpdesk, bevor Sie sich abmelden.
security-refused-by = Die Regeln Ihrer Organisation lassen diesen Passkey nicht mehr zu ({ $code }). Verwenden Sie einen anderen oder wenden Sie sich an den Helpdesk.
add-passkey = Passkey hinzufügen
second-title = Fügen Sie einen zweiten Passkey hinzu
second-text = Geht dieser verloren, kommen Sie mit einem zweiten auf einem anderen Gerät oder mit einem Sicherheitsschlüssel trotzdem hinein.
second-device-bound = Ihr einziger Passkey kann sein Gerät nicht verlassen. Geht das Gerät verloren, sind Sie ausgesperrt. Fügen Sie anderswo einen hinzu.
second-button = Weiteren hinzufügen
synced = Synchronisiert
device-only = Nur auf diesem Gerät
provider-unknown = Anbieter nicht bekannt
passkey-current = Für diese Anmeldung benutzt
passkey-refused = Nicht mehr zugelassen
passkey-name = Name des Passkeys
rename-named = Passkey „{ $name }“ umbenennen
remove-named = Passkey „{ $name }“ entfernen
held-badge = Wartet auf Sie
held-by = { $who } hat diesen Passkey für Sie registriert am
held-unknown = Jemand, der Ihre Organisation verwaltet, hat diesen Passkey für Sie registriert am
held-hint = Er öffnet nichts, bis Sie ihn bestätigen. Sie haben ihn nicht oder haben ihn nicht erwartet? Entfernen Sie ihn und verständigen Sie den Helpdesk.
held-confirm = Er gehört mir
held-refuse = Nicht meiner
held-confirm-named = Bestätigen, dass der Passkey „{ $name }“ Ihnen gehört
held-refuse-named = Der Passkey „{ $name }“ gehört mir nicht: entfernen
not-removable = Ihr letzter verwendbarer Passkey lässt sich nicht entfernen.
codes-title = Wiederherstellungscodes
codes-left = { $left } von { $most } übrig
codes-text = Zehn Codes für den Tag, an dem Sie keinen Passkey zur Hand haben. Mit jedem erstellen Sie einmal einen neuen Passkey.
codes-since = Erstellt am
codes-make = Codes erstellen
codes-make-new = Neue Codes erstellen
codes-ask = Sie erhalten zehn Codes. Drucken Sie sie aus, oder heben Sie sie sicher auf, aber nicht auf diesem Gerät: Wer einen hat und Ihren Benutzernamen kennt, kann für Ihr Konto einen Passkey erstellen.
codes-replaces = Die Codes, die Sie jetzt haben, gelten dann nicht mehr.
codes-made-title = Ihre Wiederherstellungscodes
codes-made-lead = Sie werden nur dieses eine Mal gezeigt. Drucken oder kopieren Sie sie jetzt.
codes-use = Auf der Anmeldeseite: „Probleme beim Anmelden?“, dann „Ich kann keinen meiner Passkeys benutzen“. Jeder gilt einmal.
codes-copy = Alle kopieren
codes-print = Drucken
codes-kept = Ich habe sie aufgehoben
lost-button = Verloren
lost-named = Passkey „{ $name }“ ist verloren
lost-text = Wenn das Gerät verloren oder gestohlen ist oder jemand anders es benutzen könnte: Diese Passkeys gelten sofort nicht mehr, und Sie werden überall abgemeldet, auch hier:
lost-then = Danach melden Sie sich mit einem anderen Passkey an. Haben Sie keinen, werden Ihnen die anderen Wege zurück gezeigt.
lost-confirm = Als verloren melden und abmelden
recovered-badge = Aus einer Wiederherstellung
recovered-note = Sie sind mit einem Passkey aus einer Wiederherstellung zurückgekommen. Zum Schutz Ihres Kontos lassen sich hier keine anderen Passkeys entfernen und keine Wiederherstellungscodes ersetzen bis
last-used = Zuletzt benutzt
never-used = Noch nicht benutzt
passkey-ends-unused = Gilt bis zu diesem Tag, außer Sie benutzen ihn vorher:
passkey-ends = Gilt bis zu diesem Tag; fügen Sie rechtzeitig einen anderen hinzu:
created = Erstellt
sessions-title = Wo Sie angemeldet sind
session-current = Dieser Browser
session-seen = Aktiv
session-since = Angemeldet
activity-title = Letzte Aktivitäten
activity-none = Bisher ist nichts geschehen.
activity-unknown = Etwas davon waren nicht Sie? Entfernen Sie den betreffenden Passkey, melden Sie das Gerät ab und verständigen Sie den Helpdesk.
activity-signed-in = { $named ->
    [yes] Angemeldet mit „{ $name }“
   *[no] Angemeldet
}
activity-sign-in-refused = { $named ->
    [yes] Eine Anmeldung mit „{ $name }“ wurde abgelehnt
   *[no] Eine Anmeldung wurde abgelehnt
}
activity-passkey-added = { $named ->
    [yes] Passkey „{ $name }“ hinzugefügt
   *[no] Passkey hinzugefügt
}
activity-passkey-renamed = { $named ->
    [yes] Passkey in „{ $name }“ umbenannt
   *[no] Passkey umbenannt
}
activity-passkey-removed = { $named ->
    [yes] Passkey „{ $name }“ entfernt
   *[no] Passkey entfernt
}
activity-passkey-confirmed = { $named ->
    [yes] Passkey „{ $name }“ bestätigt
   *[no] Passkey bestätigt
}
activity-passkey-prepared = Jemand hat begonnen, einen Passkey für Sie anzulegen
activity-passkey-not-prepared = Ein für Sie begonnener Passkey wurde aufgegeben
activity-session-ended = Ein Gerät wurde abgemeldet
activity-signed-out = Abgemeldet
activity-link-made = Für Sie wurde ein Registrierungslink erstellt
activity-pass-made = Für Sie wurde ein Befristeter Zugriffspass erstellt
activity-pass-removed = Ihr Befristeter Zugriffspass wurde entfernt
activity-pass-used = Ihr Befristeter Zugriffspass wurde benutzt
activity-pass-refused = Ein Befristeter Zugriffspass wurde versucht und abgelehnt
activity-codes-made = Wiederherstellungscodes wurden erstellt; ältere gelten nicht mehr
activity-recovery-begun = Ein Wiederherstellungscode wurde benutzt, um einen Passkey zu erstellen
activity-recovery-refused = Ein Wiederherstellungscode wurde versucht und abgelehnt
activity-reported-lost = { $named ->
    [yes] Als verloren gemeldet: „{ $name }“; überall abgemeldet
   *[no] Ein Passkey wurde als verloren gemeldet; überall abgemeldet
}
activity-renamed = Ihr Name wurde geändert
activity-passkey-refused = Ein neuer Passkey wurde nicht angenommen
activity-disabled = Ihr Konto wurde deaktiviert
activity-enabled = Ihr Konto wurde wieder aktiviert
activity-other = Ihr Konto wurde geändert
activity-by = durch { $who }
add-title = Passkey erstellen
add-where = Ihr Browser fragt, wo er gespeichert werden soll: auf diesem Gerät, in Ihrem Passwortmanager, auf Ihrem Smartphone oder auf einem Sicherheitsschlüssel.
add-accepts-models = Ihre Organisation akzeptiert Passkeys von: { $names }.
add-accepts-synced = Ihre Organisation akzeptiert nur synchronisierte Passkeys.
add-accepts-device-bound = Ihre Organisation akzeptiert nur Passkeys, die auf einem Gerät bleiben, zum Beispiel Sicherheitsschlüssel.
add-accepts-proven = Ihre Organisation akzeptiert nur Sicherheitsschlüssel, die ihr Modell nachweisen. Stimmen Sie zu, wenn der Browser nach Marke und Modell fragt.
added-title = Passkey erstellt
added-lead = Geben Sie ihm einen Namen, an dem Sie ihn wiedererkennen.
remove-text = Niemand kann sich mehr damit anmelden, und Geräte, die damit angemeldet sind, werden abgemeldet.
remove-copy = Die Kopie in Ihrem Passwortmanager bleibt möglicherweise bestehen. Wird sie Ihnen weiter angeboten, löschen Sie sie auch dort.
remove-button = Passkey entfernen
keep = Behalten

## Personen
people-title = Personen
people-lead = Wer zu Ihrer Organisation gehört. Fügen Sie jemanden hinzu und senden Sie dann den Registrierungslink.
people-list = Liste der Personen
people-add-title = Person hinzufügen
people-add = Hinzufügen
people-more = Weitere Personen
people-passkeys = { $count ->
    [0] Keine
    [one] { $count } Passkey
   *[other] { $count } Passkeys
}
people-rename-title = Umbenennen
people-rename-text = Die Passkeys bleiben, wie sie sind; die Person meldet sich mit dem neuen Benutzernamen an.
column-person = Person
column-passkeys = Passkeys
column-last-sign-in = Letzte Anmeldung
column-actions = Aktionen
administrator = Administrator
disabled = Deaktiviert
link-open = Link noch nicht benutzt
make-link = Registrierungslink
make-pass = Befristeter Zugriffspass
made-pass-lead = Er wird nur dieses eine Mal gezeigt. Vergewissern Sie sich, wem Sie ihn geben: Wer ihn hat, kann für dieses Konto einen Passkey erstellen.
made-pass-until = Auf der Anmeldeseite einzugeben bis
desk-lost = Als verloren melden
desk-lost-text = Die gewählten Passkeys gelten sofort nicht mehr, und die Person wird überall abgemeldet. Auch ihre Wiederherstellungscodes enden: Bleibt kein Passkey übrig, braucht sie einen Pass.
desk-lost-confirm = Widerrufen und abmelden
pass-reason = Wie haben Sie sich vergewissert, wer es ist?
pass-reason-text = Diese Person hatte schon einen Passkey: Mit einem Pass könnte jemand anders das Konto übernehmen. Prüfen Sie erst, wer fragt.
pass-reason-hint = Ein paar Worte, die im Auditprotokoll stehen, etwa „Rückruf unter der Nummer aus der Personalliste“.
copy-pass = Pass kopieren
disable = Deaktivieren
enable = Aktivieren
disable-text = Die Person kann sich nicht mehr anmelden und wird überall abgemeldet. Die Passkeys bleiben erhalten, und Sie können das Konto wieder aktivieren.
link-once = Senden Sie diesen Link so, dass nur diese Person ihn liest. Er gilt einmal und wird nur jetzt angezeigt.
link-label = Registrierungslink
link-until = Er gilt bis
copy-link = Link kopieren

## Ablehnungen als Seite
error-title = Das hat nicht geklappt
error-way-on = Weiter
error-start = Zur Startseite
error-code = Code
error-detail = Einzelheit
error-reference = Referenz
wrong-host-title = Dieser Server antwortet unter einer anderen Adresse
wrong-host-text = Passkeys funktionieren nur unter einer einzigen Adresse. Bitte verwenden Sie diese:

consent-title = { $name } erlauben?
consent-lead = Diese Anwendung möchte Ihr Konto verwenden:
consent-asked = Sie könnte dann:
consent-api = Bei { $name } könnte sie:
consent-host = Die Antwort geht an
consent-kept = Erlauben Sie es nur, wenn Sie diese Anwendung kennen. Es bleibt erlaubt, bis Sie es auf der Seite „Sicherheitsinformationen“ oder ein Administrator es zurücknimmt.
consent-openid = Erfahren, wer Sie sind
consent-profile = Ihren Namen und Benutzernamen sehen
consent-email = Ihre E-Mail-Adresse sehen
consent-user-read = Die Angaben zu Ihrem Konto lesen
consent-offline-access = Den Zugriff behalten, während Sie nicht da sind
consent-allow = Erlauben
consent-deny = Nicht erlauben

device-enter-title = Ein Gerät anmelden
device-enter-lead = Geben Sie den Code ein, den das Gerät zeigt.
device-code = Code des Geräts
device-code-unknown = Diesen Code gibt es nicht, oder er ist abgelaufen. Prüfen Sie die Buchstaben, oder beginnen Sie am Gerät von vorn.
device-title = { $name } auf einem Gerät anmelden?
device-warning = Erlauben Sie es nur, wenn Sie es gerade selbst begonnen haben, an einem Gerät vor Ihnen. Niemand, der Ihnen hilft, braucht das von Ihnen.
device-place = Angefragt von
device-allow = Erlauben

answer-title = Weiter zu { $name }
answer-lead = Gleich sind Sie dort.
answer-go = Weiter

applications-title = Ihre Anwendungen
applications-lead = Was Sie von hier aus öffnen können.
applications-none = Hier sind noch keine
applications-none-text = Welche hier stehen, entscheidet, wer die Anwendungen Ihrer Organisation betreibt.

consents-title = Was Anwendungen dürfen
consents-since = Erlaubt am
consents-withdraw = Zurücknehmen
consents-hint = Was ein Administrator für alle erlaubt hat, steht hier nicht.

sign-out-title = Hier abmelden?
sign-out-asked-by = { $name } möchte Sie in diesem Browser abmelden.
sign-out-asked = Sie würden in diesem Browser abgemeldet.
sign-out-kept = Auch Anwendungen, bei denen Sie sich von hier aus angemeldet haben, verlieren ihren Zugriff.
sign-out-stay = Angemeldet bleiben

sign-in-by-password = Mit Passwort anmelden
password-title = Mit Passwort anmelden
password-lead = Und mit einem Code, aus Ihrer Authenticator-App oder per Mail. Ein Passkey braucht beides nicht.
password-field = Passwort
password-off = Ihre Organisation verwendet keine Passwörter. Melden Sie sich mit Ihrem Passkey an.
password-help-code = Der Code wechselt alle dreißig Sekunden. Stimmt er nie, prüfen Sie die Uhr des Geräts, das ihn zeigt.
password-help-desk = Kein Passwort oder keine Authenticator-App? Bitten Sie den Helpdesk um einen Registrierungslink oder einen Befristeten Zugriffspass.
factor-title = Code eingeben
factor-lead = Sechs Ziffern aus Ihrer Authenticator-App.
factor-field = Code der App
factor-again = Von vorn beginnen
upgrade-title = Nächstes Mal ohne Passwort
upgrade-lead = Erstellen Sie auf diesem Gerät einen Passkey: Er ist schneller als Passwort und Code, und niemand kann ihn Ihnen abluchsen.
upgrade-later = Später
upgrade-done-title = Sie haben jetzt einen Passkey
upgrade-done-lead = Von nun an melden Sie sich damit an. Sie finden ihn unter Sicherheitsinformationen.
upgrade-go-on = Weiter geht’s
passwords-title = Passwort und Authenticator-App
passwords-text = Für Orte, an denen Sie noch keinen Passkey benutzen können. Nur beide zusammen melden Sie an.
password-since = Festgelegt am
password-given = durch die Verwaltung: Wählen Sie ein eigenes
password-none = Keines
password-set = Passwort festlegen
password-change = Passwort ändern
password-new = Neues Passwort
password-same = Noch einmal
password-rule = Mindestens { $least } Zeichen, beliebige. Mehrere Wörter hintereinander sind gut.
password-ends-here = Sie werden hier dann abgemeldet und melden sich mit dem neuen an.
app-title = Authenticator-App
app-since = Eingerichtet am
app-none = Keine eingerichtet
app-add = Authenticator-App einrichten
app-replace = Andere einrichten
app-replaces = Die jetzige App gilt dann nicht mehr.
app-scan = Scannen Sie den Code mit einer beliebigen Authenticator-App, und geben Sie die sechs Ziffern ein, die sie zeigt.
app-code-alt = QR-Code für Ihre Authenticator-App
app-by-hand = Nicht zu scannen? Diesen Schlüssel eingeben
app-confirm = Einrichten
take-away-text = Das gilt sofort nicht mehr, und Anmeldungen mit Passwort enden.
activity-password-set = Ihr Passwort wurde festgelegt
activity-password-removed = Ihr Passwort wurde entfernt
activity-app-added = Eine Authenticator-App wurde eingerichtet
activity-app-removed = Die Authenticator-App wurde entfernt
factor-mail-lead = Sechs Ziffern, die wir an Ihre Mailadresse senden. Sie gelten zehn Minuten.
factor-mail-again = Anderen Code senden
factor-by-mail = Stattdessen einen Code per Mail senden
factor-by-app = Stattdessen meine Authenticator-App benutzen
