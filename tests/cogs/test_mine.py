"""My work and my goals in Discord: for one's own eyes, by buttons alone."""

from __future__ import annotations

from bot.models.people import Actor
from bot.services import librarians
from bot.services.learners import goals
from tests.cogs.test_desk import post_desk
from tests.cogs.world import World, raw_submit, said


async def test_my_work_leads_from_the_desk_to_each_piece(world: World) -> None:
    number = await world.ask(world.mia, "Why do cats purr?")
    await world.answer(world.mia, number, "To calm themselves, I think.")
    desk = await post_desk(world)
    mine = await world.mia.click(desk, label="My work")
    assert "You asked 1 question." in said(mine)
    assert "You gave 1 answer." in said(mine)
    assert mine.response is not None
    answers = await world.mia.click(mine.response, label="Answers")
    link = f"https://discord.com/channels/{world.guild.id}/{world.biology.id}/{world.card(number).id}"
    assert f"**[#{number}.1]({link})** · answer · answered\nTo calm themselves, I think." in said(answers)
    assert answers.response is not None
    back = await world.mia.click(answers.response, label="‹ All my work")
    assert "Your work" in said(back)
    assert back.response is not None
    questions = await world.mia.click(back.response, label="Questions")
    assert questions.response is not None
    assert "Why do cats purr?" in said(await world.mia.select(questions.response, [str(number)]))
    assert "Nothing yet" in said(await world.ben.slash(world.biology, "my work"))


async def test_many_questions_are_paged(world: World) -> None:
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, asks_per_hour=60)
    for count in range(8):
        await world.ask(world.mia, f"Why do cats purr {count} times?")
    mine = await world.mia.slash(world.biology, "my work")
    assert mine.response is not None
    first = await world.mia.click(mine.response, label="Questions")
    assert "Your 8 questions" in said(first)
    assert "purr 7 times" in said(first)
    assert first.response is not None
    second = await world.mia.click(first.response, label="More ›")
    assert "purr 0 times" in said(second)
    assert "purr 7 times" not in said(second)


async def test_what_was_asked_anonymously_is_marked_for_its_asker(world: World) -> None:
    librarian = Actor(world.guild.id, world.okafor.id, manages_server=True)
    await librarians.change_settings(librarian, world.bot.library, anonymity_allowed=True)
    custom_id = f"question:ask_anonymous:{world.guild.id}:0"
    await raw_submit(world.mia, world.biology, custom_id, text="Is it normal to be afraid of the dark?")
    mine = await world.mia.slash(world.biology, "my work")
    assert mine.response is not None
    listed = said(await world.mia.click(mine.response, label="Questions"))
    assert "asked anonymously: only you see it here" in listed
    assert "afraid of the dark" in listed
    for other in (world.tomasz, world.okafor):
        assert "Nothing yet" in said(await other.slash(world.biology, "my work"))


async def test_a_goal_from_setting_it_to_looking_back(world: World) -> None:
    nothing = await world.mia.slash(world.biology, "my goals")
    assert "No goal yet" in said(nothing)
    assert nothing.response is not None
    form = await world.mia.click(nothing.response, label="Add a goal")
    told = await world.fill(world.mia, form, text="Explain *purring*", by="tomorrow", helps="Noor, on Tuesdays")
    assert "Kept. Only you see it." in told
    assert "Explain \\*purring\\*" in told
    assert "By when: <t:" in told

    await world.live_on(days=2)
    desk = await world.mia.slash(world.biology, "desk")
    assert "Time to look back on your goal: Explain \\*purring\\*" in said(desk)
    assert desk.response is not None
    listed = await world.mia.click(desk.response, label="Look back")
    assert listed.response is not None
    opened = await world.mia.select(listed.response, ["1"])
    assert opened.response is not None
    form = await world.mia.click(opened.response, label="Look back")
    told = await world.fill(world.mia, form, how="Ben got it.", state=["reached"], new_day="")
    assert "● reached" in told
    assert "How did it go?: Ben got it." in told
    assert "look back" not in said(await world.mia.slash(world.biology, "desk")).lower()


async def test_a_goal_is_changed_and_removed_only_after_a_second_yes(world: World) -> None:
    mia = Actor(world.guild.id, world.mia.id)
    await goals.add_goal(mia, world.bot.library, goals.Wish("Read more", "in two weeks"))
    listed = await world.mia.slash(world.biology, "my goals")
    assert listed.response is not None
    opened = await world.mia.select(listed.response, ["1"])
    assert opened.response is not None
    form = await world.mia.click(opened.response, label="Change it")
    changed = await world.fill(world.mia, form, text="Read one book a month", by="2026-01-15", helps="")
    assert "Read one book a month" in changed
    assert "By when" in changed
    asked = await world.mia.click(opened.response, label="Remove it")
    assert "does not come back" in said(asked)
    assert asked.response is not None
    kept = await world.mia.click(asked.response, label="Keep it")
    assert "Read one book a month" in said(kept)
    assert kept.response is not None
    asked = await world.mia.click(kept.response, label="Remove it")
    assert asked.response is not None
    removed = await world.mia.click(asked.response, label="Yes, remove it")
    assert said(removed) == "Removed."
    assert removed.response is not None
    assert "No goal yet" in said(await world.mia.click(removed.response, label="All my goals"))


async def test_a_day_that_is_over_is_refused_and_what_was_typed_is_kept(world: World) -> None:
    told = await raw_submit(
        world.mia, world.biology, f"goal:add:{world.guild.id}:0", text="Read more", by="yesterday", helps=""
    )
    assert "is over already" in said(told)
    assert "What you typed is kept" in said(told)
