"""The sample class: what its file promises, and what a library holds when its story was told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.models.people import Actor
from bot.models.questions import QuestionState, Source, SourceKind
from bot.models.sessions import BlockKind, SessionState
from bot.sandbox.sample_class import SampleClass, read_sample_class
from bot.sandbox.sample_site import SampleClock, furnish_for_site
from bot.sandbox.sample_story import FIRST_DAY, moment, source_of
from bot.services.library import Library
from bot.services.publishing import reading, snapshots
from bot.services.researchers import finding, sources, trail
from bot.services.scribes import companions, sessions

PERSON = Source(SourceKind.PERSON, "Mr. Haddad", why="He teaches it, and showed us how he knows.")
"""Beside an AI tool there must be another source."""
DAY = 24 * 3_600_000
NOW = 20_000 * DAY + 10 * 3_600_000


@pytest.fixture
def clock() -> SampleClock:
    return SampleClock(NOW)


@pytest.fixture
def sample() -> SampleClass:
    return read_sample_class()


def all_sources(sample: SampleClass) -> list[dict[str, Any]]:
    answers = [answer for question in sample.questions for answer in question.get("answers", ())]
    return [row for answer in answers for row in answer["sources"]]


def test_everybody_who_is_named_is_in_the_class(sample: SampleClass) -> None:
    people = {person.key for person in sample.people}
    channels = {channel.key for channel in sample.channels}
    for question in sample.questions:
        named = {question["by"], *(who for who, _ in question.get("me_too", ()))}
        named |= {answer["by"] for answer in question.get("answers", ())}
        assert named <= people
        assert question["channel"] in channels
    assert {message["by"] for message in sample.messages} <= people
    assert {role for person in sample.people for role in person.roles} == {role.key for role in sample.roles}


def test_there_are_sources_of_every_kind_and_each_is_one_that_the_library_takes(sample: SampleClass) -> None:
    rows = all_sources(sample)

    assert {row["kind"] for row in rows} == set(SourceKind)
    for row in rows:
        sources.check_sources((source_of(row), PERSON), required=True)


def test_times_are_read_as_they_are_written() -> None:
    assert moment("2d 08:30", NOW) == NOW - 2 * DAY - 90 * 60_000
    assert moment("3h", NOW) == NOW - 3 * 3_600_000
    assert moment("20m", NOW) == NOW - 20 * 60_000
    with pytest.raises(ValueError, match="yesterday"):
        moment("yesterday", NOW)


def test_everything_happened_after_the_first_day_and_before_now(sample: SampleClass) -> None:
    times = [moment(when, NOW) for when in written_times(list(sample.questions) + list(sample.messages))]

    assert len(times) > 100
    assert all(moment(FIRST_DAY, NOW) < at < NOW for at in times)


def written_times(value: Any) -> list[str]:
    """Find every time in the tables of the file."""
    if isinstance(value, dict):
        return [when for one in value.values() for when in written_times(one)]
    if isinstance(value, (list, tuple)):
        return [when for one in value for when in written_times(one)]
    try:
        moment(value, NOW)
    except (TypeError, ValueError):
        return []
    return [value]


async def test_the_story_leaves_questions_in_every_state(library: Library, clock: SampleClock) -> None:
    server_id = await furnish_for_site(library, clock)

    reader = Actor(server_id=server_id, user_id=1)
    notes = {line.number for line in (await sessions.list_sessions(reader, library)).items}
    numbers = [number for number in range(1, 22 + 3 + len(notes)) if number not in notes]
    views = [await finding.show_question(reader, library, number) for number in numbers]
    assert {view.question.state for view in views} == set(QuestionState) - {QuestionState.WAITING}
    for view in views:
        if view.question.state is QuestionState.SETTLED:
            assert view.question.knew or view.came_up_in  # in a lesson's note nobody is asked what they know
            assert view.question.now_think
    assert [view.question.number for view in views if view.question.anonymous]


async def test_the_class_keeps_notes_with_a_hole_that_was_filled_and_one_that_is_open(
    library: Library, clock: SampleClock
) -> None:
    server_id = await furnish_for_site(library, clock)

    reader = Actor(server_id=server_id, user_id=1)
    trees, numbers = await companions.companion(reader, library)
    (letting_go,) = trees.notes
    assert (trees.name, numbers.name) == ("Trees", "Numbers")
    assert letting_go.changes.filled == tuple(
        block.hole.number for block in letting_go.blocks if block.hole and block.hole.answers
    )
    assert {block.kind for block in letting_go.blocks} == set(BlockKind) - {BlockKind.FILE}
    assert [bool(block.hole.answers) for block in letting_go.blocks if block.hole] == [True, False]
    assert "who has the glue??" not in {block.text for block in letting_go.blocks}
    lessons = (await sessions.list_sessions(reader, library)).items
    assert [line.state for line in lessons].count(SessionState.OPEN) == 1


async def test_a_trail_is_four_deep_and_is_an_inquiry(library: Library, clock: SampleClock) -> None:
    server_id = await furnish_for_site(library, clock)

    whole = await trail.trail_of(Actor(server_id=server_id, user_id=1), library, 1)

    assert max(node.depth for node in whole.nodes) == 4
    assert whole.inquiry is not None
    assert whole.inquiry.name == "Why bother to turn red?"


async def test_there_is_something_to_read_for_the_public(library: Library, clock: SampleClock) -> None:
    server_id = await furnish_for_site(library, clock)

    (public,) = await reading.public_libraries(library)

    assert public.server_id == server_id
    assert public.slug == "riverside-school-library"
    by_number = {page.question.number: page.question for page in public.pages}
    assert len(by_number) >= 6
    assert by_number[1].inquiry_outcome
    deep = by_number[max(by_number)]
    depth = 0
    while deep.parent_number is not None:
        deep, depth = by_number[deep.parent_number], depth + 1
    assert depth == 3, "a trail can be followed on the site"


async def test_what_is_public_names_nobody(library: Library, clock: SampleClock, sample: SampleClass) -> None:
    await furnish_for_site(library, clock)
    (public,) = await reading.public_libraries(library)
    text = " ".join(snapshots.to_json(page.question) for page in public.pages)

    for person in sample.people:
        assert person.name not in text
    assert "carotenoids" in text, "the same search finds what is there"
