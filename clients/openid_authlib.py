"""Authlib signs somebody in to a Flask application: by discovery, with PKCE, once with a secret and once with a key."""

import os
import time
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from flask import Flask, session
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from requests import HTTPError

from checks import check, run
from person import ORIGIN, Person

CALLBACK, CLIENT_ID, SECRET = os.environ["CALLBACK"], os.environ["AUTHLIB_ID"], os.environ["AUTHLIB_SECRET"]
DISCOVERY = f"{ORIGIN}/.well-known/openid-configuration"
SCOPE = "openid profile email offline_access"
TOKEN_ENDPOINT = f"{ORIGIN}/oauth2/v2.0/token"


def read_key():
    with open(os.environ["AUTHLIB_KEY"], "rb") as file:
        return ECKey.import_key(file.read())


class Application:
    """What a Flask application with Authlib looks like."""

    def __init__(self, credential, method, proofs=()):
        self.method, self.proofs, self.kept = method, proofs, []
        self.flask = Flask(__name__)
        self.flask.secret_key = os.urandom(32)
        self.flask.testing = True  # an exception comes through to the check
        self.client = OAuth(self.flask).register(
            "claviger", client_id=CLIENT_ID, client_secret=credential, server_metadata_url=DISCOVERY,
            client_auth_methods=proofs, update_token=lambda token, **_: self.kept.append(token),
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "token_endpoint_auth_method": method})
        self.flask.add_url_rule("/login", "login", lambda: self.client.authorize_redirect(CALLBACK))
        self.flask.add_url_rule("/callback", "callback", lambda: dict(self.client.authorize_access_token()))

    def sign_in(self, person):
        """Gives the tokens, with the claims of the id token as Authlib judged them."""
        place = "https://" + urlsplit(CALLBACK).netloc
        with self.flask.test_client() as browser:
            asked = browser.get("/login", base_url=place).headers["location"]
            query = parse_qs(urlsplit(asked).query)
            assert query["code_challenge_method"] == ["S256"] and query["nonce"], asked
            back = person.open(asked, until=CALLBACK)
            answer = browser.get(back.removeprefix(place), base_url=place)
            assert answer.status_code == 200, answer.text
            token = answer.json
        assert token["userinfo"]["nonce"] == query["nonce"][0]
        return token

    def renew(self, token):
        """Authlib renews by itself what is over."""
        with self.flask.test_request_context():
            told = self.client.userinfo(token={**token, "expires_at": int(time.time()) - 1})
        return self.kept.pop(), told

    def ask(self, token):
        with self.flask.test_request_context():
            return self.client.userinfo(token=token)

    def judge(self, token, nonce):
        with self.flask.test_request_context():
            return self.client.parse_id_token(token, nonce=nonce)

    def make_session(self):
        """For what Authlib's Flask client has no word for."""
        made = OAuth2Session(
            self.client.client_id, self.client.client_secret, token_endpoint=TOKEN_ENDPOINT,
            token_endpoint_auth_method=self.method, revocation_endpoint_auth_method=self.method)
        for proof in self.proofs:
            made.register_client_auth_method(proof)
        return made


def be_used(application):
    """A sign-in, a renewal and a revocation."""
    token = application.sign_in(DORA)
    claims = token["userinfo"]
    assert claims["iss"] == ORIGIN and claims["aud"] == CLIENT_ID, claims
    assert claims["name"] == "Dora" and claims["preferred_username"] == "dora@example.org", claims
    assert claims["email"] == "dora.post@example.org" and "email_verified" not in claims, claims
    assert claims["acr"] == "phr" and {"pop", "mfa"} <= set(claims["amr"]), claims
    assert abs(claims["auth_time"] - time.time()) < 60, claims
    assert set(token["scope"].split()) == set(SCOPE.split()) and token["token_type"] == "Bearer", token
    told = application.ask(token)
    assert told.sub == claims["sub"] and told.name == "Dora" and told.email == "dora.post@example.org", told
    renewed, told = application.renew(token)
    assert told.sub == claims["sub"], told
    assert renewed["access_token"] != token["access_token"] and renewed["refresh_token"] != token["refresh_token"]
    again = application.judge(renewed, nonce=None)
    assert again["sub"] == claims["sub"] and again["auth_time"] == claims["auth_time"] and "nonce" not in again, again
    endpoint = application.client.load_server_metadata()["revocation_endpoint"]
    answer = application.make_session().revoke_token(endpoint, renewed["refresh_token"], token_type_hint="refresh_token")
    assert answer.status_code == 200 and answer.content == b"", answer.text
    try:
        application.make_session().refresh_token(TOKEN_ENDPOINT, renewed["refresh_token"])
        raise AssertionError("a token that was given back was renewed")
    except OAuthError as error:
        assert error.error == "invalid_grant", error
    try:
        application.ask(renewed)
        raise AssertionError("an access token outlived what was given back")
    except HTTPError as error:
        assert error.response.status_code == 401 and "invalid_token" in error.response.headers["www-authenticate"]


