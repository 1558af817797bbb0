"""The sample class in a library without any Discord, for `vademecum site build --sample`."""

from __future__ import annotations

from bot.models.people import Actor
from bot.sandbox.sample_class import SampleClass, read_sample_class
from bot.sandbox.sample_notes import PlainPen
from bot.sandbox.sample_story import Place, SampleStory
from bot.services import librarians
from bot.services.library import Library

FIRST_ID = 1_403_000_000_000_100_000
"""People and channels get ids from here on. Nobody in Discord has them, and no page shows them."""


class SampleClock:
    """Starts at `milliseconds` and stands still until it is set."""

    def __init__(self, milliseconds: int) -> None:
        self._now = milliseconds

    def now(self) -> int:
        """Return the time it was set to, in milliseconds."""
        return self._now

    def set(self, milliseconds: int) -> None:
        """Set it to a time."""
        self._now = milliseconds


async def furnish_for_site(library: Library, clock: SampleClock) -> int:
    """Put the sample class into an empty library and return its server's id.

    `clock` is the library's own. The story ends at the time that it shows now, and there it stands again afterwards.
    """
    sample, ends = read_sample_class(), clock.now()
    await librarians.arrive(library, sample.server_id, sample.server_name)
    for step in SampleStory(sample, _place(sample, library, clock)).steps():
        clock.set(step.at)
        await step.do()
    clock.set(ends)
    return sample.server_id


def _place(sample: SampleClass, library: Library, clock: SampleClock) -> Place:
    actors = {
        person.key: Actor(
            server_id=sample.server_id,
            user_id=FIRST_ID + place,
            display_name=person.name,
            manages_server=sample.manages_server(person),
        )
        for place, person in enumerate(sample.people)
    }
    channels = {one.key: FIRST_ID + len(actors) + place for place, one in enumerate(sample.channels)}
    return Place(library, actors, channels, clock.now(), PlainPen(library, clock, actors))
