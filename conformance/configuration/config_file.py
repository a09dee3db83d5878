"""The configuration file: conformance.toml, or the table [tool.conformance] of pyproject.toml.

It has the options of the table by their keys, and named targets, each a table of options with a ``url``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

from conformance.configuration.reading import BadOption, check, names_file
from conformance.configuration.table.lookup import BY_KEY, OPTIONS
from conformance.configuration.table.option import EMBEDDED, Option
from conformance.configuration.toml_lines import line_of
from conformance.contract.errors import UserError
from conformance.target.config import WrongUrl, checked_url
from conformance.wire.redaction import mask_url

OWN_FILE, PROJECT_FILE = "conformance.toml", "pyproject.toml"
_PROJECT_TABLE = ("tool", "conformance")


class UnreadableConfig(UserError):
    """The configuration file cannot be read, or is no TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The configuration file {path} cannot be used: {reason}.", "Give a readable file of TOML.")


class WrongConfig(UserError):
    """A key or a value of the configuration file is wrong; ``line`` counts from 1."""

    def __init__(self, path: Path, line: int, wrong: str, hint: str) -> None:
        super().__init__(f"{path}, line {line}: {wrong}.", hint)


class UnknownTarget(UserError):
    """A word is neither a URL nor the name of a target."""

    def __init__(self, name: str, file: ConfigFile | None) -> None:
        known = list(file.targets) if file is not None else []
        where = f"a target of {file.path}" if file is not None else "the name of a target: there is no conformance.toml"
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known)}." if known else "Give a URL."
        super().__init__(f"{name!r} is neither a URL nor {where}.", hint)


@dataclass(frozen=True)
class ConfigFile:
    """What a file says. ``common`` holds its options by key, ``targets`` those of each target, its ``url`` included.

    Values are as the command line would have them: a text, a list of texts, or a bool. Paths are relative to the file.
    """

    path: Path
    common: Mapping[str, Any] = field(repr=False)
    targets: Mapping[str, Mapping[str, Any]] = field(repr=False)
    root: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def place(self, *keys: str) -> str:
        """Where it has a key, for people."""
        return f"{self.path}, line {line_of(self.text, (*self.root, *keys))}"


def find_config(directory: Path) -> Path | None:
    """The nearest configuration file: in a directory, or in one above it."""
    for folder in (directory, *directory.absolute().parents):
        if (folder / OWN_FILE).is_file():
            return folder / OWN_FILE
        project = folder / PROJECT_FILE
        if project.is_file() and _speaks_of_us(project):
            return project
    return None


def _speaks_of_us(project: Path) -> bool:
    """Whether a pyproject.toml has our table. Most are somebody else's, and a mistake there is not our business."""
    try:
        return "conformance" in tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError, AttributeError):
        return False


def load_config(path: Path) -> ConfigFile:
    """Read a configuration file. Raises UnreadableConfig and WrongConfig."""
    try:
        text = path.read_text(encoding="utf-8")
        raw: Any = tomllib.loads(text)
    except OSError as error:
        raise UnreadableConfig(path, error.strerror or "it is not readable") from error
    except ValueError as error:
        raise UnreadableConfig(path, str(error)) from error
    root = _PROJECT_TABLE if path.name == PROJECT_FILE else ()
    for key in root:
        raw = raw.get(key, {}) if isinstance(raw, dict) else {}
    try:
        read = _File.model_validate(raw)
    except ValidationError as error:
        raise _explained(path, text, root, error.errors()[0]) from None
    targets = read.targets
    return ConfigFile(
        path,
        _options(read, path),
        {name: _options(target, path) for name, target in targets.items()},
        root,
        text,
    )


def _options(model: BaseModel, path: Path) -> dict[str, Any]:
    """The options that a table of the file sets, with paths that lead from here."""
    values = model.model_dump(by_alias=True, exclude_unset=True, exclude={"targets"})
    return {key: _from_here(BY_KEY[key], value, path) for key, value in values.items()}


