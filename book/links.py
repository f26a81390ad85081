"""Which links of a folder of HTML pages lead nowhere, which pictures have no text, and what would need a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows a page.
_FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
# Relations of <link> that name a page, and fetch nothing.
_ONLY_NAMED = {"index", "search", "next", "prev", "canonical", "author", "genindex"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found on all pages: one sentence for each fault, and the addresses outside, which nobody visited."""

    pages: int
    links: int
    problems: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(slots=True)
class _Seen(HTMLParser):
    """What one page holds."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this tag names, links to, or has fetched."""
        has = {name: value or "" for name, value in attrs}
        self.ids |= {has[name] for name in ("id", "name") if has.get(name)}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        target = has.get(_FETCHED.get(tag, ""), "")
        if target and not (tag == "link" and set(has.get("rel", "").split()) <= _ONLY_NAMED):
            self.fetched.append(target)
        if tag == "img" and not has.get("alt", "").strip():
            self.silent.append(target[:80])


def check_links(folder: Path) -> Checked:
    """Follow every link and every anchor of the pages in a folder, as far as they stay inside it."""
    pages = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    problems: list[str] = []
    outside: set[str] = set()
    count = 0
    for path, seen in pages.items():
        here = path.relative_to(folder).as_posix()
        problems += [f"{here}: the picture {name} has no alt text" for name in seen.silent]
        problems += [f"{here}: fetches {target}" for target in seen.fetched if _is_outside(target)]
        for link in [*seen.links, *(target for target in seen.fetched if not _is_outside(target))]:
            count += 1
            if _is_outside(link):
                outside.add(link)
            elif (fault := _fault(path, link, pages)) is not None:
                problems.append(f"{here}: {fault}")
    return Checked(pages=len(pages), links=count, problems=tuple(problems), outside=tuple(sorted(outside)))


def _read(path: Path) -> _Seen:
    seen = _Seen()
    seen.feed(path.read_text(encoding="utf-8"))
    seen.close()
    return seen


def _is_outside(link: str) -> bool:
    return bool(urlsplit(link).netloc) or urlsplit(link).scheme == "mailto"


def _fault(page: Path, link: str, pages: dict[Path, _Seen]) -> str | None:
    """Return what is wrong with a link that stays inside, or None."""
    parts = urlsplit(link)
    if parts.scheme == "data":
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"the link {link} leads to no file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        return f"the link {link} leads to no place on its page"
    return None
