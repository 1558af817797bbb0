"""A line of a note that begins with ``?``: the question that it is among the researchers."""

from __future__ import annotations

from dataclasses import replace

from bot.clock import HOUR
from bot.models.people import Actor
from bot.models.questions import Origin
from bot.models.sessions import Block, BlockKind, BlockState, Session
from bot.services import servers
from bot.services.researchers import capturing, keeping
from bot.services.researchers.asking import Ask, ask_from_note
from bot.services.scribes.blocks import question_in
from bot.storage import outbox
from bot.storage.database import Tx

AN_HOUR = 60
"""Questions of one person's notes that are logged within an hour: each has a card, and more would bury the others."""


def ask(tx: Tx, session: Session, block: Block) -> Block:
    """Log the question of a block that stands and has none yet, in the name of its author; return the block with it.

    Its topic is the unit, and its asker is told of answers in the thread. Any other block is returned as it is, and so
    is one over `AN_HOUR`: it stands without a number, and is logged when it is changed later.
    """
    words = question_in(block.text) if block.kind is BlockKind.QUESTION else ""
    asked_or_not_yet = block.question_id is not None or block.state is not BlockState.STANDING
    if not words or asked_or_not_yet or block.author_id is None:
        return block
    if _asks_too_much(tx, block.server_id, block.author_id):
        _say_so(tx, session, block)
        return block
    wanted = Ask(
        words,
        topic=session.unit,
        channel_id=session.thread_id or session.channel_id,
        origin=Origin.MESSAGE,
        class_id=session.class_id,
    )
    question = ask_from_note(tx, Actor(block.server_id, block.author_id), wanted)
    tx.scribes.link_question(server_id=block.server_id, id=block.id, question_id=question.id)
    outbox.draw_note(tx, session.server_id, session.channel_id, session.number)
    return replace(block, question_id=question.id, question_number=question.number)


def _asks_too_much(tx: Tx, server_id: int, author_id: int) -> bool:
    """Tell whether somebody's notes hold as many questions of the last hour as a class could follow."""
    since, skip = tx.now - HOUR, AN_HOUR - 1
    return bool(tx.scribes.asked_in_notes(server_id=server_id, author_id=author_id, since=since, skip=skip))


def _say_so(tx: Tx, session: Session, block: Block) -> None:
    """Say where the note is written that its question waits; of those that follow within the hour nothing is said."""
    author = {"session_id": session.id, "author_id": block.author_id}
    if not tx.scribes.waits_to_be_asked(**author, id=block.id, since=tx.now - HOUR):
        place = session.thread_id or session.channel_id
        outbox.notify(tx, session.server_id, place, "scribes.notice.asked_too_much", limit=AN_HOUR)


def reword(tx: Tx, block: Block, number: int, by: int | None) -> None:
    """Let a block's question say what the block says, as far as a question still follows (`capturing.FOLLOWED`)."""
    question = keeping.find_question(tx, block.server_id, number)
    capturing.follow_question(tx, question, question_in(block.text), by=by)


def let_go(tx: Tx, block: Block) -> list[str]:
    """Remove the question of a block that is removed, as that of a deleted message; return the digests of its files."""
    if block.question_number is None:
        return []
    question = keeping.find_question(tx, block.server_id, block.question_number)
    return capturing.remove_question(tx, servers.settings_of(tx, block.server_id), question)
