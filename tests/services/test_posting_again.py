"""Cards for channels that have lost their messages."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.services import librarians
from bot.services.library import Library
from bot.services.researchers.asking import withdraw_question
from bot.services.scribes import sessions
from tests.cast import LINDQVIST, MIA, OKAFOR, SERVER
from tests.services.noting import begin
from tests.services.researching import CHANNEL, ask, ask_anonymously, cards, empty_outbox, rows

STANDS = {"message_id": 9, "server_id": SERVER, "channel_id": 5, "kind": "question_card", "subject": 1}


async def test_every_card_that_has_something_to_show_is_posted_anew(library: Library) -> None:
    for text in ("Why do leaves turn red?", "Why is the sky dark?"):
        await ask(library, MIA, text)
    await withdraw_question(MIA, library, 2)
    await ask_anonymously(library)
    await library.database.write(lambda tx: tx.outbox.remember_posted(**STANDS, now=tx.now))
    await empty_outbox(library)

    assert await librarians.post_cards_again(OKAFOR, library) == 1

    assert await rows(library, "SELECT * FROM posted_message") == []
    assert await cards(library) == {(CHANNEL, 1)}


async def test_notes_that_are_open_get_a_new_card_and_with_it_a_new_thread(library: Library) -> None:
    closed, still_open = [await begin(library), await begin(library)]
    await sessions.close_session(MIA, library, closed)
    await empty_outbox(library)

    assert await librarians.post_cards_again(OKAFOR, library) == 1

    threads = await rows(library, "SELECT number FROM session WHERE thread_id IS NULL")
    assert threads == [{"number": still_open}]
    queued = await rows(library, "SELECT kind, subject, channel_id FROM outbox")
    assert queued == [{"kind": "note_card", "subject": still_open, "channel_id": CHANNEL}]


async def test_only_a_librarian_may_and_only_in_their_own_server(library: Library) -> None:
    await ask(library)

    with pytest.raises(NotAllowed):
        await librarians.post_cards_again(MIA, library)
    assert await librarians.post_cards_again(LINDQVIST, library) == 0
