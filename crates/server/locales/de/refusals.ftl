### Was eine Ablehnung sagt und was zu tun ist, nach ihrem Code.

refusal-state-unreadable = Dieser Versuch gehört nicht mehr zu dieser Seite.
refusal-state-unreadable-remedy = Laden Sie die Seite neu und versuchen Sie es noch einmal.

refusal-state-expired = Die Seite war länger als fünf Minuten offen.
refusal-state-expired-remedy = Versuchen Sie es noch einmal; sie wurde für Sie aufgefrischt.

refusal-state-spent = Dieser Versuch wurde schon verwendet.
refusal-state-spent-remedy = Versuchen Sie es noch einmal; jeder Versuch bekommt eine eigene Aufgabe.

refusal-state-clock-skewed = Die Uhr des Servers geht falsch, deshalb ruhen die Anmeldungen.
refusal-state-clock-skewed-remedy = Der Betreiber muss die Uhr stellen; versuchen Sie es danach noch einmal.

refusal-sign-in-passkey-refused = Die Antwort des Passkeys ließ sich nicht bestätigen.
refusal-sign-in-passkey-refused-remedy = Versuchen Sie es noch einmal oder melden Sie sich mit einem anderen Passkey an.

refusal-sign-in-passkey-unknown = Dieser Passkey ist hier nicht bekannt; vielleicht wurde er aus Ihrem Konto entfernt.
refusal-sign-in-passkey-unknown-remedy = Verwenden Sie einen anderen Passkey oder bitten Sie den Helpdesk um einen Registrierungslink.

refusal-sign-in-passkey-removed = Dieser Passkey wurde aus Ihrem Konto entfernt.
refusal-sign-in-passkey-removed-remedy = Löschen Sie ihn in Ihrem Passwortmanager und verwenden Sie einen anderen Passkey oder bitten Sie den Helpdesk um einen Registrierungslink.

refusal-sign-in-user-not-verified = Ihr Gerät hat nicht geprüft, ob Sie es sind (PIN, Fingerabdruck oder Gesicht).
refusal-sign-in-user-not-verified-remedy = Richten Sie auf dem Gerät PIN, Fingerabdruck oder Gesicht ein und versuchen Sie es noch einmal.

refusal-sign-in-counter-regressed = Dieser Passkey wurde möglicherweise kopiert und wird deshalb nicht angenommen.
refusal-sign-in-counter-regressed-remedy = Verwenden Sie einen anderen Passkey und verständigen Sie den Helpdesk.

refusal-sign-in-backup-eligibility-changed = Dieser Passkey widerspricht dem, was er bei der Registrierung angab.
refusal-sign-in-backup-eligibility-changed-remedy = Verwenden Sie einen anderen Passkey und registrieren Sie diesen neu.

refusal-sign-in-account-disabled = Dieses Konto ist deaktiviert.
refusal-sign-in-account-disabled-remedy = Wenden Sie sich an den Helpdesk.

refusal-sign-in-passkey-held = Diesen Passkey hat jemand anders für Sie registriert; er wartet auf Ihre Bestätigung.
refusal-sign-in-passkey-held-remedy = Melden Sie sich mit einem anderen Passkey an und bestätigen Sie diesen auf der Seite „Sicherheitsinfo“, oder wenden Sie sich an den Helpdesk.

refusal-sign-in-passkey-inactive = Dieser Passkey ist nicht aktiv.
refusal-sign-in-passkey-inactive-remedy = Verwenden Sie einen anderen Passkey oder wenden Sie sich an den Helpdesk.

refusal-sign-in-policy-refused = Die Regeln Ihrer Organisation lassen diese Anmeldung nicht zu.
refusal-sign-in-policy-refused-remedy = Verwenden Sie einen anderen Passkey oder wenden Sie sich an den Helpdesk.

refusal-session-none = Sie sind hier nicht angemeldet oder Ihre Sitzung ist zu Ende.
refusal-session-none-remedy = Melden Sie sich an.

refusal-session-not-fresh = Dafür ist eine höchstens fünf Minuten alte Anmeldung nötig.
refusal-session-not-fresh-remedy = Bestätigen Sie mit Ihrem Passkey, dass Sie es sind.

refusal-session-missing = Diese Sitzung gibt es nicht; vielleicht ist sie schon zu Ende.
refusal-session-missing-remedy = Laden Sie die Seite neu.

refusal-registration-refused = Der neue Passkey konnte nicht angenommen werden.
refusal-registration-refused-remedy = Versuchen Sie es noch einmal oder verwenden Sie ein anderes Gerät oder einen anderen Passwortmanager.

refusal-registration-credential-exists = Dieser Passkey ist bereits registriert.
refusal-registration-credential-exists-remedy = Melden Sie sich mit ihm an oder erstellen Sie einen an anderer Stelle.

refusal-passkey-too-many = Sie haben so viele Passkeys, wie Ihre Organisation zulässt.
refusal-passkey-too-many-remedy = Entfernen Sie einen, den Sie nicht mehr verwenden.

refusal-passkey-last = Ihr letzter verwendbarer Passkey lässt sich nicht entfernen.
refusal-passkey-last-remedy = Fügen Sie zuerst einen weiteren Passkey hinzu.

refusal-passkey-missing = Diesen Passkey gibt es in Ihrem Konto nicht.
refusal-passkey-missing-remedy = Laden Sie die Seite neu.

refusal-passkey-name-unfit = Der Name eines Passkeys hat 1 bis 64 sichtbare Zeichen.
refusal-passkey-name-unfit-remedy = Wählen Sie einen anderen Namen.

refusal-passkey-not-held = Dieser Passkey wartet auf keine Bestätigung.
refusal-passkey-not-held-remedy = Laden Sie die Seite neu.

refusal-provisioning-challenge-unknown = Diese Optionen wurden nicht für diese Person ausgegeben.
refusal-provisioning-challenge-unknown-remedy = Fordern Sie Erstellungsoptionen an und registrieren Sie damit.

refusal-provisioning-options-expired = Die Erstellungsoptionen sind abgelaufen.
refusal-provisioning-options-expired-remedy = Fordern Sie neue an.

refusal-provisioning-options-cancelled = Die Erstellungsoptionen wurden zurückgezogen.
refusal-provisioning-options-cancelled-remedy = Fordern Sie neue an.

refusal-provisioning-options-void = Die Person oder wer die Optionen anforderte, hat sich seither geändert.
refusal-provisioning-options-void-remedy = Fordern Sie neue an.

refusal-provisioning-options-missing = Für diese Person sind keine solchen Optionen offen.
refusal-provisioning-options-missing-remedy = Sehen Sie in der Liste der offenen nach.

