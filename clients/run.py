"""Independent clients against the built program, over TLS with an authority of its own, on loopback.

    python run.py --binary PATH --counts FILE [--rust-client PATH] [FILTER...]

Each client is a program of its own; what it prints as `ok NAME` and `FAILED NAME: why` is counted.
"""

import argparse
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Longer than any client needs; what hangs is ended and counted as failed.
LIMITS = {"sdk_v1": 300, "sdk_beta": 300, "passkeys_v1": 120, "passkeys_beta": 120, "javascript": 120,
          "authlib": 60, "msal": 60, "apache": 60, "openidconnect": 60, "forward_auth": 90, "mail": 120, "webhooks": 120, "scim": 120, "schemathesis": 260}
PERMISSIONS = [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "RoleManagement.Read.Directory",
    "Organization.Read.All",
    "AuditLog.Read.All",
    "UserAuthMethod-Passkey.Read.All",
    "Application.Read.All",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """An authority and a certificate of it for localhost and names below it: clients must be shown the authority, and accept no other."""
    ca, key, request, certificate = (folder / name for name in ("ca.pem", "key.pem", "request.pem", "certificate.pem"))
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Test authority", "-keyout", folder / "ca.key", "-out", ca,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    (folder / "names").write_text("subjectAltName=DNS:localhost,DNS:wiki.localhost,DNS:notes.localhost\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-days", "2", "-in", request, "-CA", ca, "-CAkey", folder / "ca.key", "-CAcreateserial",
            "-extfile", folder / "names", "-out", certificate)
    return ca, certificate, key


