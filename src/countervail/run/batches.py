"""One batch of a sweep: its points become questions, the questions are solved together, the answers a table.

This is what an engine runs, wherever it runs it. Which scenarios are solved side by side is decided here, from
the plan alone; so the table is the same to the bit whoever asked for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from countervail import __version__
from countervail.errors import CountervailError, SolveError
from countervail.groups import SIDES, side_of_each
from countervail.model.welfare import welfare
from countervail.policy.complaint import Complaint
from countervail.policy.shock import Sides
from countervail.policy.sizes import read_size
from countervail.run.fields import DETAILS, detail
from countervail.run.plan import Plan
from countervail.run.points import Question, Reader, reason
from countervail.solver import equilibria
from countervail.world.world import World

SOLVED, FAILED = "solved", "failed"
SIDE_CODES = (*(code for code, _ in SIDES.values()), "WORLD")


@dataclass(frozen=True, eq=False)
class Job:
    """A plan on a world: all that a worker needs.

    Arguments:
        plan: what to solve. world: on what.
        numeric: the keys whose values are all numbers or percentages; the others are kept as text.

    Raises:
        CountervailError: the plan does not fit the world.
    """

    plan: Plan
    world: World
    numeric: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        plan = self.plan
        object.__setattr__(
            self,
            "numeric",
            frozenset(key for key in plan.keys if _numbers(plan.axes.values(key)) is not None),
        )

    @cached_property
    def reader(self) -> Reader:
        """What turns points into questions; each process has its own."""
        plan = self.plan
        return Reader(self.world, plan.scenario, plan.closure, plan.elasticity)

    def __getstate__(self) -> dict[str, Any]:
        return {name: vars(self)[name] for name in ("plan", "world", "numeric")}

    def check(self) -> None:
        """Look at some points before anything is solved: the first and last, and for every key its first and last.

        Raises:
            CountervailError: one of them makes no sense, as the error of the scenario or the world.
        """
        numbers = {0, self.plan.size - 1}
        points = [self.plan.point(number) for number in sorted(numbers)]
        for key in self.plan.keys:
            values = self.plan.axes.values(key)
            points += [dict(points[0]) | {key: value} for value in (values[0], values[-1])]
        for point in points:
            self.reader.question(point)

    @cached_property
    def schema(self) -> pa.Schema:
        """Columns of every batch, with units."""
        percent = {"unit": "percent of base income"}
        columns = [
            pa.field("scenario", pa.int64()),
            *(pa.field(key, pa.float64() if key in self.numeric else pa.string()) for key in self.plan.keys),
            pa.field("status", pa.string()),
            pa.field("reason", pa.string()),
            pa.field("residual", pa.float64()),
            *(pa.field(f"welfare_{code}", pa.float64(), metadata=percent) for code in SIDE_CODES),
            *(pa.field(f"welfare_{code}", pa.float64(), metadata=percent) for code in self.world.countries),
        ]
        for name in self.plan.keep:
            axes, unit = DETAILS[name]
            meta = {"unit": unit, "axes": axes}
            if axes == "country":
                columns += [
                    pa.field(f"{name}_{code}", pa.float64(), metadata=meta) for code in self.world.countries
                ]
            else:
                columns.append(pa.field(name, pa.list_(pa.float64()), metadata=meta))
        return pa.schema(columns, metadata={"countervail": json.dumps(self.identity, sort_keys=True)})

    @cached_property
    def identity(self) -> dict[str, str]:
        """What tells the results of this job from those of any other."""
        return {"plan": self.plan.fingerprint, "world": self.world.fingerprint(), "version": __version__}


@dataclass(frozen=True, eq=False)
class _Row:
    """What is kept of one scenario."""

    residual: float | None
    reason: str | None
    welfare: np.ndarray | None
    sides: Sides | None
    details: tuple[np.ndarray, ...] = ()


def run_batch(job: Job, number: int) -> bytes:
    """Solve a batch; the content of its Parquet file.

    Arguments:
        number: of the batch, from 0.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(batch_table(job, number), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def batch_table(job: Job, number: int) -> pa.Table:
    """Solve a batch: one row a scenario, in order; the ones that fail have a reason instead of numbers."""
    members = list(job.plan.members(number))
    points = [job.plan.point(n) for n in members]
    rows: list[_Row | None] = [None] * len(points)
    asked: dict[int, Question] = {}
    for n, point in enumerate(points):
        try:
            asked[n] = job.reader.question(point)
        except Complaint as complaint:
            rows[n] = _Row(None, reason(complaint.error(job.plan.origin.source)), None, None)
        except CountervailError as error:
            rows[n] = _Row(None, reason(error), None, None)
    groups: dict[tuple[int, str], list[int]] = {}
    for n, question in asked.items():
        groups.setdefault((id(question.world), repr(question.model)), []).append(n)
    for together in groups.values():
        for n, row in zip(together, _solved(job, [asked[n] for n in together]), strict=True):
            rows[n] = row
    return _table(job, members, points, [row for row in rows if row is not None])


def _solved(job: Job, questions: Sequence[Question]) -> list[_Row]:
    """Answers to questions about one world under one model."""
    world, model = questions[0].world, questions[0].model
    found = []
    try:
        answers = list(equilibria(world, [question.shock for question in questions], model))
    except SolveError as error:  # of the base itself, under closure zero
        return [_Row(None, reason(error), None, question.sides) for question in questions]
    for question, answer in zip(questions, answers, strict=True):
        if isinstance(answer, SolveError):
            found.append(_Row(None, reason(answer), None, question.sides))
        else:
            details = tuple(detail(name, answer) for name in job.plan.keep)
            found.append(_Row(answer.residual, None, welfare(answer), question.sides, details))
    return found


def _table(job: Job, members: Sequence[int], points: Sequence[Any], rows: Sequence[_Row]) -> pa.Table:
    missing = np.full(job.world.n_countries, np.nan)
    percent = np.stack([missing if row.welfare is None else row.welfare for row in rows])
    groups = np.stack([_by_side(job.world, row) for row in rows])
    columns: list[Any] = [list(members)]
    for key in job.plan.keys:
        values = [point.get(key) for point in points]
        columns.append(_numbers(values) if key in job.numeric else [_text(value) for value in values])
    columns.append([SOLVED if row.reason is None else FAILED for row in rows])
    columns.append([row.reason for row in rows])
    columns.append([row.residual for row in rows])
    columns += [_column(values) for values in (*groups.T, *percent.T)]
    for n, name in enumerate(job.plan.keep):
        if DETAILS[name][0] == "country":
            kept = np.stack([row.details[n] if row.details else missing for row in rows])
            columns += [_column(values) for values in kept.T]
        else:
            columns.append([row.details[n].ravel() if row.details else None for row in rows])
    arrays = [pa.array(column, type=entry.type) for column, entry in zip(columns, job.schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=job.schema)


def _by_side(world: World, row: _Row) -> np.ndarray:
    """Welfare of the sides and the world, means weighted by income; missing where a side has no member."""
    found = np.full(len(SIDE_CODES), np.nan)
    if row.welfare is None or row.sides is None:
        return found
    each = np.array(side_of_each(world.n_countries, row.sides))
    for n, side in enumerate([*SIDES, "world"]):
        members = slice(None) if side == "world" else each == side
        if world.income[members].size:
            found[n] = np.average(row.welfare[members], weights=world.income[members])
    return found


def _column(values: np.ndarray) -> pa.Array:
    """Numbers with gaps: what is not a number is missing."""
    return pa.array(values, mask=np.isnan(values))


def _numbers(values: Sequence[Any]) -> list[float | None] | None:
    """Values as fractions and numbers; None where one of them is something else."""
    if any(isinstance(value, bool | list | dict) for value in values):
        return None
    try:
        return [None if value is None else read_size(value)[0] for value in values]
    except Complaint:
        return None


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
