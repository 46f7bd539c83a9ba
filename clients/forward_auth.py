"""nginx and Caddy, as Debian has them, before a page that shows who reads it: with the very configurations that
docs/forward-authentication.md tells people to use. Nothing of the system's own configuration is read."""

import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import requests

from checks import check, run
from person import CA, ORIGIN, Person

PAGE = (Path(__file__).resolve().parent.parent / "docs/forward-authentication.md").read_text()
FORGED = {"Remote-User": "root", "Remote-Name": "Root", "Remote-Email": "root@example.org", "Remote-Groups": "admins",
          "Remote_User": "root", "remote_groups": "admins"}
OPENED = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
FETCHED = {"Accept": "*/*", "Sec-Fetch-Mode": "cors"}

resolve = socket.getaddrinfo
# RFC 6761 section 6.3; not every machine's resolver knows it.
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)


def documented(language):
    """A block of the page, as people copy it."""
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)
    assert len(found) == 1, (language, len(found))
    return found[0]


def put(text, changes):
    """The same with the places of this test; each of them must be there."""
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


class Application(http.server.ThreadingHTTPServer):
    """Shows what it gets; knows nobody."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Shown)
        self.seen = 0
        self.address = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Shown(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen += 1
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = {"path": self.path, "method": self.command, "body": body, "headers": self.headers.items()}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Proxy:
    """A program before an application; it ends with this one, however that ends."""

    def __init__(self, name, site):
        self.name, self.site, self.application = name, site, Application()
        self.host, self.port = site.removeprefix("https://").split(":")
        # Its workers are somebody else than who starts it.
        self.folder = Path(tempfile.mkdtemp(prefix=f"claviger-{name}-"))
        self.folder.chmod(0o755)
        self.log = open(self.folder / "output", "w")
        environment = {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        self.child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *self.configure()], env=environment,
                                      stdout=self.log, stderr=self.log)

    def wait(self):
        for _ in range(200):
            assert self.child.poll() is None, f"{self.name} ended at once: {self.errors()}"
            try:
                return requests.get(self.site, verify=CA, timeout=10, headers=FETCHED)
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError(f"{self.name} did not answer: {self.errors()}")

    def errors(self):
        return "".join(log.read_text() for log in (self.folder / "output", self.folder / "errors") if log.exists())

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


class Nginx(Proxy):
    def configure(self):
        (self.folder / "claviger.conf").write_text(documented("nginx-snippet"))
        site = put(documented("nginx"), {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "wiki.example.org": self.host,
            "/etc/ssl/wiki.pem": os.environ["CERTIFICATE"],
            "/etc/ssl/wiki.key": os.environ["CERTIFICATE_KEY"],
            "/etc/nginx/claviger.conf": str(self.folder / "claviger.conf"),
            "http://127.0.0.1:8080": ORIGIN.replace("localhost", "127.0.0.1"),
            "127.0.0.1:3000": self.application.address,
        })
        places = "\n".join(f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/errors warn;\n"
            f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{places}\n{site}\n}}\n")
        return ["/usr/sbin/nginx", "-p", str(self.folder), "-e", str(self.folder / "errors"), "-c", str(self.folder / "nginx.conf")]


class Caddy(Proxy):
    def configure(self):
        site = put(documented("caddyfile"), {
            "wiki.example.org {": f"{self.site} {{\n\tbind 127.0.0.1\n\ttls {os.environ['CERTIFICATE']} {os.environ['CERTIFICATE_KEY']}",
            "forward_auth 127.0.0.1:8080 {": f"forward_auth {ORIGIN} {{\n\t\t\ttransport http {{\n\t\t\t\ttls_trusted_ca_certs {CA}\n\t\t\t}}",
            "127.0.0.1:3000": self.application.address,
        })
        (self.folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
        return ["/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")]


def read(answer):
    """What the application was told; under each name once, however it is written."""
    assert answer.status_code == 200, (answer.status_code, answer.headers, answer.text[:2000])
    told = answer.json()
    told["told"] = {}
    for name, value in told["headers"]:
        name = name.lower().replace("_", "-")
        assert name not in told["told"] or not name.startswith("remote"), told["headers"]
        told["told"][name] = value
    return told


def of_each(function):
    """A check of each proxy."""
    for proxy in PROXIES:
        def one(proxy=proxy):
            function(proxy)

        one.__name__ = f"{proxy.name}_{function.__name__}"
        check(one)


def fetch(proxy, path="/", person=None, **more):
    headers = {**FETCHED, **more.pop("headers", {})}
    http_session = person.http if person else requests
    return http_session.request(more.pop("method", "GET"), proxy.site + path, headers=headers, verify=CA, timeout=10,
                                allow_redirects=False, **more)


def cookie_of(proxy):
    """Hanna's, of the application behind it."""
    return next(it.value for it in HANNA.http.cookies if it.name == "__Host-claviger-app" and it.domain == proxy.host)


NGINX = Nginx("nginx", os.environ["WIKI_SITE"])
CADDY = Caddy("caddy", os.environ["NOTES_SITE"])
PROXIES = [NGINX, CADDY]


@of_each
def lets_no_stranger_in(proxy):
    assert proxy.wait().status_code == 401
    for headers in ({}, FORGED, {"X-Forwarded-Uri": "/.claviger/sign-out", "X-Forwarded-Host": "localhost"},
                    {"X-Forwarded-Method": "GET", "X-Original-URL": "/public", "X-Forwarded-Proto": "http"}):
        for method in ("GET", "POST", "OPTIONS"):
            answer = fetch(proxy, method=method, headers=headers, data="x" if method == "POST" else None)
            assert answer.status_code == 401 and "location" not in answer.headers, (method, headers, answer.status_code, answer.text)
            assert answer.json()["error"]["code"] == "forward_auth.signed_out", answer.text
    socket_headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
                      "Sec-WebSocket-Version": "13", "Accept": "text/html", "Sec-Fetch-Mode": "websocket"}
    assert fetch(proxy, headers=socket_headers).status_code == 401
    assert proxy.application.seen == 0