class Server:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.ca, self.certificate, self.key = make_certificates(folder)
        self.port = free_port()
        self.origin = f"https://localhost:{self.port}"
        self.settings = ["--data", str(folder / "data"), "--public-origin", self.origin]
        self.log = open(folder / "log", "w")
        self.child = subprocess.Popen(
            [binary, "serve", *self.settings, "--listen", f"127.0.0.1:{self.port}", "--trusted-proxy", "127.0.0.1",
             "--tls-certificate", str(self.certificate), "--tls-key", str(self.key)],
            # Applications that are told of sign-outs are on this machine, too, with certificates of the same authority.
            env={**os.environ, "CLAVIGER_OUTBOUND_PRIVATE": "true", "CLAVIGER_OUTBOUND_AUTHORITY": str(self.ca)}, stdout=self.log, stderr=self.log)
        self.context = ssl.create_default_context(cafile=str(self.ca))
        self.wait()

    def wait(self):
        for _ in range(600):
            if self.child.poll() is not None:
                raise SystemExit("claviger ended at once\n" + self.text())
            try:
                self.get("/healthz")
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("claviger did not answer\n" + self.text())

    def get(self, path):
        with urllib.request.urlopen(self.origin + path, context=self.context, timeout=10) as answer:
            return answer.read()

    def text(self):
        return (self.folder / "log").read_text()

    def command(self, *words):
        """A command of the same program, while the server runs; gives what it prints as JSON."""
        return self.run_command(*words, "--json")

    def run_command(self, *words):
        """The same, for a command that prints a sentence."""
        done = subprocess.run([self.binary, *words, *self.settings], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"claviger {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout) if "--json" in words and done.stdout.strip() else None

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
        self.log.close()


def prepare(server):
    """People and an application; what the clients need to know stands in the environment."""
    for name in ("ada", "bob", "carol"):
        server.command("user", "add", f"{name}@example.org", "--display-name", name.title())
    app = server.command("app", "create", "Clients")
    app_id = app["clientId"]
    server.command("app", "role", app_id, *PERMISSIONS)
    secret = server.command("app", "add-secret", app_id)
    provisioner = prepare_provisioner(server)
    discovery = json.loads(server.get("/.well-known/openid-configuration"))
    assert discovery["issuer"] == server.origin, discovery
    return {
        "ORIGIN": server.origin,
        "TENANT": "organizations",
        "CLIENT_ID": app_id,
        "CLIENT_SECRET": secret["secret"],
        "CA": str(server.ca),
        **provisioner,
        **prepare_openid(server),
        **prepare_forward_auth(server),
        **prepare_mail(server),
    }


def prepare_mail(server):
    """Somebody who reads mail, and somebody who will; how the client says commands of its own."""
    server.command("user", "add", "jana@example.org", "--display-name", "Jana <b>&")
    server.run_command("user", "set", "jana@example.org", "--mail", "jana.post@example.org")
    server.command("user", "add", "kaja@example.org", "--display-name", "Kaja")
    server.command("user", "add", "lena@example.org", "--display-name", "Lena")
    return {"BINARY": server.binary, "SETTINGS": json.dumps(server.settings)}


def prepare_provisioner(server):
    """An application that may create passkeys for administrators, and change the policy: with a key, and with directory roles of
    its own."""
    for version in ("v1.0", "beta"):
        server.command("user", "add", f"key-{version}@example.org", "--display-name", "Key")
        server.run_command("role", "assign", "Global Administrator", f"key-{version}@example.org")
    app = server.command("app", "create", "Provisioner")
    app_id = app["clientId"]
    server.command("app", "role", app_id, "UserAuthMethod-Passkey.ReadWrite.All", "Policy.ReadWrite.AuthenticationMethod",
                   "UserAuthenticationMethod.ReadWrite.All")
    server.run_command("role", "assign", "Privileged Authentication Administrator", app["principalId"])
    return {"PROVISIONER_ID": app_id, "PROVISIONER_KEY": add_key(server, app_id, "provisioner")}


def add_key(server, app_id, name):
    """A key of the application's own; gives the private one's file."""
    key, public = server.folder / f"{name}.pem", server.folder / f"{name}.pub"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    openssl("pkey", "-in", key, "-pubout", "-out", public)
    server.command("app", "add-key", app_id, "--file", str(public))
    return str(key)


def prepare_openid(server):
    """Applications that let people sign in, and people with registration links. Each program has its own of both."""
    site = f"https://localhost:{free_port()}"
    told = {"CALLBACK": "https://travel.example.org/callback", "SITE": site, "CERTIFICATE": str(server.certificate), "CERTIFICATE_KEY": str(server.key)}
    for name, addresses in (
        ("AUTHLIB", [f"web={told['CALLBACK']}"]),
        ("MSAL", [f"web={told['CALLBACK']}"]),
        ("TOOL", ["publicClient=http://localhost"]),
        ("RUST", [f"web={told['CALLBACK']}"]),
        ("APACHE", [f"web={site}/callback", f"web={site}/bye.html"]),
    ):
        redirects = [word for address in addresses for word in ("--redirect", address)]
        app_id = server.command("app", "create", name.title(), *redirects)["clientId"]
        secret = server.command("app", "add-secret", app_id)["secret"]
        told |= {f"{name}_ID": app_id, f"{name}_SECRET": secret}
    server.run_command("app", "logout-address", told["APACHE_ID"], f"{site}/callback?logout=backchannel")
    # Another application's API, which Authlib asks for tokens for.
    ledger = server.command("app", "create", "Ledger")["clientId"]
    server.command("app", "api", ledger, "--uri", "https://ledger.example.org", "--scope", "expenses.read=Read your expenses",
                   "--app-role", "Expenses.Import=Bring expenses in")
    server.command("app", "role", told["AUTHLIB_ID"], "https://ledger.example.org/Expenses.Import")
    told |= {"LEDGER": "https://ledger.example.org", "LEDGER_ID": ledger,
             "LEDGER_SECRET": server.command("app", "add-secret", ledger)["secret"]}
    told["AUTHLIB_KEY"] = add_key(server, told["AUTHLIB_ID"], "authlib")
    for name in ("Dora", "Emil", "Finn", "Gina"):
        made = server.command("user", "add", f"{name.lower()}@example.org", "--display-name", name, "--link")
        told[f"LINK_{name.upper()}"] = made["link"]["url"]
    server.run_command("user", "set", "dora@example.org", "--mail", "dora.post@example.org")
    made = server.command("user", "add", "rosa@example.org", "--display-name", "Rosa", "--link")
    told["RUST_LINK"] = made["link"]["url"]
    return told


def prepare_forward_auth(server):
    """Two applications that know no OpenID, one behind each proxy, and people with registration links."""
    told = {}
    for name, display_name in (("hanna", "Hanna M\u00fcller"), ("ida", "Ida")):
        made = server.command("user", "add", f"{name}@example.org", "--display-name", display_name, "--link")
        told[f"LINK_{name.upper()}"] = made["link"]["url"]
    server.run_command("group", "add", "Wiki authors")
    server.run_command("group", "join", "Wiki authors", "hanna@example.org")
    for name in ("wiki", "notes"):
        site = f"https://{name}.localhost:{free_port()}"
        app_id = server.command("app", "create", name.title())["clientId"]
        server.run_command("app", "protect", app_id, site)
        server.run_command("app", "assign", app_id, "Wiki authors")
        told[f"{name.upper()}_SITE"] = site
    return told


def programs(python, scripts, rust_client):
    rust = {"openidconnect": [python, str(HERE / "openid_rust.py"), rust_client]} if rust_client else {}
    return rust | {
        "sdk_v1": [python, str(HERE / "sdk.py"), "v1.0"],
        "sdk_beta": [python, str(HERE / "sdk.py"), "beta"],
        "passkeys_v1": [python, str(HERE / "passkeys.py"), "v1.0"],
        "passkeys_beta": [python, str(HERE / "passkeys.py"), "beta"],
        "javascript": ["node", str(HERE / "graph.mjs")],
        "authlib": [python, str(HERE / "openid_authlib.py")],
        "msal": [python, str(HERE / "openid_msal.py")],
        "apache": [python, str(HERE / "openid_apache.py")],
        "mail": [python, str(HERE / "mail.py")],
        "webhooks": [python, str(HERE / "webhooks.py")],
        "scim": [python, str(HERE / "scim.py")],
        "forward_auth": [python, str(HERE / "forward_auth.py")],
        "schemathesis": [python, str(HERE / "contract.py"), str(scripts / "schemathesis")],
    }


def run(name, program, environment, folder):
    """Counts the lines of a client; a client that says nothing, or not to the end, failed."""
    # An authority that the machine's environment names would come before the one that a client is told of.
    trusted = dict.fromkeys(("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), environment["CA"])
    environment = {**os.environ, **environment, **trusted, "WORK": str(folder)}
    try:
        done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=LIMITS[name])
        output, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode(errors="replace")
        code = f"nothing within {LIMITS[name]} s"
    passed = [line[3:] for line in output.splitlines() if line.startswith("ok ")]
    failed = [f"{name}: {line[7:]}" for line in output.splitlines() if line.startswith("FAILED ")]
    if not failed and (code != 0 or not passed):
        failed.append(f"{name}: ended with {code}\n{output[-4000:]}")
    print(f"  {name}: {len(passed)} passed, {len(failed)} failed", flush=True)
    return len(passed), failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--counts", required=True)
    parser.add_argument("--rust-client")
    parser.add_argument("filters", nargs="*")
    arguments = parser.parse_args()
    # Nothing goes beyond loopback, whatever proxy this machine knows.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    folder = Path(tempfile.mkdtemp(prefix="claviger-clients-"))
    passed, failures = 0, []
    server = Server(arguments.binary, folder)
    try:
        environment = prepare(server)
        for name, program in programs(sys.executable, Path(sys.executable).parent, arguments.rust_client).items():
            if arguments.filters and not any(word in name for word in arguments.filters):
                continue
            good, bad = run(name, program, environment, folder)
            passed += good
            failures += bad
        if server.child.poll() is not None:
            failures.append("the server ended\n" + server.text()[-4000:])
        if "panicked" in server.text():
            failures.append("a handler panicked\n" + server.text()[-4000:])
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    Path(arguments.counts).write_text(json.dumps({"passed": passed, "failures": failures}))
    sys.exit(1 if failures or not passed else 0)


main()
