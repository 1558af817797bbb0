"""How often the rule for questions is right, on chat that people labelled by hand.

    python -m bench.recognition DIR

`DIR` holds DiscordChatExporter files. `tests/data/question_labels.csv` says of 300 of their messages whether each is a
question (`docs/recognising.md` has the guideline), and to which part it belongs: `look` was read while the rule was
made, `hold` was not. The 300 were drawn in strata, because most messages in a chat are plainly no question; weighted
figures undo that, and say what a channel like these would see.
"""

from __future__ import annotations

import csv
import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.services.researchers.recognising import looks_like_question

LABELS = Path(__file__).parent.parent / "tests" / "data" / "question_labels.csv"
SEED = 2026
DRAWN = {"mark": 160, "word": 90, "rest": 50}
"""How many messages were drawn of each stratum; the first half of each is `look`."""

_ASKING_WORD = re.compile(
    r"\b(who|what|whats|when|where|wheres|why|which|whose|how|hows|can|could|does|do|is|are|anyone|anybody|someone|somebody"
    r"|should|would|will|any)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Labelled:
    """A message that someone read: never its text."""

    message: str
    part: str
    drawn_from: str
    is_question: bool


@dataclass(frozen=True)
class Share:
    """A part of a whole, with its 95% Wilson interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:6.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True)
class Measured:
    """One part of the labels against the rule."""

    part: str
    found: int
    """Questions that the rule recognised."""
    pestered: int
    """Messages that it took for one, wrongly."""
    missed: int
    left_alone: int
    precision: Share
    recall: Share
    weighted_precision: Share
    weighted_recall: Share


def stratum(text: str) -> str:
    """Where a message was drawn from: it has a question mark, an asking word, or neither."""
    if "?" in text:
        return "mark"
    return "word" if _ASKING_WORD.search(text) else "rest"


def messages_of_people(folder: Path) -> dict[str, str]:
    """The text of each message in the exported files, by its id; what bots wrote is never looked at."""
    return {
        message["id"]: message["content"]
        for file in sorted(folder.glob("*.json"))
        for message in json.loads(file.read_text(encoding="utf-8"))["messages"]
        if not message["author"]["isBot"]
    }


def draw(texts: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """The sample as it was drawn: message, part, stratum."""
    randomness = random.Random(SEED)
    sample: set[tuple[str, str, str]] = set()
    for name, size in DRAWN.items():
        members = sorted(message for message, text in texts.items() if stratum(text) == name)
        picked = randomness.sample(members, size)
        sample |= {(message, "look" if place < size // 2 else "hold", name) for place, message in enumerate(picked)}
    return sample


def labels() -> list[Labelled]:
    """Every label, as it stands in the file."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(row["message"], row["part"], row["drawn_from"], row["label"] == "question")
            for row in csv.DictReader(file)
        ]


def wilson(value: float, size: float, z: float = 1.96) -> Share:
    """The Wilson interval of a share seen in `size` cases; with weights, as many as they are worth."""
    if not size:
        return Share(math.nan, 0.0, 1.0)
    middle = (value + z * z / (2 * size)) / (1 + z * z / size)
    half = z * math.sqrt(value * (1 - value) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    return Share(value, middle - half, middle + half)


def share(cases: Iterable[tuple[bool, float]]) -> Share:
    """How much of the weight is true; Kish's effective size stands for the number of cases."""
    cases = list(cases)
    total = sum(weight for _, weight in cases)
    squares = sum(weight * weight for _, weight in cases)
    right = sum(weight for is_right, weight in cases if is_right)
    return wilson(right / total, total * total / squares) if total else wilson(0.0, 0.0)


def measure(folder: Path) -> list[Measured]:
    """Each part of the labels against the rule. Raises `KeyError` where `folder` lacks a labelled message."""
    texts = messages_of_people(folder)
    sizes = Counter(map(stratum, texts.values()))
    weights = {name: sizes[name] / (drawn / 2) for name, drawn in DRAWN.items()}
    return [_measure_part(part, texts, weights) for part in ("look", "hold")]


def _measure_part(part: str, texts: Mapping[str, str], weights: Mapping[str, float]) -> Measured:
    rows = [row for row in labels() if row.part == part]
    said = [(looks_like_question(texts[row.message]), row.is_question, weights[row.drawn_from]) for row in rows]
    counts = Counter((says, truly) for says, truly, _ in said)
    taken = [(truly, weight) for says, truly, weight in said if says]
    questions = [(says, weight) for says, truly, weight in said if truly]
    return Measured(
        part,
        found=counts[True, True],
        pestered=counts[True, False],
        missed=counts[False, True],
        left_alone=counts[False, False],
        precision=share((truly, 1.0) for truly, _ in taken),
        recall=share((says, 1.0) for says, _ in questions),
        weighted_precision=share(taken),
        weighted_recall=share(questions),
    )


def report(folder: Path) -> None:
    """Print the table that stands in `docs/recognising.md`."""
    for part in measure(folder):
        print(f"{part.part}: {part.found} found, {part.pestered} pestered, {part.missed} missed,", end=" ")
        print(f"{part.left_alone} left alone")
        print(f"  precision  in the sample {part.precision}   weighted {part.weighted_precision}")
        print(f"  recall     in the sample {part.recall}   weighted {part.weighted_recall}")
    texts = messages_of_people(folder)
    taken = sum(map(looks_like_question, texts.values()))
    print(f"all: the rule takes {taken:,} of {len(texts):,} messages ({taken / len(texts):.1%})")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.recognition DIR")
    report(Path(sys.argv[1]))
