"""The errors that are safe to show a student.

Each names a text in `bot/text` (`key`) and the values that stand in it (`places`). Whatever is not one of
these is a fault of ours: the student gets a reference number and the log a traceback (DESIGN.md, rule 10).
"""

from __future__ import annotations


class Refused(Exception):
    """Something was asked for that cannot be done, and the person can be told why.

    `key` is a text key such as ``errors.question_not_found``; `places` are the named values of that text.
    """

    def __init__(self, key: str, **places: object) -> None:
        super().__init__(key)
        self.key = key
        self.places = places


class BadInput(Refused):
    """What was typed cannot be taken as it is: empty, too long, malformed. It is kept and given back."""


class NotFound(Refused):
    """There is no such thing in this server. A thing of another server is not found either."""


class NotAllowed(Refused):
    """The person lacks the capability."""


class WrongState(Refused):
    """The thing exists, but it is too late or too early for this."""


class TooMany(Refused):
    """A limit that a librarian can set was reached."""


class StorageUnavailable(Refused):
    """The database could not take the change now; nothing of it was kept. Raised by storage only."""
