"""Whether a chat message is a question worth logging with the class's researchers.

In the channels that a librarian chose, the bot puts one reaction under a message that is recognised here, and logs it
only if its author clicks. A question that is missed can still be asked at the desk, and a student who is pestered stops
asking: so every doubt is decided against the message. `docs/recognising.md` tells the rule in plain words, and what was
measured.

The rule reads words and marks only. It knows no author, no channel and no earlier message, keeps nothing and sends
nothing anywhere, and takes no longer over hostile text than over any other of that length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from bot.services.researchers import recognising_words as words

LONGEST_MESSAGE = 4000
"""Discord allows 2,000 characters, 4,000 with Nitro. What stands after that is not read.

The patterns are linear in the text, but Unicode's normal form is not (it sorts a run of accents by insertion): this
limit keeps that within milliseconds.
"""

FEWEST_WORDS = 3
"""*What is osmosis* has three words; shorter ones (*why?*, *how so?*) ask about something said elsewhere."""

FEWEST_LETTERS_WITHOUT_SPACES = 6
"""The same for scripts that put no space between words."""

CONTEXT_FOR_A_POINTER = 3
"""So many words with a meaning of their own must stand before *it* or *that* for the message to say what is meant."""

CONTEXT_FOR_A_JOINED_POINTER = 2
"""A word less where a *when* or *if* ties it to its own sentence (*why does ice crack when it melts*)."""

CONTEXT_FOR_NOTHING = 6
"""And so many before a question that names nothing by itself (*what do I do next?*)."""

MOST_ADDRESSEES = 4
"""*Mia, Noor, Ben: …*"""

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_DISCORD_TAG = re.compile(r"<[@#:/at][^<>\s]{1,100}>")
_QUOTED = re.compile(r'"[^"\n]*"')
_COMMAND = re.compile(r"[!/.$?+%&;~=\-][a-z]")
_ADDRESS = re.compile(r"\s*(?:@?(\S{1,32})[:,]\s|@\S{1,32}\s|discordtag\b[:,]?)")
_END = re.compile(r"[?!.]+|\n")
_PAUSE = re.compile(r"[,;:)\]](?=\s|$)|(?<=\s)[(\[]|[—–]|\s-(?=\s)")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ENDINGS = {"n't": "not", "'s": "is", "'re": "are", "'m": "am", "'ve": "have", "'ll": "will", "'d": "would"}
_ASCII_CONTROLS = {code: " " for code in (*range(32), 127) if chr(code) != "\n"}
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cs", "Co", "Cn"})


def _folded(text: str) -> str:
    """Lower case, without accents and invisible characters; other controls than the end of a line become spaces."""
    if text.isascii():  # most of it, and an import reads hundreds of thousands of messages
        return text.lower().translate(_ASCII_CONTROLS)
    compatible = unicodedata.normalize("NFKD", text.translate(words.SAME_MARKS)).casefold()
    return "".join(_visible(character) for character in unicodedata.normalize("NFKD", compatible))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" and character != "\n":
        return " "
    return "" if category in _INVISIBLE else character


_ABROAD = re.compile(rf"[\W_]*(?:{_folded('|'.join(words.ABROAD.values()))})(?!\w)")
_ABROAD_INSIDE = re.compile(_folded("|".join(words.ABROAD_INSIDE.values())))


class Clause(NamedTuple):
    """A stretch of a sentence between two pauses, as plain words."""

    text: str
    first: bool
    """It opens its sentence (*which* and *who* ask only there; later they mostly tell)."""
    marked: bool
    """Its sentence ends with a question mark."""
    addressed: bool
    """The message is for one person, so it is part of a talk that is already going on."""
    said_before: int
    """How many words with a meaning of their own stand before it in the message."""


def looks_like_question(text: str) -> bool:
    """Whether this message, by itself, asks something that a researcher could take.

    Takes any string, of any length and in any script; raises nothing.
    """
    if text.isascii() and not _may_ask(text[:LONGEST_MESSAGE].lower()):
        return False
    plain = plain_text(text)
    if _COMMAND.match(plain):
        return False
    return any(_asks(clause) for clause in clauses(plain)) or ("?" in plain and _asks_abroad(plain))


def _may_ask(lowered: str) -> bool:
    """Whether it is worth looking closer: plain English text that has none of these parts is never recognised.

    Taking code, quotations and links out of a text adds none of them.
    """
    for part in words.MAY_ASK:  # noqa: SIM110 - twice as fast as any(), and most messages end here
        if part in lowered:
            return True
    return False


def plain_text(text: str) -> str:
    """The author's own words: no code, quoted lines, quotations, links; lower case, no accents, nothing invisible."""
    own = "\n".join(_own_lines(_without_code(text[:LONGEST_MESSAGE])))
    linkless = _LINK.sub(" weblink ", _folded(own).replace("`", "'"))
    return _QUOTED.sub(" quotation ", _DISCORD_TAG.sub(" discordtag ", linkless)).strip()


