"""Who may do what, and what they are told: one row for every command, right-click, button and form.

The rows are held against the command tree and the router, so that one that nobody thought of fails the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import simcord
from discord import app_commands

from bot.models.people import Actor
from bot.models.questions import Source, SourceKind
from bot.models.sessions import ThreadFile, ThreadMessage
from bot.models.studying import OfferKind, Rating
from bot.services import librarians
from bot.services.learners import cards, goals, offering, studying
from bot.services.learners.cards import Draft
from bot.services.library import Library
from bot.services.publishing import approving, requesting
from bot.services.researchers import anonymity, answering, asking, finding, settling, trail
from bot.services.researchers.asking import Ask
from bot.services.scribes import adding, capturing, editing, keeping, merging, sections, sessions, striking
from bot.services.scribes.sessions import Start
from bot.services.scribes.typed import EditConflict
from tests.cogs.world import World, raw_press, raw_submit, said

WEB = Source(SourceKind.WEB, "Leaves", "https://www.example.org/leaves", "Written by a botanist")
FORM = "(a form opens)"
ROLES = ("asker", "other", "holder", "librarian", "elsewhere")
"""Mia asked, Tomasz is another student, Noor took or answered it, Ms. Okafor; Mr. Lindqvist sits in another server.

Of notes Mia is the lead scribe and Noor her partner."""
NO_NOTE = "There is no note"


@dataclass(frozen=True)
class Row:
    """How a thing stands before (`given`), and what each of `ROLES` is told when they do this."""

    given: str
    asker: str
    other: str
    holder: str
    librarian: str
    elsewhere: str = "There is no question"


def same(given: str, told: str, elsewhere: str = "There is no question") -> Row:
    """A row in which everybody of the server is told the same."""
    return Row(given, told, told, told, told, elsewhere)


Act = Callable[[World, simcord.MemberActor, simcord.ChannelHandle, int], Awaitable[simcord.InteractionResult]]


def actor(who: simcord.MemberActor, *, librarian: bool = False) -> Actor:
    return Actor(who.guild.id, who.id, manages_server=librarian)


async def given(world: World, state: str) -> int:
    """Bring a fresh question into a state, by the services; return its number. What else is given has number 1 too."""
    anonymous = state in {"waiting", "passed"}
    asked = Ask("Why do leaves turn red?", channel_id=world.biology.id, anonymous=anonymous)
    number = (await asking.ask_question(actor(world.mia), world.bot.library, asked)).number
    people = People(actor(world.mia), actor(world.noor), actor(world.okafor, librarian=True), actor(world.tomasz))
    for step in STEPS[state]:
        await step(world.bot.library, people, number)
    await world.env.settle()
    return number


class People(NamedTuple):
    """Who brings a question into a state: its asker, who looks into it, the librarian, another student."""

    mia: Actor
    noor: Actor
    okafor: Actor
    tomasz: Actor


Step = Callable[[Library, People, int], Awaitable[object]]


def passes(library: Library, who: People, number: int) -> Awaitable[object]:
    return anonymity.pass_anonymous(who.okafor, library, number)


def claims(library: Library, who: People, number: int) -> Awaitable[object]:
    return answering.claim_question(who.noor, library, number)


def answers(library: Library, who: People, number: int) -> Awaitable[object]:
    return answering.answer_question(who.noor, library, number, "The green goes first.", (WEB,))


def names(library: Library, who: People, number: int) -> Awaitable[object]:
    return trail.name_inquiry(who.mia, library, number, "Red leaves", "We wonder.")


def endorses(library: Library, who: People, number: int) -> Awaitable[object]:
    return answering.endorse_answer(who.mia, library, number, 1)


def settles(library: Library, who: People, number: int) -> Awaitable[object]:
    return settling.settle_question(who.mia, library, number, "The tree takes the green back.")


def wants_it_public(library: Library, who: People, number: int) -> Awaitable[object]:
    return requesting.ask_publication(who.mia, library, number)


def leaves_it_open(library: Library, who: People, number: int) -> Awaitable[object]:
    return settling.mark_unresolved(who.mia, library, number, "Two books and a botanist.")


def withdraws(library: Library, who: People, number: int) -> Awaitable[object]:
    return asking.withdraw_question(who.mia, library, number)


def sets_a_goal(library: Library, who: People, _number: int) -> Awaitable[object]:
    return goals.add_goal(who.mia, library, goals.Wish("Explain it."))


def makes_a_card(library: Library, who: People, _number: int) -> Awaitable[object]:
    return cards.add_card(who.mia, library, Draft("My front", "My back"))


def studies_it(library: Library, who: People, _number: int) -> Awaitable[object]:
    return studying.answer_card(who.mia, library, studying.Answer(1, 0), Rating.EASY)


def makes_a_card_of_it(library: Library, who: People, number: int) -> Awaitable[object]:
    return offering.accept_offer(who.mia, library, OfferKind.QUESTION, number, Draft("My front", "My back"))


async def keeps_notes(library: Library, who: People, number: int) -> None:
    """Note 2, of Mia and Noor: a heading (block 1), a text, a term, two texts; what Tomasz wrote waits (block 6)."""
    channel_id = (await finding.show_question(who.mia, library, number)).question.channel_id or 0
    start = Start("Leaves in autumn", channel_id, partner_ids=(who.noor.user_id,))
    note = await sessions.start_session(who.mia, library, start, event_id=900)
    for event_id, text in enumerate(
        ("# Leaves\nThey fall.\nstoma :: a pore in a leaf", "They rot.", "They feed."), 901
    ):
        await adding.add_block(who.mia, library, note.number, text, event_id=event_id)
    await adding.add_block(who.tomasz, library, note.number, "So do needles.", event_id=910)


def closes_notes(library: Library, who: People, _number: int) -> Awaitable[object]:
    return sessions.close_session(who.noor, library, 2)


def strikes_a_piece(library: Library, who: People, _number: int) -> Awaitable[object]:
    return striking.strike(who.noor, library, [2])


def puts_pieces_together(library: Library, who: People, _number: int) -> Awaitable[object]:
    return merging.merge(who.noor, library, 4, 5)


async def is_too_late_to_edit(library: Library, who: People, _number: int) -> None:
    """Noor was quicker than Mia, twice: in a piece (block 2) and in a section (block 1)."""
    await editing.edit_block(who.noor, library, 2, "They fall in autumn.", 1)
    for work in (
        editing.edit_block(who.mia, library, 2, "They fall when it is cold.", 1),
        sections.edit_section(who.mia, library, 1, "# Leaves\n\nThey are green.", 0),
    ):
        with pytest.raises(EditConflict):
            await work


async def adds_a_picture(library: Library, who: People, _number: int) -> None:
    """Message 99 in the thread of the notes has a picture (block 7) that nobody has described."""
    here = (who.mia.server_id, 2)
    while (thread_id := (await library.database.read(keeping.find_session, *here)).thread_id) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)  # the bot is still making it
    leaf = ThreadFile(1, "leaf.png", "image/png", 10, "")
    message = ThreadMessage(99, who.mia.user_id, "", 0, (leaf,))
    await capturing.message_written(library, who.mia.server_id, thread_id, message)


STEPS: dict[str, tuple[Step, ...]] = {
    "note": (keeps_notes,),
    "closed_note": (keeps_notes, closes_notes),
    "struck": (keeps_notes, strikes_a_piece),
    "merged": (keeps_notes, puts_pieces_together),
    "edit_conflict": (keeps_notes, is_too_late_to_edit),
    "picture": (keeps_notes, adds_a_picture),
    "open": (),
    "waiting": (),
    "passed": (passes,),
    "claimed": (claims,),
    "answered": (answers,),
    "named": (answers, names),
    "endorsed": (answers, endorses),
    "settled": (answers, settles),
    "asked_to_publish": (answers, settles, wants_it_public),
    "unresolved": (leaves_it_open,),
    "withdrawn": (withdraws,),
    "goal": (sets_a_goal,),
    "card": (makes_a_card,),
    "studied": (makes_a_card, studies_it),
    "settled_card": (answers, settles, makes_a_card_of_it),
    "retired_card": (answers, settles, makes_a_card_of_it, withdraws),
}
"""What is done to a question that was just asked to bring it into a state."""


def slash(name: str, **options: object) -> Act:
    """Run a command; ``{n}`` in an option is the question's number."""

    async def act(
        world: World, who: simcord.MemberActor, channel: simcord.ChannelHandle, number: int
    ) -> simcord.InteractionResult:
        filled = {key: value.format(n=number) if isinstance(value, str) else value for key, value in options.items()}
        return await who.slash(channel, name, **filled)

    return act


