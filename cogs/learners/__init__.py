"""The learners' door: the desk, search, help, studying, one's own work and goals, and what may be shown in public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.learners.desk import Desk
from cogs.learners.mine import Mine
from cogs.learners.publishing import Publishing
from cogs.learners.searching import Searching
from cogs.learners.studying import Study

if TYPE_CHECKING:
    from bot.client import Vademecum


class Learners(Desk, Searching):
    """`/desk`, `/help` and `/search`."""


async def setup(bot: Vademecum) -> None:
    """Open the room."""
    await bot.add_cog(Learners(bot))
    await bot.add_cog(Publishing(bot))
    await bot.add_cog(Mine(bot))
    await bot.add_cog(Study(bot))
