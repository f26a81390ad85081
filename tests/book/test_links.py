"""What is wrong with a folder of pages is found."""

from __future__ import annotations

from pathlib import Path

from book.links import check_links


def problems_of(folder: Path, **pages: str) -> tuple[str, ...]:
    """Return the problems of pages with these bodies."""
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    return check_links(folder).problems


def test_good_links(tmp_path: Path) -> None:
    """Links to pages, to places on them, to files and to the page itself are followed without complaint."""
    (tmp_path / "a b.txt").touch()
    first = '<a href="two.html">x</a> <a href="two.html#caf%C3%A9">y</a> <a href="a%20b.txt">z</a> <a href="#">top</a>'
    assert problems_of(tmp_path, one=first, two='<h2 id="café">here</h2> <a href=".">index</a>', index="") == ()


def test_a_link_to_nothing(tmp_path: Path) -> None:
    """A file that is not there, and a place that no page has, are named with the page that links to them."""
    found = problems_of(tmp_path, one='<a href="three.html">x</a> <a href="one.html#there">y</a>')
    assert found == (
        "one.html: the link three.html leads to no file",
        "one.html: the link one.html#there leads to no place on its page",
    )


def test_a_page_that_would_need_a_network(tmp_path: Path) -> None:
    """A script, style or picture from elsewhere is a problem; a link that a reader may follow is only listed."""
    body = '<script src="https://example.org/a.js"></script><a href="https://example.org/paper">the paper</a>'
    assert problems_of(tmp_path, one=body) == ("one.html: fetches https://example.org/a.js",)
    assert check_links(tmp_path).outside == ("https://example.org/paper",)


def test_a_silent_picture(tmp_path: Path) -> None:
    """A picture without alternative text is a problem, and one that is not there is another."""
    found = problems_of(tmp_path, one='<img src="a.png" alt=" ">')
    assert found == (
        "one.html: the picture a.png has no alt text",
        "one.html: the link a.png leads to no file",
    )