def press(custom_id: str, *values: str) -> Act:
    """Press a button of that id; ``{s}`` is one's own server and ``{n}`` the question's number."""

    async def act(
        world: World, who: simcord.MemberActor, channel: simcord.ChannelHandle, number: int
    ) -> simcord.InteractionResult:
        filled = custom_id.format(s=who.guild.id, n=number, digest=await digest(world, number))
        return await raw_press(who, channel, filled, *(value.format(n=number) for value in values))

    return act


def submit(custom_id: str, **texts: str | list[str]) -> Act:
    """Hand in a form of that id."""

    async def act(
        world: World, who: simcord.MemberActor, channel: simcord.ChannelHandle, number: int
    ) -> simcord.InteractionResult:
        filled = {key: value.format(n=number) if isinstance(value, str) else value for key, value in texts.items()}
        return await raw_submit(who, channel, custom_id.format(s=who.guild.id, n=number), **filled)

    return act


async def digest(world: World, number: int) -> str:
    """The digest of the preview that a librarian would look at; empty where nothing waits."""
    waiting = await approving.publications_waiting(actor(world.okafor, librarian=True), world.bot.library)
    return next((one.digest for one in waiting if one.question and one.question.number == number), "")


def on_message(menu: str) -> Act:
    """Right-click on a message of one's own."""

    async def act(
        world: World, who: simcord.MemberActor, channel: simcord.ChannelHandle, number: int
    ) -> simcord.InteractionResult:
        return await who.context_menu(channel, menu, await who.send(channel, "why do cats purr so loudly"))

    return act