def _from_here(option: Option, value: Any, path: Path) -> Any:
    return str(path.parent / Path(value).expanduser()) if names_file(option, value) else value


# -- the model, made of the table of options --------------------------------------------------------


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _text(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value}" if number else value


def _checked(option: Option, value: Any) -> Any:
    try:
        check(option, value)
    except BadOption as error:
        raise PydanticCustomError("wrong_value", "{wanted}", {"wanted": error.wanted}) from None
    except UserError as error:
        raise _told(error) from None
    return value


def _address(value: str) -> str:
    try:
        return checked_url(value)
    except WrongUrl as error:
        raise _told(error) from None


def _told(error: UserError) -> PydanticCustomError:
    return PydanticCustomError("told", "{text}", {"text": error.message.removesuffix("."), "hint": error.hint})


def _field(option: Option, *, required: bool = False) -> Any:
    checked = AfterValidator(partial(_checked, option))
    kinds: dict[bool, Any] = {
        True: Annotated[list[str], BeforeValidator(_texts), checked],
        False: Annotated[str, BeforeValidator(_text), checked],
    }
    kind: Any = bool if option.kind == "flag" else kinds[option.many]
    if required:
        kind = Annotated[kind, AfterValidator(_address)]
    return kind, Field(... if required else None, alias=option.key)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_IN_FILE = [option for option in OPTIONS if option.settable == "anywhere"]
_TARGET_FIELDS: dict[str, Any] = {
    option.key.replace("-", "_"): _field(option, required=option.key == "url")
    for option in _IN_FILE
    if option.section != EMBEDDED and not option.own_key
}
_Target: Any = create_model("_Target", __base__=_Table, **_TARGET_FIELDS)
_FILE_FIELDS: dict[str, Any] = {option.key.replace("-", "_"): _field(option) for option in _IN_FILE}
_File: Any = create_model(
    "_File", __base__=_Table, **_FILE_FIELDS, targets=(dict[str, _Target], Field(default_factory=dict))
)


# -- what is wrong, in a sentence -------------------------------------------------------------------


def _explained(path: Path, text: str, root: tuple[str, ...], error: ErrorDetails) -> WrongConfig:
    keys = tuple(key for key in error["loc"] if isinstance(key, str))
    name = keys[-1] if keys else "tool.conformance"
    in_target = len(keys) > 1 and keys[0] == "targets"
    if error["type"] == "missing":
        line = line_of(text, (*root, *keys[:-1]))
        wrong = f"the target {keys[-2]!r} has no {name}"
        return WrongConfig(path, line, wrong, f'Add {name} = "http://localhost:8080" or the like.')
    line = line_of(text, (*root, *keys))
    if error["type"] == "extra_forbidden":
        return WrongConfig(path, line, f"there is no option {name!r}{' of a target' * in_target}", _near(name, keys))
    if error["type"] == "told":
        return WrongConfig(path, line, error["ctx"]["text"], error["ctx"]["hint"])
    option = BY_KEY.get(name)
    shown = _shown(option, error["input"])
    wanted = error["ctx"]["wanted"] if error["type"] == "wrong_value" else _wanted(option)
    return WrongConfig(path, line, f"{name} cannot be {shown}", f"Give {wanted}.")


def _shown(option: Option | None, value: Any) -> str:
    """A wrong value; what may be secret, or long, is not repeated."""
    told = option is not None and not option.secret and option.kind != "header" and not isinstance(value, list | dict)
    return repr(mask_url(value) if isinstance(value, str) else value) if told else "this"


def _wanted(option: Option | None) -> str:
    if option is None:
        return "a table, such as [targets.staging]"
    return "true or false" if option.kind == "flag" else "a list of texts" if option.many else "a text in quotes"


def _near(name: str, keys: tuple[str, ...]) -> str:
    model = _Target if len(keys) > 1 else _File
    known = [field.alias or key for key, field in model.model_fields.items()]
    near = get_close_matches(name.replace("_", "-").lower(), known, n=1)
    return f"Did you mean {near[0]}?" if near else "`conformance run --help` lists the options."
