"""The configuration file: what it may say, and what is said of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.configuration.config_file import (
    UnreadableConfig,
    WrongConfig,
    find_config,
    load_config,
)
from conformance.configuration.toml_lines import line_of
from conformance.contract.errors import UserError

GOOD = """\
profile = "smoke"
known = "deviations/known.yaml"

[targets.staging]
url = "staging.example/api/orchestration"
max-rate = 20
timeout = 5
insecure = true
header = ["X-Tenant: blue", "X-Other: red"]

[targets."my laptop"]
url = "localhost:8080"
without = "ledger"
"""


def written(folder: Path, text: str, name: str = "conformance.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_has_options_and_targets(tmp_path: Path) -> None:
    file = load_config(written(tmp_path, GOOD))
    assert file.common == {"profile": "smoke", "known": str(tmp_path / "deviations/known.yaml")}
    assert file.targets == {
        "staging": {
            "url": "https://staging.example/api/orchestration",
            "max-rate": "20",
            "timeout": "5",
            "insecure": True,
            "header": ["X-Tenant: blue", "X-Other: red"],
        },
        "my laptop": {"url": "http://localhost:8080", "without": ["ledger"]},
    }
    assert file.place("targets", "staging", "max-rate") == f"{tmp_path}/conformance.toml, line 6"


def test_a_location_is_a_path_only_where_it_is_no_url(tmp_path: Path) -> None:
    file = load_config(written(tmp_path, 'spec = "api.yaml"\ndatabase = "redis://host:1/0"\nlike = "real"\n'))
    assert file.common == {"spec": str(tmp_path / "api.yaml"), "database": "redis://host:1/0", "like": "real"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed = 3\nprofil = 'smoke'", "line 2: there is no option 'profil'. Did you mean profile?"),
        ("max_rate = 3", "line 1: there is no option 'max_rate'. Did you mean max-rate?"),
        ("[target.staging]\nurl = 'h:1'", "line 1: there is no option 'target'. Did you mean targets?"),
        ("config = 'x'", "line 1: there is no option 'config'."),
        ("zzz = 1", "line 1: there is no option 'zzz'. `conformance run --help` lists the options."),
        ("profile = 'big'", "line 1: profile cannot be 'big'. Give one of smoke, standard, thorough, soak."),
        ("profile = 3", "line 1: profile cannot be 3. Give one of smoke, standard"),
        ("timeout = true", "line 1: timeout cannot be True. Give a text in quotes."),
        ("insecure = 'yes'", "line 1: insecure cannot be 'yes'. Give true or false."),
        ("header = [1]", "line 1: header cannot be this. Give a list of texts."),
        ("header = ['Bearer hush']", "line 1: header cannot be this. Give it as 'Name: value'."),
        ("token = 5.5e400\n[targets.a]", "line 2: the target 'a' has no url. Add url ="),
        ("targets = 1", "line 1: targets cannot be this. Give a table, such as [targets.staging]."),
        ("[targets.a]\nurl = 'ftp://u:hush@h'", "line 2: 'ftp://h' is not a usable URL"),
        ("[targets.a]\nurl = 'h.b'\n\n# why\nmax-rate = -1", "line 5: max-rate cannot be -1. Give a number of"),
        ("[targets.a]\nurl = 'h.b'\nfault = 'x'", "line 3: there is no option 'fault' of a target."),
        ("without = [\n'ledger',\n'cash',\n]", "line 1: --without cash: 'cash' is no feature of the API."),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(WrongConfig) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}, {told}")
    assert "hush" not in str(caught.value)


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableConfig, match="line 2"):
        load_config(written(tmp_path, "seed = 1\nprofile = \n"))
    with pytest.raises(UnreadableConfig, match="No such file"):
        load_config(tmp_path / "nowhere.toml")


def test_a_table_of_the_project_file_counts_its_own_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "[project]\nname = 'x'\n\n[tool.conformance]\nsede = 1\n", "pyproject.toml")
    with pytest.raises(WrongConfig, match=r"pyproject.toml, line 5: there is no option 'sede'. Did you mean seed\?"):
        load_config(path)


def test_the_nearest_file_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    written(tmp_path, "[tool.conformance]\nseed = 1\n", "pyproject.toml")
    written(inner, "[project]\nname = 'x'\n", "pyproject.toml")
    assert find_config(inner) == tmp_path / "pyproject.toml"
    own = written(tmp_path / "a", "seed = 2\n")
    assert find_config(inner) == own
    written(inner, "no toml at all", "pyproject.toml")
    assert find_config(inner) == own


def test_the_line_of_a_key_is_where_its_statement_begins() -> None:
    text = "a = 1\n\n# comment\nb = [\n  1,\n  # more\n  2,\n]\n[t]\nc = '''\nd = 1\n'''\nd.e = { f = 1 }\n"
    assert [line_of(text, keys) for keys in [("a",), ("b",), ("t",), ("t", "c"), ("t", "d", "e", "f")]] == [
        1,
        4,
        9,
        10,
        13,
    ]
    assert line_of(text, ("nowhere",)) == 1


def test_every_mistake_is_a_users(tmp_path: Path) -> None:
    for text in ("tool = 1", "[tool]\nconformance = 1", "[tool.conformance]\ntargets.a.b.c = 1"):
        with pytest.raises(UserError):
            load_config(written(tmp_path, text, "pyproject.toml") if "]" in text else written(tmp_path, text))
