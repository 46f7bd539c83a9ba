"""aiosmtpd takes mail by STARTTLS and by TLS, from whoever signs in, and Python's own parser reads it."""

import email
import email.policy
import json
import os
import queue
import socket
import ssl
import subprocess

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from checks import check, run

ORIGIN, SETTINGS = os.environ["ORIGIN"], json.loads(os.environ["SETTINGS"])
PASSWORD = "correct horse battery staple"
FROM = "no-reply@example.org"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*words, given=None, authority=True):
    environment = {**os.environ}
    if authority:
        environment["CLAVIGER_OUTBOUND_AUTHORITY"] = os.environ["CA"]
    return subprocess.run([os.environ["BINARY"], *words, *SETTINGS], input=given, capture_output=True, text=True, env=environment)


def said(*words, **more):
    done = command(*words, **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout


def refused(*words, **more):
    done = command(*words, **more)
    assert done.returncode == 1, (done.returncode, done.stdout)
    assert PASSWORD not in done.stdout + done.stderr
    return done.stderr


class Office:
    """Takes mail from whoever knows the password, by a protected connection only."""

    def __init__(self, **more):
        self.letters = queue.Queue()
        self.port = free_port()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(os.environ["CERTIFICATE"], os.environ["CERTIFICATE_KEY"])
        tls = {"ssl_context": context, "auth_require_tls": False} if more.get("smtps") else {"tls_context": context, "require_starttls": True}
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, auth_required=True, authenticator=self.judge, **tls)
        self.controller.start()

    @staticmethod
    def judge(server, session, envelope, mechanism, data):
        return AuthResult(handled=False, success=(data.login, data.password) == (b"claviger", PASSWORD.encode()))

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.put((envelope.mail_from, envelope.rcpt_tos, letter))
        return "250 OK"

    def take(self):
        """The next letter to Jana or Kaja: other people's notices waited for a mail server, too."""
        while True:
            sender, recipients, letter = self.letters.get(timeout=30)
            if recipients[0].startswith(("jana", "kaja")):
                return sender, recipients, letter


def set_mail(port, *more, password=PASSWORD):
    return said("mail", "set", "localhost", "--port", str(port), "--from", FROM, "--user", "claviger", "--password-file", "-",
                *more, given=password + "\n")


OFFICE = Office()


@check
def mail_needs_a_server_that_answers():
    told = refused("mail", "test", "jana@example.org")
    assert "mail.missing" in told, told
    set_mail(free_port())
    told = refused("mail", "test", "jana@example.org")
    assert "(connect)" in told and "right host and port" in told, told


@check
def mail_is_sent_by_starttls_to_a_certificate_that_is_believed():
    told = set_mail(OFFICE.port)
    assert PASSWORD not in told
    told = refused("mail", "test", "jana@example.org", authority=False)
    assert "(tls)" in told and "outbound-authority" in told, told
    assert OFFICE.letters.empty()
    said("mail", "test", "jana@example.org")
    sender, recipients, letter = OFFICE.take()
    assert (sender, recipients) == (FROM, ["jana@example.org"]), (sender, recipients)
    assert letter["Subject"] == "Mail works", letter["Subject"]


@check
def a_password_that_is_wrong_says_so():
    set_mail(OFFICE.port, password="wrong")
    told = refused("mail", "test", "jana@example.org")
    assert "(login)" in told and "password" in told, told
    shown = said("mail", "show", "--json")
    assert shown["user"] == "claviger" and "password" not in shown, shown
    set_mail(OFFICE.port)


@check
def a_server_without_tls_gets_nothing():
    plain = Controller(OFFICE, hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        set_mail(plain.port)
        told = refused("mail", "test", "jana@example.org")
        assert "(no_tls)" in told, told
        done = command("mail", "set", "mail.example.org", "--security", "none", "--from", FROM)
        assert done.returncode == 1 and "localhost only" in done.stderr, done.stderr
    finally:
        plain.stop()
        set_mail(OFFICE.port)


def told_of_a_pass(language, subject, direction):
    said("user", "set", "jana@example.org", "--property", f"preferredLanguage={language}")
    said("user", "pass", "jana@example.org", "--json")
    sender, recipients, letter = OFFICE.take()
    assert (sender, recipients) == (FROM, ["jana.post@example.org"]), (sender, recipients)
    assert letter["Subject"] == subject, letter["Subject"]
    assert letter["To"] == "jana.post@example.org" and FROM in letter["From"], letter.items()
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Message-ID"] and letter["Date"]
    assert not letter.defects, letter.defects
    text = letter.get_body(("plain",)).get_content()
    html = letter.get_body(("html",)).get_content()
    for part in (text, html):
        assert f"{ORIGIN}/not-me#" in part and f"{ORIGIN}/security-info" in part, part
    # Her name holds markup: it is shown, and is none.
    assert "Jana <b>&" in text and "Jana &#60;b&#62;&#38;" in html, html
    assert f'dir="{direction}"' in html and "<img" not in html and "src=" not in html, html


@check
def notices_come_in_the_persons_language():
    told_of_a_pass("en", "A Temporary Access Pass was made for you", "ltr")
    told_of_a_pass("de-AT", "Für Sie wurde ein Befristeter Zugriffspass erstellt", "ltr")
    told_of_a_pass("ar", "أُنشئ لك رمز وصول مؤقت", "rtl")


@check
def who_can_not_be_told_is_listed_without_what_it_says():
    said("user", "set", "jana@example.org", "--mail", "nobody@example.org")
    # The address of a while ago is told, too: only whoever has none at all is not.
    said("user", "pass", "jana@example.org", "--json")
    assert OFFICE.take()[1] == ["jana.post@example.org"]
    said("user", "set", "kaja@example.org", "--mail", "nobody@example.org")
    said("user", "pass", "kaja@example.org", "--json")
    listed = []
    for _ in range(100):
        listed = [one for one in said("mail", "undelivered", "--json") if one["userName"] == "kaja@example.org"]
        if listed and listed[0]["state"] != "waiting":
            break
    assert [(one["notice"], one["state"]) for one in listed] == [("pass_issued", "refused")], listed
    assert "not-me" not in json.dumps(listed)


@check
def mail_is_sent_by_tls_from_the_first_byte():
    office = Office(smtps=True)
    set_mail(office.port, "--security", "tls")
    said("mail", "test", "jana@example.org")
    assert office.take()[0] == FROM
    office.controller.stop()
    said("mail", "remove")
    assert "mail.missing" in refused("mail", "show")


run()
