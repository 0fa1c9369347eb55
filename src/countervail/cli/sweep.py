"""countervail sweep: solve every scenario of a plan, take up where an earlier run stopped, print what came out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.app import app
from countervail.cli.options import Quiet, WorldName, read_world
from countervail.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console

    from countervail.run.engines import Engine
    from countervail.run.results import Sweep

INTERRUPTED = 130


@app.command(epilog="Example: countervail sweep corridors.yaml --out results/corridors --workers 2")
def sweep(
    plan: Annotated[str, typer.Argument(help="The path of a plan (YAML): what varies, and how.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the results; results/<plan> by default.")
    ] = None,
    world: WorldName = None,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=1, help="Processes of this machine that solve.")
    ] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler that solves instead.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Solve every scenario of a plan. Run it again to go on after a stop; nothing is solved twice."""
    from countervail.cli.show import console, progress
    from countervail.run.plan import load_plan
    from countervail.run.results import run_plan

    asked = load_plan(plan)
    folder = Path("results") / Path(plan).stem if out is None else out
    loaded = None if world is None else read_world(world, None)
    if cluster is not None and workers > 1:
        raise OutputError(
            "CV420",
            "A sweep runs in processes or on a cluster",
            where="--workers, --cluster",
            found="both",
            expected="one of them",
            next_step="Leave one out.",
        )
    done = 0
    with progress(quiet, pace=True) as told:

        def step(stage: str, count: int, total: int) -> None:
            nonlocal done
            done = count
            if told is not None:
                told(stage, count, total)

        try:
            found = run_plan(asked, folder, loaded, engine=_engine(workers, cluster), progress=step)
        except KeyboardInterrupt:
            said = (
                f"countervail: stopped; {done:,} of {asked.size:,} scenarios are done and kept in {folder}."
            )
            print(f"{said} The same command goes on.", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
    _print(console(), found)


def _engine(workers: int, cluster: str | None) -> Engine:
    from countervail.run.engines import Cluster, InProcess, Processes

    if cluster is not None:
        return Cluster(cluster)
    return InProcess() if workers == 1 else Processes(workers)


def _print(page: Console, found: Sweep) -> None:
    from countervail.cli.show import clean, table
    from countervail.words import number

    page.print(clean(found.sentence))
    page.print()
    frame = found.spread
    rows = [
        [str(row["name"]), *(number(float(row[key])) for key in ("low", "median", "high"))]
        for _, row in frame.iterrows()
    ]
    table(page, "Welfare over all scenarios, percent of income", ["", "lowest", "median", "highest"], rows)
    for line in found.lines:
        page.print(clean(line))
    page.print(clean(f"Files in {found.folder}: sweep.json and batches/*.parquet, one row a scenario."))
