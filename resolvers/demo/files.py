"""The hand-written files beside this one."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def read_toml(name: str) -> dict[str, Any]:
    """One of them."""
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
