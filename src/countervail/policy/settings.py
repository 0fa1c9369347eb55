"""Changing single values of a scenario, as `--set key=value` does: the keys, on the plain data of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from countervail.policy.complaint import Complaint, did_you_mean
from countervail.policy.document import read_value
from countervail.policy.horizon import DEFAULT, PRESET


def place_setting(
    data: dict[str, Any], fields: Sequence[str], names: Mapping[str, tuple[str, ...]], key: str, value: Any
) -> None:
    """Set one value in the plain data of a scenario.

    Arguments:
        data: as `Scenario.to_dict` gives it; changed in place.
        fields: the fields of a scenario.
        names: what the measures of each list are called.
        key: "world", "blocs.west", "model.input_substitution", "responses.0.saving" or "sanctions.oil ban.leakage".
        value: text is read as it would be in a file ("10 %", "[EU27, GBR]"); None takes a field out.

    Raises:
        Complaint: CV122 where the key leads nowhere, CV102 where the text is no YAML.
    """
    value = read_value(value) if isinstance(value, str) else value
    head, _, rest = key.partition(".")
    if head in names and rest:
        _place_in_list(data[head], names[head], rest, value)
    elif head in ("blocs", "goods") and rest:
        data.setdefault(head, {})[rest] = value
    elif head == "model" and rest:
        model = data.get(head, DEFAULT)
        model = dict(model) if isinstance(model, Mapping) else {PRESET: model}
        data[head] = model | {rest: value}
    elif head in fields and not rest:
        data[head] = value
    else:
        options = [*fields, *(f"{which}.0" for which in names), "blocs.NAME", "goods.NAME", "model.PARAMETER"]
        raise Complaint(
            "CV122",
            "a key that leads nowhere",
            found=key,
            expected="a field of the scenario, or LIST.MEASURE.FIELD such as responses.0.saving",
            next_step=did_you_mean(head, options, f"The lists are {', '.join(names)}."),
        )


def _place_in_list(items: list[dict[str, Any]], names: tuple[str, ...], rest: str, value: Any) -> None:
    """Set a field of one measure of a list, found by name or by position."""
    place, path = find_measure(names, rest)
    if place is None or not path:
        known = ", ".join(f"{n} ({name})" for n, name in enumerate(names)) or "none: the list is empty"
        raise Complaint(
            "CV122",
            "no such measure in the list" if place is None else "the key names a measure but no field of it",
            found=rest,
            expected=f"MEASURE.FIELD with one of the measures {known}",
            next_step=did_you_mean(rest.rpartition(".")[0] or rest, names, "Measures count from 0."),
        )
    ((_, fields),) = items[place].items()
    head, _, deeper = path.partition(".")
    if head == "measures" and deeper and isinstance(fields.get("measures"), list):
        inner = fields["measures"]
        _place_in_list(inner, tuple(_label(item, n) for n, item in enumerate(inner)), deeper, value)
    elif deeper:
        raise Complaint(
            "CV122", "a key that leads nowhere", found=rest, expected="one field after the measure"
        )
    elif value is None:
        fields.pop(head, None)
    else:
        fields[head] = value


def _label(item: dict[str, Any], place: int) -> str:
    ((kind, fields),) = item.items()
    return str(fields.get("name") or f"{kind} {place + 1}")


def find_measure(names: tuple[str, ...], rest: str) -> tuple[int | None, str]:
    """Position of the measure that the key begins with, and what follows; the longest name wins."""
    for name in sorted(names, key=len, reverse=True):
        if rest == name or rest.startswith(f"{name}."):
            return names.index(name), rest[len(name) + 1 :]
    head, _, path = rest.partition(".")
    if head.isdecimal() and int(head) < len(names):
        return int(head), path
    return None, path
