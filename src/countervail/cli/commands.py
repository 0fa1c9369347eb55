"""The commands: run, ledger, compare, worlds, scenarios, explain."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countervail.cli.app import app
from countervail.cli.options import (
    ClosureName,
    ElasticityName,
    ModelName,
    NoRange,
    Quiet,
    ScenarioName,
    Settings,
    WorldName,
    default_folder,
    read_model,
    read_scenario,
    read_world,
)
from countervail.errors import OutputError

if TYPE_CHECKING:
    from countervail.analysis.ledger import Ledger
    from countervail.policy.scenario import Scenario


@app.command(
    epilog="Example: countervail run united-front --set 'responses.0.saving=10 %' --out results/mine"
)
def run(
    scenario: ScenarioName,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the tables; results/<scenario> by default.")
    ] = None,
    settings: Settings = None,
    no_range: NoRange = False,
    report: Annotated[bool, typer.Option("--report", help="Also write report.html and report.pdf.")] = False,
    quiet: Quiet = False,
) -> None:
    """Solve a scenario, print its offset ledger and write all tables."""
    from countervail.writer import check_folder

    start = perf_counter()
    asked = read_scenario(scenario, world, model, settings)
    folder = default_folder(scenario, asked) if out is None else out
    check_folder(folder)
    found = _ledger(asked, elasticity, closure, no_range, quiet)
    timings = {"load": perf_counter() - start - found.seconds, "solve": found.seconds}
    _print(found)
    start = perf_counter()
    tables = found.to_frames() | ({} if found.outcome is None else found.outcome.to_frames())
    timings["tables"] = perf_counter() - start
    _write(folder, found, tables, settings, timings)
    if report:
        from countervail.cli.report_command import write_report

        write_report(found, folder, pdf=True)


@app.command(epilog="Example: countervail ledger energy-embargo --elasticity CP")
def ledger(
    scenario: ScenarioName,
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the ledger's tables.")] = None,
    settings: Settings = None,
    no_range: NoRange = False,
    quiet: Quiet = False,
) -> None:
    """Print the offset ledger of a scenario; write its tables where --out says so."""
    from countervail.writer import check_folder

    start = perf_counter()
    asked = read_scenario(scenario, world, model, settings)
    if out is not None:
        check_folder(out)
    found = _ledger(asked, elasticity, closure, no_range, quiet)
    timings = {"load": perf_counter() - start - found.seconds, "solve": found.seconds}
    _print(found)
    if out is not None:
        _write(out, found, found.to_frames(), settings, timings)


@app.command(epilog="Example: countervail compare united-front full-decoupling --world icio2021")
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario by name or path.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    world: WorldName = None,
    model: ModelName = None,
    elasticity: ElasticityName = None,
    closure: ClosureName = "fixed",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the table.")] = None,
) -> None:
    """Solve two scenarios, with all their responses, and print A minus B."""
    from countervail.cli.compare_page import print_difference
    from countervail.cli.show import console
    from countervail.solver import solve
    from countervail.writer import check_folder, environment, write_folder

    if out is not None:
        check_folder(out)
    one, other = (read_scenario(name, world, model, None) for name in (first, second))
    if one.world != other.world:
        raise OutputError(
            "CV406",
            "The two scenarios are meant for different worlds",
            found=f"{first} for {one.world}, {second} for {other.world}",
            next_step=f"Choose one for both, such as --world {one.world}.",
        )
    loaded = read_world(one.world, elasticity)
    outcomes = [solve(loaded, each, read_model(each.model, closure)) for each in (one, other)]
    difference = outcomes[0] - outcomes[1]
    print_difference(console(), difference)
    if out is not None:
        record = difference.provenance() | environment()
        _name_files(out, write_folder(out, difference.to_frames(), record))


@app.command(epilog="Example: countervail worlds icio2021")
def worlds(
    name: Annotated[
        str | None, typer.Argument(help="A world, to list its economies, sectors, blocs and goods.")
    ] = None,
) -> None:
    """List the embedded worlds, or what is in one of them."""
    from countervail.cli.list_page import print_world, print_worlds
    from countervail.cli.show import console

    if name is None:
        print_worlds(console())
    else:
        print_world(console(), read_world(name, None))


@app.command(epilog="Example: countervail scenarios --schema > scenario.schema.json")
def scenarios(
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files instead.")
    ] = False,
) -> None:
    """List the scenarios of the library, or print the schema with which editors check a file."""
    from countervail.cli.list_page import print_scenarios, schema_text
    from countervail.cli.show import console

    if schema:
        typer.echo(schema_text())
    else:
        print_scenarios(console())


@app.command(epilog="Example: countervail explain embargo")
def explain(
    measure: Annotated[str | None, typer.Argument(help="A measure; without it all are listed.")] = None,
) -> None:
    """Say what a measure does: its fields, equation, limits and an example."""
    from countervail.cli.list_page import print_measure, print_measures
    from countervail.cli.show import console

    if measure is None:
        print_measures(console())
    else:
        print_measure(console(), measure)


def _ledger(scenario: Scenario, elasticity: str | None, closure: str, no_range: bool, quiet: bool) -> Ledger:
    from countervail.analysis.ledger import offset_ledger
    from countervail.cli.show import progress

    world, model = read_world(scenario.world, elasticity), read_model(scenario.model, closure)
    with progress(quiet) as told:
        return offset_ledger(world, scenario, model, ranges=not no_range, progress=told)


def _print(ledger: Ledger) -> None:
    from countervail.cli.ledger_page import print_ledger
    from countervail.cli.show import console

    print_ledger(console(), ledger)


def _write(
    folder: Path,
    ledger: Ledger,
    tables: dict[str, Any],
    settings: list[str] | None,
    timings: dict[str, float],
) -> None:
    from countervail.writer import environment, write_folder

    record = ledger.provenance() | environment()
    record["settings"] = {"set": settings or [], "command": sys.argv[1:]}
    record["seconds"] = {stage: round(seconds, 3) for stage, seconds in timings.items()}
    texts = {"scenario.yaml": ledger.scenario.to_yaml()}
    _name_files(folder, write_folder(folder, tables, record, texts=texts))


def _name_files(folder: Path, files: tuple[Path, ...]) -> None:
    typer.echo(f"\nFiles in {folder}")
    stems: dict[str, list[str]] = {}
    for path in files:
        stems.setdefault(path.stem, []).append(path.suffix.removeprefix("."))
    for stem, suffixes in stems.items():
        typer.echo(f"  {stem}.{' .'.join(suffixes)}")
