"""Notes as scribes would write them, made of a seed: headings, prose, lists, tables, code, terms, formulas."""

from __future__ import annotations

import random
from collections.abc import Iterator

NOTE_CHARACTERS = 3_000
"""The size of one note, as near as its last block allows."""
_SEED = 20261125
_WORDS = (
    "leaf tree water light sugar root branch season autumn frost green yellow brown stalk layer cell pipe "
    "cork bud bark measure count table morning garden teacher question answer reason because sometimes "
    "never always small large early slowly together between before after under over through against "
    "without first second third every other same new"
).split()


def lessons(count: int) -> Iterator[list[str]]:
    """Give each note as the messages that were written in its thread."""
    chooser = random.Random(_SEED)
    for number in range(count):
        yield _lesson(chooser, number)


def _lesson(chooser: random.Random, number: int) -> list[str]:
    messages = [f"# Lesson {number}: {_words(chooser, 4)}"]
    makers = (_prose, _prose, _prose, _list, _heading, _table, _code, _term, _formula)
    while sum(map(len, messages)) < NOTE_CHARACTERS:
        messages.append(chooser.choice(makers)(chooser))
    return messages


def _words(chooser: random.Random, count: int) -> str:
    return " ".join(chooser.choices(_WORDS, k=count))


def _prose(chooser: random.Random) -> str:
    sentences = [f"{_words(chooser, chooser.randint(6, 14)).capitalize()}." for _ in range(chooser.randint(2, 5))]
    return " ".join([*sentences, f"So *{_words(chooser, 2)}* is **{_words(chooser, 1)}**."])


def _list(chooser: random.Random) -> str:
    return "\n".join(f"- {_words(chooser, 7)}" for _ in range(chooser.randint(3, 6)))


def _heading(chooser: random.Random) -> str:
    return f"## {_words(chooser, 3).capitalize()}"


def _table(chooser: random.Random) -> str:
    rows = [f"| {_words(chooser, 1)} | {chooser.randint(1, 99)} | {_words(chooser, 2)} |" for _ in range(4)]
    return "\n".join(["| what | how many | where |", "| --- | --- | --- |", *rows])


def _code(chooser: random.Random) -> str:
    name = chooser.choice(_WORDS)
    return f"```python\nfor {name} in range({chooser.randint(2, 60)}):\n    print({name}, {name} % 12 == 0)\n```"


def _term(chooser: random.Random) -> str:
    return f"{_words(chooser, 1)} :: {_words(chooser, 9)}"


def _formula(chooser: random.Random) -> str:
    return f"With $n = {chooser.randint(2, 900)}$ leaves it is $n \\cdot A = \\frac{{{chooser.randint(2, 9)}}}{{x^2}}$."
