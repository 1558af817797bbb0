"""The trail: the tree of questions that follow from one another, and the inquiry that it may be named (PRODUCT.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.errors import NotAllowed, WrongState
from bot.models.people import Actor, Capability
from bot.models.questions import (
    INQUIRY_NAME_LIMIT,
    INQUIRY_OUTCOME_LIMIT,
    INQUIRY_WHY_LIMIT,
    Inquiry,
    Question,
    QuestionState,
    Trail,
    TrailNode,
)
from bot.services import servers
from bot.services.capabilities import may
from bot.services.library import Library
from bot.services.researchers import keeping
from bot.services.researchers.cleaning import clean_text
from bot.storage.database import Tx

NODES_LIMIT = 2_000
"""Questions of one tree that are drawn; a larger one is cut, level by level, and says so."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A question as the tree knows it. `text` and `topic` are empty if it was withdrawn."""

    id: int
    number: int
    parent_id: int | None
    via_answer: int | None
    state: QuestionState
    text: str
    topic: str
    answer_count: int


async def trail_of(actor: Actor, library: Library, number: int) -> Trail:
    """Return the whole tree that ``#number`` stands in, in reading order. Raises NotFound.

    What waits for a librarian is left out for others (nothing follows from it: `asking` sees to that); what was
    withdrawn keeps its place without text. Of more than `NODES_LIMIT` questions the lowest levels are cut; where that
    would cut ``#number`` itself, the tree is drawn from there down.
    """

    def look(tx: Tx) -> Trail:
        question = keeping.find_visible_question(tx, actor, number)
        root_id = _root_of(tx, question)["id"]
        rows = _rows_below(tx, question, root_id)
        if question.id not in {row["id"] for row in rows[:NODES_LIMIT]}:
            rows = _rows_below(tx, question, question.id)
        branches = [_branch(row) for row in rows[:NODES_LIMIT] if _may_see(tx, actor, row)]
        inquiry = _inquiry(tx, actor.server_id, root_id)
        return Trail(reading_order(branches), number, inquiry, cut=len(rows) > NODES_LIMIT or rows[0]["id"] != root_id)

    return await library.database.read(look)


def _root_of(tx: Tx, question: Question) -> dict[str, Any]:
    root: dict[str, Any] = tx.researchers.trail_root(server_id=question.server_id, question_id=question.id)
    return root


