"""Run a plan, take up where an earlier run stopped, and gather what the batches hold."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from countervail.errors import OutputError
from countervail.groups import SIDES
from countervail.run.batches import FAILED, Job
from countervail.run.engines import Engine, InProcess
from countervail.run.plan import Plan
from countervail.run.store import batch_path, damaged, done, manifest, opened, put_batch
from countervail.words import number

if TYPE_CHECKING:
    import pandas as pd

    from countervail.world.world import World

ENDS = ("low", "median", "high")
NAMES = dict(SIDES.values()) | {"WORLD": "World"}
SUBJECTS = {code: f"the {name.lower()}" for code, name in NAMES.items()} | {"THIRD": "third parties"}
Progress = Callable[[str, int, int], None]
"""Told (stage, scenarios done, scenarios in all) after every batch."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """The results of a plan: one row a scenario, in the order of the plan.

    Arguments:
        folder: where the batches are. description: what its manifest says.
        arrow: the table, with units in the metadata of its columns.
        seconds: how long this run took, 0 where results were only gathered.
        fresh: how many of the scenarios were solved by this run.
    """

    folder: Path
    description: dict[str, Any]
    arrow: pa.Table
    seconds: float = 0.0
    fresh: int = 0

    @cached_property
    def table(self) -> pd.DataFrame:
        """As pandas: scenario, what varies, status, reason, residual, welfare in percent by side and economy."""
        table: pd.DataFrame = self.arrow.to_pandas()
        return table

    @cached_property
    def failures(self) -> dict[str, int]:
        """How many scenarios have no answer, by the code of the reason."""
        failed = self.table.loc[self.table["status"] == FAILED, "reason"].str.split(" ").str[0]
        return {str(code): int(count) for code, count in failed.value_counts().items()}

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Lowest, median and highest welfare of every side and the world: code, name, low, median, high, percent."""
        import pandas as pd

        rows = []
        for code in self.description["groups"]:
            values = self.table[f"welfare_{code}"].dropna()
            if len(values):
                ends = values.quantile([0.0, 0.5, 1.0]).tolist()
                rows.append({"code": code, "name": NAMES[code]} | dict(zip(ENDS, ends, strict=True)))
        return pd.DataFrame(rows, columns=["code", "name", *ENDS])

    @property
    def sentence(self) -> str:
        """The finding: between which ends the welfare of the targets, or else of the world, lies."""
        name = self.description["name"]
        if not len(self.spread):
            return f"{name}: none of {len(self.table):,} scenarios has an equilibrium."
        row = self.spread.iloc[0]
        low, high = number(row["low"]), number(row["high"])
        over = f"over {len(self.table):,} scenarios"
        return (
            f"{name}: {over} the welfare of {SUBJECTS[row['code']]} changes by {low} to {high} % of income."
        )

    @property
    def lines(self) -> list[str]:
        """Accuracy, failures and pace, a sentence each."""
        failed = sum(self.failures.values())
        text = f"{len(self.table) - failed:,} of {len(self.table):,} scenarios solved"
        text += "" if failed == len(self.table) else f", largest residual {self.residual:.1e}"
        found = [f"{text}."]
        if failed:
            found.append(
                f"Without an answer: {', '.join(f'{n:,} {code}' for code, n in self.failures.items())}."
            )
        if self.fresh:
            pace = self.fresh / self.seconds
            found.append(f"{self.fresh:,} solved now in {self.seconds:.1f} s, {number(pace)} a second.")
        elif self.seconds:
            found.append("Everything was there already.")
        return found

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {"sweep": self.table, "sweep_spread": self.spread}

    def provenance(self) -> dict[str, Any]:
        """Where the numbers come from, as plain values."""
        return {"sweep": self.description, "failures": self.failures, "largest_residual": self.residual}

    @property
    def residual(self) -> float:
        """The largest residual of the scenarios that were solved."""
        return float(self.table["residual"].max())

    def __repr__(self) -> str:
        end = f"Results in {self.folder}; .table has one row a scenario."
        return "\n".join([self.sentence, *self.lines, end])

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in (self.sentence, *self.lines))
        return f"{lines}{self.spread.to_html(index=False, border=0, float_format=number)}"


def run_plan(
    plan: Plan,
    folder: str | Path,
    world: World | None = None,
    *,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Solve every scenario of a plan; what an earlier run of the same plan has done is kept.

    Arguments:
        plan: see `load_plan`.
        folder: of the results; made where it is not there.
        world: instead of the one that the plan names.
        engine: who solves; in this process by default. The results do not depend on it.
        progress: told after every batch.

    Returns:
        Sweep; a scenario without an answer has its reason in the table.

    Raises:
        OutputError: CV423 to CV427, see docs/sweeps.md; nothing is ever overwritten.
        ScenarioError, WorldError: the plan does not fit the world.

    Example:
        >>> sweep = cv.run_plan(cv.load_plan("corridors.yaml"), "results/corridors")  # doctest: +SKIP
    """
    from countervail.world.catalog import load_world

    start = time.perf_counter()
    place = Path(folder)
    job = Job(plan, load_world(plan.scenario.world) if world is None else world)
    job.check()
    with opened(place, job):
        there = set(done(place, plan.batches))
        left = [batch for batch in range(plan.batches) if batch not in there]
        count = sum(len(plan.members(batch)) for batch in there)
        before = count
        if progress is not None:
            progress("scenarios", count, plan.size)
        for batch, content in (engine or InProcess()).run(job, left):
            put_batch(place, batch, content)
            count += len(plan.members(batch))
            if progress is not None:
                progress("scenarios", count, plan.size)
    return gather(place, seconds=time.perf_counter() - start, fresh=count - before)


def gather(folder: str | Path, *, partial: bool = False, seconds: float = 0.0, fresh: int = 0) -> Sweep:
    """The results of a folder as one table, in the order of the plan.

    Arguments:
        folder: of a sweep.
        partial: take what is there where the sweep is not finished.
        seconds, fresh: of the run that asks, for the record.

    Raises:
        OutputError: CV423 no sweep, CV425 a damaged file, CV428 batches are missing.

    Example:
        >>> cv.gather("results/corridors").table  # doctest: +SKIP
    """
    place = Path(folder)
    said = manifest(place)
    size, batch = int(said["scenarios"]), int(said["batch"])
    batches = -(-size // batch)
    there = done(place, batches)
    if len(there) < batches and not (partial and there):
        raise OutputError(
            "CV428",
            "The sweep is not finished",
            where=str(place),
            found=f"{len(there)} of {batches} batches",
            next_step="Run the same command again: it does what is missing.",
        )
    tables = []
    for here in there:
        rows = min((here + 1) * batch, size) - here * batch
        tables.append(_read(batch_path(place, here), said["identity"], rows))
    return Sweep(place, said, pa.concat_tables(tables), seconds, fresh)


def _read(place: Path, identity: dict[str, str], rows: int) -> pa.Table:
    """One batch, checked: whose it is, and whether it is whole."""
    try:
        table = pq.read_table(place)
        mark = json.loads((table.schema.metadata or {})[b"countervail"])
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise damaged(place) from None
    if mark != identity or table.num_rows != rows:
        raise damaged(place)
    return table
