"""What there is to choose from: worlds and what is in them, scenarios, measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countervail.cli.show import clean, table
from countervail.world import labels

if TYPE_CHECKING:
    from rich.console import Console

    from countervail.world.world import World


def print_worlds(page: Console) -> None:
    """Print the embedded worlds and the elasticity sets."""
    from countervail.world.catalog import world_names
    from countervail.world.elasticities import elasticity_names

    table(page, "Worlds", ["name", "what it is"], world_names(), words=(0, 1))
    page.print(f"Elasticity sets: {', '.join(elasticity_names())}.")
    page.print("`countervail worlds NAME` lists its economies, sectors, blocs and goods.")


def print_world(page: Console, world: World) -> None:
    """Print what is in a world: economies, sectors, blocs, goods lists, and who sits in ROW."""
    page.print(clean(repr(world)))
    page.print()
    economies = [f"{code} {labels.country_name(code)}" for code in world.countries]
    page.print(clean(f"Economies: {', '.join(economies)}."))
    page.print()
    if "ROW" in world.countries:
        page.print(clean(f"Inside ROW: {', '.join(labels.row_members().values())}."))
        page.print()
    sectors = [[code, labels.sector_name(code)] for code in world.sectors]
    table(page, "Sectors", ["code", "name"], sectors, words=(0, 1))
    notes, aliases = labels.bloc_notes(), labels.bloc_aliases()
    plain: dict[str, list[str]] = {}
    for alias, name in aliases.items():
        plain.setdefault(name, []).append(alias)
    blocs = [[name, ", ".join(plain.get(name, [])), note.description] for name, note in notes.items()]
    table(page, "Blocs", ["name", "also", "what it is"], blocs, words=(0, 1, 2))
    goods = [[name, note.description] for name, note in labels.goods_notes().items()]
    table(page, "Goods lists", ["name", "what it holds"], goods, words=(0, 1))


def print_scenarios(page: Console) -> None:
    """Print the scenarios of the library."""
    from countervail.policy.catalog import scenario_list

    rows = [(item.name, item.line, f"{100 * item.sourced:.0f} %") for item in scenario_list()]
    table(page, "Scenarios", ["name", "what it is", "names a source"], rows, words=(0, 1))
    page.print(
        "The last column is the share of claims (scope, and size where there is one) that name a source; the rest "
        "are assumptions. The sources named were not opened when the files were written: check them before citing."
    )
    page.print("Run one with `countervail run NAME`.")


def schema_text() -> str:
    """The JSON Schema of scenario files, as a file has it."""
    import json

    from countervail.policy.schema import scenario_schema

    return json.dumps(scenario_schema(), indent=2, ensure_ascii=False)


def print_measures(page: Console) -> None:
    """Print every measure with a sentence."""
    from countervail.policy.explain import measure_kinds

    table(page, "Measures", ["measure", "what it does"], measure_kinds(), words=(0, 1))
    page.print("`countervail explain MEASURE` says more.")


def print_measure(page: Console, kind: str) -> None:
    """Print what a measure does."""
    from countervail.policy.explain import explain

    page.print(clean(str(explain(kind))))
