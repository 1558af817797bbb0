"""How a library's public questions are arranged and drawn."""

from __future__ import annotations

import json
import re

import pytest

from bot.models.answers import PublicSource
from bot.models.publications import PublicPage
from bot.web.arranging import NESTING_LIMIT, TRAIL_LIMIT, Arrangement, topic_slug
from bot.web.describing import as_json_ld
from bot.web.pages import LIST_LIMIT, Pages, excerpt
from bot.web.templating import shorten
from tests.web.shelf import answered, library_of, shelved


def html(page: PublicPage, *others: PublicPage, base_url: str = "", **library: object) -> str:
    """The page of a question that stands among others."""
    found = Pages(library_of(page, *others, **library), base_url).render(f"questions/{page.question.number}/")
    assert found is not None
    return found.text


def drawn(pages: list[PublicPage], here: PublicPage) -> list[tuple[int, bool, int]]:
    steps, _ = Arrangement(library_of(*pages)).trail(here)
    return [(one.page.question.number, one.opens, one.closes) for one in steps]


def test_a_trail_is_drawn_in_reading_order_from_its_root() -> None:
    pages = [shelved(1), shelved(2, 1), shelved(3, 2), shelved(4, 1)]
    assert drawn(pages, pages[2]) == [(1, True, 0), (2, True, 0), (3, True, 2), (4, False, 2)]
    assert drawn(pages, pages[0]) == drawn(pages, pages[3])


def test_what_follows_from_something_unpublished_begins_a_trail_of_its_own() -> None:
    pages = [shelved(2, 1), shelved(3, 2)]
    assert [number for number, _, _ in drawn(pages, pages[1])] == [2, 3]
    assert drawn([shelved(5, 4)], shelved(5, 4)) == []


def test_a_trail_that_bites_its_tail_ends() -> None:
    pages = [shelved(1, 2), shelved(2, 1), shelved(3, 3)]
    assert sorted(number for number, _, _ in drawn(pages, pages[0])) == [1, 2]
    assert drawn(pages, pages[2]) == []


def test_a_deep_trail_is_indented_only_as_far_as_a_phone_can_show() -> None:
    pages = [shelved(number, number - 1 or None) for number in range(1, 31)]
    steps, cut = Arrangement(library_of(*pages)).trail(pages[5])
    assert sum(one.opens for one in steps) == NESTING_LIMIT + 1
    assert sum(one.closes for one in steps) == len(steps)
    assert not cut
    text = html(pages[5], *pages[:5], *pages[6:])
    assert text.count("<ul>") + len(re.findall("<ul class", text)) == text.count("</ul>")
    assert text.count("aria-current") == 1


def test_a_very_long_trail_is_cut_around_where_one_stands() -> None:
    pages = [shelved(1), *(shelved(number, 1) for number in range(2, TRAIL_LIMIT + 5)), shelved(999, 3)]
    steps, cut = Arrangement(library_of(*pages)).trail(pages[2])
    assert cut
    assert [one.page.question.number for one in steps] == [1, 3, 999]


def test_follow_ups_stand_at_the_answer_they_follow_from() -> None:
    first = shelved(1, answers=(answered(2),))
    pages = [first, shelved(3, 1, parent_answer_ordinal=2), shelved(4, 1, parent_answer_ordinal=7), shelved(5, 1)]
    arranged = Arrangement(library_of(*pages))
    assert [one.question.number for one in arranged.follow_ups(first, 2)] == [3]
    assert [one.question.number for one in arranged.follow_ups(first, None)] == [4, 5]


def test_topics_gather_whatever_their_case_and_keep_their_addresses() -> None:
    pages = [shelved(1, topic="Water  cycle"), shelved(2, topic="water cycle"), shelved(3, topic="C++"), shelved(4)]
    topics = Arrangement(library_of(*pages)).topics
    assert [(one.name, len(one.pages)) for one in topics] == [("C++", 1), ("water cycle", 2)]
    assert topic_slug("water cycle") == "water-cycle"
    slugs = {topic_slug(key) for key in ("c", "c++", "c#", "вода", "水", "water-cycle", "water cycle")}
    assert len(slugs) == 7
    assert all(re.fullmatch("[a-z0-9-]+", slug) for slug in slugs)


def test_the_list_of_all_is_paged() -> None:
    pages = Pages(library_of(*(shelved(number) for number in range(1, LIST_LIMIT + 2))))
    first, second = pages.render("questions/"), pages.render("questions/page/2/")
    assert first is not None
    assert second is not None
    assert 'href="../questions/page/2/"' in first.text
    assert 'href="../../../questions/1/"' in second.text
    assert 'href="../../../questions/" rel="prev"' in second.text
    for path in ("questions/page/1/", "questions/page/3/", "questions/0/", "questions/01/", "questions/x/", "nothing/"):
        assert pages.render(path) is None


def test_the_list_of_a_large_library_leads_both_ways() -> None:
    pages = Pages(library_of(*(shelved(number) for number in range(1, 2 * LIST_LIMIT + 2))))
    last = pages.render("questions/page/3/")
    assert last is not None
    assert 'href="../../../questions/page/2/" rel="prev"' in last.text