refusal-provisioning-too-many-options = Zu viele Erstellungsoptionen sind offen.
refusal-provisioning-too-many-options-remedy = Verwenden Sie sie, ziehen Sie einige zurück oder warten Sie, bis sie abgelaufen sind.

refusal-provisioning-lifetime-unfit = Erstellungsoptionen gelten 5 bis 43200 Minuten.
refusal-provisioning-lifetime-unfit-remedy = Wählen Sie eine Zeit dazwischen.

refusal-provisioning-guest = Für Gäste erstellt niemand anders Passkeys.
refusal-provisioning-guest-remedy = Senden Sie der Person einen Registrierungslink.

refusal-provisioning-person-disabled = Das Konto der Person ist deaktiviert.
refusal-provisioning-person-disabled-remedy = Aktivieren Sie zuerst das Konto.

refusal-provisioning-same-hands = Wer einen Passkey für jemanden registriert hat, kann ihn nicht auch bestätigen.
refusal-provisioning-same-hands-remedy = Die Person bestätigt ihn auf der Seite „Sicherheitsinfo“, oder eine andere Administratorin oder ein anderer Administrator tut es.

refusal-link-unusable = Dieser Link ist unbekannt, abgelaufen, schon benutzt oder ersetzt worden.
refusal-link-unusable-remedy = Bitten Sie die Person, die ihn geschickt hat, um einen neuen.

refusal-notice-link-unusable = Der Link aus dieser Nachricht ist unbekannt, abgelaufen oder schon benutzt worden.
refusal-notice-link-unusable-remedy = Melden Sie sich an und sehen Sie unter Sicherheitsinfo nach: Entfernen Sie, was nicht Ihnen gehört. Geht das nicht, wenden Sie sich an den Helpdesk.

refusal-mail-settings-unfit = So lässt sich die Post nicht einrichten; geändert wurde nichts.
refusal-mail-settings-unfit-remedy = Prüfen Sie die Angaben, und versuchen Sie es noch einmal.

refusal-mail-missing = Es ist kein Mailserver eingerichtet.
refusal-mail-missing-remedy = Bitten Sie die Person, die diesen Server betreibt, einen anzugeben.

refusal-webhook-unfit = An diese Adresse lässt sich nichts melden; geändert wurde nichts.
refusal-webhook-unfit-remedy = Geben Sie eine https-Adresse ohne Benutzernamen und Kennwort an, und höchstens zwanzig.

refusal-webhook-missing = Diesen Webhook gibt es nicht.
refusal-webhook-missing-remedy = Sehen Sie in der Liste nach, welche es gibt.

refusal-pass-wrong = Benutzername oder Befristeter Zugriffspass stimmt nicht.
refusal-pass-wrong-remedy = Prüfen Sie beides; Groß- und Kleinschreibung ist einerlei. Bleibt es so, bitten Sie um einen neuen Pass.

refusal-pass-expired = Der Befristete Zugriffspass ist abgelaufen.
refusal-pass-expired-remedy = Bitten Sie die Person, die ihn ausgestellt hat, um einen neuen.

refusal-pass-not-yet-valid = Der Befristete Zugriffspass gilt erst später.
refusal-pass-not-yet-valid-remedy = Fragen Sie die Person, die ihn ausgestellt hat, ab wann er gilt.

refusal-pass-used = Der Befristete Zugriffspass gilt einmal und wurde schon benutzt.
refusal-pass-used-remedy = Bitten Sie um einen neuen; sagen Sie es, wenn Sie das nicht waren.

refusal-pass-unusable = Der Befristete Zugriffspass wurde ersetzt, entfernt oder beendet, oder die Zeit zum Registrieren ist um.
refusal-pass-unusable-remedy = Geben Sie ihn noch einmal ein, oder bitten Sie um einen neuen.

refusal-pass-not-allowed = Die Richtlinie Ihrer Organisation erlaubt diesem Konto keinen Befristeten Zugriffspass.
refusal-pass-not-allowed-remedy = Bitten Sie den Helpdesk um einen Registrierungslink.

refusal-pass-own = Niemand stellt sich selbst einen Befristeten Zugriffspass aus.
refusal-pass-own-remedy = Bitten Sie eine andere Administratorin oder einen anderen Administrator.

refusal-pass-unfit = Dauer, Beginn oder Zahl der Verwendungen des Befristeten Zugriffspasses sind nicht, was die Richtlinie erlaubt.
refusal-pass-unfit-remedy = Sehen Sie in der Richtlinie für Befristete Zugriffspässe nach.

refusal-pass-missing = Die Person hat keinen solchen Befristeten Zugriffspass.
refusal-pass-missing-remedy = Stellen Sie einen aus.

refusal-pass-policy-unfit = Die Richtlinie für Befristete Zugriffspässe ist außerhalb des Erlaubten.
refusal-pass-policy-unfit-remedy = Dauern haben 10 bis 43200 Minuten, Codes 8 bis 48 Zeichen, und Gruppen muss es geben. Nichts wurde gespeichert.

refusal-pass-reason-missing = Diese Person hatte schon einen Passkey: Ein Pass braucht eine Begründung.
refusal-pass-reason-missing-remedy = Vergewissern Sie sich, wer fragt, und schreiben Sie, wie.

refusal-recovery-wrong = Benutzername oder Wiederherstellungscode stimmt nicht.
refusal-recovery-wrong-remedy = Prüfen Sie beides. Ein Code gilt einmal, und neue Codes beenden die alten. Bleibt es so, fragen Sie Ihren Helpdesk.

refusal-recovery-unusable = Der Wiederherstellungscode wurde benutzt oder ersetzt, das Konto ist deaktiviert, oder die Zeit zum Registrieren ist um.
refusal-recovery-unusable-remedy = Geben Sie noch einmal einen Code ein, oder fragen Sie Ihren Helpdesk.

refusal-recovery-not-allowed = Die Richtlinie Ihrer Organisation erlaubt diesem Konto keine Wiederherstellungscodes.
refusal-recovery-not-allowed-remedy = Bitten Sie den Helpdesk um einen Befristeten Zugriffspass.

refusal-recovery-policy-unfit = Die Wiederherstellungsrichtlinie nennt eine Gruppe, die es nicht gibt, eine doppelt oder zu viele, oder eine Wartezeit außerhalb von 1 bis 720 Stunden.
refusal-recovery-policy-unfit-remedy = Berichtigen Sie sie. Nichts wurde gespeichert.

refusal-recovery-rung-not-allowed = Ihre Organisation bietet diesem Konto diesen Weg zurück nicht an.
refusal-recovery-rung-not-allowed-remedy = Wählen Sie einen anderen Weg, oder fragen Sie Ihren Helpdesk.

