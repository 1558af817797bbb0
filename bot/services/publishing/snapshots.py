"""Snapshots: what is public of a question, as JSON, and the digest that tells one from another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from bot.models.publications import PublicAnswer, PublicQuestion, PublicSource


def to_json(question: PublicQuestion) -> str:
    """Return the snapshot as it is kept: the same question always gives the same text."""
    return json.dumps(asdict(question), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> PublicQuestion:
    """Return the question of a kept snapshot."""
    kept = json.loads(text)
    kept["answers"] = tuple(_answer(one) for one in kept["answers"])
    return PublicQuestion(**kept)


def _answer(kept: dict[str, Any]) -> PublicAnswer:
    kept["sources"] = tuple(PublicSource(**one) for one in kept["sources"])
    return PublicAnswer(**kept)


def digest_of(question: PublicQuestion) -> str:
    """Return what changes whenever anything that a reader would see changes: short, for it stands in a button's id."""
    return hashlib.sha256(to_json(question).encode()).hexdigest()[:32]


def keep_answers(question: PublicQuestion, ordinals: set[int]) -> PublicQuestion:
    """Return the question with only these of its answers."""
    return replace(question, answers=tuple(one for one in question.answers if one.ordinal in ordinals))
