"""The visual language: components, base pages, the form pack and the stylesheet they share."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from crispy_forms.utils import render_crispy_form
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from portals.styleguide import (
    COLUMNS,
    CONFIRMED,
    DEADLINES,
    PROVISIONS,
    ROUTE,
    ROWS,
    SampleForm,
    sample_context,
)
from portals.vocabulary import Layer

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted(path.stem for path in (ROOT / "templates/components").glob("*.html"))
CSS = (ROOT / "static/css/civic.css").read_text()
INLINE = {"a", "b", "cite", "code", "kbd", "small", "span", "strong", "time"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
KENT = SimpleNamespace(slug="kent", name="Kent", state_name="Washington", portal_url="", checked_on=None)


class Page(HTMLParser):
    """Reads a page and refuses tags that do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.words += "" if tag in INLINE else " "
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.words += data

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _tag, attrs in self.tags if attribute in attrs]

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


def draw(component: str, /, **context) -> Page:
    return Page(render_to_string(f"components/{component}.html", context))


def request_for(path: str = "/"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def style_guide() -> Page:
    context = sample_context() | {"city": KENT}
    return Page(render_to_string("components/styleguide.html", context, request=request_for()))


SAMPLES = [
    ("glyph", {"state": "late"}, ""),
    ("status", {"state": "paused"}, "Stopped"),
    ("citation", {"citation": "KMC 2.50", "layer": "city_code"}, "KMC 2.50 Source: city code"),
    ("not_specified", {"ask": "City Clerk"}, "Not specified on the cited page. Ask: City Clerk"),
    (
        "confirmed",
        {"confirmed": CONFIRMED},
        "10 business days Confirmed by City Clerk on Monday, June 1, 2026",
    ),
    ("provision", {"provision": PROVISIONS[0]}, "RCW 42.56.520(1), Prompt responses required"),
    ("route", {"route": ROUTE}, "must act Public Works"),
    ("ladder", {"route": ROUTE, "title": "Why?"}, "Why?"),
    (
        "climb",
        {"climb": [SimpleNamespace(on=date(2026, 6, 3), words="City Clerk is reminded.")]},
        "Wednesday, June 3, 2026 City Clerk is reminded.",
    ),
    ("route_step", {"step": ROUTE["acts"][0], "how": "lead"}, "It is the department listed"),
    ("deadline", {"d": DEADLINES[0], "today": date(2026, 6, 10)}, "Due soon in 2 days Friday, June 12, 2026"),
    ("timeline", {"events": sample_context()["events"]}, "Acknowledged"),
    ("person_or_office", {"name": "City Clerk", "role": "legal"}, "City Clerk legal"),
    ("file", {"file": {"name": "list.csv", "size": 2048}}, "list.csv 2.0 KB"),
    ("message", {"message": sample_context()["conversation"][2]}, "not shown to the requester"),
    ("plot", {"title": "Answered", "points": sample_context()["points"]}, "Apr no data"),
    ("table", {"columns": COLUMNS, "rows": ROWS, "caption": "Waiting"}, "Hydrants in the river"),
    ("pager", {"older_url": "?after=3"}, "Older"),
    ("empty", {"title": "Nothing waits", "url": "/x", "action": "Open the queue"}, "Open the queue"),
    ("progress", {"steps": ["One", "Two"], "current": 2}, "One (done) Two"),
    ("filter_panel", {"facets": sample_context()["facets"]}, "Public Works (selected, remove)31"),
    ("notice", {"kind": "warning", "title": "Wait", "text": "The clock stands."}, "Wait The clock stands."),
    ("code", {"code": "a < b", "language": "R"}, "R a < b"),
    ("field", {"field": SampleForm()["email"]}, "E-mail (optional)"),
    ("error_summary", {"errors": [{"id": "id_x", "text": "Say what is wrong"}]}, "There is a problem"),
    ("confirmation", {"title": "It has arrived", "reference": "KNT-1"}, "Your reference KNT-1"),
    ("masthead", {"user": AnonymousUser()}, "Civicdata"),
    ("footer", {}, "not legal advice"),
    ("city_nav", {"city": KENT}, ""),
    ("staff_nav", {}, ""),
    (
        "clock_bar",
        {"received_on": date(2026, 6, 1), "due_on": date(2026, 6, 11), "today": date(2026, 6, 6)},
        "Received Monday, June 1, 2026 Due Thursday, June 11, 2026",
    ),
]


@pytest.mark.parametrize(("name", "context", "said"), SAMPLES, ids=[name for name, _c, _s in SAMPLES])
def test_a_component_renders_well_formed_and_says_what_it_must(name, context, said):
    assert said in draw(name, **context).text


def test_every_component_has_a_sample_and_stands_in_the_list_of_components():
    assert {name for name, _c, _s in SAMPLES} | {"styleguide"} == set(COMPONENTS)
    listed = (ROOT / "docs/components.md").read_text()
    furniture = {"styleguide", "masthead", "footer", "city_nav", "staff_nav", "route_step"}
    assert [name for name in COMPONENTS if f"`{name}`" not in listed and name not in furniture] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_script_or_style_and_at_most_150_lines(path):
    source = path.read_text()
    assert len(source.splitlines()) <= 150
    assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", source, re.I)
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", source, re.S | re.I):
        assert ("src=" in attributes and not body.strip()) or "application/json" in attributes
    assert not re.search(r"(?:src|<link[^>]*href)=[\"'](?:https?:)?//", source), (
        "something from a third party"
    )


def test_the_style_guide_shows_every_component_with_unique_ids_and_labels_that_lead_somewhere():
    page = style_guide()
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert set(page.values("for")) <= set(ids)
    for attribute in ("aria-describedby", "aria-labelledby"):
        assert {name for value in page.values(attribute) for name in value.split()} <= set(ids)
    for word in ("Met", "On time", "Due soon", "Late", "Stopped", "Not specified", "Passed"):
        assert word in page.text


def test_a_page_renders_even_when_no_address_of_ours_exists(settings):
    settings.ROOT_URLCONF = ()
    html = engines["django"].from_string('{% extends "base.html" %}{% block content %}Hi{% endblock %}')
    page = Page(html.render({"city": KENT}, request_for()))
    assert "Hi" in page.text and "Kent" in page.text
    assert ("main", "main") in [(tag, attrs.get("id")) for tag, attrs in page.tags]
    assert "#main" in page.values("href")


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_says_what_to_do_and_needs_no_context(code):
    page = Page(render_to_string(f"{code}.html"))
    assert [tag for tag, _attrs in page.tags].count("h1") == 1
    assert "/" in page.values("href")


def test_a_page_asks_for_at_most_three_things_besides_itself():
    page = style_guide()
    asked = [attrs for tag, attrs in page.tags if tag in {"script", "img", "iframe"}]
    asked += [attrs for tag, attrs in page.tags if tag == "link" and attrs["rel"] == "stylesheet"]
    assert 2 <= len(asked) <= 3


# -- forms


def drawn_form(form) -> Page:
    return Page(render_crispy_form(form, context={"csrf_token": "t"}))


def test_the_error_summary_leads_to_the_control_of_each_wrong_field():
    page = drawn_form(SampleForm({"email": "nobody"}, prefix="p"))
    links = [value[1:] for value in page.values("href") if value.startswith("#")]
    controls = {attrs.get("id") for tag, attrs in page.tags if tag in {"input", "select", "textarea"}}
    assert {"id_p-title", "id_p-seen_on", "id_p-official_0"} <= set(links) <= controls
    assert page.tags[2][1].get("class") == "error-summary" or "error-summary" in page.values("class")
    assert "There is a problem" in page.text


def test_a_wrong_field_is_marked_invalid_and_described_by_its_hint_and_its_error():
    form = SampleForm({"title": ""}, prefix="p")
    page = drawn_form(form)
    title = next(attrs for _tag, attrs in page.tags if attrs.get("id") == "id_p-title")
    assert title["aria-invalid"] == "true"
    assert title["aria-describedby"].split() == ["id_p-title_helptext", "id_p-title_error"]
    assert set(title["aria-describedby"].split()) <= set(page.values("id"))


def test_a_form_without_errors_has_no_summary_and_nothing_invalid():
    page = drawn_form(SampleForm())
    assert "error-summary" not in page.values("class") and page.values("aria-invalid") == []


def test_optional_is_said_in_words_and_required_fields_carry_no_asterisk():
    text = drawn_form(SampleForm()).text
    assert "E-mail (optional)" in text and "What is wrong? (optional)" not in text and "*" not in text


def test_groups_of_choices_are_fieldsets_with_a_legend_and_boxes_have_labels_of_their_own():
    page = drawn_form(SampleForm(prefix="p"))
    fieldset = next(a for tag, a in page.tags if tag == "fieldset" and a.get("id") == "div_id_p-official")
    assert fieldset["aria-describedby"] == "id_p-official_helptext"
    assert {"id_p-official_0", "id_p-formats_2", "id_p-public"} <= set(page.values("for"))


def test_a_form_with_files_is_sent_as_multipart_with_its_token_and_without_the_browsers_own_checks():
    tag, attrs = drawn_form(SampleForm()).tags[0]
    assert (tag, attrs["enctype"], attrs["method"]) == ("form", "multipart/form-data", "post")
    assert "novalidate" in attrs
    assert "csrfmiddlewaretoken" in drawn_form(SampleForm()).values("name")


def test_the_hint_stands_above_the_control_and_below_the_label():
    html = render_to_string("components/field.html", {"field": SampleForm()["title"]})
    assert html.index("<label") < html.index("id_title_helptext") < html.index("<input")


# -- what people write is shown, never run


def test_what_people_write_is_escaped():
    message = {"author": "<b>x</b>", "body": "<script>1</script>", "at": None, "files": []}
    assert "<script" not in render_to_string("components/message.html", {"message": message})
    provision = {"statement": "a < b", "status": "stated", "citation": "x", "layer": Layer.GUIDE}
    assert "a &lt; b" in render_to_string("components/provision.html", {"provision": provision})
    assert "R&amp;D" in render_to_string("components/not_specified.html", {"ask": "R&D"})
    assert "R&amp;amp;D" not in render_to_string(
        "components/deadline.html", {"d": {"state": "not_specified", "confirm_with": "R&D"}}
    )


# -- the stylesheet


def test_the_stylesheet_is_small_and_asks_nobody_else():
    assert len(CSS.encode()) < 20 * 1024
    assert "url(" not in CSS and "@import" not in CSS


def test_every_class_that_a_component_uses_is_known_to_the_stylesheet():
    known = set(re.findall(r"\.([a-z][\w-]*)", CSS))
    used: set[str] = set()
    for path in (ROOT / "templates/components").glob("*.html"):
        for value in re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", "\0", path.read_text())):
            used |= {name for name in value.split() if "\0" not in name}
    semantic_only = {"badge-guide"}
    assert used - known - semantic_only == set()


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", block))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = tokens(CSS.split("@media (prefers-color-scheme: dark)")[0])
DARK = LIGHT | tokens(CSS.split("@media (prefers-color-scheme: dark)")[1].split("@layer elements")[0])
PAIRS = [
    *[(ink, paper) for ink in ("ink", "soft") for paper in ("paper", "wash")],
    *[(state, "paper") for state in ("good", "soon", "late", "stop", "open")],
    *[("ink", wash) for wash in ("good-wash", "soon-wash", "late-wash", "info-wash")],
    ("soft", "soon-wash"),
]


@pytest.mark.parametrize(("ink", "paper"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_in_light_and_in_dark(theme, ink, paper):
    assert contrast(theme[ink], theme[paper]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(theme):
    assert contrast(theme["edge"], theme["paper"]) >= 3


@pytest.mark.parametrize(
    ("state", "today", "said"),
    [("open", date(2026, 6, 1), True), ("open", date(2026, 7, 1), False), ("met", date(2026, 6, 1), False)],
)
def test_a_day_that_has_passed_is_not_said_to_be_extendable(state: str, today: date, said: bool) -> None:
    deadline = {
        "milestone": "determination", "due_on": date(2026, 6, 8), "state": state,
        "extendable_to": date(2026, 6, 22),
    }  # fmt: skip
    assert ("May be extended" in draw("deadline", d=deadline, today=today).text) is said
