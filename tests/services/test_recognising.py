"""Which messages of a class are taken for questions, and which are left alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.recognition import draw, labels, measure, messages_of_people, wilson
from bot.services.researchers import recognising
from bot.services.researchers import recognising_words as words
from bot.services.researchers.recognising import looks_like_question

SHARED = os.environ.get("VADEMECUM_SHARED", "")

QUESTIONS = """
why do leaves turn red in autumn?
Why do leaves turn red
WHY DO VOLCANOES ERUPT
how do I mount a usb drive
what is osmosis
whats the capital of Mongolia
what's inside a black hole?
what eats sharks?
what happens if you mix vinegar and baking soda?
what was daily life like in ancient Egypt?
What percentage of the ocean is unexplored?
what colour is a polar bear's skin
In what year did the Titanic sink?
which planet has the most moons?
which metal rusts fastest?
who invented the telephone?
who was the first woman in space
when did the Berlin Wall fall?
where does chocolate come from?
how far is the moon from the earth
how many bones does a shark have
how come we have leap years?
How do you say butterfly in Polish?
how to fold a paper boat?
why do we yawn?
why do you need to sleep
Why do your fingers wrinkle in water?
Why aren't there penguins at the North Pole?
why can't penguins fly?
why is it colder in winter?
Is glass a liquid?
are tomatoes a fruit or a vegetable?
can plants grow without sunlight?
is it true that goldfish forget everything after three seconds?
is there a way to see bacteria without a microscope
does anyone know why cats purr?
can someone please explain to me how fractions work
Could anybody tell me where the Danube begins?
I wonder how birds sleep while they fly
I don't understand why the moon has phases
any idea how the pyramids were built?
do you know how bees talk to each other?
I need help with long division of decimals
how does 3.5 / 0.5 give a bigger number, e.g. 7?
"""

QUESTIONS_AMONG_OTHER_WORDS = """
hi everyone, quick question: why is the sky blue?
ok so why does ice float on water??
by the way how is cheese made in Switzerland
In the old days, how did ships find their way?
Why does ice float when it freezes?
what is the metal that melts on a warm day called?
I read that honey bees dance in the dark. How do they know the direction?
The dodo lived on Mauritius until sailors came. Why did it die out?
Ms. Okafor said spiders are not insects. Why are spiders not insects?
We boiled red cabbage juice, then added lemon, vinegar and baking soda. What went wrong?
Noor: I tried lemon juice and vinegar on cabbage. Why do I see pink when I add it?
noor: how do bees find the way home?
Noor, what is a fossil made of?
Noor, Ben: what is a fossil made of?
@Ben how many bones does a shark have?
<@123456789012345678> what causes thunder?
what does `range(3)` give in Python?
are viruses alive?!
"""

QUESTIONS_IN_OTHER_LANGUAGES = """
Warum werden Blätter im Herbst rot?
Hallo, warum werden Blätter im Herbst rot?
Pourquoi les feuilles deviennent-elles rouges ?
¿Por qué las hojas se ponen rojas en otoño?
Hola ¿cómo vuelan los aviones?
Perché le foglie diventano rosse?
Dlaczego liście czerwienieją jesienią?
Varför blir löven röda på hösten?
Почему листья краснеют осенью?
لماذا تتحول أوراق الشجر إلى اللون الأحمر؟
چگونه پرندگان پرواز می‌کنند؟
למה העלים הופכים לאדומים בסתיו?
पत्ते लाल क्यों हो जाते हैं?
나뭇잎은 왜 빨개지나요?
为什么秋天树叶会变红？
どうして葉っぱは赤くなるの？
"""

TOO_LITTLE = """
?
?!
؟
？
???
why?
what??
how?
huh?
lol what?
no way, how?
how do I do that?
how does this work?
what does it mean?
where is it?
which one is better?
what do I do next?
is there such a thing?
what is 🤔?
Ben: how did you get it?
Ben: I put the atlas and the globe on the shelf. How does it look?
we saw a whale. why is that?
does it work?
"""

TALK = """
hello?
anyone here?
can I ask a question?
I have a question
does anyone have a pencil?
can someone help me?
who's here?
who wants pizza?
how are you?
how was the museum?
what's up?
what are you doing?
where did everybody go
what do you think about the poem?
do you like frogs?
have you tried turning it off and on again?
why don't you ask the library?
how about we look in the atlas?
what if we just ask her?
who cares?
what's the point?
how hard can it be?
why so serious?
why is maths so boring
lol why are cats so weird
tell me how it goes
any questions?
It rains a lot in Bergen, right?
Leaves are green because of chlorophyll, isn't it?
my cat, which is old, sleeps all day, ok?
my sister, who has a horse, lives in Wales?
What a beautiful leaf!
How quickly did that grow!
¿cómo estás?
wie geht es dir heute?
كيف حالك اليوم؟
你好吗？
"""

HOUSEKEEPING = """
when is the homework due?
what page are we on?
can I go to the bathroom?
may I borrow the atlas?
is there class tomorrow?
what time is it?
where's Ms. Okafor?
is Mr. Lindqvist sick?
what did Tomasz say
who is in my group
is my answer correct?
what's the answer to number 4?
is the library open?
how do I delete my message
what are we doing today?
do we have to write this down?
can we play a game?
is everyone ready?
Ben: is the atlas on the shelf?
"""

STATEMENTS = """
thanks
Leaves turn red.
I know how leaves turn red
what I mean is that leaves turn red
What Noor said is right
when I water the plant it grows
which is why leaves turn red
we learned why the sky is blue today
How to write a good question: start with a thing
put a ? at the end of it
"""

MISSED_AND_KNOWN = """
having a cat in the room doesn't scare the fish, does it?
copper is magnetic ?
my plant lost its leaves after I moved it, I would like the reason.
can you eat acorns?
Noor: is glass a liquid?
how do volcanoes form and why do they erupt
"""


def lines(text: str) -> list[str]:
    return text.strip().split("\n")


@pytest.mark.parametrize("message", lines(QUESTIONS + QUESTIONS_AMONG_OTHER_WORDS.lstrip()))
def test_a_question_of_the_class_is_recognised(message: str) -> None:
    assert looks_like_question(message)


@pytest.mark.parametrize("message", lines(QUESTIONS_IN_OTHER_LANGUAGES))
def test_a_question_in_another_language_needs_its_mark(message: str) -> None:
    assert looks_like_question(message)
    assert not looks_like_question(message.replace("¿", "").rstrip("?؟？"))


@pytest.mark.parametrize("message", lines(TOO_LITTLE))
def test_what_says_too_little_by_itself_is_left_alone(message: str) -> None:
    assert not looks_like_question(message)


@pytest.mark.parametrize("message", lines(TALK + HOUSEKEEPING.lstrip()))
def test_talk_and_housekeeping_are_left_alone(message: str) -> None:
    assert not looks_like_question(message)


@pytest.mark.parametrize("message", lines(STATEMENTS))
def test_a_statement_is_left_alone(message: str) -> None:
    assert not looks_like_question(message)


@pytest.mark.parametrize("message", lines(MISSED_AND_KNOWN))
def test_the_misses_that_the_documentation_names_are_misses(message: str) -> None:
    """When one of these is recognised one day, `docs/recognising.md` is to say so."""
    assert not looks_like_question(message)


@pytest.mark.parametrize(
    "wrapping",
    [
        "> {}",
        "  > {}\nNoor asked this yesterday",
        ">>> look\n{}",
        "```\n{}\n```",
        "see `{}`",
        '"{}"',
        "“{}” is what Mia asked",
        "!{}",
        "/question ask {}",
        ".ask {}",
        "?ask {}",
    ],
)
def test_what_somebody_else_or_a_command_says_is_not_the_authors_question(wrapping: str) -> None:
    question = "why do leaves turn red?"
    assert looks_like_question(question)
    assert not looks_like_question(wrapping.format(question))


@pytest.mark.parametrize(
    "beside", ["> Noor said so\n{}", "```\nx = 1\n```\n{}", "{}\n```\nunclosed", "it's `5 o'clock. {}"]
)
def test_a_question_beside_a_quotation_or_code_is_still_recognised(beside: str) -> None:
    assert looks_like_question(beside.format("why do leaves turn red?"))


def test_a_question_mark_in_a_link_asks_nothing() -> None:
    assert not looks_like_question("https://example.org/search?q=why+do+leaves")
    assert not looks_like_question("why do leaves www.example.org/why?")
    assert not looks_like_question("what does https://example.org/?q=leaves mean?")
    assert looks_like_question("why do leaves turn red? I looked at https://example.org/leaves")


def test_what_cannot_be_seen_changes_nothing() -> None:
    assert looks_like_question("\u202ewh\u200by do le\u200daves\ufeff turn\u00a0red\u2066?")
    assert looks_like_question("why\tdo\x00leaves turn red")
    assert looks_like_question("𝐰𝐡𝐲 𝐝𝐨 𝐥𝐞𝐚𝐯𝐞𝐬 𝐭𝐮𝐫𝐧 𝐫𝐞𝐝?")
    assert not looks_like_question("\u200b\u200b?")


@pytest.mark.parametrize("message", ["", " ", "\n", "\ud800?", "\U0010ffff", "﷽" * 5000, "🏳️‍🌈" * 900, "¿" * 4000])
def test_strange_text_is_left_alone(message: str) -> None:
    assert not looks_like_question(message)


@given(st.text())
@settings(deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    assert looks_like_question(text) in {True, False}


VOCABULARY = sorted(
    set(
        re.findall(
            r"[a-z]+",
            " ".join(
                [
                    *(rule.pattern for rule in (words.DIRECT, words.MARKED_DIRECT, words.PLAIN_YES_NO, words.INDIRECT)),
                    *(rule.pattern for rule in (words.WANTS_HELP, words.WRAPPED, words.YES_NO)),
                    *words.CONTRACTIONS,
                ]
            ),
        )
    )
)


@given(st.lists(st.sampled_from(["leaves", "colder", ",", ".", "?", *VOCABULARY]), max_size=9))
@settings(deadline=None, max_examples=500)
def test_looking_closer_would_find_nothing_in_what_is_passed_over(said: list[str]) -> None:
    """A text without any part that a question has is given up early; the rule itself must agree."""
    plain = recognising.plain_text(" ".join(said))
    if any(recognising._asks(clause) for clause in recognising.clauses(plain)):
        assert recognising._may_ask(plain)


@pytest.mark.parametrize("question", [line for line in QUESTIONS.splitlines() if line])
def test_every_question_has_a_part_by_which_it_is_looked_at(question: str) -> None:
    assert recognising._may_ask(recognising.plain_text(question))


def test_what_stands_after_the_longest_message_is_not_read() -> None:
    question = "why do leaves turn red?"
    assert looks_like_question("leaves. " + question)
    assert not looks_like_question("leaves. " * 500 + question)


HOSTILE = [
    *["?", "? ", "!.", "'", "a'", "`", "```", "<@", '"', ">", "\n> ", "http://", "a: ", ", ", "( ", " - ", " "],
    *["how a ", "what a ", "what is it ", "is there a ", "hahaha", "lol", "if you ", "왜", "怎么"],
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hundred_thousand_hostile_characters_are_read_in_one_go(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limit: a pattern that went over them again and again would outlast the time limit of the tests."""
    monkeypatch.setattr(recognising, "LONGEST_MESSAGE", 100_001)
    assert looks_like_question((piece * 100_000)[:100_000] + "?") in {True, False}


def test_the_labels_hold_no_text() -> None:
    rows = labels()
    assert len({row.message for row in rows}) == 300
    assert all(row.message.isdigit() and row.part in {"look", "hold"} for row in rows)
    assert sum(row.part == "hold" for row in rows) == 150


def test_the_interval_is_wilsons() -> None:
    """Against the textbook's ten of ten and five of ten."""
    assert wilson(1.0, 10).low == pytest.approx(0.7225, abs=0.0001)
    assert wilson(0.5, 10).low == pytest.approx(0.2366, abs=0.0001)
    assert wilson(0.5, 10).high == pytest.approx(0.7634, abs=0.0001)


@pytest.mark.skipif(not SHARED, reason="VADEMECUM_SHARED does not name the folder with the labelled chat")
def test_precision_on_what_was_not_looked_at_is_what_the_documentation_claims() -> None:
    folder = Path(SHARED) / "data" / "chat"
    assert draw(messages_of_people(folder)) == {(row.message, row.part, row.drawn_from) for row in labels()}
    (hold,) = (part for part in measure(folder) if part.part == "hold")
    assert hold.precision.value >= 0.92
    assert hold.recall.value >= 0.69
