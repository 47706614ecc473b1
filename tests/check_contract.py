"""`make check`: the printed schema against the team's contract, where that is at hand.

While issues are open, the contract is ahead of the schema: what is missing is listed, and only what
contradicts the contract (a changed type, argument or member) would break its clients.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECK = ROOT.parent / "shared" / "contract_check"


def main() -> int:
    if not CHECK.exists():
        print("contract: skipped, ../shared is not here")
        return 0
    command = [sys.executable, str(CHECK), "--all", str(ROOT / "schema" / "schema.graphql")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    contradictions = [line for line in lines[:-1] if not line.endswith("was removed.")]
    print("\n".join(["contract: " + lines[-1], *contradictions]) if lines else done.stderr)
    return bool(contradictions) or not lines


if __name__ == "__main__":
    raise SystemExit(main())
