"""A hook of MkDocs: what links to a file of the repository outside docs/ is shown without the link on the site."""

from __future__ import annotations

import re
from typing import Any

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((\.\./[^)]+)\)")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The page's text with the path in the place of a link that leads out of the site."""
    return _OUTSIDE.sub(_named, markdown)


def _named(link: re.Match[str]) -> str:
    text, path = link[1], link[2].removeprefix("../")
    return text if text.strip("`") == path else f"{text} (`{path}`)"
