"""The browser of the Rust client: opens what it says, and tells where that led.

    python openid_rust.py PROGRAM
"""

import os
import subprocess
import sys

from person import Person

CALLBACK = os.environ["CALLBACK"]


def main():
    rosa = Person(os.environ["RUST_LINK"])
    client = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in client.stdout:
        if not line.startswith("GO "):
            print(line, end="", flush=True)
            continue
        client.stdin.write(rosa.open(line.removeprefix("GO ").strip(), until=CALLBACK) + "\n")
        client.stdin.flush()
    return client.wait(20)


if __name__ == "__main__":
    sys.exit(main())
