"""The schema of scenario files: whole, true to the measures, and good for every file that ships."""

from __future__ import annotations

import json
import re
from importlib import resources

import jsonschema
import pytest

from countervail.policy.document import read_value, read_yaml
from countervail.policy.explain import explain
from countervail.policy.retaliation import KINDS
from countervail.policy.scenario import Scenario
from countervail.policy.schema import scenario_schema
from countervail.policy.shelf import library

TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
    "boolean": bool,
    "null": type(None),
}


def complaints(value, schema: dict, root: dict, path: str = "") -> list[str]:
    """A small independent reading of the words of JSON Schema that the schema uses."""
    if "$ref" in schema:
        return complaints(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    known = {"type", "anyOf", "enum", "pattern", "items", "minItems", "properties", "required", "description"}
    known |= {"additionalProperties", "minProperties", "maxProperties", "title", "$schema", "$defs"}
    known |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    assert set(schema) <= known, set(schema) - known
    found = []
    if "anyOf" in schema and all(complaints(value, option, root) for option in schema["anyOf"]):
        found.append(f"{path}: {value!r} is none of the options")
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        is_flag = isinstance(value, bool) and "boolean" not in names
        if is_flag or not isinstance(value, tuple(t for n in names for t in _tuple(TYPES[n]))):
            return [f"{path}: {value!r} is no {names}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r}")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path}: {value!r} does not fit the pattern")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        above, below = schema.get("exclusiveMinimum", value - 1), schema.get("exclusiveMaximum", value + 1)
        if not (low <= value <= high and above < value < below):
            found.append(f"{path}: {value!r} is out of range")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{path}: too short")
        for n, item in enumerate(value):
            found += complaints(item, schema.get("items", {}), root, f"{path}[{n}]")
    if isinstance(value, dict):
        found += [f"{path}: lacks {name}" for name in schema.get("required", ()) if name not in value]
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
            found.append(f"{path}: {len(value)} keys")
        for name, item in value.items():
            rest = schema.get("additionalProperties", True)
            inner = schema.get("properties", {}).get(name, rest)
            if inner is False:
                found.append(f"{path}: unknown {name}")
            elif isinstance(inner, dict):
                found += complaints(item, inner, root, f"{path}.{name}")
    return found


def _tuple(kind) -> tuple:
    return kind if isinstance(kind, tuple) else (kind,)


@pytest.fixture(scope="module")
def schema() -> dict:
    return json.loads(json.dumps(scenario_schema()))


def test_every_field_of_every_measure_is_there_with_a_meaning(schema):
    for kind in KINDS:
        fields = schema["$defs"][kind.kind]["properties"]
        assert set(fields) == {entry.alias or name for name, entry in kind.model_fields.items()}
        for name, field in fields.items():
            assert set(field) > {"description"}, (kind.kind, name)
    assert set(schema["properties"]) == {"extends", *Scenario.FIELDS}


@pytest.mark.parametrize("name", library())
def test_the_library_fits_the_schema(schema, name):
    text = (resources.files("countervail.policy") / "library" / f"{name}.yaml").read_text(encoding="utf-8")
    assert complaints(read_yaml(text)[0], schema, schema) == []


@pytest.mark.parametrize("kind", [kind.kind for kind in KINDS])
def test_the_examples_fit_the_schema(schema, kind):
    data = {"name": "x", "sanctions": read_value(explain(kind).example)}
    assert complaints(data, schema, schema) == []


@pytest.mark.parametrize(
    "item",
    [
        {"embrago": {"by": "USA", "on": "RUS"}},
        {"embargo": {"by": "USA", "on": "RUS"}, "tariff": {}},
        {"embargo": {"by": "USA", "on": "RUS", "leakige": 0.1}},
        {"embargo": {"by": "USA", "on": "RUS", "leakage": 10}},
        {"embargo": {"by": "USA", "on": "RUS", "leakage": "ten"}},
        {"embargo": {"by": [], "on": "RUS"}},
        {"embargo": {"by": "USA", "on": "RUS", "start": "March"}},
        {"friction": {"by": "USA", "on": "RUS", "kind": "payments"}},
        {"friction": {"by": "USA", "on": "RUS", "rate": 0.1, "kind": "payment"}},
        {"transfer": {"payer": "CHN", "payee": "RUS", "amount": "much"}},
        {"retaliation": {"measures": [{"retaliation": {"of": "sanctions"}}]}},
    ],
)
def test_what_no_scenario_takes_does_not_fit(schema, item):
    assert complaints({"name": "x", "sanctions": [item]}, schema, schema)


def test_the_usual_validator_agrees(schema):
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    for name in library():
        text = (resources.files("countervail.policy") / "library" / f"{name}.yaml").read_text("utf-8")
        validator(schema).validate(read_yaml(text)[0])