def librarians_only(told: str) -> Row:
    """A row of something for librarians, in whichever server."""
    return Row("open", "for librarians", "for librarians", "for librarians", told, told)


def own_card(told: str, given: str = "card") -> Row:
    """A row of something that a student does with their card: for all others there is no such card."""
    none = "There is no such card in your deck"
    return Row(given, told, none, none, none, none)


def own_goal(told: str) -> Row:
    """A row of something that the owner of a goal does with it: for all others there is no such goal."""
    none = "You have no goal"
    return Row("goal", told, none, none, none, none)


def in_notes(told: str, given: str = "note", *, other: str = "Only the scribes", elsewhere: str = NO_NOTE) -> Row:
    """A row of something that the scribes of notes and librarians do."""
    return Row(given, told, other, told, told, elsewhere)


def of_mias(told: str, elsewhere: str = "nothing of yours") -> Row:
    """A row of something that only Mia can do, who was too late to edit."""
    none = "nothing of yours"
    return Row("edit_conflict", told, none, none, none, elsewhere)


def in_a_piece(told: str, given: str = "note", *, other: str = "Only the scribes") -> Row:
    """A row of something that they do with one piece, which is not there in another server."""
    return in_notes(told, given, other=other, elsewhere="is not there any more")


ANSWER: dict[str, str | list[str]] = {
    "text": "They lose their green.",
    "kind": ["web"],
    "sources": "https://www.example.org/x",
    "why": "A botanist wrote it",
}
HIDDEN = "(Discord hides the command)"
NOTHING = "Nothing waits for your yes or no"
NO_CONSENT = "is not for you to decide"
NOT_THEIRS = ("Only whoever asked", "Only whoever asked")
ROWS: dict[str, tuple[Act, Row]] = {
    # --- /question
    "/question ask": (slash("question ask", text="Why?"), same("open", "Your question is", "Your question is")),
    "/question edit": (slash("question edit", id="{n}"), Row("open", FORM, *NOT_THEIRS, FORM)),
    "/question list": (slash("question list"), same("open", "question", "No question fits")),
    "/question show": (slash("question show", id="{n}"), same("open", "Why do leaves")),
    "/question claim": (slash("question claim", id="{n}"), same("open", "is yours to look into")),
    "/question release": (
        slash("question release", id="{n}"),
        Row("claimed", "Only who has taken", "Only who has taken", "is free again", "is free again"),
    ),
    "/question answer": (slash("question answer", id="{n}"), same("open", FORM)),
    "/question endorse": (
        slash("question endorse", id="{n}", answer=1),
        Row("answered", "is marked", "Only whoever asked", "Only whoever asked", "is marked"),
    ),
    "/question settle": (slash("question settle", id="{n}"), Row("answered", FORM, *NOT_THEIRS, FORM)),
    "/question reopen": (
        slash("question reopen", id="{n}"),
        Row("unresolved", "is back", "Only whoever asked", "Only whoever asked", "is back"),
    ),
    "/question followup": (slash("question followup", id="{n}"), same("open", FORM)),
    "/question unresolved": (
        slash("question unresolved", id="{n}"),
        Row("claimed", FORM, "Only whoever asked", FORM, FORM),
    ),
    "/question duplicate": (
        slash("question duplicate", id="{n}", of="{n}"),
        Row("open", "can't repeat itself", "Only whoever asked", "Only whoever asked", "can't repeat itself"),
    ),
    "/question withdraw": (
        slash("question withdraw", id="{n}"),
        Row("open", "is withdrawn", "Only whoever asked", "Only whoever asked", "is withdrawn"),
    ),
    "/question trail": (slash("question trail", id="{n}"), same("open", "trail of 1 question")),
    # --- the other commands
    "/desk": (slash("desk"), same("open", "Your desk", "Your desk")),
    "/help": (slash("help"), same("open", "What you can do here", "What you can do here")),
    "/my work": (slash("my work"), same("open", "Your work", "Your work")),
    "/my goals": (slash("my goals"), same("open", "Your goals", "Your goals")),
    "/search": (slash("search", words="leaves"), same("open", "**leaves**", "Nothing found")),
    "/publish ask": (
        slash("publish ask", id="{n}"),
        Row("settled", "Asked.", "Only its authors", "Asked.", "Asked."),
    ),
    "/publish consent": (
        slash("publish consent"),
        Row("asked_to_publish", NOTHING, NOTHING, "public site?", NOTHING, NOTHING),
    ),
    "/publish withdraw": (
        slash("publish withdraw", id="{n}"),
        Row("asked_to_publish", "Taken back", NO_CONSENT, "Taken back", "Taken back"),
    ),
    "/library setup": (
        slash("library setup"),
        Row("open", HIDDEN, HIDDEN, HIDDEN, "Your library's settings", "Your library's settings"),
    ),
    "/library approve": (
        slash("library approve"),
        Row("open", HIDDEN, HIDDEN, HIDDEN, "Nothing waits", "Nothing waits"),
    ),
    "menu Log as question": (on_message("Log as question"), same("open", "Your question is", "Your question is")),
    "menu Use as answer": (on_message("Use as answer"), same("open", "Which question", "No question is open")),
    # --- buttons and selects
    "press question:ask_start": (
        press("question:ask_start:{s}:0"),
        same("open", "What do you wonder", "What do you wonder"),
    ),
    "press question:claim": (press("question:claim:{s}:{n}"), same("open", "is yours to look into")),
    "press question:help_answer": (
        press("question:help_answer:{s}:0"),
        same("open", "Nobody has taken", "Every question has somebody"),
    ),
    "press question:list": (press("question:list:{s}:0:1|"), same("open", "question", "No question fits")),
    "press question:me_too": (
        press("question:me_too:{s}:{n}"),
        Row("open", "is your own", "you wonder about", "you wonder about", "you wonder about"),
    ),
    "press question:more": (press("question:more:{s}:{n}"), same("open", "Why do leaves")),
    "press question:picked": (press("question:picked:{s}:0", "{n}"), same("open", "Why do leaves")),
    "press question:release": (
        press("question:release:{s}:{n}"),
        Row("claimed", "Only who has taken", "Only who has taken", "is free again", "is free again"),
    ),
    "press question:reopen": (
        press("question:reopen:{s}:{n}"),
        Row("withdrawn", "is back", "Only whoever asked", "Only whoever asked", "is back"),
    ),
    "press question:show": (press("question:show:{s}:{n}:0|"), same("open", "Why do leaves")),
    "press question:trail": (press("question:trail:{s}:{n}:1|"), same("open", "trail of 1 question")),
    "press question:withdraw": (
        press("question:withdraw:{s}:{n}"),
        Row("open", "is withdrawn", "Only whoever asked", "Only whoever asked", "is withdrawn"),
    ),
    "press answer:endorse": (
        press("answer:endorse:{s}:{n}:1"),
        Row("answered", "is marked", "Only whoever asked", "Only whoever asked", "is marked"),
    ),
    "press answer:unendorse": (
        press("answer:unendorse:{s}:{n}:1"),
        Row("endorsed", "is taken back", "Only whoever asked", "Only whoever asked", "is taken back"),
    ),
    "press answer:use": (
        press("answer:use:{s}:99:77", "{n}"),
        same("open", "where the answer"),
    ),
    "press library:approve": (
        press("library:approve:{s}:0"),
        Row("open", "for librarians", "for librarians", "for librarians", "Nothing waits", "Nothing waits"),
    ),
    "press my:desk": (press("my:desk:{s}:0"), same("open", "Your desk", "Your desk")),
    "press my:work": (
        press("my:work:{s}:0:1|questions"),
        Row("open", "Your question", "Your work", "Your work", "Your work", "Your work"),
    ),
    "press my:goals": (press("my:goals:{s}:0"), same("open", "Your goals", "Your goals")),
    "press goal:picked": (press("goal:picked:{s}:0", "{n}"), own_goal("Explain it")),
    "press goal:show": (press("goal:show:{s}:{n}"), own_goal("Explain it")),
    "press goal:remove": (press("goal:remove:{s}:{n}"), own_goal("does not come back")),
    "press goal:remove_now": (press("goal:remove_now:{s}:{n}"), own_goal("Removed.")),
    "press search:page": (press("search:page:{s}:0:1|leaves"), same("open", "**leaves**", "Nothing found")),
    "press publication:ask": (
        press("publication:ask:{s}:{n}"),
        Row("settled", "Asked.", "Only its authors", "Asked.", "Asked."),
    ),
    "press publication:consents": (
        press("publication:consents:{s}:0"),
        Row("asked_to_publish", NOTHING, NOTHING, "public site?", NOTHING, NOTHING),
    ),
    "press publication:give": (
        press("publication:give:{s}:{n}"),
        Row("asked_to_publish", "Noted: yes", NO_CONSENT, "Noted: yes", NO_CONSENT, NO_CONSENT),
    ),
    "press publication:decline": (
        press("publication:decline:{s}:{n}"),
        Row("asked_to_publish", "Noted: no", NO_CONSENT, "Noted: no", NO_CONSENT, NO_CONSENT),
    ),
    "press publication:withdraw": (
        press("publication:withdraw:{s}:{n}"),
        Row("asked_to_publish", "Taken back", NO_CONSENT, "Taken back", "Taken back"),
    ),
    "press pub:ok": (
        press("pub:ok:{s}:{n}:{digest}"),
        Row("asked_to_publish", "for librarians", "for librarians", "for librarians", "is public"),
    ),
    "press pub:no": (
        press("pub:no:{s}:{n}"),
        Row("asked_to_publish", "for librarians", "for librarians", "for librarians", "is not public"),
    ),
    "press anonymous:pass": (
        press("anonymous:pass:{s}:{n}"),
        Row("waiting", "for librarians", "for librarians", "for librarians", "is open now"),
    ),
    "press anonymous:look": (
        press("anonymous:look:{s}:{n}"),
        Row("waiting", "for librarians", "for librarians", "for librarians", "That you looked is recorded"),
    ),
    "press setup:post_desk": (press("setup:post_desk:{s}:0"), librarians_only("is on its way")),
    "press setup:question_channel": (press("setup:question_channel:{s}:0", "77"), librarians_only("Kept.")),
    "press setup:switch": (press("setup:switch:{s}:0:sources_required"), librarians_only("Kept.")),
    "press setup:watched_channels": (press("setup:watched_channels:{s}:0", "77"), librarians_only("Kept.")),
    # --- forms, opened
    "open goal:add": (press("goal:add:{s}:0"), same("open", FORM, FORM)),
    "open goal:edit": (press("goal:edit:{s}:{n}"), own_goal(FORM)),
    "open goal:look_back": (press("goal:look_back:{s}:{n}"), own_goal(FORM)),
    "open question:ask": (press("question:ask:{s}:0"), same("open", FORM, FORM)),
    "open question:ask_anonymous": (press("question:ask_anonymous:{s}:0"), same("open", FORM, FORM)),
    "open question:follow_up": (press("question:follow_up:{s}:{n}"), same("open", FORM)),
    "open question:edit": (press("question:edit:{s}:{n}"), Row("open", FORM, *NOT_THEIRS, FORM)),
    "open question:answer": (press("question:answer:{s}:{n}"), same("open", FORM)),
    "open question:settle": (press("question:settle:{s}:{n}"), Row("answered", FORM, *NOT_THEIRS, FORM)),
    "open question:challenge": (press("question:challenge:{s}:{n}"), same("settled", FORM)),
    "open question:unresolved": (press("question:unresolved:{s}:{n}"), Row("open", FORM, *NOT_THEIRS, FORM)),
    "open question:duplicate": (press("question:duplicate:{s}:{n}"), Row("open", FORM, *NOT_THEIRS, FORM)),
    "open answer:edit": (
        press("answer:edit:{s}:{n}:1"),
        Row("answered", "Only who wrote", "Only who wrote", FORM, FORM),
    ),
    "open answer:used": (press("answer:used:{s}:{n}:77/99"), same("open", FORM, FORM)),
    "open inquiry:name": (
        press("inquiry:name:{s}:{n}"),
        Row("answered", FORM, "is named by those who", FORM, FORM),
    ),
    "open inquiry:outcome": (
        press("inquiry:outcome:{s}:{n}"),
        Row("named", FORM, "is named by those who", FORM, FORM),
    ),
    "open library:find": (press("library:find:{s}:0"), same("open", FORM, FORM)),
    "open setup:numbers": (press("setup:numbers:{s}:0"), librarians_only(FORM)),
    "open anonymous:refuse": (
        press("anonymous:refuse:{s}:{n}"),
        Row("waiting", "for librarians", "for librarians", "for librarians", FORM),
    ),
    # --- forms, handed in
    "submit question:ask": (
        submit("question:ask:{s}:0", text="Why?"),
        same("open", "Your question is", "Your question is"),
    ),
    "submit question:ask_anonymous": (
        submit("question:ask_anonymous:{s}:0", text="Why?"),
        same("open", "A librarian reads it first", "anonymously is off"),
    ),
    "submit question:follow_up": (
        submit("question:follow_up:{s}:{n}", text="And then?"),
        same("open", "Your question is"),
    ),
    "submit question:edit": (
        submit("question:edit:{s}:{n}", text="Why red?"),
        Row("open", "Changed.", "Only whoever asked", "Only whoever asked", "Changed."),
    ),
    "submit question:answer": (submit("question:answer:{s}:{n}", **ANSWER), same("open", "Kept as")),
    "submit question:settle": (
        submit("question:settle:{s}:{n}", now_think="The tree takes it back."),
        Row("answered", "is settled", "Only whoever asked", "Only whoever asked", "is for the asker to write"),
    ),
    "submit question:challenge": (
        submit("question:challenge:{s}:{n}", **(ANSWER | {"text": "Mine were yellow."})),
        same("settled", "is open again"),
    ),
    "submit question:unresolved": (
        submit("question:unresolved:{s}:{n}", tried="Two books."),
        Row("claimed", "is marked", "Only whoever asked", "is marked", "is marked"),
    ),
    "submit question:duplicate": (
        submit("question:duplicate:{s}:{n}", of="{n}"),
        Row("open", "can't repeat itself", "Only whoever asked", "Only whoever asked", "can't repeat itself"),
    ),
    "submit answer:edit": (
        submit("answer:edit:{s}:{n}:1", **ANSWER),
        Row("answered", "Only who wrote", "Only who wrote", "Changed.", "Changed."),
    ),
    "submit answer:used": (
        submit("answer:used:{s}:{n}:77/99", **ANSWER),
        same("open", "was deleted", "was deleted"),
    ),
    "submit inquiry:name": (
        submit("inquiry:name:{s}:{n}", name="Red leaves", why="We wonder."),
        Row("answered", "is now the inquiry", "is named by those who", "is now the inquiry", "is now the inquiry"),
    ),
    "submit inquiry:outcome": (
        submit("inquiry:outcome:{s}:{n}", outcome="A poster."),
        Row("named", "Kept.", "is named by those who", "Kept.", "Kept."),
    ),
    "submit goal:add": (
        submit("goal:add:{s}:0", text="Explain it", by="", helps=""),
        same("open", "Kept. Only you see it", "Kept. Only you see it"),
    ),
    "submit goal:edit": (submit("goal:edit:{s}:{n}", text="Explain all", by="", helps=""), own_goal("Explain all")),
    "submit goal:look_back": (
        submit("goal:look_back:{s}:{n}", how="It went well.", state=["reached"], new_day=""),
        own_goal("It went well."),
    ),
    "submit library:find": (
        submit("library:find:{s}:0", words="leaves"),
        same("open", "**leaves**", "Nothing found"),
    ),
    "submit setup:numbers": (
        submit("setup:numbers:{s}:0", asks_per_hour="9", open_claims="3", stale_claim_days="7", offer_after_days="2"),
        librarians_only("Kept."),
    ),
    "submit anonymous:refuse": (
        submit("anonymous:refuse:{s}:{n}", reason="A person is named."),
        Row("waiting", "for librarians", "for librarians", "for librarians", "is not shown"),
    ),
    # --- notes: commands and the right-click
    "/note start": (slash("note start", title="Roots"), same("open", "have begun", "have begun")),
    "/note add": (slash("note add", id="2"), same("note", FORM, NO_NOTE)),
    "/note heading": (
        slash("note heading", text="Roots", id="2"),
        in_notes("Kept in the notes", other="A scribe of #2 reads it"),
    ),
    "/note edit": (slash("note edit", id="2"), in_notes("Change the notes of #2", other="nothing in #2")),
    "/note strike": (slash("note strike", id="2"), in_notes("Strike out from #2")),
    "/note history": (slash("note history", id="2"), same("note", "What changed in #2", NO_NOTE)),
    "/note scribes": (slash("note scribes", id="2"), same("note", "leads, with", NO_NOTE)),
    "/note compile": (slash("note compile", id="2"), in_notes("version 1")),
    "/note close": (slash("note close", id="2"), in_notes("is closed")),
    "/note reopen": (slash("note reopen", id="2"), in_notes("open again", "closed_note")),
    "/note missed": (
        slash("note missed"),
        Row("note", "missed no lesson", "missed 1 lesson", "missed 1 lesson", "missed 1 lesson", "missed no lesson"),
    ),
    "menu Add to notes": (
        on_message("Add to notes"),
        same("note", "Into which notes?", "No notes are being written"),
    ),
    # --- notes: buttons and selects
    "press note:list": (press("note:list:{s}:0"), same("note", "1 lesson", "no notes yet")),
    "press note:picked": (press("note:picked:{s}:0", "2"), same("note", "They fall.", NO_NOTE)),
    "press note:show": (press("note:show:{s}:2:1|"), same("note", "They fall.", NO_NOTE)),
    "press note:more": (press("note:more:{s}:2"), same("note", "being written", NO_NOTE)),
    "press note:history": (press("note:history:{s}:2:1|"), same("note", "What changed in #2", NO_NOTE)),
    "press note:change": (press("note:change:{s}:2:1", "2.1"), same("note", "They fall.", NO_NOTE)),
    "press note:version": (press("note:version:{s}:2:1|1"), same("note", "They fall.", NO_NOTE)),
    "press note:restore": (press("note:restore:{s}:2:1"), same("note", "goes back to version 1", "goes back")),
    "press note:restore_yes": (press("note:restore_yes:{s}:2:1"), in_notes("as they were in version 1")),
    "press note:missed": (
        press("note:missed:{s}:0:1||"),
        Row("note", "missed no lesson", "missed 1 lesson", "missed 1 lesson", "missed 1 lesson", "missed no lesson"),
    ),
    "press note:new_thread": (press("note:new_thread:{s}:2"), in_notes("in a moment")),
    "press note:close": (press("note:close:{s}:2"), in_notes("is closed")),
    "press note:reopen": (press("note:reopen:{s}:2"), in_notes("open again", "closed_note")),
    "press note:scribes": (press("note:scribes:{s}:2"), same("note", "leads, with", NO_NOTE)),
    "press note:lead": (
        press("note:lead:{s}:2", "77"),
        Row("note", "leads", "Only who leads", "Only who leads", "leads", NO_NOTE),
    ),
    "press note:partners": (
        press("note:partners:{s}:2", "77"),
        Row("note", "leads", "Only who leads", "Only who leads", "leads", NO_NOTE),
    ),
    "press note:take": (press("note:take:{s}:99:77", "2"), same("note", "was deleted", "was deleted")),
    "press note:take_waiting": (press("note:take_waiting:{s}:2", "6"), in_a_piece("Taken into the notes")),
    "press note:edit": (press("note:edit:{s}:2"), in_notes("Change the notes of #2", other="nothing in #2")),
    "press note:edit_sections": (press("note:edit_sections:{s}:2"), in_notes("Sections of #2")),
    "press note:edit_merge": (press("note:edit_merge:{s}:2"), in_notes("Put pieces of #2 together")),
    "press note:strike": (press("note:strike:{s}:2"), in_notes("Strike out from #2")),
    "press note:strike_struck": (press("note:strike_struck:{s}:2"), in_notes("Struck out from #2", "struck")),
    "press note:terms": (
        press("note:terms:{s}:2"),
        Row("note", "There is no term", "Only the scribes", "Terms in #2", "Terms in #2", NO_NOTE),
    ),
    "press note:compile": (press("note:compile:{s}:2"), in_notes("version 1")),
    "press block:merge": (press("block:merge:{s}:0", "4", "5"), in_a_piece("one piece now")),
    "press block:split": (press("block:split:{s}:4"), in_a_piece("by themselves again", "merged")),
    "press block:strike": (press("block:strike:{s}:2", "2"), in_a_piece("Struck out.")),
    "press block:put_back": (press("block:put_back:{s}:2", "2"), in_a_piece("Put back.", "struck")),
    "press block:check": (
        press("block:check:{s}:2", "3"),
        Row("note", "You wrote that term", "Only the scribes", "is checked", "is checked", "is not there any more"),
    ),
    "press block:restore": (press("block:restore:{s}:2:1"), same("note", "goes back to what", "goes back to what")),
    "press block:restore_yes": (press("block:restore_yes:{s}:2:1"), in_a_piece("says again")),
    "press block:keep_theirs": (press("block:keep_theirs:{s}:2"), same("edit_conflict", "stays", "stays")),
    "press block:use_mine": (
        press("block:use_mine:{s}:2:2"),
        Row("edit_conflict", "Changed.", *(("nothing of yours",) * 3), "is not there any more"),
    ),
    "press section:keep_theirs": (press("section:keep_theirs:{s}:1"), same("edit_conflict", "stays", "stays")),
    "press section:use_mine": (
        press("section:use_mine:{s}:1:5"),
        of_mias("Changed."),
    ),
    # --- notes: forms
    "open note:add": (press("note:add:{s}:2"), same("note", FORM, NO_NOTE)),
    "open note:alt": (press("note:alt:{s}:99"), same("picture", FORM, "described it already")),
    "open block:edit": (press("block:edit:{s}:2"), in_a_piece(FORM)),
    "open block:together": (
        press("block:together:{s}:2"),
        Row("edit_conflict", FORM, "Only the scribes", "nothing of yours", "nothing of yours", "is not there any more"),
    ),
    "open section:edit": (press("section:edit:{s}:1"), in_a_piece(FORM)),
    "open section:together": (
        press("section:together:{s}:1"),
        Row("edit_conflict", FORM, "Only the scribes", "nothing of yours", "nothing of yours", "is not there any more"),
    ),
    "submit note:add": (
        submit("note:add:{s}:2", text="They smell."),
        in_notes("Kept in the notes", other="A scribe of #2 reads it"),
    ),
    "submit note:alt": (
        submit("note:alt:{s}:99", **{"7": "A red leaf"}),
        in_a_piece("Thank you", "picture"),
    ),
    "submit block:edit": (submit("block:edit:{s}:2:1", text="They fall a lot."), in_a_piece("Changed.")),
    "submit block:together": (
        submit("block:together:{s}:2:2", text="They fall in a cold autumn."),
        in_a_piece("Changed.", "edit_conflict"),
    ),
    "submit section:edit": (
        submit("section:edit:{s}:1:4", text="# Leaves\n\nThey are green."),
        in_a_piece("Changed."),
    ),
    "submit section:together": (
        submit("section:together:{s}:1:5", text="# Leaves\n\nThey are green, and fall."),
        in_a_piece("Changed.", "edit_conflict"),
    ),
}


