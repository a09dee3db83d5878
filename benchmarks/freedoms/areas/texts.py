"""JSON written in other ways: what it means is the same."""

from __future__ import annotations

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer

_BASIS = "JSON (RFC 8259): the same value"


@of_answer(_BASIS, "order of keys")
def keys_in_any_order(answer: Answer, asked: Asked) -> None:
    """The keys of an object come in another order each time."""
    del asked
    answer.style.shuffled = True


@of_answer(_BASIS, "order of keys")
def keys_in_alphabetical_order(answer: Answer, asked: Asked) -> None:
    """The keys of an object are sorted."""
    del asked
    answer.style.ordered = True


@of_answer(_BASIS)
def indented(answer: Answer, asked: Asked) -> None:
    """JSON is indented."""
    del asked
    answer.style.indent = 3


@of_answer(_BASIS)
def white_space_around(answer: Answer, asked: Asked) -> None:
    """White space stands before and after the JSON."""
    del asked
    answer.style.around = ("\r\n\t ", " \n\n")


@of_answer(_BASIS)
def raw_text(answer: Answer, asked: Asked) -> None:
    """Letters beyond ASCII are written as they are."""
    del asked
    answer.style.raw = True


@of_answer(_BASIS)
def escaped_slashes(answer: Answer, asked: Asked) -> None:
    r"""A slash is written as \/."""
    del asked
    answer.style.escaped_slash = True


@of_answer(_BASIS)
def upper_case_escapes(answer: Answer, asked: Asked) -> None:
    """Escapes have hexadecimal digits in upper case."""
    del asked
    answer.style.upper_escapes = True


FREEDOMS: tuple[Freedom, ...] = (
    keys_in_any_order,
    keys_in_alphabetical_order,
    indented,
    white_space_around,
    raw_text,
    escaped_slashes,
    upper_case_escapes,
)