refusal-recovery-request-unusable = Diese Wiederherstellung wurde benutzt, abgebrochen oder ersetzt, ihre Zeit ist um, oder das Konto hat sich inzwischen geändert.
refusal-recovery-request-unusable-remedy = Beginnen Sie noch einmal, oder fragen Sie Ihren Helpdesk.

refusal-recovery-request-waits = Die Wartezeit dieser Wiederherstellung ist noch nicht um.
refusal-recovery-request-waits-remedy = Kommen Sie danach wieder.

refusal-recovery-request-unknown = Kein Gerät wartet mit diesem Code, oder die Entscheidung liegt nicht bei Ihnen.
refusal-recovery-request-unknown-remedy = Prüfen Sie die Buchstaben, oder lassen Sie einen neuen Code anzeigen.

refusal-recovery-too-recent = Sie sind vor weniger als einem Tag durch eine Wiederherstellung zurückgekommen: Bis dahin können Sie keinen Passkey entfernen, keinen zurückgehaltenen bestätigen, keine Wiederherstellungscodes erstellen und niemanden wieder hereinlassen.
refusal-recovery-too-recent-remedy = Melden Sie sich mit einem anderen Passkey an, oder warten Sie. Ein verlorenes Gerät können Sie sofort melden.

refusal-lost-unfit = Als verloren gemeldet wird ein Passkey, oder mehrere desselben Herstellers.
refusal-lost-unfit-remedy = Melden Sie sie nacheinander.

refusal-link-not-needed = Registrierungslinks sind für Personen ohne verwendbaren Passkey.
refusal-link-not-needed-remedy = Die Person kann sich anmelden und unter „Sicherheitsinfo“ einen Passkey hinzufügen.

refusal-setup-closed = Die Einrichtung ist abgeschlossen und bleibt geschlossen.
refusal-setup-closed-remedy = Melden Sie sich an; Administratoren können Personen hinzufügen.

refusal-user-name-unfit = Ein Benutzername hat 1 bis 113 Zeichen: Buchstaben, Ziffern und dazwischen . _ - + @
refusal-user-name-unfit-remedy = Wählen Sie einen anderen Benutzernamen.

refusal-user-display-name-unfit = Ein Name hat 1 bis 256 sichtbare Zeichen.
refusal-user-display-name-unfit-remedy = Wählen Sie einen anderen Namen.

refusal-setup-organisation-unfit = Der Name einer Organisation hat 1 bis 128 sichtbare Zeichen.
refusal-setup-organisation-unfit-remedy = Wählen Sie einen anderen Namen für die Organisation.

refusal-user-name-taken = Dieser Benutzername ist vergeben oder sieht einem vergebenen zum Verwechseln ähnlich.
refusal-user-name-taken-remedy = Wählen Sie einen anderen Benutzernamen.

refusal-user-missing = Diese Person gibt es nicht.
refusal-user-missing-remedy = Prüfen Sie den Namen.

refusal-user-last-administrator = Der letzte globale Administrator, der sich anmelden kann, lässt sich weder deaktivieren noch entfernen und verliert auch nicht den letzten Passkey, der akzeptiert wird.
refusal-user-last-administrator-remedy = Machen Sie zuerst jemand anderen zum globalen Administrator.

refusal-user-not-administrator = Diese Person hat keine Verzeichnisrolle.
refusal-user-not-administrator-remedy = Für andere erstellt ein Administrator auf der Seite „Personen“ einen Registrierungslink.

refusal-role-insufficient = Ihre Rollen erlauben das nicht.
refusal-role-insufficient-remedy = Wenden Sie sich an einen Administrator.

refusal-permission-missing = Das Zugriffstoken der Anwendung enthält keine Berechtigung dafür.
refusal-permission-missing-remedy = Ein Administrator erteilt der Anwendung die nötige Berechtigung.

refusal-user-mail-unfit = Das ist keine E-Mail-Adresse.
refusal-user-mail-unfit-remedy = Prüfen Sie die Adresse.

refusal-directory-nickname-unfit = Ein E-Mail-Kurzname hat 1 bis 64 Buchstaben, Ziffern und . _ -.
refusal-directory-nickname-unfit-remedy = Wählen Sie einen anderen Kurznamen.

refusal-user-attribute-unfit = Ein Wert ist zu lang oder enthält unsichtbare Zeichen.
refusal-user-attribute-unfit-remedy = Kürzen oder berichtigen Sie den Wert.

refusal-user-manager-unfit = Niemand ist die eigene Führungskraft.
refusal-user-manager-unfit-remedy = Wählen Sie eine andere Person.

refusal-record-outdated = Der Eintrag wurde geändert, seit Sie ihn gelesen haben.
refusal-record-outdated-remedy = Lesen Sie ihn erneut und wiederholen Sie die Änderung.

refusal-directory-object-missing = Diese Person, Gruppe oder Anwendung gibt es nicht.
refusal-directory-object-missing-remedy = Prüfen Sie die Kennung.

refusal-list-column-hidden = Der Filter verwendet eine Eigenschaft, die Sie nicht lesen dürfen.
refusal-list-column-hidden-remedy = Lassen Sie die Eigenschaft weg oder bitten Sie um eine Berechtigung, sie zu lesen.

refusal-list-query-unfit = Diese Liste lässt sich so nicht filtern oder ordnen.
refusal-list-query-unfit-remedy = Verwenden Sie die in der Dokumentation genannten Eigenschaften und Operatoren.

refusal-list-cursor-unfit = Der Verweis auf die nächste Seite gehört nicht zu dieser Liste.
refusal-list-cursor-unfit-remedy = Rufen Sie die erste Seite erneut ab.

refusal-group-missing = Diese Gruppe gibt es nicht.
refusal-group-missing-remedy = Prüfen Sie die Kennung.

refusal-group-ambiguous = Mehrere Gruppen heißen so.
refusal-group-ambiguous-remedy = Nennen Sie die Gruppe mit ihrer Kennung.

refusal-group-name-unfit = Der Name einer Gruppe hat 1 bis 256 sichtbare Zeichen.
refusal-group-name-unfit-remedy = Wählen Sie einen anderen Namen.

refusal-group-description-unfit = Die Beschreibung einer Gruppe hat 1 bis 1024 sichtbare Zeichen.
refusal-group-description-unfit-remedy = Kürzen Sie die Beschreibung.

refusal-group-cycle = Die Gruppe wäre in sich selbst enthalten.
refusal-group-cycle-remedy = Wählen Sie ein anderes Mitglied.

refusal-group-too-many-above = Die Gruppen sind zu tief verschachtelt.
refusal-group-too-many-above-remedy = Verschachteln Sie sie weniger.

refusal-group-member-exists = Es ist bereits Mitglied.
refusal-group-member-exists-remedy = Es ist nichts zu tun.