NO_CARDS = ("You have no cards",) * 4
ROWS |= {
    # --- studying: each has a deck of their own, librarians too, and reaches into nobody else's
    "/study review": (slash("study review"), Row("card", "0 of 1 today", *NO_CARDS)),
    "/study add": (slash("study add"), same("settled", "Offered: 1 of 1", "Nothing is offered")),
    "/study deck": (slash("study deck"), Row("card", "1 new", *NO_CARDS)),
    "/study export": (slash("study export"), Row("card", "1 card for Anki", *NO_CARDS)),
    "menu Make something of this": (
        on_message("Make something of this"),
        same("open", "What do you want to make", "What do you want to make"),
    ),
    "press study:review": (press("study:review:{s}:0"), Row("card", "0 of 1 today", *NO_CARDS)),
    "press study:unit": (press("study:unit:{s}:0", "00000000"), same("card", "no cards in that", "no cards in that")),
    "press study:show": (press("study:show:{s}:1:0|"), own_card("My back")),
    "press study:rate": (press("study:rate:{s}:1:0|4|"), own_card("That is all for today")),
    "press study:undo": (press("study:undo:{s}:1:1|"), Row("studied", "0 of 1 today", *NO_CARDS)),
    "press study:remind_off": (press("study:remind_off:{s}:0"), same("open", "no reminder to", "no reminder to")),
    "press study:offers": (press("study:offers:{s}:0:0"), same("settled", "Offered: 1 of 1", "Nothing is offered")),
    "press study:deck": (press("study:deck:{s}:0"), Row("card", "1 new", *NO_CARDS)),
    "press study:cards": (press("study:cards:{s}:0:1|all"), Row("card", "My front", *("no such cards",) * 4)),
    "press study:card": (press("study:card:{s}:0", "1"), own_card("My back")),
    "press study:suspend": (press("study:suspend:{s}:1:deck"), own_card("Rests until you wake it")),
    "press study:wake": (press("study:wake:{s}:1:deck"), own_card("My back")),
    "press study:take_over": (press("study:take_over:{s}:1:deck"), own_card("takes the green back", "settled_card")),
    "press study:keep_own": (press("study:keep_own:{s}:1:deck"), own_card("My back", "retired_card")),
    "press study:let_go": (press("study:let_go:{s}:1:deck"), own_card("It can't be brought back")),
    "press study:let_go_now": (press("study:let_go_now:{s}:1"), own_card("Gone.")),
    "press study:export": (press("study:export:{s}:0"), Row("card", "1 card for Anki", *NO_CARDS)),
    "press study:table": (press("study:table:{s}:0"), Row("card", "Your cards as a table", *NO_CARDS)),
    "open study:add": (press("study:add:{s}:0"), same("open", FORM, FORM)),
    "open study:make": (press("study:make:{s}:77:5|abc"), same("open", FORM, FORM)),
    "open study:accept": (press("study:accept:{s}:{n}:q|0|0"), same("settled", FORM)),
    "open study:habits": (press("study:habits:{s}:0"), same("open", FORM, FORM)),
    "open study:edit": (press("study:edit:{s}:1:deck"), own_card(FORM)),
    "open study:wrong": (press("study:wrong:{s}:1:deck"), own_card(FORM, "settled_card")),
    "submit study:add": (
        submit("study:add:{s}:0", front="a", back="b"),
        same("open", "in your cards", "in your cards"),
    ),
    "submit study:make": (
        submit("study:make:{s}:77:5|abc", front="a", back="b"),
        same("open", "in your cards", "in your cards"),
    ),
    "submit study:accept": (
        submit("study:accept:{s}:{n}:q|0|0", front="a", back="b"),
        same("settled", "in your cards"),
    ),
    "submit study:habits": (
        submit("study:habits:{s}:0", a_day="20", remind="", zone="UTC"),
        same("open", "at most 20 cards a day", "at most 20 cards a day"),
    ),
    "submit study:edit": (submit("study:edit:{s}:1:deck", front="New front", back="b"), own_card("New front")),
    "submit study:wrong": (
        submit("study:wrong:{s}:1:deck", wrong="It is red."),
        own_card("without your name", "settled_card"),
    ),
}


