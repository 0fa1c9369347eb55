"""Whatever comes in, what comes out is a scenario or one clear error: never a traceback."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countervail.errors import CountervailError, ScenarioError
from countervail.policy.catalog import load_scenario
from countervail.policy.retaliation import KINDS
from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.world.catalog import load_world
from countervail.world.world import World

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

FILE = load_scenario("united-front").to_yaml()
KEYS = [measure.kind for measure in KINDS] + list(Scenario.FIELDS)
KEYS += sorted({entry.alias or name for kind in KINDS for name, entry in kind.model_fields.items()})
VALUES = [
    "RUS",
    "CHN",
    "eu",
    "all",
    "goods",
    "sanctions",
    "10 %",
    "150 %",
    "payments",
    "both",
    "exports",
    "sea",
    "2022-03",
    "oil ban",
    "",
    "  ",
    "é",
]

words = st.sampled_from(VALUES) | st.text(max_size=6)
scalars = st.one_of(words, st.integers(-3, 300), st.floats(), st.booleans(), st.none())
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | words, inner, max_size=4)
    ),
    max_leaves=15,
)
items = st.lists(
    st.dictionaries(
        st.sampled_from([measure.kind for measure in KINDS]),
        st.dictionaries(st.sampled_from(KEYS), scalars | st.lists(words, max_size=3) | data, max_size=6),
        min_size=1,
        max_size=1,
    ),
    max_size=3,
)


@lru_cache
def embedded() -> World:
    """Not a fixture: hypothesis would print all of it with every failing example."""
    return load_world("icio2021")


def is_clear(error: CountervailError) -> bool:
    return bool(error.code.startswith("CV1") and error.what and error.where)


def try_all(build, world) -> None:
    """Build, say, write out, read back and compile; only a clear ScenarioError may come out."""
    try:
        scenario = build()
        assert Scenario.from_yaml(scenario.to_yaml()) == scenario
        for which in ("given", "sanctions", "responses"):
            scenario.sentences(which)
        compile_scenario(scenario, world).shock()
    except ScenarioError as error:
        if not is_clear(error):
            raise


@quick
@given(st.text(max_size=200))
def test_any_text(world, text):
    try_all(lambda: Scenario.from_yaml(text, "any.yaml"), world)


@quick
@given(st.data())
def test_a_good_file_with_something_wrong(draws):
    lines = FILE.splitlines()
    place = draws.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    cut = draws.draw(st.integers(0, len(line)))
    end = draws.draw(st.integers(cut, len(line)))
    lines[place] = line[:cut] + draws.draw(words) + line[end:]
    try_all(lambda: Scenario.from_yaml("\n".join(lines), "any.yaml"), embedded())


@quick
@given(data)
def test_any_data(world, anything):
    try_all(lambda: Scenario.from_dict(anything), world)


@quick
@given(items, items, items)
def test_any_fields_of_any_measure(world, one, two, three):
    try_all(lambda: Scenario(name="any", given=one, sanctions=two, responses=three), world)


@quick
@given(
    st.sampled_from(KEYS) | st.text(max_size=8),
    st.sampled_from(["0", "oil", "green corridors"]),
    words,
    scalars,
)
def test_any_setting(field, which, other, value):
    scenario = load_scenario("united-front")
    for key in (field, f"responses.{which}.{field}", f"sanctions.{other}.{field}", f"blocs.{other}"):
        try_all(lambda key=key: scenario.with_settings({key: value}), embedded())
