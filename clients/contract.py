"""schemathesis against our own description: every endpoint, for two minutes in all, with a token that may do much.

    python contract.py PATH-OF-SCHEMATHESIS
"""

import json
import os
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

SECONDS = int(os.environ.get("SECONDS", "120"))
ORIGIN, CA = os.environ["ORIGIN"], os.environ["CA"]
CONTEXT = ssl.create_default_context(cafile=CA)


def token():
    form = urllib.parse.urlencode({
        "grant_type": "client_credentials", "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"], "scope": f"{ORIGIN}/.default",
    }).encode()
    url = f"{ORIGIN}/{os.environ['TENANT']}/oauth2/v2.0/token"
    with urllib.request.urlopen(url, data=form, context=CONTEXT, timeout=10) as answer:
        return json.load(answer)["access_token"]


def main():
    with urllib.request.urlopen(f"{ORIGIN}/openapi.json", context=CONTEXT, timeout=10) as answer:
        document = json.load(answer)
    print(f"ok the document names {len(document['paths'])} addresses")
    report = Path(os.environ["WORK"]) / "schemathesis.json"
    # A server error, an answer that the document does not describe, or one that does not fit its description.
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    done = subprocess.run(
        [sys.argv[1], "run", f"{ORIGIN}/openapi.json", "--checks", checks, "--max-time", str(SECONDS),
         "--header", f"Authorization: Bearer {token()}", "--tls-verify", CA, "--max-examples", "20", "--seed", "1",
         # A body over the limit is answered while it is still being sent, and the connection ends: then it is asked again.
         "--request-retries", "2", "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color", "--generation-database", "none"],
        capture_output=True, text=True, cwd=os.environ["WORK"])
    report.write_text(done.stdout)
    if done.returncode == 0:
        print("ok schemathesis found nothing")
        return 0
    lines = (done.stdout + done.stderr).splitlines()
    begin = next((at for at, line in enumerate(lines) if "FAILURES" in line or "ERRORS" in line), 0)
    told = " | ".join(line.strip()[:300] for line in lines[begin:] if line.strip())
    print(f"FAILED schemathesis: {told}"[:6000])
    return 1


sys.exit(main())