refusal-group-member-missing = Es ist kein direktes Mitglied dieser Gruppe.
refusal-group-member-missing-remedy = Sehen Sie die Mitglieder der Gruppe an.

refusal-directory-owner-exists = Das ist schon eingetragen.
refusal-directory-owner-exists-remedy = Es ist nichts zu tun.

refusal-directory-owner-missing = Das ist hier nicht als Besitzer eingetragen.
refusal-directory-owner-missing-remedy = Sehen Sie nach, wer eingetragen ist.

refusal-directory-owner-unfit = Besitzer sind Personen und Anwendungen, keine Gruppen.
refusal-directory-owner-unfit-remedy = Nennen Sie eine Person oder eine Anwendung.

refusal-directory-too-many-owners = Es sind schon 100 Besitzer eingetragen.
refusal-directory-too-many-owners-remedy = Entfernen Sie zuerst einen.

refusal-group-not-role-assignable = Verzeichnisrollen können nur dafür angelegten Gruppen erteilt werden.
refusal-group-not-role-assignable-remedy = Legen Sie eine Gruppe an, der Rollen erteilt werden können, oder erteilen Sie die Rolle Personen.

refusal-role-missing = Diese Verzeichnisrolle gibt es nicht.
refusal-role-missing-remedy = Verwenden Sie die Vorlagenkennung einer Rolle.

refusal-role-not-held = Die Rolle wurde nicht ihm selbst erteilt.
refusal-role-not-held-remedy = Sehen Sie die Mitglieder der Rolle an; sie kann über eine Gruppe kommen.

refusal-role-held = Die Rolle ist bereits erteilt.
refusal-role-held-remedy = Es ist nichts zu tun.

refusal-passkey-own = Hier verwaltet ein Administrator Passkeys anderer, nicht die eigenen.
refusal-passkey-own-remedy = Verwalten Sie Ihre eigenen auf der Seite „Sicherheitsinfo“.

refusal-request-malformed = Der Server hat die Anfrage nicht verstanden.
refusal-request-malformed-remedy = Laden Sie die Seite neu und versuchen Sie es noch einmal.

refusal-request-too-large = Die Anfrage ist größer als erlaubt.
refusal-request-too-large-remedy = Senden Sie weniger.

refusal-request-forged = Die Anfrage kam nicht von dieser Seite in ihrem jetzigen Stand.
refusal-request-forged-remedy = Laden Sie die Seite neu und versuchen Sie es noch einmal.

refusal-request-wrong-host = Dieser Server antwortet unter einer anderen Adresse.
refusal-request-wrong-host-remedy = Verwenden Sie die eingerichtete Adresse.

refusal-request-not-found = Diese Seite gibt es nicht.
refusal-request-not-found-remedy = Prüfen Sie die Adresse.

refusal-request-method-not-allowed = Diese Adresse nimmt solche Anfragen nicht an.
refusal-request-method-not-allowed-remedy = Öffnen Sie die Seite und verwenden Sie, was sie anbietet.
refusal-request-too-slow = Die Anfrage kam nicht rechtzeitig an.
refusal-request-too-slow-remedy = Versuchen Sie es noch einmal; bleibt es dabei, ist die Verbindung zu langsam oder bricht ab.

refusal-limit-reached = Zu viele Versuche in kurzer Zeit.
refusal-limit-reached-remedy = Warten Sie eine Minute und versuchen Sie es noch einmal.

refusal-store-moved = Währenddessen hat sich etwas geändert.
refusal-store-moved-remedy = Versuchen Sie es noch einmal.

refusal-store-unavailable = Der Server kann gerade nicht antworten; nichts wurde geändert.
refusal-store-unavailable-remedy = Versuchen Sie es gleich noch einmal.

refusal-internal-error = Auf unserer Seite ist etwas fehlgeschlagen; nichts wurde geändert.
refusal-internal-error-remedy = Versuchen Sie es noch einmal; wenn es so bleibt, nennen Sie dem Helpdesk die Referenz.

refusal-assertion-origin-mismatch = Der Passkey wurde auf einer Seite benutzt, die nicht hierher gehört.
refusal-assertion-origin-mismatch-remedy = Schließen Sie jene Seite und öffnen Sie diese unter ihrer eigenen Adresse. Verständigen Sie den Helpdesk, wenn man Sie dorthin geschickt hat.

refusal-assertion-cross-origin-refused = Der Passkey wurde innerhalb der Seite eines anderen Anbieters benutzt.
refusal-assertion-cross-origin-refused-remedy = Öffnen Sie diese Seite in einem eigenen Tab.

refusal-assertion-user-verification-missing = Ihr Gerät hat nicht geprüft, ob Sie es sind (PIN, Fingerabdruck oder Gesicht).
refusal-assertion-user-verification-missing-remedy = Richten Sie auf dem Gerät PIN, Fingerabdruck oder Gesicht ein und versuchen Sie es noch einmal.

refusal-assertion-credential-not-allowed = Das ist keiner der Passkeys, nach denen gefragt wurde.
refusal-assertion-credential-not-allowed-remedy = Wählen Sie einen Passkey des angezeigten Kontos.

refusal-registration-origin-mismatch = Der Passkey wurde auf einer Seite erstellt, die nicht hierher gehört.
refusal-registration-origin-mismatch-remedy = Öffnen Sie diese Seite unter ihrer eigenen Adresse und versuchen Sie es noch einmal.

refusal-registration-cross-origin-refused = Der Passkey wurde innerhalb der Seite eines anderen Anbieters erstellt.
refusal-registration-cross-origin-refused-remedy = Öffnen Sie diese Seite in einem eigenen Tab.

refusal-registration-user-verification-missing = Ihr Gerät hat den Passkey erstellt, ohne zu prüfen, ob Sie es sind (PIN, Fingerabdruck oder Gesicht).
refusal-registration-user-verification-missing-remedy = Richten Sie auf dem Gerät PIN, Fingerabdruck oder Gesicht ein und versuchen Sie es noch einmal.

refusal-registration-algorithm-not-offered = Der Passkey verwendet eine Art von Signatur, nach der nicht gefragt wurde.
refusal-registration-algorithm-not-offered-remedy = Verwenden Sie ein anderes Gerät oder einen anderen Passwortmanager.

refusal-key-unsupported-algorithm = Der Passkey verwendet eine Art von Signatur, die sich hier nicht prüfen lässt.
refusal-key-unsupported-algorithm-remedy = Verwenden Sie ein anderes Gerät oder einen anderen Passwortmanager.

refusal-key-ed448 = Der Passkey verwendet Ed448; das lässt sich hier nicht prüfen.
refusal-key-ed448-remedy = Verwenden Sie ein anderes Gerät oder einen anderen Passwortmanager.

