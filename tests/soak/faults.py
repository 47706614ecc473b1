"""Every statement of every mutation fails once, on both databases."""

import os
import subprocess
import sys
from collections.abc import Iterator

TESTS = "tests/schema/test_faults.py"


def measure() -> Iterator[tuple[str, str, str, bool]]:
    """promise, figure, seen, kept."""
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", TESTS]
    environment = os.environ | {"FAULTS": "every"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seen = (done.stdout.strip().splitlines() or ["nothing"])[-1]
    yield "mutations are done whole or not at all", "each statement", seen, done.returncode == 0
