"""The checks of one program, one after the other; what is printed of each is counted by run.py."""

import sys
import traceback

CHECKS = []


def check(function):
    """They run in the order in which they stand."""
    CHECKS.append(function)
    return function


def run(attempt=lambda one: one()):
    """Ends the program: with 1 if a check failed."""
    failed = 0
    for one in CHECKS:
        try:
            attempt(one)
            print(f"ok {one.__name__}")
        except Exception as error:  # noqa: BLE001: whatever it is, it is told
            failed += 1
            told = " | ".join(traceback.format_exc().strip().splitlines()[-6:])
            print(f"FAILED {one.__name__}: {error!r} {told}"[:3000])
    sys.exit(1 if failed else 0)
