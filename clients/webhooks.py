"""The library of Standard Webhooks takes our calls, over TLS, and refuses what isn't ours."""

import http.server
import json
import os
import queue
import ssl
import subprocess
import threading

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from checks import check, run

SETTINGS = json.loads(os.environ["SETTINGS"])


def command(*words, private=True):
    environment = {**os.environ, "CLAVIGER_OUTBOUND_AUTHORITY": os.environ["CA"], "CLAVIGER_OUTBOUND_PRIVATE": str(private).lower()}
    return subprocess.run([os.environ["BINARY"], *words, *SETTINGS], env=environment, capture_output=True, text=True)


def said(*words):
    done = command(*words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout


def refused(*words, **more):
    done = command(*words, **more)
    assert done.returncode == 1, (done.returncode, done.stdout)
    return done.stderr


class Program:
    """Keeps what it is told, and answers as it was told to."""

    def __init__(self):
        self.calls, self.answers = queue.Queue(), []
        program = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                program.calls.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(program.answers.pop(0) if program.answers else 204)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(os.environ["CERTIFICATE"], os.environ["CERTIFICATE_KEY"])
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/told"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, about="lena"):
        """The next call about Lena: other people's accounts are told of, too."""
        while True:
            headers, body = self.calls.get(timeout=30)
            if not about or json.loads(body)["data"].get("userName", "").startswith(about):
                return headers, body


PROGRAM = Program()
ADDED = said("webhook", "add", PROGRAM.url, "--json")


def must_fail(webhook, body, headers):
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError:
        return
    raise AssertionError("it was taken")


@check
def a_trial_is_taken_by_the_library():
    said("webhook", "test", ADDED["id"])
    headers, body = PROGRAM.take(about="")
    while json.loads(body)["type"] != "trial":
        headers, body = PROGRAM.take(about="")
    assert Webhook(ADDED["secret"]).verify(body, headers)["data"] == {}
    told = refused("webhook", "test", ADDED["id"], private=False)
    assert "outbound-private" in told, told


@check
def what_happens_is_taken_and_what_is_altered_is_not():
    made = said("user", "pass", "lena@example.org", "--json")
    headers, body = PROGRAM.take()
    webhook = Webhook(ADDED["secret"])
    told = webhook.verify(body, headers)
    assert told["type"] == "pass.issued" and told["data"]["userName"] == "lena@example.org", told
    assert made["pass"] not in body and "not-me" not in body, body
    other = said("webhook", "add", "https://localhost:9/other", "--json")
    must_fail(Webhook(other["secret"]), body, headers)
    said("webhook", "remove", other["id"])
    must_fail(webhook, body.replace("lena", "mona"), headers)
    must_fail(webhook, body, {**headers, "webhook-id": "msg_another"})
    must_fail(webhook, body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)})


@check
def what_fails_comes_again_under_the_same_id():
    PROGRAM.answers = [500, 302]
    said("user", "pass", "lena@example.org", "--json")
    calls = [PROGRAM.take() for _ in range(3)]
    assert len({headers["webhook-id"] for headers, _ in calls}) == 1
    assert len({body for _, body in calls}) == 1
    for headers, body in calls:
        Webhook(ADDED["secret"]).verify(body, headers)


@check
def the_secret_is_shown_once():
    shown = said("webhook", "list", "--json")
    assert [(one["id"], one["url"]) for one in shown] == [(ADDED["id"], PROGRAM.url)], shown
    assert "whsec_" not in said("webhook", "list")
    assert "webhook.unfit" in refused("webhook", "add", "http://siem.example.org/")
    said("webhook", "remove", ADDED["id"])
    assert "webhook.missing" in refused("webhook", "remove", ADDED["id"])


run()
