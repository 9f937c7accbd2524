"""The HTML that a page may show of a student's: allowed elements, attributes, styles, addresses and classes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins"
    " kbd li mark ol p pre s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
)
_EVERYWHERE = ("title", "style", "align", "valign", "colspan", "rowspan", "scope", "open", "start")
_STYLES = (
    "border border-bottom border-collapse border-left border-right border-top caption-side color background-color"
    " font-family font-size font-style font-weight height margin margin-top margin-bottom padding text-align"
    " vertical-align white-space width max-width word-break overflow-wrap"
)
_PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")
#: The classes of the package's tables of checks. Style sheets and scripts of a page could act on any other class.
_CLASSES = frozenset({"foundations-checks", "tex2jax_ignore", "mathjax_ignore"})
#: The mark of a part that was put aside, with 128 random bits, which a student cannot guess.
_ASIDE = re.compile(r"aside-[0-9a-f]{32}-[0-9]+")


@lru_cache(maxsize=1)
def _cleaner() -> Callable[[str], str]:
    import bleach
    from bleach.css_sanitizer import CSSSanitizer

    cleaner = bleach.Cleaner(
        tags=frozenset(_TAGS.split()),
        attributes=_may_stay,
        protocols=["http", "https", "mailto", "data"],
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES.split()),
        strip=False,
    )
    return cleaner.clean


def _may_stay(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return bool(_CLASSES.issuperset(value.split()) or _ASIDE.fullmatch(value))
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    if tag == "img":
        # Only pictures inside the page: the owner of another host would learn who reads the page, and when.
        return name in ("alt", "width", "height") or (name == "src" and value.startswith(_PICTURES))
    return name in _EVERYWHERE


def clean_html(text: str) -> str:
    """Return ``text`` with every element, attribute, class and address that could act escaped or removed."""
    return _cleaner()(text)
