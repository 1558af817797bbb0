"""What the tests of the researchers' rules share: short ways to a question in some state, and what was queued."""

from __future__ import annotations

import json
from typing import Any

from bot.models.people import Actor
from bot.models.questions import Answer, Question, QuestionState, Source, SourceKind
from bot.services import servers
from bot.services.library import Library
from bot.services.researchers import answering, asking, settling
from bot.storage import search
from bot.storage.database import Tx
from tests.cast import BEN, MIA, NOOR, OKAFOR, SERVER

CHANNEL = 300300000000000001
"""Where things are asked."""
QUESTION_CHANNEL = 300300000000000002
"""Where a librarian wants the cards."""

WEB = Source(SourceKind.WEB, "NASA", "https://science.nasa.gov/sky", "they measure it")
BOOK = Source(SourceKind.BOOK, "The Hidden Life of Trees", "9781771642484", "he is a forester")


async def choose(library: Library, **chosen: object) -> None:
    """Set what a librarian chose for the server."""

    def change(tx: Tx) -> None:
        servers.enter(tx, SERVER)
        for name, value in chosen.items():
            tx.housekeeping.set_setting(server_id=SERVER, name=name, value=json.dumps(value))

    await library.database.write(change)


async def ask(library: Library, who: Actor = MIA, text: str = "Why is the sky blue?", **more: Any) -> Question:
    """Ask in the usual channel."""
    return await asking.ask_question(who, library, asking.Ask(text, **({"channel_id": CHANNEL} | more)))


async def ask_anonymously(library: Library, who: Actor = MIA, **more: Any) -> Question:
    """Ask anonymously where that is allowed; it waits for a librarian."""
    await choose(library, anonymity_allowed=True)
    return await ask(library, who, anonymous=True, **more)


async def passed(library: Library, who: Actor = MIA, **more: Any) -> Question:
    """Ask anonymously, and have the librarian let it through."""
    question = await ask_anonymously(library, who, **more)
    return await asking.pass_anonymous(OKAFOR, library, question.number)


async def answer(
    library: Library, question: Question, who: Actor = NOOR, text: str = "Air scatters blue light."
) -> Answer:
    """Answer with one source."""
    return await answering.answer_question(who, library, question.number, text, (WEB,))


async def reach(library: Library, state: QuestionState) -> Question:
    """Bring a question of Mia's into `state`; Noor holds it, answers it or wrote what was tried."""
    question = await (ask_anonymously(library) if state is QuestionState.WAITING else ask(library))
    number = question.number
    match state:
        case QuestionState.CLAIMED:
            await answering.claim_question(NOOR, library, number)
        case QuestionState.ANSWERED:
            await answer(library, question)
        case QuestionState.SETTLED:
            await answer(library, question)
            await settling.settle_question(MIA, library, number, "Blue light bounces more.")
        case QuestionState.UNRESOLVED:
            await settling.mark_unresolved(MIA, library, number, "Two books, one teacher")
        case QuestionState.DUPLICATE:
            original = await ask(library, BEN, "What makes the sky blue?")
            await settling.mark_duplicate(MIA, library, number, original.number)
        case QuestionState.WITHDRAWN:
            await asking.withdraw_question(MIA, library, number)
        case _:
            pass
    return await again(library, number)


async def again(library: Library, number: int) -> Question:
    """Read a question as it is now."""
    return await library.database.read(asking.find_question, SERVER, number)


async def notices(library: Library) -> list[tuple[str, list[int]]]:
    """Return the notices that wait, without their room: the text's name, and who it mentions."""
    rows = [row for row in await queued(library) if row["kind"] == "notice"]
    found = [json.loads(row["payload"]) for row in rows]
    return [(one["text"].removeprefix("researchers.notice."), one["mention"]) for one in found]


async def cards(library: Library) -> set[tuple[int, int]]:
    """Return the cards that wait to be drawn: channel and number."""
    rows = await queued(library)
    return {(row["channel_id"], row["subject"]) for row in rows if row["kind"] == "question_card"}


async def queued(library: Library) -> list[dict[str, Any]]:
    """Return what waits in the outbox."""
    return await rows(library, "SELECT * FROM outbox ORDER BY id")


async def empty_outbox(library: Library) -> None:
    """Forget what waits, as if it had been sent."""
    await library.database.write(lambda tx: tx.connection.execute("DELETE FROM outbox").close())


async def rows(library: Library, sql: str) -> list[dict[str, Any]]:
    """Look into the database as it is."""
    return await library.database.read(lambda tx: tx.connection.execute(sql).fetchall())


async def found(library: Library, words: str, kind: int = search.QUESTION) -> list[int]:
    """Return the ids of what a search finds."""
    hits = await library.database.read(search.find, SERVER, words, limit=50, kind=kind)
    return [hit.entity_id for hit in hits]


async def promises(library: Library) -> set[tuple[str, int]]:
    """Return the due work that is planned: kind and number."""
    return {(row["kind"], row["subject"]) for row in await rows(library, "SELECT kind, subject FROM due_work")}
