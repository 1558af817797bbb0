"""What the tests of publishing share: short ways to a publication in some state, and what the public reads of it."""

from __future__ import annotations

from bot.models.people import Actor
from bot.models.publications import ConsentState, Preview, PublicLibrary, PublicQuestion
from bot.models.questions import Question
from bot.services.library import Library
from bot.services.publishing import approving, consenting, reading, requesting
from bot.services.researchers import settling
from tests.cast import MIA, NOOR, OKAFOR, SERVER
from tests.services.researching import answer, ask, choose


async def settled(library: Library, *answerers: Actor, text: str = "Why is the sky blue?") -> Question:
    """Mia's question, answered by each of these (Noor, unless others are named), settled, where publishing is on."""
    await choose(library, publishing_allowed=True)
    question = await ask(library, MIA, text)
    for who in answerers or (NOOR,):
        await answer(library, question, who, f"Blue light scatters, says {who.display_name[0]}.")
    return await settling.settle_question(MIA, library, question.number, "Blue light bounces more.")


async def published(library: Library, *answerers: Actor) -> Question:
    """A settled question that is public with every answer."""
    question = await settled(library, *answerers)
    await requesting.ask_publication(MIA, library, question.number)
    for who in answerers or (NOOR,):
        await consenting.give_consent(who, library, question.number)
    await approve(library, question.number)
    return question


async def approve(library: Library, number: int) -> None:
    """Ms. Okafor looks, and publishes what she saw."""
    seen = await preview(library, number)
    await approving.approve_publication(OKAFOR, library, number, seen.digest)


async def preview(library: Library, number: int) -> Preview:
    """What Ms. Okafor sees."""
    return await approving.preview_publication(OKAFOR, library, number)


async def public(library: Library) -> PublicLibrary:
    """The library as the public reads it."""
    (found,) = [one for one in await reading.public_libraries(library) if one.server_id == SERVER]
    return found


async def page(library: Library, number: int) -> PublicQuestion | None:
    """What the public reads of a question; None where it is not public."""
    shown = await public(library)
    return next((one.question for one in shown.pages if one.question.number == number), None)


async def consent_of(library: Library, who: Actor, number: int) -> ConsentState | None:
    """What somebody has said about a question; None where they are not asked."""
    asked = await library.database.read(consenting.requests_of, who)
    return next((one.state for one in asked if one.number == number), None)
