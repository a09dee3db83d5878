"""The demonstration driver: a client written by hand, faultless unless told otherwise.

python examples/sdk-drivers/reference [--fault NAME]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from typing import Any

from client import Client, ClientError, Credentials
from faults import FAULTS


class Driver:
    """Answers calls as they come, each in a task of its own."""

    def __init__(self, make: type[Client]) -> None:
        self.make = make
        self.clients: dict[tuple[str, str], Client] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Speak the protocol until bye."""
        features = ["concurrency", "credentials"]
        say({"type": "hello", "protocol": 1, "sdk": "reference", "version": "1", "features": features})
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            message = json.loads(line)
            if message["type"] == "bye":
                return
            task = asyncio.create_task(self.answer(message))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def answer(self, call: dict[str, Any]) -> None:
        """One call, and its result."""
        client = self.client(call)
        try:
            told: dict[str, Any] = {
                "data": await client.call(call["operation"], call["arguments"], call["timeout"]),
            }
        except ClientError as error:
            told = {
                "error": {
                    "kind": error.kind,
                    "status": error.status,
                    "errorCode": error.code,
                    "errorMessage": error.message,
                    "message": error.text,
                }
            }
        say({"type": "result", "id": call["id"], **told})

    def client(self, call: dict[str, Any]) -> Client:
        """The client that the call names, made when it is named first."""
        key = call["client"], call["baseUrl"]
        if key not in self.clients:
            given = call.get("credentials")
            credentials = Credentials(given["clientId"], given["clientSecret"], given["tokenUrl"]) if given else None
            self.clients[key] = self.make(call["baseUrl"], credentials)
        return self.clients[key]


def say(message: dict[str, Any]) -> None:
    """One line of the protocol."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line, and drive."""
    parser = argparse.ArgumentParser(description="The demonstration driver of the conformance suite.")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="Be a client that gets this wrong.")
    parser.add_argument("--list-faults", action="store_true", help="List the faults with what they break.")
    given = parser.parse_args()
    if given.list_faults:
        for name, fault in FAULTS.items():
            sys.stdout.write(f"{name:28} {' '.join(fault.breaks):40} {(fault.__doc__ or '').splitlines()[0]}\n")
        return
    try:
        asyncio.run(Driver(FAULTS[given.fault] if given.fault else Client).run())
    finally:
        sys.stdout.flush()
    os._exit(0)  # a reader of stdin may still be waiting


main()