def _without_code(text: str) -> str:
    """Fenced blocks go; a piece of code within a line is one word, since it is what the line speaks of."""
    if "`" not in text:
        return text
    pieces = " ".join(text.split("```")[::2]).split("`")
    closed = len(pieces) - 1 + len(pieces) % 2
    return "".join(" codespan " if place % 2 and place < closed else piece for place, piece in enumerate(pieces))


def _own_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.lstrip().startswith(">>>"):
            return
        if not line.lstrip().startswith(">"):
            yield line


def without_address(plain: str) -> tuple[str, bool]:
    """The text without the names it opens with (*noor:*, *@Ben*), and whether there were any."""
    start = 0
    for _ in range(MOST_ADDRESSEES):
        found = _ADDRESS.match(plain, start)
        if found is None or (found[1] or "").strip("?!.'\"") in words.OPENERS | words.ASKING:
            break
        start = found.end()
    return plain[start:], start > 0


def sentences(plain: str) -> Iterator[tuple[str, str]]:
    """Each sentence and the marks at its end. A mark within a word (*10.04*, *a.b?c=d*) ends nothing."""
    start = 0
    for found in _END.finditer(plain):
        if _is_within(plain, found):
            continue
        yield plain[start : found.start()], found[0]
        start = found.end()
    yield plain[start:], ""


def _is_within(plain: str, mark: re.Match[str]) -> bool:
    """Whether this mark belongs to a word: a number, an address, an abbreviation."""
    if len(mark[0]) > 1 or mark[0] == "\n":
        return False
    if plain[mark.end() : mark.end() + 1].isalnum():
        return True
    before = plain[max(0, mark.start() - 10) : mark.start()].split() if mark[0] == "." else []
    return bool(before) and before[-1] in words.ABBREVIATIONS


def clauses(plain: str) -> Iterator[Clause]:
    """The clauses that may ask, in order, each stripped of the words that only open it."""
    body, addressed = without_address(plain)
    said, last = 0, list[str]()
    for sentence, end in sentences(body):
        stretches = [stretch for stretch in map(_words, _PAUSE.split(sentence)) if stretch]
        tells = _exclaims(end) or _is_tagged(stretches) or words.LAUGHTER.search(sentence)
        for place, stretch in enumerate(stretches):
            said, last = said + _own_meaning(last), stretch
            opened = _without_openers(stretch)
            if opened and not tells:
                yield Clause(" ".join(opened), place == 0, "?" in end, addressed, said)


def _words(stretch: str) -> list[str]:
    found: list[str] = _WORD.findall(stretch)
    if "'" not in stretch and words.CONTRACTIONS.keys().isdisjoint(found):
        return found
    return " ".join(map(_opened, found)).split()


def _opened(word: str) -> str:
    """A shortened word in full: *what's* is *what is*."""
    if word in words.CONTRACTIONS or "'" not in word:
        return words.CONTRACTIONS.get(word, word)
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and (ending != "'s" or word[:-2] in words.TAKES_IS):
            return f"{word.removesuffix(ending)} {full}"
    return word


