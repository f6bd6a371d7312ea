"""A resident with a browser of 1996: follows links, fills in forms, keeps cookies. Standard library only."""

import re
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

ANSWERS = {
    "email": "resident@example.org",
    "tel": "555-0100",
    "url": "https://example.org/",
    "date": "2026-03-02",
    "number": "1",
}
SENTENCE = "Inspection reports of restaurants from January to March 2025, as a spreadsheet."


@dataclass
class Form:
    """One form of a page, filled in by a resident who answers what is required and wants letters."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """Reads the forms of a page. Radio groups and selects are answered with their first real choice."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select: str | None = None
        self.areas: dict[str, str] = {}
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is not None:
            reader = getattr(self, f"read_{tag}", None)
            if reader is not None:
                reader(self.form, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area and self.form and data.strip():
            self.form.fields[self.area] = data.strip()

    def read_input(self, form: Form, found: dict[str, str]) -> None:
        kind, name = found.get("type", "text"), found.get("name", "")
        if not name or kind in {"file", "reset", "image"}:
            return
        if kind == "submit":
            form.buttons.append((name, found.get("value", "")))
        elif kind == "radio":
            if "checked" in found or name not in form.fields:
                form.fields[name] = found.get("value", "on")
        elif kind == "checkbox":
            if "checked" in found or "required" in found:
                form.fields[name] = found.get("value", "on")
        else:
            asked = ("required" in found or kind == "email") and not found.get("value")  # wants letters
            form.fields[name] = ANSWERS.get(kind, SENTENCE) if asked else found.get("value", "")
            form.kinds[name] = kind

    def read_button(self, form: Form, found: dict[str, str]) -> None:
        if found.get("type", "submit") == "submit" and found.get("name"):
            form.buttons.append((found["name"], found.get("value", "")))

    def read_select(self, form: Form, found: dict[str, str]) -> None:
        self.select = found.get("name") or None
        if self.select:
            form.fields.setdefault(self.select, "")

    def read_option(self, form: Form, found: dict[str, str]) -> None:
        if self.select and ("selected" in found or not form.fields[self.select]):
            form.fields[self.select] = found.get("value", "")

    def read_textarea(self, form: Form, found: dict[str, str]) -> None:
        self.area = found.get("name") or None
        if self.area:
            form.fields[self.area] = SENTENCE if "required" in found else ""


@dataclass
class Page:
    """What the service answered."""

    address: str
    status: int
    headers: Message
    text: str

    def files(self) -> list[str]:
        """Style sheets, scripts and pictures that the page names."""
        tags = re.findall(r"<(?:link|script|img)\b[^>]*?(?:href|src)=\"([^\"#]+)\"", self.text)
        return [urljoin(self.address, tag) for tag in tags if not tag.startswith("data:")]

    def links(self) -> list[str]:
        """Where the page leads to, without the places inside a page."""
        found = re.findall(r"<a\b[^>]*?href=\"([^\"]+)\"", self.text)
        return [urldefrag(urljoin(self.address, unescape(link))).url for link in found]

    def words(self) -> str:
        """The visible text of the main part."""
        main = self.text.split("<main", 1)[-1].split("</main>", 1)[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()

    def is_confirmation(self) -> bool:
        """A page with a reference on which nothing more is asked for."""
        return self.form_to_fill() is None

    def form_to_fill(self) -> Form | None:
        """The form of the main part of the page that sends something."""
        reader = FormReader()
        reader.feed(self.text.split("<main", 1)[-1])
        return next((form for form in reader.forms if form.method == "post"), None)


class Resident:
    """One browser with its own cookies, on the service at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def is_ours(self, address: str) -> bool:
        """Whether an address belongs to this service."""
        return urlsplit(address).netloc == urlsplit(self.url).netloc

    def get(self, address: str) -> Page:
        """The page; raises HTTPError with the address when the answer is an error."""
        return self._open(Request(urljoin(self.url + "/", address)))

    def submit(self, page: Page, form: Form) -> Page:
        """Sends the form with its "confirm" button, else its first; follows redirects."""
        fields = dict(form.fields)
        confirm = [button for button in form.buttons if "confirm" in button]
        fields.update(dict((confirm or form.buttons)[:1]))
        target = urljoin(page.address, form.action or page.address)
        body = urlencode(fields).encode()
        return self._open(Request(target, data=body, headers={"Referer": page.address}))

    def _open(self, request: Request) -> Page:
        if not self.is_ours(request.full_url):
            raise ValueError(f"{request.full_url} leads to another machine")
        try:
            with self.opener.open(request, timeout=30) as answer:
                text = answer.read().decode("utf-8", errors="replace")
                return Page(answer.url, answer.status, answer.headers, text)
        except HTTPError as error:
            error.msg = f"{request.get_method()} {request.full_url}: {error.msg}"
            raise
