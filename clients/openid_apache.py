"""Apache with mod_auth_openidc, as Debian has them, before a page that shows who reads it. Nothing of the system's own
configuration is read, and nothing is started but here."""

import copy
import html
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import requests

from checks import check, run
from person import CA, ORIGIN, Page, Person

PROGRAM, MODULES = "/usr/sbin/apache2", "/usr/lib/apache2/modules"
SITE, CLIENT_ID, SECRET = os.environ["SITE"], os.environ["APACHE_ID"], os.environ["APACHE_SECRET"]
LOADED = ["mpm_event", "ssl", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir", "mime", "include"]
CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/errors
LogLevel warn
Mutex sem
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
User www-data
Group www-data
{modules}
Listen {listen} https
TypesConfig /dev/null
AddType text/html .html .shtml
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.shtml
DocumentRoot {folder}/site

SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {certificate_key}

OIDCProviderMetadataURL {origin}/.well-known/openid-configuration
OIDCSSLValidateServer On
OIDCCABundlePath {folder}/authority.pem
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {site}/callback
OIDCCryptoPassphrase {secret}
OIDCScope "openid profile offline_access"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCPassClaimsAs environment
# All workers know the same sessions.
OIDCCacheType file
OIDCCacheDir {folder}/cache

<Directory {folder}/site>
    Options IncludesNoExec
    Require all granted
</Directory>
<LocationMatch "^/(callback|private)">
    AuthType openid-connect
    Require valid-user
</LocationMatch>
<Location /private/hardware>
    Require claim acr:phrh
</Location>
"""
PAGE = '<pre>\n<!--#printenv -->\n</pre>\n'


class Apache:
    def __init__(self):
        # Its workers are somebody else than who starts it, and read the authority while they run.
        self.folder = Path(tempfile.mkdtemp(prefix="claviger-apache-"))
        self.folder.chmod(0o755)
        for place in ("private", "private/hardware"):
            (self.folder / "site" / place).mkdir(parents=True)
            (self.folder / "site" / place / "index.shtml").write_text(PAGE)
        (self.folder / "site" / "bye.html").write_text("Goodbye")
        shutil.copyfile(CA, self.folder / "authority.pem")
        (self.folder / "cache").mkdir()
        shutil.chown(self.folder / "cache", "www-data")
        configuration = self.folder / "configuration"
        configuration.touch(0o600)
        configuration.write_text(CONFIGURATION.format(
            folder=self.folder, modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED),
            listen=SITE.removeprefix("https://").replace("localhost", "127.0.0.1"), site=SITE, origin=ORIGIN,
            certificate=os.environ["CERTIFICATE"], certificate_key=os.environ["CERTIFICATE_KEY"],
            client_id=CLIENT_ID, secret=SECRET))
        # It ends with this program, however that ends.
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", PROGRAM, "-d", self.folder, "-f", configuration, "-D", "FOREGROUND"])

    def wait(self):
        for _ in range(200):
            assert self.child.poll() is None, f"apache2 ended at once: {self.errors()}"
            try:
                return requests.get(f"{SITE}/bye.html", verify=CA, timeout=10)
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError(f"apache2 did not answer: {self.errors()}")

    def errors(self):
        log = self.folder / "errors"
        return log.read_text() if log.exists() else ""

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def read(answer):
    """What the page was told of its reader."""
    assert answer.status_code == 200, (answer.status_code, answer.text)
    lines = [line.split("=", 1) for line in html.unescape(answer.text).splitlines() if "=" in line]
    return dict(lines)


@check
def apache_lets_somebody_in_who_signs_in():
    assert "Goodbye" in APACHE.wait().text
    first = requests.get(f"{SITE}/private/", verify=CA, timeout=10, allow_redirects=False)
    assert first.status_code == 302 and first.headers["location"].startswith(f"{ORIGIN}/oauth2/v2.0/authorize?"), first.headers
    assert "code_challenge_method=S256" in first.headers["location"]
    told = read(GINA.open(f"{SITE}/private/"))
    assert GINA.passed("/sign-in") and GINA.trail[-1] == f"{SITE}/private/", GINA.trail
    # The module compares issuer, audience, nonce and `sub` of token and userinfo, and proves the signature.
    assert told["REMOTE_USER"] == "gina@example.org" and told["OIDC_CLAIM_name"] == "Gina", told
    assert told["OIDC_CLAIM_iss"] == ORIGIN and told["OIDC_CLAIM_aud"] == CLIENT_ID, told
    assert told["OIDC_CLAIM_acr"] == "phr" and told["OIDC_CLAIM_amr"].split(",")[0] == "pop", told


@check
def apache_asks_for_a_claim():
    answer = GINA.open(f"{SITE}/private/hardware/")
    assert answer.status_code in (401, 403), answer.status_code


@check
def apache_renews():
    before = read(GINA.open(f"{SITE}/private/"))["OIDC_access_token"]
    again = quote(f"{SITE}/private/", safe="")
    after = read(GINA.open(f"{SITE}/callback?refresh={again}&access_token={quote(before, safe='')}"))
    assert "error_code" not in GINA.trail[-1], GINA.trail
    assert after["OIDC_access_token"] != before and after["REMOTE_USER"] == "gina@example.org"


@check
def apache_signs_out():
    goodbye = f"{SITE}/bye.html"
    answer = GINA.open(f"{SITE}/callback?logout={quote(goodbye, safe='')}")
    assert answer.text == "Goodbye" and GINA.passed("/oauth2/v2.0/logout"), GINA.trail
    # Neither here nor there.
    assert GINA.send(f"{SITE}/private/").status_code == 302
    GINA.open(f"{SITE}/private/")
    assert GINA.passed("/sign-in"), GINA.trail


@check
def apache_is_told_that_somebody_signed_out_elsewhere():
    # Two browsers of one person, and both have a session at Apache.
    other = copy.copy(GINA)
    other.http = requests.Session()
    other.http.verify = CA
    for browser in (GINA, other):
        assert read(browser.open(f"{SITE}/private/"))["REMOTE_USER"] == "gina@example.org"
        assert browser.send(f"{SITE}/private/").status_code == 200
    # Signed out of Claviger, in one of them; Apache hears of it from nobody but Claviger.
    page = Page(GINA.send(f"{ORIGIN}/security-info").text)
    GINA.post(page, "/sign-out", {})
    for _ in range(200):
        answer = GINA.send(f"{SITE}/private/")
        if answer.status_code == 302:
            break
        time.sleep(0.05)
    assert answer.status_code == 302, (answer.status_code, APACHE.errors())
    # The session of the other browser is another one.
    assert other.send(f"{SITE}/private/").status_code == 200


@check
def apache_complained_of_nothing():
    told = [line for line in APACHE.errors().splitlines() if "auth_openidc" in line]
    # It signed somebody out itself, and was told of that as well.
    told = [line for line in told if "could not (or no longer) find a session" not in line]
    assert told == [], told


GINA = Person(os.environ["LINK_GINA"])
APACHE = Apache()
try:
    run()
finally:
    APACHE.stop()