def _without_openers(stretch: list[str]) -> list[str]:
    """Without greetings and fillers. A phrase such as *quick question* is followed by the question or by nothing."""
    place = 0
    while place < len(stretch) and stretch[place] in words.OPENERS:
        place += 1
    rest = stretch[place:]
    phrase = words.OPENING_PHRASES.match(" ".join(rest) + " ")
    return rest[len(phrase[0].split()) :] if phrase else rest


def _exclaims(end: str) -> bool:
    return "!" in end and "?" not in end


def _is_tagged(stretches: list[list[str]]) -> bool:
    """*It rains a lot, right?*: what stands before the tag is said, not asked."""
    return len(stretches) > 1 and words.TAGS.fullmatch(" ".join(stretches[-1])) is not None


def _own_meaning(stretch: list[str]) -> int:
    return sum(word not in words.NOTHING and len(word) > 1 and not word.isdigit() for word in stretch)


def _asks(clause: Clause) -> bool:
    """The rule for English: it opens like a question, is none of the known others, and says what it is about."""
    asked = _asked_part(clause)
    if asked is None or len(asked.split()) < FEWEST_WORDS:
        return False
    return not _is_for_company(asked) and _says_what(asked, clause)


def _is_for_company(asked: str) -> bool:
    """Whether it is for those present: about them, the lesson, the room, or only for the sake of talk."""
    return bool(
        words.NEVER.match(asked)
        or words.HOUSEKEEPING.search(asked)
        or words.OPINION.search(asked)
        or words.SECOND_PERSON.search(words.ANYONE.sub("", asked))
    )


def _asked_part(clause: Clause) -> str | None:
    """What the clause asks, without *does anyone know* and the like; nothing if it does not open like a question."""
    text = clause.text
    if wrapper := words.INDIRECT.match(text):
        rest = text[wrapper.end() :].lstrip()
        return rest if words.WRAPPED.match(rest) else None
    if words.WANTS_HELP.match(text):
        return text
    if not clause.first and words.NOT_FIRST.match(text):
        return None
    return text if _opens_like_a_question(clause) else None


def _opens_like_a_question(clause: Clause) -> bool:
    text = clause.text
    if words.DIRECT.match(text) or words.PLAIN_YES_NO.match(text):
        return True
    if not clause.marked:
        return False
    return bool(words.MARKED_DIRECT.match(text) or (not clause.addressed and words.YES_NO.match(text)))


def _says_what(asked: str, clause: Clause) -> bool:
    """Whether the message itself says what *it* is, or names at least one thing that could be looked up."""
    tokens = words.EMPTY_IT.sub(" ", asked).split()
    pointer = next((place for place in range(len(tokens)) if _points(tokens, place)), None)
    if pointer is None and _own_meaning(tokens):
        return True
    if clause.addressed and "i" not in tokens:
        return False
    if pointer is None:
        return clause.said_before >= CONTEXT_FOR_NOTHING
    joined = pointer > 0 and tokens[pointer - 1] in words.JOINING
    said = clause.said_before + _own_meaning(tokens[:pointer])
    return said >= (CONTEXT_FOR_A_JOINED_POINTER if joined else CONTEXT_FOR_A_POINTER)


def _points(tokens: list[str], place: int) -> bool:
    """*That* after a named thing only joins (*the metal that rusts*), unless the clause ends with it."""
    if tokens[place] == "that" and place and place + 1 < len(tokens):
        return not _own_meaning(tokens[place - 1 : place])
    return tokens[place] in words.POINTERS


def _asks_abroad(plain: str) -> bool:
    """Other languages: a question mark, and a word for *why*, *how*, *what is*; see `recognising_words.ABROAD`."""
    body, _ = without_address(plain)
    return any(
        _opens_abroad(stretch)
        for sentence, end in sentences(body)
        if "?" in end
        for stretch in _PAUSE.split(sentence.replace("¿", ", "))
    )


def _opens_abroad(stretch: str) -> bool:
    if len(stretch.split()) >= FEWEST_WORDS and _ABROAD.match(stretch):
        return True
    return len(stretch.strip()) >= FEWEST_LETTERS_WITHOUT_SPACES and _ABROAD_INSIDE.search(stretch) is not None
