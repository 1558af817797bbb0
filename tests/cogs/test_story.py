"""One question, from the moment somebody wonders to the page that a parent could read."""

from __future__ import annotations

from tests.cogs.world import SOURCE, World, is_card, said


async def test_a_question_is_asked_claimed_answered_endorsed_and_settled(world: World) -> None:
    number = await world.ask(
        world.mia, "Why do leaves turn red in autumn?", topic="Biology", knew="Maybe the cold paints them."
    )
    card = world.card(number)
    assert "open" in (card.embeds[0].title or "")
    assert "Why do leaves turn red" in (card.embeds[0].description or "")

    told = said(await world.press(world.noor, number, "claim"))
    assert f"**#{number}** is yours" in told
    assert "taken" in (world.card(number).embeds[0].title or "")

    shown = await world.press(world.noor, number, "answer")
    assert f"#{number}.1" in await world.fill(
        world.noor, shown, text="Green chlorophyll goes, red anthocyanin is made.", **SOURCE
    )
    notice = world.biology.history()[-1]
    assert [one.id for one in notice.mentions] == [world.mia.id]
    assert world.mia.mention in notice.content

    told = said(await world.mia.slash(world.biology, "question endorse", id=f"#{number}", answer=1))
    assert "this answers it" in told
    settle = await world.mia.slash(world.biology, "question settle", id=f"#{number}")
    await world.fill(world.mia, settle, now_think="The tree takes the green back, and makes red in sunny autumns.")
    card = world.card(number)
    assert "settled" in (card.embeds[0].title or "")
    assert any("takes the green back" in (one.value or "") for one in card.embeds[0].fields)
    assert len([message for message in world.biology.history() if is_card(message, number)]) == 1


async def test_a_follow_up_and_its_trail(world: World) -> None:
    root = await world.ask(world.mia, "Why is the sea salty?")
    shown = await world.press(world.noor, root, "follow_up")
    told = await world.fill(world.noor, shown, text="Is it saltier than a hundred years ago?")
    follow = int(told.split("**#")[1].split("**")[0])
    drawn = said(await world.ben.slash(world.biology, "question trail", id=f"#{follow}"))
    assert "trail of 2 questions" in drawn
    assert f"#{root}" in drawn
    assert f"**↳ ○ #{follow}" in drawn


async def test_me_too_counts_and_takes_back(world: World) -> None:
    number = await world.ask(world.mia, "Do fish sleep?")
    assert "That makes 1" in said(await world.press(world.ben, number, "me_too"))
    assert "1 more wonders" in (world.card(number).embeds[0].footer.text or "")
    assert "Taken back" in said(await world.press(world.ben, number, "me_too"))


async def test_suggestions_begin_with_asking_and_open_what_was_asked(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    choices = await world.ben.autocomplete(world.biology, "question ask", "text", "cats purr")
    assert [choice["value"] for choice in choices] == ["cats purr", f"#{number}"]
    assert choices[0]["name"].startswith("Ask: ")
    told = said(await world.ben.slash(world.biology, "question ask", text=f"#{number}"))
    assert "Me too" in told
    assert "Why do cats purr?" in told


async def test_a_refused_form_is_kept_and_offered_again(world: World) -> None:
    number = await world.ask(world.mia, "Why is the sky blue?")
    shown = await world.press(world.noor, number, "answer")
    refused = await world.noor.submit_modal(
        shown, {"text": "Blue light scatters more.", "kind": ["web"], "sources": "", "why": ""}
    )
    assert "What you typed is kept" in said(refused)
    assert refused.response is not None
    again = await world.noor.click(refused.response, label="Open the form again")
    assert again.modal is not None
    assert "Blue light scatters more." in str(again.modal)
    assert f"#{number}.1" in await world.fill(world.noor, again, text="Blue light scatters more.", **SOURCE)


async def test_a_stale_claim_is_nudged_then_released_and_the_asker_hears_of_it(world: World) -> None:
    number = await world.ask(world.mia, "How old is the oldest tree?")
    await world.press(world.noor, number, "claim")
    before = len(world.biology.history())
    await world.live_on(days=8)
    nudge = world.biology.history()[before:]
    assert [[one.id for one in message.mentions] for message in nudge] == [[world.noor.id]]
    await world.live_on(days=3)
    assert "open" in (world.card(number).embeds[0].title or "")
    after = [[one.id for one in message.mentions] for message in world.biology.history()[before + 1 :]]
    assert after == [[world.mia.id], []], "a word to the asker, then the quiet digest of what nobody has"


async def test_log_as_question_and_use_as_answer(world: World) -> None:
    message = await world.mia.send(world.biology, "how do bees find their way home")
    told = said(await world.noor.context_menu(world.biology, "Log as question", message))
    number = int(told.split("**#")[1].split("**")[0])
    reply = await world.ben.send(world.biology, "They remember the sun and landmarks, I read it at the zoo.")
    asked = await world.noor.context_menu(world.biology, "Use as answer", reply)
    assert asked.response is not None
    chosen = await world.noor.select(asked.response, [str(number)])
    assert chosen.response is not None
    shown = await world.noor.click(chosen.response, label="Name the sources")
    assert f"#{number}.1" in await world.fill(world.noor, shown, **SOURCE)
    assert "landmarks" in said(await world.mia.slash(world.biology, "question show", id=str(number)))
    await world.mia.delete(message)
    assert "withdrawn" in (world.card(number).embeds[0].title or "")
    assert "how do bees" not in str(world.card(number).embeds[0].to_dict())
