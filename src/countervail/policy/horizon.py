"""The horizon in a scenario file: a preset by name, or a preset with some of its parameters changed.

What the parameters do is the model's business (theory.md, Eq. 9-11); here is what a file may say of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countervail.policy.complaint import Complaint, as_mapping, did_you_mean, kind_of, quoted
from countervail.policy.sizes import read_size

PRESET = "preset"
DEFAULT = "long_run"
MOBILE = "mobile"
WORDS = {MOBILE: math.inf, "inf": math.inf, ".inf": math.inf, "fixed": 0.0}


@dataclass(frozen=True)
class Parameter:
    """A number of the model that may be changed, and where it may lie.

    Arguments:
        meaning: what it is, with its symbol.
        low, high: the values it may take, bounds included. above: `low` itself is excluded.
        optional: null (None) is a value too.
    """

    meaning: str
    low: float
    high: float
    above: bool = False
    optional: bool = False

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        low = f"{'above' if self.above else 'at least'} {self.low:g}"
        high = "inf allowed" if math.isinf(self.high) else f"at most {self.high:g}"
        return f"a number {low}, {high}" + (", or null" if self.optional else "")


PARAMETERS: Mapping[str, Parameter] = {
    "value_added_substitution": Parameter("eps_v, between value added and inputs", 0.0, 100.0),
    "input_substitution": Parameter("eps_m, among inputs", 0.0, 100.0),
    "consumption_substitution": Parameter("eps_c, among final goods", 0.0, 100.0),
    "labour_mobility": Parameter("kappa: how easily labour moves between sectors", 0.0, math.inf),
    "capital_mobility": Parameter("the same of capital; null: as labour", 0.0, math.inf, optional=True),
    "resource_mobility": Parameter(
        "the same of what capital earns in mining; null: as capital", 0.0, math.inf, optional=True
    ),
    "labour_share": Parameter("labour in value added; null: by economy from data", 0.01, 0.99, optional=True),
    "elasticity_share": Parameter(
        "theta of the model over the world's long-run theta", 0.0, 10.0, above=True
    ),
}

Choice = str | dict[str, Any]


def read_model(value: Any) -> Choice:
    """What a scenario's field `model` says: a name, or {"preset": name} with the parameters that differ from it.

    Example:
        >>> read_model("short_run"), read_model({"preset": "short_run", "input_substitution": "0.1"})
        ('short_run', {'preset': 'short_run', 'input_substitution': 0.1})

    Raises:
        Complaint: CV150 for a parameter that there is not, CV151 for a value that it cannot have.
    """
    if isinstance(value, str) and value.strip():
        return value.strip()
    if not isinstance(value, Mapping):
        raise Complaint(
            "CV151",
            "not a model",
            found=kind_of(value),
            expected="a preset by name, or {preset: short_run, input_substitution: 0.1}",
            next_step="Name long_run, medium_run or short_run.",
            field=(),
        )
    given = as_mapping(value, "the field", "preset: short_run, and the parameters that differ from it")
    preset = given.get(PRESET, DEFAULT)
    if not isinstance(preset, str) or not preset.strip():
        raise Complaint(
            "CV151",
            "not the name of a preset",
            found=kind_of(preset),
            expected="long_run, medium_run or short_run",
            next_step="Write the name of a preset.",
            field=(PRESET,),
        )
    found: dict[str, Any] = {PRESET: preset.strip()}
    for key, entry in given.items():
        if key != PRESET:
            found[key] = _read_parameter(key, entry)
    return found if len(found) > 1 else found[PRESET]


def number_of(value: Any) -> Any:
    """What a parameter's value, as `read_model` gives it, is as a number."""
    return math.inf if value == MOBILE else value


def _read_parameter(key: str, value: Any) -> float | str | None:
    """One parameter's number; a file has no infinity, so factors that move freely are the word "mobile"."""
    if key not in PARAMETERS:
        known = (PRESET, *PARAMETERS)
        raise Complaint(
            "CV150",
            f"a model has no parameter '{key}'",
            found=f"{key}: {quoted(value)}",
            expected="one of " + ", ".join(known),
            next_step=did_you_mean(key, known, "Take it out, or look for the parameter that was meant."),
            field=(key,),
        )
    parameter = PARAMETERS[key]
    word = value.strip().lower() if isinstance(value, str) else value
    number: float | None
    if word is None:
        number = None
    elif isinstance(word, str) and math.isinf(parameter.high) and word in WORDS:
        number = WORDS[word]
    elif isinstance(word, float) and math.isinf(word):
        number = word
    else:
        try:
            number = read_size(value)[0]
        except Complaint as complaint:
            raise complaint.under(key) from None
    if number not in parameter:
        raise Complaint(
            "CV151",
            "a parameter of the model out of its domain",
            found=quoted(value),
            expected=str(parameter),
            next_step=f"{key} is {parameter.meaning}.",
            field=(key,),
        )
    return MOBILE if number == math.inf else number
