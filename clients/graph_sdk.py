"""What every client in Python shares: MSAL's tokens, the SDK with its usual pipeline over our authority, checks one after the other.

    python NAME.py v1.0|beta
"""

import asyncio
import importlib
import os
import ssl
import sys

import httpx
import msal
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
from msgraph_core import GraphClientFactory

import checks

VERSION = sys.argv[1]
SDK = "msgraph_beta" if VERSION == "beta" else "msgraph"
ORIGIN, CA = os.environ["ORIGIN"], os.environ["CA"]
AUTHORITY = f"{ORIGIN}/{os.environ['TENANT']}"


def load(path, name):
    """A class of the version's SDK, which is a package of its own."""
    return getattr(importlib.import_module(f"{SDK}.{path}"), name)


def model(name):
    """A generated model by its name, such as `PasskeyProfile`."""
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return load(f"generated.models.{words}", name)


ODataError = load("generated.models.o_data_errors.o_data_error", "ODataError")


class Tokens(AccessTokenProvider):
    """MSAL asks our authority as it would ask Entra's. `make_credential` gives a secret, or an assertion."""

    def __init__(self, client_id, make_credential):
        self.client_id, self.make_credential = client_id, make_credential

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        application = msal.ConfidentialClientApplication(
            self.client_id, authority=AUTHORITY, client_credential=self.make_credential(), instance_discovery=False, verify=CA)
        answer = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
        assert "access_token" in answer, answer
        return answer["access_token"]

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([ORIGIN.removeprefix("https://"), "localhost"])


def make_client(tokens):
    """The SDK's client, and the adapter beneath it for what the SDK has no word for."""
    plain = httpx.AsyncClient(verify=ssl.create_default_context(cafile=CA), timeout=30)
    # The pipeline that the SDK has without being told of a client: retries, redirects, `me`.
    options = load("graph_request_adapter", "options")
    http = GraphClientFactory.create_with_default_middleware(client=plain, options=options)
    adapter = load("graph_request_adapter", "GraphRequestAdapter")(BaseBearerTokenAuthenticationProvider(tokens), client=http)
    adapter.base_url = f"{ORIGIN}/{VERSION}"
    return load("graph_service_client", "GraphServiceClient")(request_adapter=adapter), adapter


def run(tokens):
    """Ends the program: with 1 if a check failed."""
    async def attempt(one):
        # Each has a client of its own: no connection is left over from what came before.
        await one(*make_client(tokens))

    checks.run(lambda one: asyncio.run(attempt(one)))
