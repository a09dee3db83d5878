"""Whether something was removed: cancelled, deleted, or already gone."""

from __future__ import annotations

from conformance.trace import Exchange

_ABOUT_THE_CLIENT = frozenset({401, 403, 429})


def may_be_left(answer: Exchange | None) -> bool:
    """Whether what was to be removed may still be there; a refusal of the thing itself means that nothing is left."""
    return answer is None or answer.status is None or answer.status >= 500 or answer.status in _ABOUT_THE_CLIENT
