"""The outline of a note: its sections, each from a heading to the next one, of whatever level. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.models.sessions import Block, BlockKind


def sections_of(blocks: Iterable[Block]) -> tuple[tuple[Block, ...], ...]:
    """Cut blocks in reading order into sections: every heading begins one, and what stands before the first is one."""
    sections: list[list[Block]] = []
    for block in blocks:
        if block.kind is BlockKind.HEADING or not sections:
            sections.append([])
        sections[-1].append(block)
    return tuple(tuple(one) for one in sections)


def heading_of(section: tuple[Block, ...]) -> str:
    """Return the words of a section's heading; empty for what stands before the first one."""
    first = section[0]
    return first.text.lstrip("# ") if first.kind is BlockKind.HEADING else ""
