"""A driver for the published Python SDK, formance-sdk-python (see docs/sdk.md).

python -m venv venv && venv/bin/pip install -r requirements.txt && conformance sdk -- venv/bin/python driver.py
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from enum import Enum
from typing import Any

import httpx
from formance_sdk_python import SDK
from formance_sdk_python._version import __version__
from formance_sdk_python.models import errors, shared
from pydantic import BaseModel, ValidationError

METHODS = {
    "getServerInfo": "get_server_info_orchestration",
    "listWorkflows": "list_workflows",
    "createWorkflow": "create_workflow",
    "getWorkflow": "get_workflow",
    "deleteWorkflow": "delete_workflow",
    "runWorkflow": "run_workflow",
    "listInstances": "list_instances",
    "getInstance": "get_instance",
    "sendEvent": "send_event",
    "cancelEvent": "cancel_event",
    "getInstanceHistory": "get_instance_history",
    "getInstanceStageHistory": "get_instance_stage_history",
}
NAMES = {"flowId": "flow_id", "workflowID": "workflow_id", "instanceID": "instance_id", "body": "request_body"}
OF_THE_RESPONSE = {"content_type", "status_code", "raw_response", "headers"}
clients: dict[tuple[str, str], SDK] = {}
lock = threading.Lock()


def client(call: dict[str, Any]) -> SDK:
    """The instance of the SDK that a call names. The SDK itself adds /api/orchestration to the server's URL."""
    key = call["client"], call["baseUrl"]
    with lock:
        if key not in clients:
            security = None
            if given := call.get("credentials"):
                security = shared.Security(
                    client_id=given["clientId"], client_secret=given["clientSecret"], token_url=given["tokenUrl"]
                )
            clients[key] = SDK(server_url=call["baseUrl"].removesuffix("/api/orchestration"), security=security)
        return clients[key]


def plain(value: Any) -> Any:
    """What the SDK hands over as JSON, by the API's names."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return {field.alias or name: plain(getattr(value, name)) for name, field in fields}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime | date) else value


def called(call: dict[str, Any]) -> Any:
    """The data that a call of the SDK gives."""
    operation, arguments = call["operation"], call["arguments"]
    method = getattr(client(call).orchestration.v1, METHODS[operation])
    given = {NAMES.get(name, name): value for name, value in arguments.items()}
    if operation == "sendEvent":
        given["request_body"] = {"name": arguments["body"]["name"]}
    request = {"request": arguments["body"] if operation == "createWorkflow" else given}
    if operation in ("getServerInfo", "listWorkflows"):
        request = {}
    answer = method(**request, timeout_ms=int(call["timeout"] * 1000))
    held = [name for name in type(answer).model_fields if name not in OF_THE_RESPONSE]
    value = plain(getattr(answer, held[0])) if held else None
    return value if operation == "getServerInfo" or value is None else value["data"]


def refusal(error: errors.SDKBaseError) -> dict[str, Any]:
    """An error with what the SDK tells of it."""
    if isinstance(error, errors.ResponseValidationError):
        return {"kind": "decode", "status": error.status_code, "message": str(error)[:300]}
    data = getattr(error, "data", None)
    code = plain(data.error_code) if data is not None else None
    message = data.error_message if data is not None else None
    return {"kind": "http", "status": error.status_code, "errorCode": code, "errorMessage": message}


def result(call: dict[str, Any]) -> dict[str, Any]:
    """The call's result, whatever the SDK makes of it."""
    try:
        return {"data": called(call)}
    except errors.SDKBaseError as error:
        return {"error": refusal(error)}
    except httpx.TimeoutException as error:
        return {"error": {"kind": "timeout", "message": str(error)}}
    except httpx.HTTPError as error:
        return {"error": {"kind": "connection", "message": str(error)}}
    except errors.NoResponseError as error:
        return {"error": {"kind": "connection", "message": str(error)}}
    except ValidationError as error:
        return {"error": {"kind": "decode", "message": str(error)[:300]}}
    except Exception as error:  # whatever else an SDK may raise is an error for its caller
        return {"error": {"kind": "other", "message": f"{type(error).__name__}: {error}"[:300]}}


def say(message: dict[str, Any]) -> None:
    """One line of the protocol."""
    line = json.dumps(message)
    with lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def answer(call: dict[str, Any]) -> None:
    """One call, and its result."""
    say({"type": "result", "id": call["id"], **result(call)})


def main() -> None:
    """Speak the protocol until bye; calls run at the same time, each in a thread."""
    features = ["concurrency", "credentials"]
    say({"type": "hello", "protocol": 1, "sdk": "formance-sdk-python", "version": __version__, "features": features})
    with ThreadPoolExecutor(20) as pool:
        for line in sys.stdin:
            call = json.loads(line)
            if call["type"] == "bye":
                return
            pool.submit(answer, call)


main()
