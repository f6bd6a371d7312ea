"""A public page as a reader and as a browser sees it."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

INLINE = {"a", "b", "cite", "code", "em", "small", "span", "strong", "time"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """Reads a response and refuses tags that do not close in order and ids that stand twice."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.response = response
        self.source = response.content.decode()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(self.source)
        self.close()
        assert not self.open, f"never closed: {self.open}"
        ids = self.values("id")
        assert len(ids) == len(set(ids)), f"twice: {sorted({one for one in ids if ids.count(one) > 1})}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.words += "" if tag in INLINE else " "
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, attribute: str, tag: str = "") -> list[str]:
        """Every value of an attribute, of one tag or of all."""
        return [
            attrs[attribute] or "" for name, attrs in self.tags if attribute in attrs and tag in ("", name)
        ]

    @property
    def text(self) -> str:
        """What is read, with single spaces."""
        return " ".join(self.words.split())

    @property
    def files(self) -> list[str]:
        """What a browser loads besides the document."""
        return [
            attrs[name] or ""
            for tag, attrs in self.tags
            for loaded, name in LOADED
            if tag == loaded and attrs.get(name)
        ]

    def dead_anchors(self) -> set[str]:
        """Links to a place on this page that is not there."""
        ids = set(self.values("id"))
        wanted = {urlsplit(href).fragment for href in self.values("href", "a") if href.startswith("#")}
        return wanted - ids
