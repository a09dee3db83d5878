from __future__ import annotations

import pytest

from conformance.sdk.selecting import BadExpression, select

NAMES = ["sdk-error.html", "sdk-error.status", "sdk-request.wait"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("error", {"sdk-error.html", "sdk-error.status"}),
        ("error and not html", {"sdk-error.status"}),
        ("not (error)", {"sdk-request.wait"}),
        ("HTML or wait", {"sdk-error.html", "sdk-request.wait"}),
    ],
)
def test_an_expression_selects(text: str, found: set[str]) -> None:
    assert select(text, NAMES) == found


@pytest.mark.parametrize("text", ["nothing", "(error", "error and", "error )", "or"])
def test_a_bad_expression_is_told(text: str) -> None:
    with pytest.raises(BadExpression, match="-k"):
        select(text, NAMES)
