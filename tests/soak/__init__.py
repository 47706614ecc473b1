"""Long trials of a server that is hurt, run on their own by `make soak`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
