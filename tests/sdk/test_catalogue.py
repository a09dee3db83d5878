"""The catalogue of clients: valid, and each requirement of an SDK has its rule and its cases."""

from __future__ import annotations

import json

import yaml
from jsonschema import Draft202012Validator

from conformance.contract.paths import SDK_REQUIREMENTS, specs_dir
from conformance.contract.requirements import load_requirements
from conformance.sdk.campaign.campaign import PROTOCOL
from conformance.sdk.campaign.results import sdk_catalogue
from conformance.sdk.drawing.themes import all_themes
from conformance.sdk.rules import SDK_RULES


def test_the_catalogue_is_valid() -> None:
    schema = json.loads((specs_dir() / "requirements.schema.json").read_text())
    Draft202012Validator(schema).validate(yaml.safe_load((specs_dir() / SDK_REQUIREMENTS).read_text()))


def test_no_id_is_also_one_of_servers() -> None:
    servers = load_requirements().by_id.keys()
    clients = load_requirements(SDK_REQUIREMENTS)
    assert len(clients.by_id) == len(clients.requirements)
    assert not servers & clients.by_id.keys()


def test_the_rules_are_those_of_the_catalogue() -> None:
    assert {*SDK_RULES, PROTOCOL} == sdk_catalogue().by_id.keys()


def test_themes_are_named_by_requirements_and_know_their_features() -> None:
    catalogue = sdk_catalogue().by_id
    for theme in all_themes():
        assert catalogue[theme.requirement].feature == theme.feature
