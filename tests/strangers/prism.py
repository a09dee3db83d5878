"""Prism, a server that answers from an API document alone: it knows the schemas and keeps no state."""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).parent

_PRISM = HERE / "node_modules" / ".bin" / "prism"
_ISSUER = HERE / "node_modules" / "oauth2-mock-server"
_READY = "Prism is listening on "
_INSTALL_TIMEOUT = 600.0
_EXIT_TIMEOUT = 5.0


class PrismDidNotStart(RuntimeError):
    """Prism, or its installation, ended before it listened."""

    def __init__(self, said: str) -> None:
        super().__init__(f"Prism did not start; see what it said, and whether node is 20.19 or later: {said[-2000:]}")


def install() -> None:
    """Install what the lock file names, unless it is there. Raises PrismDidNotStart."""
    if _PRISM.exists() and _ISSUER.exists():
        return
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=_INSTALL_TIMEOUT,
        check=False,
    )
    if done.returncode != 0:
        raise PrismDidNotStart(done.stdout + done.stderr)


class Prism:
    """Prism serving a document, from entering to leaving; ``url`` is its base URL. Raises PrismDidNotStart."""

    def __init__(self, document: Path) -> None:
        self._document = document
        self._process: subprocess.Popen[str] | None = None
        self._drain: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Self:
        port = _free_port()
        program = ["node", "--require", str(HERE / "escape-headers.cjs"), str(_PRISM.resolve())]
        self._process = subprocess.Popen(
            [*program, "mock", str(self._document), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._await_ready(self._process)
        self.url = f"http://127.0.0.1:{port}"
        return self

    def _await_ready(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if _READY in line:
                # A pipe that nobody reads would stop the server once it is full.
                self._drain = threading.Thread(target=process.stdout.read, daemon=True)
                self._drain.start()
                return
        self._stop()
        raise PrismDidNotStart(said)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._drain is not None:
            self._drain.join(_EXIT_TIMEOUT)
        if process.stdout is not None:
            process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
