"""Refuses locks that are not what they should be. Run by `make check`, without a network.

LEAST has versions before which a fault is known that somebody could make use of, the newest fault
of each package that we know for certain. It is no replacement for a scanner: where there is a
network, run one as well.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = (
    "requirements.lock",
    "requirements-otel.lock",
    "requirements-dev.lock",
    "graphiql/package-lock.json",
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")

LEAST = {
    "certifi": ("2024.7.4", "CVE-2024-39689: root certificates that are trusted no more"),
    "cryptography": ("44.0.1", "CVE-2024-12797: the OpenSSL within"),
    "flask": ("3.1.1", "CVE-2025-47278: signed with the wrong key"),
    "flask-cors": ("6.0.0", "CVE-2024-6844: paths compared wrongly"),
    "h11": ("0.16.0", "CVE-2025-43859: smuggled requests"),
    "idna": ("3.7", "CVE-2024-3651: a name that takes for ever"),
    "jinja2": ("3.1.6", "CVE-2025-27516: out of the sandbox"),
    "orjson": ("3.9.15", "CVE-2024-27454: deep JSON ends the process"),
    "pillow": ("11.3.0", "CVE-2025-48379: a picture that writes beyond its buffer"),
    "pydantic": ("2.4.0", "CVE-2024-3772: an e-mail address that takes for ever"),
    "python-multipart": ("0.0.18", "CVE-2024-53981: a form that takes for ever"),
    "requests": ("2.32.4", "CVE-2024-47081: passwords of .netrc to another host"),
    "starlette": ("0.49.1", "CVE-2025-62727: a Range header that takes for ever"),
    "strawberry-graphql": ("0.257.0", "CVE-2025-22151: one type's id taken for another's"),
    "tortoise-orm": ("0.16.6", "CVE-2020-11010: SQL in what is looked for"),
    "urllib3": ("2.6.0", "CVE-2025-66418: a small answer that becomes a great one"),
    "uvicorn": ("0.11.7", "CVE-2020-7695: headers of one's own in the answer"),
    "websockets": ("9.1", "CVE-2021-33880: passwords guessed by the time that it takes"),
    "werkzeug": ("3.0.6", "CVE-2024-49767: a form that takes all memory"),
}


def check(text: str) -> Iterator[str]:
    """What is wrong with a lock: too old, without hashes, or with the address of a registry."""
    if address := re.search(r"https?://\S+", text):
        yield f"names an address: {address[0]}"
    for entry in re.split(r"\n(?=\S)", text):
        if not (pin := PIN.match(entry)):
            continue
        name, version = pin[1].lower(), pin[2]
        if "--hash=sha256:" not in entry:
            yield f"{name} has no hash"
        least, reason = LEAST.get(name, ("0", ""))
        if Version(version) < Version(least):
            yield f"{name} {version} is older than {least}: {reason}"


def pinned(text: str) -> set[str]:
    return {name.lower() for name, _ in re.findall(PIN.pattern, text, re.MULTILINE)}


def main() -> int:
    """The exit code: 1 if anything is wrong."""
    texts = {name: (ROOT / name).read_text("utf-8") for name in LOCKS}
    found = [f"{name}: {problem}" for name, text in texts.items() for problem in check(text)]
    for name in sorted(LEAST.keys() - set().union(*map(pinned, texts.values()))):
        found.append(f"tests/check_lock.py: {name} is in no lock any more")
    print("\n".join(found) or "The locks are as they should be.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
