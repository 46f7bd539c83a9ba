"""A person with a passkey and a browser, without a browser: follows redirects and does what the scripts of our pages would do."""

import json
import os
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import requests

from device import Passkey

ORIGIN, CA = os.environ["ORIGIN"], os.environ["CA"]


class Page(HTMLParser):
    """What the script of a page reads: its meta elements, and the form that it sends to an application by itself."""

    def __init__(self, text):
        super().__init__()
        self.meta, self.address, self.fields = {}, None, {}
        self.feed(text)
        self.data = json.loads(self.meta.get("page-data", "{}"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "meta" and "name" in attributes:
            self.meta[attributes["name"]] = attributes.get("content")
        elif tag == "form" and attributes.get("id") == "answer":
            self.address = attributes["action"]
        elif tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes["value"]


def written(answer):
    """As browsers write it; a device alone says less."""
    return {**answer, "rawId": answer["id"], "type": "public-key"}


class Person:
    def __init__(self, link):
        """`link` is a registration link: the person comes with a passkey, and signed in nowhere."""
        self.http = requests.Session()
        self.http.verify = CA
        self.trail = []
        self.passkey = Passkey("localhost", ORIGIN)
        address, token = urldefrag(link)
        page = Page(self.send(address).text)
        begun = self.post(page, "/register/begin", {"token": token})
        asked = begun["publicKey"]
        assert asked["rp"]["id"] == "localhost" and asked["authenticatorSelection"]["userVerification"] == "required", asked
        self.user_handle = asked["user"]["id"]
        self.post(page, "/register/finish", {"state": begun["state"], "response": written(self.passkey.create(asked["challenge"]))})

    def open(self, address, until=None):
        """Opens an address and goes wherever it leads, signing in and consenting on the way: to a page, which is given back, or
        to an address that begins with `until`, which nobody needs to serve. What was passed stays in `trail`."""
        self.trail, form = [], None
        for _ in range(20):
            self.trail.append(address)
            if until and address.startswith(until):
                return address
            answer = self.send(address, form)
            onward, form = (answer.headers["location"], None) if answer.is_redirect else self.act(answer)
            if onward is None:
                return answer
            address = urljoin(address, onward)
        raise AssertionError(f"redirected without end: {self.trail}")

    def passed(self, path):
        """Whether the way of the last `open` led over this address of ours."""
        return any(address.split("?")[0] == ORIGIN + path for address in self.trail)

    def send(self, address, form=None):
        return self.http.request("POST" if form else "GET", address, data=form, allow_redirects=False, timeout=10)

    def page(self, address):
        """One of our pages, as its script reads it."""
        answer = self.send(address)
        assert answer.ok, (address, answer.status_code)
        return Page(answer.text)

    def act(self, answer):
        """What a person does on our pages for signing in and for consent; where it leads then, and the form sent there."""
        if not answer.url.startswith(ORIGIN + "/") or not answer.ok:
            return None, None
        page = Page(answer.text)
        if "publicKey" in page.data:
            signed = written(self.passkey.sign(page.data["publicKey"]["challenge"], self.user_handle))
            told = {"state": page.data["state"], "response": signed, "return": page.data["return"]}
            return self.post(page, "/sign-in/passkey", told)["location"], None
        if "query" in page.data:
            told = {"query": page.data["query"], "tenant": page.data["tenant"], "decision": "allow"}
            return self.post(page, "/consent", told)["location"], None
        return page.address, page.fields

    def post(self, page, path, body):
        headers = {"Origin": ORIGIN, "X-CSRF-Token": page.meta["csrf-token"]}
        answer = self.http.post(ORIGIN + path, json=body, headers=headers, allow_redirects=False, timeout=10)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json()