refusal-application-missing = Diese Anwendung gibt es nicht.
refusal-application-missing-remedy = Prüfen Sie die Kennung.

refusal-application-name-unfit = Der Name einer Anwendung hat 1 bis 256 sichtbare Zeichen, ihre Beschreibung höchstens 1024.
refusal-application-name-unfit-remedy = Wählen Sie einen anderen Namen.

refusal-application-redirect-unfit = Eine der Adressen kann nicht für Antworten eingetragen werden.
refusal-application-redirect-unfit-remedy = Verwenden Sie genaue https-Adressen oder http auf demselben Gerät.

refusal-application-logo-unfit = Das Bild kann nicht als Logo verwendet werden.
refusal-application-logo-unfit-remedy = Senden Sie ein unbewegtes Bild als PNG oder JPEG, höchstens 512 KiB und 2048 Pixel je Seite; speichern Sie eine Zeichnung (SVG) als PNG.

refusal-application-logo-missing = Die Anwendung hat kein Logo.
refusal-application-logo-missing-remedy = Senden Sie zuerst eines.

refusal-application-logout-address-unfit = Die Adresse für Abmeldungen kann nicht eingetragen werden.
refusal-application-logout-address-unfit-remedy = Verwenden Sie eine genaue https-Adresse oder http auf demselben Gerät.

refusal-application-identifier-uri-unfit = So kann eine API nicht heißen.
refusal-application-identifier-uri-unfit-remedy = Verwenden Sie eine eigene absolute Adresse, die mit https://, api:// oder urn: beginnt.

refusal-application-identifier-uri-taken = Die API einer anderen Anwendung heißt bereits so.
refusal-application-identifier-uri-taken-remedy = Nehmen Sie den Namen zuerst der anderen Anwendung; eine gelöschte muss endgültig entfernt werden.

refusal-application-api-scope-unfit = Ein Bereich der API ist ungeeignet oder doppelt.
refusal-application-api-scope-unfit-remedy = Prüfen Sie sein Wort, seine Id und seine Texte.

refusal-application-too-many-credentials = Eine Anwendung hat höchstens zehn Geheimnisse und Schlüssel.
refusal-application-too-many-credentials-remedy = Entfernen Sie eines, das nicht mehr gebraucht wird.

refusal-application-credential-missing = Die Anwendung hat kein solches Geheimnis und keinen solchen Schlüssel.
refusal-application-credential-missing-remedy = Prüfen Sie die Kennung.

refusal-application-key-unfit = Das ist kein verwendbarer öffentlicher Schlüssel.
refusal-application-key-unfit-remedy = Senden Sie nur den öffentlichen Schlüssel: P-256, P-384, Ed25519 oder RSA mit 2048 bis 4096 Bit.

refusal-application-expiry-unfit = Ein Geheimnis oder Schlüssel endet in der Zukunft, höchstens in zwei Jahren.
refusal-application-expiry-unfit-remedy = Wählen Sie ein anderes Ende.

refusal-application-principal-exists = Die Anwendung gehört schon zur Organisation.
refusal-application-principal-exists-remedy = Es ist nichts mehr zu tun.

refusal-application-own-api = Die Verwaltungsschnittstelle selbst lässt sich nicht ändern.
refusal-application-own-api-remedy = Wählen Sie eine andere Anwendung.

refusal-permission-unknown = Eine solche Berechtigung dieser Art gibt es nicht.
refusal-permission-unknown-remedy = Die Liste der Berechtigungen steht in der Dokumentation.

refusal-permission-held = Die Anwendung hat das schon.
refusal-permission-held-remedy = Ändern Sie, was da ist.

refusal-permission-grant-missing = Eine solche Erteilung gibt es nicht.
refusal-permission-grant-missing-remedy = Prüfen Sie die Kennung.

refusal-client-refused = Die Anwendung hat nicht bewiesen, wer sie ist.
refusal-client-refused-remedy = Wer die Anwendung betreibt, prüft ihre Kennung, ihr Geheimnis oder ihren Schlüssel.

refusal-client-not-allowed = Die Anwendung darf auf diesem Weg keinen Zugriff erhalten.
refusal-client-not-allowed-remedy = Wer die Anwendung betreibt, verwendet einen Schlüssel statt eines Geheimnisses.

refusal-proof-unfit = Der Nachweis zum Zugriffstoken fehlt, ist abgelaufen oder wurde schon verwendet.
refusal-proof-unfit-remedy = Die Anwendung unterschreibt für jede Anfrage einen neuen.

refusal-application-token-settings-unfit = Ein Merkmal, eine Rolle oder ein Verfahren für die Token der Anwendung passt nicht, kommt doppelt vor oder ist vorbehalten.
refusal-application-token-settings-unfit-remedy = Wählen Sie einen anderen Namen oder eine andere Quelle.

refusal-code-unusable = Der Code der Anwendung für diese Anmeldung ist abgelaufen, verbraucht oder nicht für sie bestimmt.
refusal-code-unusable-remedy = Gehen Sie zur Anwendung zurück und melden Sie sich erneut an.

refusal-refresh-unusable = Die Erlaubnis der Anwendung, Sie von selbst wieder anzumelden, ist abgelaufen, verbraucht oder nicht für sie bestimmt.
refusal-refresh-unusable-remedy = Melden Sie sich bei der Anwendung erneut an.

refusal-revocation-unfit = Hier lassen sich nur Refresh-Tokens zurückgeben.
refusal-revocation-unfit-remedy = Sagen Sie es denen, die die Anwendung betreiben.

refusal-scope-unknown = Die Anwendung bittet um etwas, das es nicht gibt.
refusal-scope-unknown-remedy = Sagen Sie es denen, die die Anwendung betreiben.

refusal-resource-unknown = Die Anwendung bittet um eine API, die es hier nicht gibt.
refusal-resource-unknown-remedy = Sagen Sie es denen, die die Anwendung betreiben.

refusal-resource-not-granted = Die Anwendung bittet um eine API, für die ihr nichts erlaubt wurde.
refusal-resource-not-granted-remedy = Sagen Sie es denen, die die Anwendung betreiben, oder einem Administrator.

refusal-resource-contradictory = Die Anwendung bittet um zwei APIs, die einander widersprechen.
refusal-resource-contradictory-remedy = Sagen Sie es denen, die die Anwendung betreiben.

refusal-resource-ambiguous = Die Anwendung sagt nicht, welche von mehreren APIs sie meint.
refusal-resource-ambiguous-remedy = Sagen Sie es denen, die die Anwendung betreiben.

