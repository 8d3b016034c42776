"""A page as a program reads it: its text, its links, and whether it keeps to what the security policy allows."""

from html.parser import HTMLParser

from tests.support.live import Api

EMPTY = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page says and leads to."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.elements.append((tag, values))
        assert not [name for name in values if name.startswith("on") or name == "style"]
        if tag not in EMPTY:
            self._open.append(tag)
        if tag == "a":
            self.links[values.get("href") or ""] = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY and self._open and self._open[-1] in {"li", "p", "dt", "dd"} and self._open[-1] != tag:
            raise AssertionError(f"</{tag}> closes a {self._open[-1]}")
        if tag not in EMPTY:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self._open or "style" in self._open:
            assert data.strip() == "", "a script or a style stands in the page"
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def ids(self) -> set[str]:
        return {value for _, attributes in self.elements if (value := attributes.get("id"))}


def page(api: Api, path: str, status: int = 200) -> Page:
    """What a browser is sent."""
    answer = api.ask(path, {"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    return Page(answer.text)