def what_they_are_told(result: simcord.InteractionResult) -> str:
    assert result.acknowledged, "every action is answered"
    return FORM if result.modal is not None else said(result)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("role", ROLES)
async def test_what_each_is_told(world: World, name: str, role: str) -> None:
    act, row = ROWS[name]
    await librarians.change_settings(
        actor(world.okafor, librarian=True),
        world.bot.library,
        anonymity_allowed=True,
        publishing_allowed=True,
        asks_per_hour=60,
    )
    far = actor(world.lindqvist, librarian=True)
    await librarians.change_settings(far, world.bot.library, publishing_allowed=True)
    number = await given(world, row.given)
    people = dict(zip(ROLES, (world.mia, world.tomasz, world.noor, world.okafor, world.lindqvist), strict=True))
    channel = world.far_channel if role == "elsewhere" else world.biology
    expected = getattr(row, role)
    if expected == HIDDEN:
        with pytest.raises(simcord.SetupError):
            await act(world, people[role], channel, number)
    else:
        assert expected in what_they_are_told(await act(world, people[role], channel, number))


async def test_no_act_is_missing_from_the_table(world: World) -> None:
    tree = world.bot.tree
    commands = {
        f"/{command.qualified_name}" for command in tree.walk_commands() if not isinstance(command, app_commands.Group)
    }
    menus = {f"menu {one.name}" for one in tree.get_commands() if isinstance(one, app_commands.ContextMenu)}
    router = world.bot.router
    parts = {f"press {kind}:{action}" for kind, action in router.presses}
    parts |= {f"open {kind}:{action}" for kind, action in router.openers}
    parts |= {f"submit {kind}:{action}" for kind, action in router.submits}
    assert set(ROWS) == commands | menus | parts


async def test_everything_is_for_servers_only(world: World) -> None:
    synced = [one.json for one in world.env.http_requests if one.method == "PUT" and one.path.endswith("/commands")]
    told: Any = synced[0]
    assert len(told) == len(world.bot.tree.get_commands())
    assert {(command["name"], tuple(command["contexts"])) for command in told} == {(one["name"], (0,)) for one in told}
