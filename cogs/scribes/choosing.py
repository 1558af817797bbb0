"""Pages from which one chooses pieces of a note."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.kit import chat
from bot.kit.buttons import OPTIONS_LIMIT, Button, page_line, pages, view
from bot.kit.cards import SCRIBES
from bot.kit.refs import Ref
from bot.kit.replies import Reply
from bot.models.sessions import Block, BlockKind
from bot.services.researchers.finding import page_at
from bot.text import Catalogue
from cogs.scribes.notes import note_buttons

PIECES_A_PAGE = 12
"""What fits on the screen of a phone."""
_SIGNS = {
    BlockKind.HEADING: "#",
    BlockKind.TEXT: "¶",
    BlockKind.TERM: "∷",
    BlockKind.QUESTION: "?",
    BlockKind.IMAGE: "▣",
    BlockKind.FILE: "▤",
}
MODES = ("edit", "edit_sections", "edit_merge")
"""Ways to change a note, each with a page of its own: from each, the others are one press away."""


def words_of(block: Block, limit: int) -> str:
    """What a block says, on one line."""
    text = block.text or (block.file.alt or block.file.filename if block.file else "")
    return chat.short(text.lstrip("#? "), limit)


def choice_page(
    texts: Catalogue,
    ref: Ref,
    blocks: Sequence[Block],
    page: int,
    *,
    select: Ref,
    several: bool = False,
) -> Reply:
    """One page of pieces, with a select of what stands on it; `ref` is that of the page itself."""
    kind = ref.action
    if not blocks:
        return Reply(
            texts.say(f"scribes.nothing.{kind}", number=ref.number),
            buttons=view(buttons=_beside(ref, texts)),
            update=True,
        )
    at, count, before = page_at(page, PIECES_A_PAGE, len(blocks))
    shown = blocks[before : before + PIECES_A_PAGE]
    embed = discord.Embed(
        colour=SCRIBES,
        title=texts.say(f"scribes.title.{kind}", number=ref.number),
        description="\n".join(_line(one, before + place) for place, one in enumerate(shown, start=1)),
    )
    embed.set_footer(text=page_line(at, count, texts))
    options = [
        (str(one.id), f"{before + place} {_SIGNS[one.kind]} {words_of(one, 85)}") for place, one in enumerate(shown, 1)
    ]
    turn = Ref(ref.kind, ref.action, ref.server_id, ref.number)
    buttons = pages(turn, at, count, (texts.say("kit.previous_page"), texts.say("kit.next_page")))
    made = view(
        select=(select, texts.say(f"scribes.pick.{kind}"), options[:OPTIONS_LIMIT]),
        buttons=[*buttons, *_beside(ref, texts)],
        several=several,
    )
    return Reply(embed=embed, buttons=made, update=True)


def _beside(ref: Ref, texts: Catalogue) -> list[Button]:
    """What else is one press away from such a page."""
    others = [one for one in MODES if one != ref.action] if ref.action in MODES else []
    others += ["strike_struck"] if ref.action == "strike" else []
    return note_buttons(ref, texts, *((one, "secondary") for one in others))


def _line(block: Block, place: int) -> str:
    who = f" · {chat.person(block.author_id)}" if block.author_id else ""
    return f"**{place}** {_SIGNS[block.kind]} {chat.safe(words_of(block, 90))}{who}"
