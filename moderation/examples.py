"""The corpus: sentences of buyers, each with what moderation should say of it.

One file for each language and kind, in corpus/; the README there is the labelling policy.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

CORPUS = Path(__file__).with_name("corpus")
COLUMNS = ("text", "gold", "target")
GOLDS = ("publish", "hold", "reject")
FOLDS = 5
_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its `gold`, one of GOLDS; of whom it speaks, its kind and its language."""

    text: str
    gold: str
    target: str = ""
    kind: str = ""
    language: str = ""

    @property
    def is_abusive(self) -> bool:
        """Whether it must not be published at once."""
        return self.gold != "publish"

    @property
    def fold(self) -> int:
        """One of FOLDS parts, the same for the same text for ever."""
        return crc32(self.text.encode("utf-8", "backslashreplace")) % FOLDS


def read_corpus(folder: Path = CORPUS) -> list[Example]:
    """All examples, by language, kind and text."""
    return [
        Example(row["text"], row["gold"], row["target"], file.stem, file.parent.name)
        for file in sorted(folder.glob("*/*.tsv"))
        for row in _rows(file)
    ]


def write_corpus(examples: Iterable[Example], folder: Path = CORPUS) -> None:
    """Writes the files that `read_corpus` reads, each sorted by text."""
    files = defaultdict(list)
    for example in examples:
        row = (example.text, example.gold, example.target)
        files[folder / example.language / f"{example.kind}.tsv"].append(row)
    for file, rows in files.items():
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, "excel-tab", lineterminator="\n")
            writer.writerows([COLUMNS, *sorted(rows)])


def words_of(text: str) -> str:
    """The words of a text and nothing else: two examples that share them are near duplicates."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    return _BETWEEN_WORDS.sub(" ", folded).strip() or text.strip()


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, dialect="excel-tab", strict=True))