@check
def authlib_with_a_secret():
    be_used(Application(SECRET, "client_secret_basic"))
    assert DORA.passed("/sign-in") and DORA.passed("/oauth2/v2.0/authorize")


@check
def authlib_with_a_key():
    be_used(Application(read_key(), "private_key_jwt", [PrivateKeyJWT(alg="ES256")]))
    # Signed in and consented above.
    assert not DORA.passed("/sign-in"), DORA.trail


@check
def authlib_refuses_what_is_not_for_it():
    application = Application(SECRET, "client_secret_basic")
    token = application.sign_in(DORA)
    head, body, signature = token["id_token"].split(".")
    for wrong, nonce in (
        (token, "another"),
        ({**token, "id_token": f"{head}.{body}.{signature[:-8]}AAAAAAAA"}, token["userinfo"]["nonce"]),
    ):
        try:
            application.judge(wrong, nonce)
            raise AssertionError("a wrong id token was accepted")
        except JoseError:
            pass


class Ledger(JWTBearerTokenValidator):
    """An API that knows of us no more than the issuer: it verifies by the published keys, as RFC 9068 says."""

    def __init__(self, name):
        super().__init__(ORIGIN, name)

    def get_jwks(self):
        return DORA.http.get(DORA.http.get(DISCOVERY).json()["jwks_uri"]).json()

    def let_in(self, token, scope=None, role=None):
        claims = self.authenticate_token(token)
        self.validate_token(claims, scope, None, roles=role)
        return claims


def refuses(api, *words, why=InvalidTokenError, **named):
    try:
        api.let_in(*words, **named)
    except why:
        return
    raise AssertionError(f"{words} was let in")


def introspect(client_id, secret, token):
    answer = requests.post(f"{ORIGIN}/oauth2/v2.0/introspect", {"token": token}, auth=(client_id, secret), timeout=10)
    return answer.json()


@check
def authlib_asks_for_an_api_and_the_api_verifies():
    ledger, other = Ledger(LEDGER), Ledger("https://other.example.org")
    client = OAuth2Session(
        CLIENT_ID, SECRET, redirect_uri=CALLBACK, scope="openid offline_access expenses.read", code_challenge_method="S256",
        token_endpoint=TOKEN_ENDPOINT, token_endpoint_auth_method="client_secret_basic")
    verifier = generate_token(48)
    asked, _ = client.create_authorization_url(
        f"{ORIGIN}/oauth2/v2.0/authorize", code_verifier=verifier, resource=LEDGER)
    back = DORA.open(asked, until=CALLBACK)
    token = client.fetch_token(TOKEN_ENDPOINT, authorization_response=back, code_verifier=verifier, resource=LEDGER)
    claims = ledger.let_in(token["access_token"], scope=["expenses.read"])
    assert claims["client_id"] == CLIENT_ID and claims["scope"] == "expenses.read", claims
    refuses(ledger, token["access_token"], scope=["expenses.write"], why=InsufficientScopeError)
    refuses(other, token["access_token"])
    refuses(ledger, token["id_token"])
    renewed = client.refresh_token(TOKEN_ENDPOINT, token["refresh_token"], resource=LEDGER)
    assert ledger.let_in(renewed["access_token"], scope=["expenses.read"])["sub"] == claims["sub"]
    # Here it is none; there the tokens for our own API are none.
    answer = requests.get(f"{ORIGIN}/oidc/userinfo", headers={"Authorization": f"Bearer {renewed['access_token']}"}, timeout=10)
    assert answer.status_code == 401, answer.text
    own = Application(SECRET, "client_secret_basic").sign_in(DORA)
    refuses(ledger, own["access_token"])
    told = introspect(os.environ["LEDGER_ID"], os.environ["LEDGER_SECRET"], renewed["access_token"])
    assert told["active"] and told["aud"] == LEDGER and told["username"] == "dora@example.org", told
    told = introspect(os.environ["LEDGER_ID"], os.environ["LEDGER_SECRET"], own["access_token"])
    assert told == {"active": False}, told
    try:
        client.refresh_token(TOKEN_ENDPOINT, renewed["refresh_token"], resource="https://other.example.org")
        raise AssertionError("a resource was added")
    except OAuthError as error:
        assert error.error == "invalid_target", error


@check
def authlib_comes_to_an_api_by_itself():
    ledger = Ledger(LEDGER)
    client = OAuth2Session(CLIENT_ID, SECRET, token_endpoint_auth_method="client_secret_post")
    token = client.fetch_token(TOKEN_ENDPOINT, grant_type="client_credentials", resource=LEDGER)
    claims = ledger.let_in(token["access_token"], role=["Expenses.Import"])
    assert claims["client_id"] == CLIENT_ID and claims["idtyp"] == "app", claims
    refuses(ledger, token["access_token"], role=["Expenses.Erase"])


DORA = Person(os.environ["LINK_DORA"])
LEDGER = os.environ["LEDGER"]
run()
