"""MSAL signs people in to a web application by the code flow and to a tool on their own machine, and keeps what it got by account."""

import os
import threading
import webbrowser
from urllib.parse import parse_qsl, urlsplit

import msal
import requests

from checks import check, run
from person import CA, ORIGIN, Person

CALLBACK, CLIENT_ID = os.environ["CALLBACK"], os.environ["MSAL_ID"]
AUTHORITY = f"{ORIGIN}/{os.environ['TENANT']}"
SCOPES = ["User.Read"]


def make_application(cache):
    return msal.ConfidentialClientApplication(
        CLIENT_ID, client_credential=os.environ["MSAL_SECRET"], authority=AUTHORITY, instance_discovery=False, verify=CA,
        token_cache=cache)


def sign_in(application, person):
    flow = application.initiate_auth_code_flow(SCOPES, redirect_uri=CALLBACK)
    back = person.open(flow["auth_uri"], until=CALLBACK)
    assert person.passed(f"/{os.environ['TENANT']}/oauth2/v2.0/authorize"), person.trail
    return application.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(urlsplit(back).query)))


def who(answer):
    """Of whom our API takes this token to be."""
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    told = requests.get(f"{ORIGIN}/v1.0/me", headers=headers, verify=CA, timeout=10)
    assert told.status_code == 200, told.text
    return told.json()["displayName"]


CACHE = msal.SerializableTokenCache()
EMIL, FINN = (Person(os.environ[name]) for name in ("LINK_EMIL", "LINK_FINN"))


@check
def msal_signs_in_by_the_code_flow():
    answer = sign_in(make_application(CACHE), EMIL)
    assert "error" not in answer, answer
    claims = answer["id_token_claims"]
    assert claims["aud"] == CLIENT_ID and claims["iss"] == f"{AUTHORITY}/v2.0", claims
    assert claims["preferred_username"] == "emil@example.org" and claims["ver"] == "2.0", claims
    assert "User.Read" in answer["scope"].split() and answer["token_source"] == "identity_provider", answer
    assert who(answer) == "Emil"


@check
def msal_keeps_tokens_by_account():
    application = make_application(CACHE)
    claims = sign_in(application, FINN)["id_token_claims"]
    # One cache as a web application keeps it, and what is in it is found by `client_info`.
    accounts = {account["username"]: account for account in application.get_accounts()}
    assert set(accounts) == {"emil@example.org", "finn@example.org"}, accounts
    finn = accounts["finn@example.org"]
    assert finn["home_account_id"] == f"{claims['oid']}.{claims['tid']}", (finn, claims)
    assert finn["local_account_id"] == claims["oid"], (finn, claims)
    for name in ("Emil", "Finn"):
        answer = application.acquire_token_silent_with_error(SCOPES, accounts[f"{name.lower()}@example.org"])
        assert answer["token_source"] == "cache" and who(answer) == name, answer


@check
def msal_renews_silently():
    # As after a restart: the cache is all that is left.
    kept = msal.SerializableTokenCache()
    kept.deserialize(CACHE.serialize())
    application = make_application(kept)
    [emil] = application.get_accounts("emil@example.org")
    before = application.acquire_token_silent_with_error(SCOPES, emil)["access_token"]
    for _ in range(2):
        answer = application.acquire_token_silent_with_error(SCOPES, emil, force_refresh=True)
        assert answer["token_source"] == "identity_provider" and answer["access_token"] != before, answer
        assert answer["id_token_claims"]["oid"] == emil["local_account_id"] and who(answer) == "Emil"
        before = answer["access_token"]
    [entry] = kept.search(kept.CredentialType.REFRESH_TOKEN, query={"home_account_id": emil["home_account_id"]})
    assert entry["client_id"] == CLIENT_ID
    application.remove_account(emil)
    assert application.acquire_token_silent(SCOPES, emil) is None
    assert [one["username"] for one in application.get_accounts()] == ["finn@example.org"]


class Browser:
    """MSAL opens one, and listens for the answer only then."""

    def open(self, address, *_):
        threading.Thread(target=FINN.open, args=(address,), daemon=True).start()
        return True


@check
def msal_signs_in_to_a_tool():
    webbrowser.register("person", None, Browser(), preferred=True)
    tool = msal.PublicClientApplication(os.environ["TOOL_ID"], authority=AUTHORITY, instance_discovery=False, verify=CA)
    answer = tool.acquire_token_interactive(SCOPES, timeout=20)
    assert "error" not in answer, answer
    # It takes the answer in a form only, and chose its port by itself.
    assert FINN.trail[-1].startswith("http://localhost:") and "?" not in FINN.trail[-1], FINN.trail
    assert answer["id_token_claims"]["aud"] == os.environ["TOOL_ID"] and who(answer) == "Finn", answer
    [finn] = tool.get_accounts()
    renewed = tool.acquire_token_silent_with_error(SCOPES, finn, force_refresh=True)
    assert renewed["access_token"] != answer["access_token"] and who(renewed) == "Finn", renewed


run()
