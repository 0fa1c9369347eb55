"""What there is to choose: economies, blocs, goods, measures with their fields, scenarios, worlds, settings."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from countervail import __version__
from countervail.model.parameters import CLOSURES, PRESETS
from countervail.policy.catalog import load_scenario, scenario_list
from countervail.policy.explain import explain, measure_kinds
from countervail.policy.schema import scenario_schema
from countervail.web.study_list import STUDIES
from countervail.world import labels
from countervail.world.catalog import world_names
from countervail.world.elasticities import elasticity_names

SIZES = (
    "rate",
    "leakage",
    "saving",
    "removes",
    "share",
    "coverage",
    "fall",
    "licence",
    "content",
    "markup",
    "friction",
)
"""Fields that a slider moves: fractions of one."""


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """Everything a page offers, as plain data."""
    aliases = labels.bloc_aliases()
    return {
        "version": __version__,
        "worlds": [{"name": name, "about": about} for name, about in world_names()],
        "elasticities": list(elasticity_names()),
        "models": [{"name": name, "source": model.source} for name, model in PRESETS.items()],
        "closures": list(CLOSURES),
        "economies": [
            {
                "code": str(code),
                "name": str(row["name"]),
                "aliases": [a for a in str(row["aliases"]).split(";") if a],
            }
            for code, row in labels.country_table().iterrows()
        ],
        "rest": [{"code": code, "name": name} for code, name in labels.row_members().items()],
        "blocs": [
            {"code": name, "name": name.replace("_", " "), "members": list(labels.blocs()[name])}
            for name in labels.bloc_notes()
            if name not in aliases
        ],
        "goods": [{"code": name, "about": note.description} for name, note in labels.goods_notes().items()],
        "sectors": [{"code": code, "name": name} for code, name in _sectors()],
        "measures": [_measure(kind, sentence) for kind, sentence in measure_kinds()],
        "studies": [
            {
                "name": study.name,
                "about": study.about,
                "fields": [asdict(field) for field in study.fields],
            }
            for study in STUDIES.values()
        ],
        "scenarios": [
            {
                "name": one.name,
                "line": one.line,
                "sourced": one.sourced,
                "scenario": load_scenario(one.name).to_dict(),
            }
            for one in scenario_list()
        ],
    }


def _measure(kind: str, sentence: str) -> dict[str, Any]:
    """A kind of measure with its fields, which of them a slider moves, and a first example."""
    schema = scenario_schema()["$defs"][kind]
    note = explain(kind)
    return {
        "kind": kind,
        "sentence": sentence,
        "equation": note.equation,
        "limits": note.limits,
        "fields": [
            {
                "name": field.name,
                "about": field.meaning,
                "default": field.default,
                "required": field.name in schema["required"],
                "size": field.name in SIZES,
                "sides": field.name
                in ("by", "on", "between", "seller", "buyer", "sellers", "buyers", "payer", "payee"),
            }
            for field in note.fields
        ],
    }


def _sectors() -> list[tuple[str, str]]:
    from countervail.world.catalog import load_world

    return [(code, labels.sector_name(code)) for code in load_world("icio2021-energy").sectors]
