"""The files of notes: fetched from Discord as soon as they come, since its links expire, and described in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.errors import NotAllowed, NotFound
from bot.models.people import Actor
from bot.models.questions import Attachment
from bot.models.sessions import ALT_LIMIT, Block, BlockKind, BlockState, Cause
from bot.services.library import Library
from bot.services.researchers.cleaning import clean_text
from bot.services.scribes import keeping
from bot.storage.database import Tx

AT_ONCE = 100
"""Files that are named at the most when it is asked which are wanted; the next ones when these are fetched."""


@dataclass(frozen=True, slots=True)
class FileWanted:
    """A file that a note wants to keep, and the message that carries it. `size` is in bytes."""

    block_id: int
    channel_id: int
    message_id: int
    attachment_id: int
    filename: str
    size: int


async def files_wanted(library: Library, server_id: int) -> tuple[FileWanted, ...]:
    """Return which files are still to be fetched, the oldest first; after a restart for example."""

    def look(tx: Tx) -> tuple[FileWanted, ...]:
        return tuple(FileWanted(**row) for row in tx.scribes.files_wanted(server_id=server_id, limit=AT_ONCE))

    return await library.database.read(look)


async def file_fetched(library: Library, server_id: int, block_id: int, attachment: Attachment) -> tuple[str, ...]:
    """Keep that a file is in the media store; whether it is a picture is told by what is in it.

    Return the digests that nothing uses: the file's own, where its message was deleted meanwhile. The caller deletes
    those from the media store.
    """

    def change(tx: Tx) -> tuple[str, ...]:
        kept = tx.scribes.keep_file(
            server_id=server_id,
            block_id=block_id,
            digest=attachment.digest,
            content_type=attachment.content_type,
            size=attachment.size,
        )
        if kept:
            _correct_kind(tx, keeping.find_block(tx, server_id, block_id), attachment.content_type)
        return unused(tx, [attachment.digest])

    return await library.database.write(change)


def _correct_kind(tx: Tx, block: Block, content_type: str) -> None:
    kind = BlockKind.IMAGE if content_type.startswith("image/") else BlockKind.FILE
    if kind is not block.kind:
        keeping.bump(tx, block.session_id)
        keeping.save_block(tx, block, Cause.MESSAGE, block.author_id, kind=kind)


async def file_lost(library: Library, server_id: int, block_id: int) -> None:
    """Keep that a file cannot be had: it is too large, or gone from Discord. It is not wanted any more."""

    def change(tx: Tx) -> None:
        tx.scribes.lose_file(server_id=server_id, block_id=block_id)

    await library.database.write(change)


async def set_alt(actor: Actor, library: Library, block_id: int, alt: str) -> Block:
    """Describe a picture or file in words, by who posted it, a scribe of its note or a librarian.

    Raises BadInput (empty, too long), NotFound and NotAllowed.
    """

    def change(tx: Tx) -> Block:
        block = keeping.find_block(tx, actor.server_id, block_id)
        session = keeping.session_by_id(tx, actor.server_id, block.session_id)
        if block.file is None:
            raise NotFound("errors.block_not_found")
        if actor.user_id != block.author_id and not keeping.may_keep(actor, session):
            raise NotAllowed("errors.only_scribe_or_author", number=session.number)
        words = " ".join(clean_text(alt, ALT_LIMIT, "alt").split())
        keeping.bump(tx, session.id)
        return keeping.set_alt(tx, block, replace(block.file, alt=words))

    return await library.database.write(change)


def wanted_of(blocks: Iterable[Block], channel_id: int) -> tuple[FileWanted, ...]:
    """Return which files of new blocks are to be fetched; `channel_id` is where their messages stand."""
    return tuple(
        FileWanted(one.id, channel_id, one.source_message_id, one.file.attachment_id, one.file.filename, one.file.size)
        for one in blocks
        if one.source_message_id is not None and one.file is not None and one.file.attachment_id is not None
    )


def without_alt(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the pictures among blocks that stand and that nobody has described."""
    return tuple(
        one
        for one in blocks
        if one.kind is BlockKind.IMAGE and one.state is BlockState.STANDING and one.file and not one.file.alt
    )


def unused(tx: Tx, digests: Iterable[str]) -> tuple[str, ...]:
    """Return those of these files that neither a note nor a question nor an answer uses."""
    return tuple(one for one in dict.fromkeys(digests) if not tx.researchers.attachment_uses(digest=one))
