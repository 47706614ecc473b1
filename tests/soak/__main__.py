"""`make soak`: every trial, as a table of promises; `make soak ONLY=kill` one."""

import os
import sys

from . import (
    cancels,
    database_gone,
    disk_full,
    faults,
    fuzzing,
    kill,
    malformed,
    overload,
    slow_clients,
    stop,
)

TRIALS = {
    "slow_clients": slow_clients,
    "overload": overload,
    "stop": stop,
    "kill": kill,
    "database_gone": database_gone,
    "disk_full": disk_full,
    "cancels": cancels,
    "malformed": malformed,
    "faults": faults,
    "fuzzing": fuzzing,
}


def main(wanted: list[str]) -> int:
    """Print a row for each promise as it is known; 1 if one is not kept."""
    os.environ["OOZOR_RATE_LIMITS"] = "off"  # all clients here come from one address
    kept = True
    print("| promise | figure | seen | ok |\n|---|---|---|---|", flush=True)
    for name, trial in TRIALS.items():
        if wanted and name not in wanted:
            continue
        for promise, figure, seen, ok in trial.measure():
            print(f"| {promise} | {figure} | {seen} | {'yes' if ok else 'NO'} |", flush=True)
            kept = kept and ok
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
