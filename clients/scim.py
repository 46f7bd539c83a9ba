"""A connector that others wrote: scim2-tester goes through every endpoint that it discovers."""

import json
import os
import ssl
import subprocess

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from checks import check, run

SETTINGS = json.loads(os.environ["SETTINGS"])


def command(*words):
    done = subprocess.run([os.environ["BINARY"], *words, *SETTINGS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


GIVEN = json.loads(command("scim", "add", "Tester", "--json"))


def connect(token):
    context = ssl.create_default_context(cafile=os.environ["CA"])
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.Client(base_url=GIVEN["url"], headers=headers, verify=context, timeout=30)


@check
def the_tester_passes_whole():
    results = check_server(SyncSCIMClient(connect(GIVEN["token"])))
    wrong = [one for one in results if one.status not in (Status.SUCCESS, Status.SKIPPED, Status.COMPLIANT)]
    told = [f"{one.status.name} {one.title} {one.resource_type or ''}: {one.reason}" for one in wrong]
    assert not told, "\n".join(told)
    assert sum(one.status == Status.SUCCESS for one in results) > 50, len(results)


@check
def another_token_works_beside_the_one_from_before():
    again = json.loads(command("scim", "rotate", "Tester", "--json"))
    for token in (GIVEN["token"], again["token"]):
        assert connect(token).get("/Users").status_code == 200
    listed = json.loads(command("scim", "list", "--json"))
    assert [one["name"] for one in listed] == ["Tester"] and listed[0]["lastUsedAt"], listed


@check
def a_removed_connector_is_let_in_no_more():
    command("scim", "remove", "Tester")
    refused = connect(GIVEN["token"]).get("/Users")
    assert refused.status_code == 401 and refused.json()["status"] == "401", refused.text


run()
