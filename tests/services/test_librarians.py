"""Setting up a library, and what waits for its librarians."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed
from bot.models.people import ServerSettings
from bot.models.questions import QuestionState
from bot.services import librarians, servers
from bot.services.library import Library
from bot.services.publishing.approving import publications_waiting
from bot.services.publishing.consenting import give_consent
from bot.services.publishing.requesting import ask_publication
from bot.services.researchers.settling import reopen_question
from bot.storage.database import Tx
from tests.cast import LINDQVIST, MIA, NOOR, OKAFOR, OTHER_SERVER, SERVER
from tests.services.researching import CHANNEL, ask_anonymously, choose, queued, reach, rows


async def change(library: Library, **changes: Any) -> ServerSettings:
    return await librarians.change_settings(OKAFOR, library, **changes)


class TestArriving:
    async def test_makes_the_server_and_follows_its_name(self, library: Library) -> None:
        await librarians.arrive(library, SERVER, "Class 5b")
        await librarians.arrive(library, SERVER, "Class 6b")
        assert await rows(library, "SELECT id, name, slug FROM server") == [
            {"id": SERVER, "name": "Class 6b", "slug": "class-5b"}
        ]
        assert len(await rows(library, "SELECT * FROM class")) == 1


class TestSettings:
    async def test_are_the_defaults_until_a_librarian_chooses(self, library: Library) -> None:
        assert await librarians.settings_for(MIA, library) == ServerSettings()

    async def test_are_kept_and_stay_in_their_server(self, library: Library) -> None:
        chosen = await change(library, watched_channel_ids=(1, 2), question_channel_id=CHANNEL, sources_required=False)
        assert chosen == ServerSettings(question_channel_id=CHANNEL, watched_channel_ids=(1, 2), sources_required=False)
        assert await librarians.settings_for(MIA, library) == chosen
        assert await librarians.settings_for(LINDQVIST, library) == ServerSettings()
        assert (await change(library, question_channel_id=None)).question_channel_id is None

    async def test_are_for_librarians(self, library: Library) -> None:
        for act in (
            librarians.change_settings(MIA, library, open_claims=5),
            librarians.post_desk(MIA, library, CHANNEL, 1),
            librarians.waiting_for_librarian(MIA, library),
        ):
            with pytest.raises(NotAllowed):
                await act
        librarians.require_set_up(OKAFOR)
        with pytest.raises(NotAllowed):
            librarians.require_set_up(MIA)
        assert await librarians.settings_for(MIA, library) == ServerSettings()

    @pytest.mark.parametrize(("name", "least", "most"), [(name, *ends) for name, ends in librarians.RANGES.items()])
    async def test_that_are_numbers_have_a_range(self, library: Library, name: str, least: int, most: int) -> None:
        for value in (least, most):
            assert getattr(await change(library, **{name: value}), name) == value
        for bad in (least - 1, most + 1, "many"):
            with pytest.raises(BadInput) as refused:
                await change(library, sources_required=False, **{name: bad})
            assert (refused.value.places["least"], refused.value.places["most"]) == (least, most)
        assert getattr(await librarians.settings_for(MIA, library), name) == most
        assert (await librarians.settings_for(MIA, library)).sources_required

    async def test_that_do_not_exist_are_a_fault_of_ours(self, library: Library) -> None:
        with pytest.raises(TypeError):
            await change(library, colour="blue")

    @pytest.mark.parametrize("name", ["publishing_allowed", "search_engines_allowed"])
    async def test_that_the_site_shows_change_the_site(self, library: Library, name: str) -> None:
        await change(library, open_claims=4)
        assert await rows(library, "SELECT site_version FROM server") == [{"site_version": 0}]
        await change(library, **{name: True})
        assert await rows(library, "SELECT site_version FROM server") == [{"site_version": 1}]


async def test_the_desk_is_posted_where_a_librarian_wants_it(library: Library) -> None:
    await librarians.post_desk(OKAFOR, library, CHANNEL, 7)
    (row,) = await queued(library)
    assert (row["kind"], row["channel_id"], row["subject"], json.loads(row["payload"])) == ("desk", CHANNEL, 7, {})


async def test_desks_that_look_as_they_did_are_drawn_anew_once(library: Library) -> None:
    def stand(tx: Tx) -> None:
        servers.enter(tx, SERVER)
        for message_id, version in ((11, 1), (12, 2), (13, 1)):
            tx.outbox.remember_posted(
                message_id=message_id, server_id=SERVER, channel_id=CHANNEL, kind="desk", subject=version, now=tx.now
            )
        tx.outbox.mark_removed(message_id=13, now=tx.now)

    await library.database.write(stand)
    assert await librarians.redraw_desks(library, SERVER, 2) == 1
    (row,) = await queued(library)
    assert (row["kind"], row["channel_id"], json.loads(row["payload"])) == ("desk", CHANNEL, {"message_id": 11})
    assert await librarians.redraw_desks(library, SERVER, 2) == 0
    assert await librarians.redraw_desks(library, OTHER_SERVER, 3) == 0


class TestWaiting:
    async def test_are_anonymous_questions_oldest_first_without_their_asker(self, library: Library) -> None:
        await ask_anonymously(library)
        await ask_anonymously(library, NOOR)
        waiting = await librarians.waiting_for_librarian(OKAFOR, library)
        assert [(one.number, one.asker_id) for one in waiting.anonymous] == [(1, None), (2, None)]
        assert (waiting.publications, waiting.count) == (0, 2)

    async def test_are_publications_whose_asker_said_yes(self, library: Library) -> None:
        await choose(library, publishing_allowed=True)
        await reach(library, QuestionState.SETTLED)
        await ask_publication(NOOR, library, 1)
        assert (await librarians.waiting_for_librarian(OKAFOR, library)).publications == 0
        await give_consent(MIA, library, 1)
        assert (await librarians.waiting_for_librarian(OKAFOR, library)).publications == 1

    async def test_are_no_publications_that_cannot_be_approved_now(self, library: Library) -> None:
        async def count() -> int:
            waiting = await librarians.waiting_for_librarian(OKAFOR, library)
            ready = [one for one in await publications_waiting(OKAFOR, library) if one.question]
            assert len(ready) == waiting.publications
            return waiting.publications

        await choose(library, publishing_allowed=True)
        await reach(library, QuestionState.SETTLED)
        await ask_publication(MIA, library, 1)
        assert await count() == 1
        await choose(library, publishing_allowed=False)
        assert await count() == 0
        await choose(library, publishing_allowed=True)
        await reopen_question(MIA, library, 1)
        assert await count() == 0

    async def test_stay_in_their_server(self, library: Library) -> None:
        await ask_anonymously(library)
        await librarians.arrive(library, OTHER_SERVER, "Elsewhere")
        assert (await librarians.waiting_for_librarian(LINDQVIST, library)).count == 0