refusal-token-unusable = Das Zugriffstoken fehlt, ist abgelaufen oder nicht hierfür bestimmt.
refusal-token-unusable-remedy = Die Anwendung holt ein neues.

refusal-device-pending = Noch hat niemand das Gerät zugelassen.
refusal-device-pending-remedy = Es fragt von selbst wieder.
refusal-device-slow-down = Das Gerät fragt zu oft.
refusal-device-slow-down-remedy = Es wartet von selbst etwas länger.
refusal-device-expired = Der Code des Geräts ist abgelaufen.
refusal-device-expired-remedy = Beginnen Sie am Gerät von vorn.
refusal-device-denied = Jemand hat das Gerät abgelehnt.
refusal-device-denied-remedy = Beginnen Sie am Gerät von vorn, wenn das ein Versehen war.
refusal-device-code-unknown = Diesen Code gibt es nicht, oder er ist abgelaufen.
refusal-device-code-unknown-remedy = Prüfen Sie die Buchstaben, oder beginnen Sie am Gerät von vorn.
refusal-device-privileged = Konten mit einer Verzeichnisrolle melden sich nicht auf anderen Geräten an.
refusal-device-privileged-remedy = Melden Sie sich am Gerät selbst an oder mit einem Konto ohne Rolle.

refusal-authorize-request-gone = Die Anfrage der Anwendung ist abgelaufen oder schon beantwortet.
refusal-authorize-request-gone-remedy = Gehen Sie zur Anwendung zurück und beginnen Sie von vorn.

refusal-application-not-assigned = Sie sind dieser Anwendung nicht zugewiesen.
refusal-application-not-assigned-remedy = Bitten Sie den Betreiber der Anwendung oder einen Administrator, Sie zuzuweisen.

refusal-client-redirect-unknown = Die Anwendung ist hier unbekannt oder will die Antwort an eine Adresse, die sie nicht eingetragen hat.
refusal-client-redirect-unknown-remedy = Schließen Sie diese Seite und sagen Sie es denen, die die Anwendung betreiben.

refusal-authorize-malformed = Die Anfrage der Anwendung ist nicht lesbar.
refusal-authorize-malformed-remedy = Gehen Sie zur Anwendung zurück und versuchen Sie es erneut; bleibt es dabei, sagen Sie es denen, die sie betreiben.
refusal-graph-segment-unknown = Diese Adresse gibt es in der Schnittstelle nicht.
refusal-graph-segment-unknown-remedy = Schlagen Sie sie in der Beschreibung der Schnittstelle nach.
refusal-graph-path-malformed = Die Adresse lässt sich nicht lesen.
refusal-graph-path-malformed-remedy = Kodieren Sie Schlüssel und schließen Sie Anführungszeichen und Klammern.
refusal-graph-query-unsupported = Diese Abfrage wird hier nicht unterstützt.
refusal-graph-query-unsupported-remedy = Verwenden Sie, was die Beschreibung für diese Sammlung nennt.
refusal-graph-query-malformed = Eine Abfrageoption lässt sich nicht lesen.
refusal-graph-query-malformed-remedy = Berichtigen Sie die genannte Option.
refusal-graph-property-unknown = Eine Eigenschaft dieses Namens gibt es nicht.
refusal-graph-property-unknown-remedy = Berichtigen Sie den Namen; Groß- und Kleinschreibung zählt.
refusal-graph-property-read-only = Diese Eigenschaft lässt sich nicht setzen.
refusal-graph-property-read-only-remedy = Lassen Sie sie weg.
refusal-graph-property-type = Eine Eigenschaft hat einen Wert anderer Art.
refusal-graph-property-type-remedy = Senden Sie, was die Meldung erwartet.
refusal-graph-property-missing = Eine notwendige Eigenschaft fehlt.
refusal-graph-property-missing-remedy = Ergänzen Sie die genannte Eigenschaft.
refusal-graph-body-malformed = Der Inhalt der Anfrage lässt sich nicht lesen.
refusal-graph-body-malformed-remedy = Senden Sie ein JSON-Objekt.
refusal-graph-me-read-only = Eigene Passkeys werden hier weder hinzugefügt noch entfernt.
refusal-graph-me-read-only-remedy = Tun Sie es auf der Seite „Sicherheitsinfo“, oder lassen Sie den Passkey von einer Administratorin oder einem Administrator erstellen.
refusal-graph-me-needs-person = Eine Anwendung für sich hat kein „me“.
refusal-graph-me-needs-person-remedy = Nennen Sie die Person oder verwenden Sie das Token einer Person.

refusal-policy-method-disabled = Ihre Organisation akzeptiert zurzeit keine Passkeys.
refusal-policy-method-disabled-remedy = Fragen Sie den Helpdesk.

refusal-policy-excluded = Die Regeln Ihrer Organisation schließen dieses Konto von Passkeys aus.
refusal-policy-excluded-remedy = Fragen Sie den Helpdesk.

refusal-policy-no-profile = Ihre Organisation hat für dieses Konto noch keine Passkeys vorgesehen.
refusal-policy-no-profile-remedy = Fragen Sie den Helpdesk.

refusal-policy-synced-not-allowed = Ihre Organisation akzeptiert für dieses Konto keine synchronisierten Passkeys.
refusal-policy-synced-not-allowed-remedy = Verwenden Sie einen Passkey, der auf einem Gerät bleibt, zum Beispiel einen Sicherheitsschlüssel. Wenn Sie keinen haben, fragen Sie den Helpdesk.

refusal-policy-device-bound-not-allowed = Ihre Organisation akzeptiert für dieses Konto keine Passkeys, die auf einem Gerät bleiben.
refusal-policy-device-bound-not-allowed-remedy = Verwenden Sie einen Passkey, den Ihr Passwortmanager synchronisiert. Wenn Sie keinen haben, fragen Sie den Helpdesk.

refusal-policy-model-not-allowed = Ihre Organisation akzeptiert nur bestimmte Anbieter und Modelle, und dieser Passkey gehört zu keinem davon.
refusal-policy-model-not-allowed-remedy = Verwenden Sie einen, den Ihre Organisation nennt, oder fragen Sie den Helpdesk, welche das sind.

refusal-policy-model-blocked = Ihre Organisation akzeptiert keine Passkeys dieses Anbieters oder Modells.
refusal-policy-model-blocked-remedy = Verwenden Sie einen anderen Anbieter oder einen anderen Sicherheitsschlüssel, oder fragen Sie den Helpdesk.

refusal-policy-attestation-missing = Ihre Organisation verlangt Sicherheitsschlüssel, die ihr Modell nachweisen, und dieser hat es nicht getan.
refusal-policy-attestation-missing-remedy = Verwenden Sie einen Sicherheitsschlüssel Ihrer Organisation, und stimmen Sie zu, wenn der Browser nach Marke und Modell fragt.

