"""What a script compares: a part of an answer, written so that it is the same in each play of a scenario.

The scripts for curl and for Python contain the source of these functions, so nothing but json and re is used here.
"""

import json
import re

MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)"
UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


# Answers that say nothing of the operation: none at all, no access, too many requests, the error of a gateway.
SILENT = (0, 401, 403, 429, 502, 503, 504)

UNSTEADY = "undecided: it does not show this time, but that depends on timing; try again"


def plain(value: object, ids: dict[str, str]) -> object:
    """A JSON value whose ids, moments and markers have names in their place, since each play has its own."""
    if isinstance(value, dict):
        return {str(plain(key, ids)): plain(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, ids) for each in value]
    if not isinstance(value, str):
        return value
    for name, found in ids.items():
        value = value.replace(found, "{" + name + "}")
    value = re.sub("marker-[0-9a-f]{32}", "(marker)", value)
    return re.sub(UUID, "(id)", re.sub(MOMENT, "(moment)", value))


def element(elements: list[object], part: str, ids: dict[str, str]) -> object:
    """The element of a list that a part of a pointer names, by its number or by the id that stands in braces."""
    if part[:1] == "{":
        wanted = ids.get(part[1:-1])
        return next((each for each in elements if isinstance(each, dict) and each.get("id") == wanted), "(absent)")
    return elements[int(part)] if part.isdigit() and int(part) < len(elements) else "(absent)"


def shown(text: str, pointer: str, ids: dict[str, str]) -> str:
    """What stands at a pointer of an answer, as JSON."""
    try:
        return json.dumps(plain(_at(json.loads(text), pointer, ids), ids), sort_keys=True)
    except ValueError:
        return "(no JSON)"
    except RecursionError:
        return "(nested too deeply)"


def _at(value: object, pointer: str, ids: dict[str, str]) -> object:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = element(value, name, ids)
        else:
            value = value.get(name, "(absent)") if isinstance(value, dict) else "(absent)"
    return value