def test_every_page_links_only_to_pages_that_there_are() -> None:
    shelf = library_of(
        shelved(1, topic="Sky", answers=(answered(1),)),
        shelved(2, 1, topic="Sky", parent_answer_ordinal=1),
        shelved(3, 9),
    )
    pages = Pages(shelf)
    for path, make in pages.makers.items():
        here = path.split("/")[:-1]
        for link in re.findall(r'href="(\.[^"#]*)"', make(path).text):
            up = link.count("../")
            target = "/".join([*here[: len(here) - up], link.replace("../", "").removeprefix("./")]).strip("/")
            assert target in {one.strip("/") for one in pages.makers} or target.startswith("assets/"), (path, link)


def test_an_unresolved_question_says_what_was_tried_and_wears_a_word_and_a_shape() -> None:
    text = html(shelved(1, state="unresolved", tried="Two *books*.", now_think="", settled_at=None))
    assert re.search(r"<svg[^>]*>.*?</svg> Searched, still open", text)
    assert "<p>Two <em>books</em>.</p>" in text
    assert "Settled" not in text


def test_sources_say_their_kind_where_they_lead_and_why() -> None:
    sources = (
        PublicSource("web", "", "https://www.nasa.gov/sky", "", "they measure it", "", ""),
        PublicSource("book", "Optics", "", "9781771642484", "", "", ""),
        PublicSource("ai", "A chatbot", "", "", "", "Why blue?", "In the book"),
    )
    text = html(shelved(1, answers=(answered(1, sources=sources, endorsed=True), answered(2))))
    assert 'href="https://www.nasa.gov/sky" rel="nofollow ugc noopener noreferrer" dir="auto">nasa.gov</a>' in text
    for words in ("Web page", "they measure it", "ISBN 9781771642484", "AI tool", "Why blue?", "In the book"):
        assert words in text
    assert text.count("This answers it") == 1


def test_what_is_typed_into_a_name_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'>&"
    page = shelved(1, text=evil, topic=evil, byline=evil, inquiry_name=evil, answers=(answered(1, evil, byline=evil),))
    for make_path in ("", "questions/", "questions/1/", "topics/"):
        rendered = Pages(library_of(page, name=evil)).render(make_path)
        assert rendered is not None
        assert "<script>" not in rendered.text
        assert "alert(1)" in rendered.text


def test_an_anonymous_asker_has_no_byline() -> None:
    text = html(shelved(1, byline=""))
    assert "Asked anonymously" in text
    assert '"author"' not in text


def test_dates_are_counted_where_the_library_is() -> None:
    late = 1_798_756_200_000  # 22:30 on the 31st of December 2026, UTC
    assert "31 December 2026" in html(shelved(1, created_at=late))
    assert "1 January 2027" in html(shelved(1, created_at=late), timezone="Europe/Athens")
    assert "31 December 2026" in html(shelved(1, created_at=late), timezone="Nowhere/At_All")


def test_search_engines_are_kept_out_until_they_are_invited() -> None:
    assert '<meta name="robots" content="noindex">' in html(shelved(1))
    assert "noindex" not in html(shelved(1), indexable=True)


def test_a_canonical_address_stands_where_the_public_address_is_known() -> None:
    text = html(shelved(1, answers=(answered(1),)), base_url="https://library.example/riverside/")
    assert '<link rel="canonical" href="https://library.example/riverside/questions/1/">' in text
    assert '"url": "https://library.example/riverside/questions/1/#answer-1"' in text
    assert "canonical" not in html(shelved(1))


@pytest.mark.parametrize(("endorsed", "accepted", "suggested"), [(0, 0, 2), (1, 1, 1), (2, 2, 0)])
def test_programs_read_it_as_schema_org_says(endorsed: int, accepted: int, suggested: int) -> None:
    answers = tuple(answered(one, "</script><!--", endorsed=one <= endorsed) for one in (1, 2))
    text = as_json_ld(shelved(1, answers=answers), "")
    assert "<" not in text
    data = json.loads(text)
    question = data["mainEntity"]
    assert (data["@type"], question["@type"], question["answerCount"]) == ("QAPage", "Question", 2)
    found = question.get("acceptedAnswer", [])
    assert len(found if isinstance(found, list) else [found]) == accepted
    assert len(question.get("suggestedAnswer", [])) == suggested


def test_an_empty_library_says_so() -> None:
    pages = Pages(library_of())
    for path, words in (("", "Nothing has been published"), ("questions/", "Nothing has"), ("topics/", "No question")):
        rendered = pages.render(path)
        assert rendered is not None
        assert words in rendered.text


def test_long_texts_are_cut_between_words() -> None:
    assert shorten("one two three", 8) == "one two…"
    assert shorten("a" * 20, 8) == "aaaaaaa…"
    assert excerpt("**Blue** [light](https://a.example) & <3\n\nmore") == "Blue light & <3 more"