refusal-policy-attestation-lost = Der Nachweis über das Modell dieses Sicherheitsschlüssels gilt nicht mehr.
refusal-policy-attestation-lost-remedy = Verwenden Sie einen anderen Passkey, oder fragen Sie den Helpdesk.

refusal-policy-model-compromised = Für dieses Modell von Sicherheitsschlüssel wurde ein Sicherheitsproblem gemeldet.
refusal-policy-model-compromised-remedy = Verwenden Sie einen anderen Passkey, oder bitten Sie den Helpdesk um einen neuen Sicherheitsschlüssel.

refusal-policy-certification-too-low = Ihre Organisation verlangt Sicherheitsschlüssel mit höherer Zertifizierung.
refusal-policy-certification-too-low-remedy = Verwenden Sie einen Sicherheitsschlüssel Ihrer Organisation, oder fragen Sie den Helpdesk.

refusal-policy-key-protection = Ihre Organisation verlangt Sicherheitsschlüssel, die ihre Schlüssel besser schützen.
refusal-policy-key-protection-remedy = Verwenden Sie einen Sicherheitsschlüssel Ihrer Organisation, oder fragen Sie den Helpdesk.

refusal-policy-too-old = Dieser Passkey ist älter, als Ihre Organisation erlaubt.
refusal-policy-too-old-remedy = Melden Sie sich mit einem neueren Passkey an und ersetzen Sie diesen, oder bitten Sie den Helpdesk um einen Registrierungslink.

refusal-policy-unused-too-long = Dieser Passkey wurde länger nicht benutzt, als Ihre Organisation erlaubt.
refusal-policy-unused-too-long-remedy = Melden Sie sich mit einem anderen Passkey an, oder bitten Sie den Helpdesk um einen Registrierungslink.

refusal-policy-trust-group-new = Dieser Passkey kam von einem Gerät, das mit ihm noch nie gesehen wurde.
refusal-policy-trust-group-new-remedy = Verwenden Sie ein Gerät, mit dem Sie sich schon angemeldet haben, oder fragen Sie den Helpdesk.

refusal-policy-trust-group-lost = Dieser Passkey konnte nicht zeigen, dass er von Ihren Geräten kommt.
refusal-policy-trust-group-lost-remedy = Verwenden Sie ein Gerät, mit dem Sie sich schon angemeldet haben, oder fragen Sie den Helpdesk.

refusal-policy-step-up = Dieser Passkey kam von einem Gerät, das mit ihm noch nie gesehen wurde; dann verlangt Ihre Organisation einen weiteren Nachweis.
refusal-policy-step-up-remedy = Verwenden Sie ein Gerät, mit dem Sie sich schon angemeldet haben, oder einen anderen Passkey.

refusal-policy-self-service-off = In Ihrer Organisation fügt man Passkeys nicht selbst hinzu.
refusal-policy-self-service-off-remedy = Bitten Sie den Helpdesk um einen Registrierungslink.

refusal-policy-unknown-kind = Dieser Server versteht eine Regel Ihrer Organisation nicht und akzeptiert deshalb vorerst nichts.
refusal-policy-unknown-kind-remedy = Versuchen Sie es später noch einmal. Wenn es so bleibt, sagen Sie dem Betreiber, dass jeder Knoten aktualisiert werden muss.

refusal-policy-unfit = Die Richtlinie hat Fehler; nichts wurde gespeichert.
refusal-policy-unfit-remedy = Berichtigen Sie jede genannte Stelle und speichern Sie noch einmal.

refusal-policy-unreadable = Die Richtlinie hat nicht die Form, die hier erwartet wird.
refusal-policy-unreadable-remedy = Vergleichen Sie sie mit der geltenden Richtlinie.

refusal-policy-version-missing = Diese Version der Richtlinie gibt es nicht.
refusal-policy-version-missing-remedy = Sehen Sie in der Liste der Versionen nach.

refusal-policy-node-outdated = Ein laufender Server ist zu alt, um sich an eine solche Richtlinie zu halten.
refusal-policy-node-outdated-remedy = Aktualisieren Sie jeden Knoten, oder warten Sie zwei Minuten, nachdem der letzte alte beendet ist.

refusal-policy-last-administrator = Unter dieser Richtlinie hätte kein globaler Administrator einen Passkey, der akzeptiert wird.
refusal-policy-last-administrator-remedy = Lassen Sie einen Passkey eines globalen Administrators zu, oder lassen Sie zuerst einen hinzufügen, der akzeptiert wird.

refusal-group-used-by-policy = Eine Richtlinie nennt diese Gruppe.
refusal-group-used-by-policy-remedy = Nehmen Sie sie zuerst aus der Richtlinie heraus.

refusal-user-too-many-break-glass = Höchstens 20 Konten lassen sich für den Notfall kennzeichnen.
refusal-user-too-many-break-glass-remedy = Nehmen Sie zuerst einem anderen die Kennzeichnung.

refusal-application-origin-unfit = Eine der Adressen kann nicht geschützt werden.
refusal-application-origin-unfit-remedy = Geben Sie nur Schema, Host und Port an, mit https, etwa https://wiki.example.org; nicht den Host dieses Servers.

refusal-application-origin-taken = Eine andere Anwendung schützt diese Adresse bereits.
refusal-application-origin-taken-remedy = Nehmen Sie sie zuerst der anderen Anwendung; eine gelöschte muss endgültig entfernt werden.

refusal-forward-auth-untrusted-proxy = Diese Anfrage kam nicht über einen Proxy, dem der Anmeldeserver vertraut.
refusal-forward-auth-untrusted-proxy-remedy = Sagen Sie es dem Betreiber der Anwendung: Die Adresse des Proxys muss mit --trusted-proxy genannt sein.

refusal-forward-auth-malformed = Der Proxy vor dieser Anwendung sagt nicht eindeutig, welche Seite verlangt wurde.
refusal-forward-auth-malformed-remedy = Sagen Sie es dem Betreiber der Anwendung.

refusal-forward-auth-unknown-address = Für diese Adresse ist keine Anwendung eingerichtet.
refusal-forward-auth-unknown-address-remedy = Sagen Sie es dem Betreiber: Ein Administrator muss ihr diese Adresse geben.

refusal-forward-auth-signed-out = Sie sind bei dieser Anwendung nicht angemeldet.
refusal-forward-auth-signed-out-remedy = Öffnen Sie sie in einem eigenen Fenster und melden Sie sich an.

refusal-forward-auth-code-unusable = Die Anmeldung konnte hier nicht abgeschlossen werden: Der Rückweg wurde schon benutzt, dauerte zu lange oder begann in einem anderen Browser.
refusal-forward-auth-code-unusable-remedy = Öffnen Sie die Anwendung noch einmal. Ihre Cookies müssen erlaubt sein.