@of_each
def lets_somebody_in_who_signs_in(proxy):
    HANNA.http.headers.update({**OPENED, **FORGED})
    first = HANNA.send(proxy.site + "/page?x=1&y=%2F")
    assert first.status_code == 303 and first.headers["location"].startswith(f"{ORIGIN}/forward-auth/sign-in?request="), first.headers
    told = read(HANNA.open(proxy.site + "/page?x=1&y=%2F"))
    assert HANNA.trail[-1] == proxy.site + "/page?x=1&y=%2F", HANNA.trail
    # By passkey at the first application, without a word at the second.
    assert HANNA.passed("/sign-in") == (proxy is NGINX), HANNA.trail
    assert told["path"] == "/page?x=1&y=%2F", told
    headers = told["told"]
    assert headers["remote-user"] == "hanna@example.org" and headers["remote-name"] == "Hanna M%C3%BCller", headers
    # There is no address; a forged one must not take its place.
    assert headers.get("remote-email", "") == "", headers
    assert headers["remote-groups"] == "Wiki authors", headers
    assert "claviger-app" not in headers.get("cookie", ""), headers


@of_each
def hands_on_cookies_of_the_application_and_bodies(proxy):
    HANNA.http.cookies.set("own", "1", domain=proxy.host, path="/")
    HANNA.http.cookies.set("zone", "2", domain=proxy.host, path="/")
    told = read(fetch(proxy, person=HANNA, method="POST", data="a=b&c=%C3%A9"))
    assert told["method"] == "POST" and told["body"] == "a=b&c=%C3%A9", told
    cookies = told["told"]["cookie"]
    assert "own=1" in cookies and "zone=2" in cookies and "claviger-app" not in cookies, cookies
    # Wherever it stands among the others.
    own = f"__Host-claviger-app={cookie_of(proxy)}"
    for sent, left in ((f"{own}; a=1; b=2", ["a=1", "b=2"]), (f"a=1; {own}; b=2", ["a=1", "b=2"]), (f"a=1; b=2; {own}", ["a=1", "b=2"]),
                       (own, []), (f"x__Host-claviger-ap=1; {own}", ["x__Host-claviger-ap=1"])):
        shown = read(fetch(proxy, headers={"Cookie": sent}))["told"].get("cookie", "")
        assert [pair.strip() for pair in shown.split(";") if pair.strip()] == left, (sent, shown)


@of_each
def believes_no_browser_about_what_was_asked(proxy):
    other = NGINX if proxy is CADDY else CADDY
    for headers in ({"X-Forwarded-Host": other.site.removeprefix("https://")}, {"X-Forwarded-Uri": "/.claviger/sign-out"},
                    {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Method": "POST"}):
        told = read(fetch(proxy, "/private", person=HANNA, headers=headers))
        assert told["path"] == "/private" and told["told"]["remote-user"] == "hanna@example.org", told
    # One application's cookie is nothing to the other.
    answer = fetch(proxy, headers={"Cookie": f"__Host-claviger-app={cookie_of(other)}"})
    assert answer.status_code == 401, answer.text


@of_each
def comes_back_once_and_in_one_browser(proxy):
    """Somebody's way back opens nothing in another browser, and nothing twice."""
    IDA.http.headers.update(OPENED)
    back = IDA.open(proxy.site + "/", until=proxy.site + "/.claviger/callback")
    for browser in (requests, IDA.http, IDA.http):
        answer = browser.get(back, verify=CA, timeout=10, allow_redirects=False, headers=OPENED)
        assert answer.status_code == 400 and "forward_auth.code_unusable" in answer.text, (answer.status_code, answer.text)
    back = IDA.open(proxy.site + "/", until=proxy.site + "/.claviger/callback")
    assert IDA.send(back).status_code == 303
    assert read(IDA.send(proxy.site + "/"))["told"]["remote-user"] == "ida@example.org"
    assert IDA.send(back).status_code == 400


@of_each
def signs_out(proxy):
    refused = fetch(proxy, "/.claviger/sign-out", person=IDA, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403 and fetch(proxy, person=IDA).status_code == 200, refused.text
    page = IDA.open(proxy.site + "/.claviger/sign-out")
    assert page.status_code == 200 and IDA.passed("/oauth2/v2.0/logout"), IDA.trail
    assert fetch(proxy, person=IDA).status_code == 401
    # Still signed in there: no passkey is asked for.
    IDA.open(proxy.site + "/")
    assert not IDA.passed("/sign-in") and fetch(proxy, person=IDA).status_code == 200, IDA.trail


@check
def signing_out_of_claviger_ends_all_of_it():
    assert all(fetch(proxy, person=HANNA).status_code == 200 for proxy in PROXIES)
    page = HANNA.page(ORIGIN + "/security-info")
    HANNA.post(page, "/sign-out", {})
    assert all(fetch(proxy, person=HANNA).status_code == 401 for proxy in PROXIES)


@of_each
def complained_of_nothing(proxy):
    told = [line for line in proxy.errors().splitlines() if re.search(r"\[(error|crit|alert|emerg)\]|\"level\":\"error\"", line)]
    assert told == [], told


HANNA, IDA = Person(os.environ["LINK_HANNA"]), Person(os.environ["LINK_IDA"])
try:
    run()
finally:
    for each in PROXIES:
        each.stop()
