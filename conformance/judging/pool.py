"""Judges in a process of their own: judging must not make the exchanges of this process look slow."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, TypeVar

from conformance.contract.document import ApiDocument
from conformance.contract.requirements import Catalogue
from conformance.contract.schema.responses import ResponseSchemas
from conformance.judging.judging import Judge, Judgement
from conformance.trace import Exchange, Trace

T = TypeVar("T")

_CLOSING_S = 3.0
_CONTEXT = multiprocessing.get_context("forkserver")

# The judge of the process; filled once by its initializer, since a Judge takes longer to make than to ask.
_judges: dict[int, Judge] = {}


def _attend() -> None:
    # The parent handles interrupts: it still needs its traces judged.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _sit(document: ApiDocument) -> None:
    _attend()
    _judges[0] = Judge(ResponseSchemas(document))


def _prepare(prepare: Callable[[], object] | None) -> None:
    _attend()
    if prepare is not None:
        prepare()


def _end_with_parent() -> None:
    # A parent that is killed cannot tell its pool to end, and nothing else would ever end this process.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _judge(trace: Trace, known_ids: frozenset[str] | None) -> Judgement:
    return _judges[0].judge(trace, known_ids)


def _ready() -> None:
    """Something to submit, so that the process starts."""


class TraceJudge(Protocol):
    """Judges traces by the requirements of a catalogue."""

    @property
    def catalogue(self) -> Catalogue:
        """What there is to judge by."""

    async def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        """Every rule's observations on a trace."""
        ...


class JudgePool:
    """One judge at work in another process, and others for what must be computed; a context manager around the run."""

    def __init__(self, document: ApiDocument) -> None:
        self._pool = _executor(_sit, document)
        self._computing: dict[ProcessPoolExecutor, Future[Any]] = {}
        self._given_up = self._closed = False
        _submit(self._pool, _ready)
        self._here = Judge(ResponseSchemas(document))
        self.catalogue = self._here.catalogue

    async def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        """Every rule's observations on a trace; judged here should the process have been lost.

        Raises TimeoutError once there is no time any more.
        """
        if self._given_up:
            raise TimeoutError
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, _judge, portable(trace), known_ids)
        except BrokenProcessPool:
            return self._here.judge(trace, known_ids)

    def give_up(self) -> None:
        """End the judge, whatever it is at: there is no time for it any more."""
        self._given_up = True
        _end(self._pool)

    def compute(
        self, work: Callable[..., T], *arguments: object, prepare: Callable[[], object] | None = None
    ) -> Future[T]:
        """Have something else computed over there: what takes seconds of CPU is no work for a loop that measures.

        In a process that ends with the work: the judge may sit for hours, and need not carry what drawing took. There
        ``prepare`` is called first, before the module of ``work`` is loaded. Should it be lost, the work is done here.
        """
        told: Future[T] = Future()
        if self._closed:
            told.cancel()
            return told
        pool = _executor(_prepare, prepare)
        self._computing[pool] = told

        def tell(done: Future[T]) -> None:
            pool.shutdown(wait=False)
            _tell(told, done, lambda: work(*arguments))

        _submit(pool, work, *arguments).add_done_callback(tell)
        return told

    def __enter__(self) -> JudgePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Nobody asks for anything any more, and a judge that has no answer yet would be waited for.
        self._closed = True
        for pool, told in list(self._computing.items()):
            told.cancel()
            _close(pool)
        _close(self._pool)


def _close(pool: ProcessPoolExecutor) -> None:
    """End a pool; what it still does is of no use. Its thread is waited for, but not for ever."""
    _end(pool)
    closing = threading.Thread(target=pool.shutdown, kwargs={"wait": True, "cancel_futures": True}, daemon=True)
    closing.start()
    closing.join(_CLOSING_S)


def _end(pool: ProcessPoolExecutor) -> None:
    """Kill the process of a pool, which has one at the most; the public way waits for its work (until Python 3.14)."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.kill()


def _tell(told: Future[T], done: Future[T], instead: Callable[[], T]) -> None:
    """Hand on how something ended; ``instead`` where its process was lost."""
    if not told.set_running_or_notify_cancel():
        return
    try:
        told.set_result(instead() if isinstance(done.exception(), BrokenProcessPool) else done.result())
    except BaseException as error:  # the caller must get the error, whatever it is
        told.set_exception(error)


def _submit(pool: ProcessPoolExecutor, work: Callable[..., T], *arguments: object) -> Future[T]:
    with _starting():
        return pool.submit(work, *arguments)


def _executor(begin: Callable[..., None], *arguments: object) -> ProcessPoolExecutor:
    with _starting():
        return ProcessPoolExecutor(1, _CONTEXT, begin, arguments)


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """What processes that are started here inherit.

    Signals to the whole process group are for the parent. And the process that tidies up after all of them, should they
    be killed, need not complain of what they have left.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGHUP})
    warnings = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker:UserWarning"
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if warnings is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = warnings


def portable(trace: Trace) -> Trace:
    """The trace without anything computed from it, and with mappings that can be pickled."""
    return replace(trace, exchanges=tuple(_portable(exchange) for exchange in trace.exchanges))


def _portable(exchange: Exchange) -> Exchange:
    params: Mapping[str, str] = exchange.params
    return replace(exchange, params=dict(params) if isinstance(params, MappingProxyType) else params)