refusal-forward-auth-request-unusable = Der Weg zur Anmeldung bei der Anwendung wurde unterwegs verändert.
refusal-forward-auth-request-unusable-remedy = Öffnen Sie die Anwendung noch einmal.

refusal-password-wrong = Benutzername oder Passwort stimmt nicht.
refusal-password-wrong-remedy = Prüfen Sie beides. Nach zehn Versuchen in einer Stunde müssen Sie warten; ein Passkey geht immer.
refusal-password-unfit = Dieses Passwort geht nicht: Es ist zu kurz oder zu lang, enthält Ihren Benutzernamen oder ist aus einem Datenleck bekannt.
refusal-password-unfit-remedy = Wählen Sie ein anderes. Mehrere Wörter hintereinander sind lang und leicht zu merken.
refusal-password-busy = Gerade werden zu viele Passwörter geprüft.
refusal-password-busy-remedy = Versuchen Sie es in ein paar Sekunden noch einmal, oder melden Sie sich mit einem Passkey an.
refusal-password-passkey-first = Sie haben einen Passkey, und Ihre Organisation lässt das Passwort daneben nicht zu.
refusal-password-passkey-first-remedy = Melden Sie sich mit dem Passkey an. Können Sie ihn nicht benutzen, sehen Sie die Wege zurück an.
refusal-password-no-second-factor = Ein Passwort allein meldet niemanden an, und Ihr Konto hat nichts daneben.
refusal-password-no-second-factor-remedy = Bitten Sie den Helpdesk um einen Registrierungslink oder einen Befristeten Zugriffspass, und erstellen Sie damit einen Passkey.
refusal-password-state-over = Das Passwort wurde geändert, das Konto ist gesperrt, oder es hat länger als zehn Minuten gedauert.
refusal-password-state-over-remedy = Geben Sie Benutzernamen und Passwort noch einmal ein.
refusal-password-missing = Es gibt kein Passwort.
refusal-password-missing-remedy = Laden Sie die Seite neu.
refusal-session-by-password = Sie sind hier mit einem Passwort angemeldet; dafür braucht es einen Passkey.
refusal-session-by-password-remedy = Melden Sie sich mit Ihrem Passkey an, und versuchen Sie es noch einmal.
refusal-factor-wrong = Der Code stimmt nicht, oder er wurde schon benutzt.
refusal-factor-wrong-remedy = Warten Sie auf den nächsten. Stimmt er nie, stellen Sie die Uhr des Geräts, das ihn zeigt.
refusal-factor-missing = Es gibt keine Authenticator-App.
refusal-factor-missing-remedy = Laden Sie die Seite neu.
refusal-passkey-upgrade-not-now = Der Moment für einen Passkey ohne Nachfrage ist vorbei.
refusal-passkey-upgrade-not-now-remedy = Fügen Sie unter Sicherheitsinformationen einen Passkey hinzu.
refusal-method-policy-unfit = Die Richtlinie nennt eine Gruppe, die es nicht gibt, eine doppelt oder zu viele; oder eine Passwortlänge außerhalb von 8 bis 64.
refusal-method-policy-unfit-remedy = Berichtigen Sie sie; nichts wurde gespeichert.
refusal-password-not-allowed = Die Richtlinie Ihrer Organisation erlaubt diesem Konto keine Anmeldung mit Passwort.
refusal-password-not-allowed-remedy = Melden Sie sich mit einem Passkey an, oder bitten Sie den Helpdesk um einen Registrierungslink.
refusal-factor-not-allowed = Die Richtlinie Ihrer Organisation erlaubt diesem Konto diesen zweiten Faktor nicht.
refusal-factor-not-allowed-remedy = Wählen Sie einen anderen, oder fragen Sie den Helpdesk.

refusal-connector-unfit = So kann ein Konnektor nicht heißen, oder es gibt zu viele; geändert wurde nichts.
refusal-connector-unfit-remedy = Geben Sie 1 bis 64 sichtbare Zeichen an, und höchstens fünfzig Konnektoren.
refusal-connector-name-taken = Ein Konnektor heißt schon so.
refusal-connector-name-taken-remedy = Geben Sie einen anderen Namen an, oder dem vorhandenen ein neues Token.
refusal-connector-missing = Diesen Konnektor gibt es nicht.
refusal-connector-missing-remedy = Sehen Sie in der Liste nach, welche es gibt.
refusal-connector-token-unusable = Das Token gehört keinem Konnektor, oder es wurde ersetzt oder entfernt.
refusal-connector-token-unusable-remedy = Erzeugen Sie ein neues und tragen Sie es in dem Programm ein, das sich verbindet.
refusal-connector-external-id-unfit = Die externalId lässt sich nicht speichern; geändert wurde nichts.
refusal-connector-external-id-unfit-remedy = Geben Sie 1 bis 256 sichtbare Zeichen an.
refusal-scim-address-unknown = Diese Adresse gibt es in der SCIM-Schnittstelle nicht.
refusal-scim-address-unknown-remedy = Schlagen Sie sie in der Dokumentation nach; die Basis ist /scim/v2.
refusal-scim-body-malformed = Der Inhalt fehlt, ist kein JSON vom Typ application/scim+json oder keine solche Nachricht.
refusal-scim-body-malformed-remedy = Senden Sie, was RFC 7644 an dieser Adresse verlangt.
refusal-scim-filter-unfit = Der Filter ist nicht lesbar oder vergleicht, was sich nicht vergleichen lässt.
refusal-scim-filter-unfit-remedy = Berichtigen Sie den Filter; die Dokumentation nennt die Attribute.
refusal-scim-path-unfit = Der Pfad einer Änderung bezeichnet nichts.
refusal-scim-path-unfit-remedy = Berichtigen Sie den Pfad; die Dokumentation nennt die Attribute.
refusal-scim-value-unfit = Ein Wert fehlt oder ist von anderem Typ.
refusal-scim-value-unfit-remedy = Berichtigen Sie das Attribut, das die Meldung nennt.
refusal-scim-not-changeable = Das Attribut lässt sich nicht ändern oder entfernen.
refusal-scim-not-changeable-remedy = Lassen Sie es weg.
refusal-scim-no-target = Kein Wert passt zum Filter des Pfads.
refusal-scim-no-target-remedy = Fügen Sie den Wert zuerst hinzu.
refusal-scim-too-many = Die Anfrage würde zu viel auf einmal ansehen, zurückgeben oder ändern.
refusal-scim-too-many-remedy = Engen Sie den Filter ein, fragen Sie nach weniger Attributen oder senden Sie mehrere Anfragen.
