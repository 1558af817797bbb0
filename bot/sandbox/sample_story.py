"""What happened in the sample class over the last weeks, done again through the services, each thing at its time.

Through the services, so that everything is as if people had done it: the cards come by the outbox, the numbers from
the counter, and the limits hold. Nothing here knows of Discord.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial

from bot.clock import DAY, HOUR, MINUTE
from bot.models.people import Actor
from bot.models.questions import Source, SourceKind
from bot.sandbox.sample_class import SampleClass, Table
from bot.sandbox.sample_notes import Pen, SampleNotes
from bot.services import librarians
from bot.services.library import Library
from bot.services.publishing import approving, consenting, requesting
from bot.services.researchers import anonymity, answering, asking, settling, trail

LIBRARIAN = "okafor"
FIRST_DAY = "20d 08:00"
"""When Ms. Okafor set the library up."""

_DAYS_AGO = re.compile(r"(\d+)d (\d\d):(\d\d)")
_SHORTLY_AGO = re.compile(r"(\d+)([hm])")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the story is told: the library, its people and channels by key, and `now`, its end, in milliseconds.

    `pen` writes in the threads of notes.
    """

    library: Library
    actors: Mapping[str, Actor]
    channels: Mapping[str, int]
    now: int
    pen: Pen


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, at a time in milliseconds. `written`: by people, in a thread, with their own hands."""

    at: int
    do: Callable[[], Coroutine[object, object, object]]
    written: bool = False


class SampleStory:
    """The story of one place. `steps` are in the order in which they happened; do each when it is its time."""

    def __init__(self, sample: SampleClass, place: Place) -> None:
        self._sample = sample
        self._place = place
        self._library = place.library
        self._numbers: dict[str, int] = {}
        self._steps: list[Step] = []
        self._notes = SampleNotes(place.library, place.actors, place.channels, self._numbers)

    def steps(self) -> list[Step]:
        """Return everything that happened, oldest first."""
        self._at(FIRST_DAY, self._set_up)
        for question in self._sample.questions:
            self._asking(question)
            self._answering(question)
            self._resting(question)
            self._publishing(question)
        for session in self._sample.sessions:
            self._noting(session)
        return sorted(self._steps, key=lambda step: step.at)

    def _at(self, when: str, do: Callable[..., Coroutine[object, object, object]], *given: object) -> None:
        self._steps.append(Step(moment(when, self._place.now), partial(do, *given)))

    def _noting(self, session: Table) -> None:
        notes = self._notes
        self._at(session["at"], notes.start, session, self._place.pen)
        for said in session["said"]:
            at = moment(said["at"], self._place.now)
            self._steps.append(Step(at, partial(notes.write, session, said, self._place.pen), written=True))
            if "struck" in said:
                self._at(said["struck"][1], notes.strike, said, said["struck"][0])
            if "taken" in said:
                self._at(said["taken"][1], notes.take_in, session, said, said["taken"][0])
        for who, when in session.get("checked", ()):
            self._at(when, notes.check, session, who)
        if "closed" in session:
            self._at(session["closed"], notes.close, session)
        for question in session.get("asked", ()):
            self._asking_in(session, question)
        for who, when in session.get("compiled", ()):
            self._at(when, notes.compile, session, who)
        self._publishing(session)

    def _asking_in(self, session: Table, question: Table) -> None:
        self._at(session["closed"], self._notes.find, session, question)
        if "claim" in question:
            self._at(question["claim"][1], self._act, answering.claim_question, question["claim"][0], question)
        self._answering(question)
        self._resting(question)

    def _asking(self, question: Table) -> None:
        self._at(question["at"], self._ask, question)
        if "passed" in question:
            self._at(question["passed"][1], self._act, anonymity.pass_anonymous, question["passed"][0], question)
        for who, when in question.get("me_too", ()):
            self._at(when, self._act, asking.toggle_me_too, who, question)
        if "claim" in question:
            self._at(question["claim"][1], self._act, answering.claim_question, question["claim"][0], question)

    def _answering(self, question: Table) -> None:
        for ordinal, answer in enumerate(question.get("answers", ()), start=1):
            sources = tuple(source_of(row) for row in answer["sources"])
            text = plain(answer["text"])
            self._at(answer["at"], self._act, answering.answer_question, answer["by"], question, text, sources)
            if "endorsed" in answer:
                who, when = answer["endorsed"]
                self._at(when, self._act, answering.endorse_answer, who, question, ordinal)

    def _resting(self, question: Table) -> None:
        for name in ("settled", "settled_again"):
            if name in question:
                end = question[name]
                self._at(
                    end["at"], self._act, settling.settle_question, question["by"], question, plain(end["now_think"])
                )
        if doubt := question.get("challenge"):
            given = (plain(doubt["text"]), source_of(doubt["source"]))
            self._at(doubt["at"], self._act, settling.challenge_question, doubt["by"], question, *given)
        if end := question.get("unresolved"):
            self._at(end["at"], self._act, settling.mark_unresolved, end["by"], question, plain(end["tried"]))
        if end := question.get("duplicate"):
            self._at(end[2], self._repeat, end[0], question, end[1])
        if when := question.get("withdrawn"):
            self._at(when, self._act, asking.withdraw_question, question["by"], question)
        if named := question.get("inquiry"):
            self._at(named["at"], self._name, question, named)

    def _publishing(self, question: Table) -> None:
        if publication := question.get("asked_to_publish"):
            self._at(publication["at"], self._ask_to_publish, question, publication)
        if publication := question.get("published"):
            self._at(publication["at"], self._publish, question, publication)

    async def _set_up(self) -> None:
        librarian, channels = self._place.actors[LIBRARIAN], self._place.channels
        chosen = dict(self._sample.settings)
        await librarians.change_settings(
            librarian,
            self._library,
            question_channel_id=channels[chosen.pop("question_channel")],
            watched_channel_ids=tuple(channels[key] for key in chosen.pop("watched_channels")),
            **chosen,
        )

    async def _ask(self, question: Table) -> None:
        parent, _, ordinal = question.get("follows", "").partition(".")
        asked = await asking.ask_question(
            self._place.actors[question["by"]],
            self._library,
            asking.Ask(
                text=question["text"],
                topic=question["topic"],
                knew=question["knew"],
                anonymous=question.get("anonymous", False),
                parent=self._numbers.get(parent),
                parent_answer=int(ordinal) if ordinal else None,
                channel_id=self._place.channels[question["channel"]],
            ),
        )
        self._numbers[question["key"]] = asked.number

    async def _act(
        self, service: Callable[..., Coroutine[object, object, object]], who: str, question: Table, *given: object
    ) -> None:
        await service(self._place.actors[who], self._library, self._numbers[question["key"]], *given)

    async def _repeat(self, who: str, question: Table, original: str) -> None:
        await self._act(settling.mark_duplicate, who, question, self._numbers[original])

    async def _name(self, question: Table, named: Table) -> None:
        await self._act(trail.name_inquiry, named["by"], question, named["name"], named["why"])
        await self._act(trail.record_outcome, named["by"], question, named["outcome"])

    async def _ask_to_publish(self, question: Table, publication: Table) -> None:
        await self._act(requesting.ask_publication, question["by"], question)
        for who in publication["consents"]:
            if who != question["by"]:
                await self._act(consenting.give_consent, who, question)

    async def _publish(self, question: Table, publication: Table) -> None:
        await self._ask_to_publish(question, publication)
        number = self._numbers[question["key"]]
        preview = await approving.preview_publication(self._place.actors[LIBRARIAN], self._library, number)
        await self._act(approving.approve_publication, LIBRARIAN, question, preview.digest)


def moment(when: str, now: int) -> int:
    """Return a time of the sample class in milliseconds. Raises ValueError where it is not written as they are."""
    if days := _DAYS_AGO.fullmatch(when):
        ago, hour, minute = map(int, days.groups())
        return now - now % DAY - ago * DAY + hour * HOUR + minute * MINUTE
    if shortly := _SHORTLY_AGO.fullmatch(when):
        return now - int(shortly[1]) * {"h": HOUR, "m": MINUTE}[shortly[2]]
    raise ValueError(when)


def plain(text: str) -> str:
    """Return a text of the file without the indentation that it has there."""
    return textwrap.dedent(text).strip()


def source_of(row: Table) -> Source:
    """Return a source of the file."""
    return Source(**{**row, "kind": SourceKind(row["kind"])})