def _rows_below(tx: Tx, question: Question, root_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tx.researchers.trail_nodes(
        server_id=question.server_id, root_id=root_id, limit=NODES_LIMIT + 1
    )
    return rows


def _may_see(tx: Tx, actor: Actor, row: dict[str, Any]) -> bool:
    if not row.pop("hidden") or may(actor, Capability.PASS_ANONYMOUS):
        return True
    return keeping.is_asker(tx, actor, keeping.find_question(tx, actor.server_id, row["number"]))


def _branch(row: dict[str, Any]) -> Branch:
    state = QuestionState(row["state"])
    words = {"text": "", "topic": ""} if state is QuestionState.WITHDRAWN else {}
    return Branch(**row | words | {"state": state})


def reading_order(branches: Iterable[Branch]) -> tuple[TrailNode, ...]:
    """Put a tree into the order in which it is read: each question, then what follows from it, by number.

    A question whose parent is not among `branches` is the root.
    """
    known = {branch.id: branch for branch in branches}
    children: defaultdict[int | None, list[Branch]] = defaultdict(list)
    for branch in sorted(known.values(), key=lambda one: one.number, reverse=True):  # the last is taken first
        children[branch.parent_id if branch.parent_id in known else None].append(branch)
    nodes: list[TrailNode] = []
    to_read: list[tuple[Branch, TrailNode | None]] = [(root, None) for root in children[None]]
    while to_read:  # not recursive: a trail may be as deep as it is long
        branch, above = to_read.pop()
        nodes.append(_node(branch, above))
        to_read += [(child, nodes[-1]) for child in children[branch.id]]
    return tuple(nodes)


def _node(branch: Branch, above: TrailNode | None) -> TrailNode:
    return TrailNode(
        number=branch.number,
        depth=above.depth + 1 if above else 0,
        parent_number=above.number if above else None,
        via_answer=branch.via_answer if above else None,
        state=branch.state,
        text=branch.text,
        topic=branch.topic,
        answer_count=branch.answer_count,
    )


def _inquiry(tx: Tx, server_id: int, root_id: int) -> Inquiry | None:
    row = tx.researchers.inquiry_of(server_id=server_id, root_id=root_id)
    return Inquiry(**row) if row else None


async def name_inquiry(actor: Actor, library: Library, number: int, name: str, why: str) -> Inquiry:
    """Name the trail that ``#number`` stands in, or rename it, with why it is followed.

    For librarians and who took part in it: asked or answered anywhere in the tree, or asked ``#number`` anonymously.
    Raises NotFound, NotAllowed, BadInput, and WrongState while the trail's first question waits for a librarian.
    """

    def change(tx: Tx) -> Inquiry:
        question, root, named_by = _take_part(tx, actor, number)
        tx.researchers.name_inquiry(
            server_id=actor.server_id,
            root_id=root["id"],
            name=" ".join(clean_text(name, INQUIRY_NAME_LIMIT, "inquiry_name").split()),
            why=clean_text(why, INQUIRY_WHY_LIMIT, "inquiry_why", required=False),
            named_by=named_by,
            now=tx.now,
        )
        return _drawn_anew(tx, question, root)

    return await library.database.write(change)


async def record_outcome(actor: Actor, library: Library, number: int, outcome: str) -> Inquiry:
    """Write down what was done with what the inquiry of ``#number`` found, by whoever could name it.

    Raises as `name_inquiry`, and WrongState where the trail has no name yet.
    """

    def change(tx: Tx) -> Inquiry:
        question, root, outcome_by = _take_part(tx, actor, number)
        kept = tx.researchers.record_outcome(
            server_id=actor.server_id,
            root_id=root["id"],
            outcome=clean_text(outcome, INQUIRY_OUTCOME_LIMIT, "inquiry_outcome"),
            outcome_by=outcome_by,
        )
        if not kept:
            raise WrongState("errors.inquiry_unnamed", number=number)
        return _drawn_anew(tx, question, root)

    return await library.database.write(change)


async def check_part(actor: Actor, library: Library, number: int) -> None:
    """Raise what `name_inquiry` and `record_outcome` would for whoever may not, before they type anything."""
    await library.database.read(_take_part, actor, number)


def _take_part(tx: Tx, actor: Actor, number: int) -> tuple[Question, dict[str, Any], int | None]:
    """Return the question, its trail's root, and who is written down: nobody, where only an anonymous ask allows it."""
    question = keeping.find_visible_question(tx, actor, number)
    root = _root_of(tx, question)
    if root["hidden"]:
        raise WrongState("errors.question_is_waiting", number=root["number"])
    took_part = tx.researchers.took_part(server_id=actor.server_id, root_id=root["id"], user_id=actor.user_id)
    if took_part or may(actor, Capability.CORRECT_QUESTIONS):
        return question, root, actor.user_id
    if keeping.is_asker(tx, actor, question):
        return question, root, None
    raise NotAllowed("errors.inquiry_not_yours", number=number)


def _drawn_anew(tx: Tx, question: Question, root: dict[str, Any]) -> Inquiry:
    """Draw the cards of the question and of the trail's root, which name the inquiry, and return it."""
    settings = servers.enter(tx, question.server_id)
    keeping.draw(tx, settings, keeping.find_question(tx, question.server_id, root["number"]))
    if question.id != root["id"] and not keeping.is_hidden(tx, question):
        keeping.draw(tx, settings, question)
    return Inquiry(**tx.researchers.inquiry_of(server_id=question.server_id, root_id=root["id"]))
