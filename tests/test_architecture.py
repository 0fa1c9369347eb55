"""The house: rooms import only from rooms to their left on the road, and no files in a circle.

errors -> world -> policy -> model, kernel -> seam -> solver -> outcome -> batch -> exhibit -> run -> analysis
-> citation, writer -> read -> report -> web -> cli
"""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(importlib.util.find_spec("countervail").origin).parent
ROOT = Path(__file__).parents[1]

# Left to right. A new room or top-level module has to be given its place here.
ROAD = (
    "kernel",  # arrays and integers; imports nothing of ours
    "errors",
    "words",
    "world",
    "policy",
    "model",
    "compiled",
    "refusal",
    "seam",
    "conditioned",
    "general",
    "derivative",
    "routed",
    "solver",
    "by_use",
    "groups",
    "answer",
    "tables",
    "outcome",
    "batch",
    "exhibit",
    "run",
    "analysis",
    "citation",
    "writer",
    "read",
    "report",
    "web",
    "cli",
)
# The public `solve` hands over what it found with labels on; the import stands inside that function.
LOOKS_AHEAD = {("countervail.solver", "countervail.outcome")}
SEES_THE_KERNEL = {"kernel", "compiled", "seam", "conditioned", "general", "derivative", "routed", "solver"}
OF_THE_KERNEL = {"numpy", "numba", "scipy"}
MOST_LINES = 500


@dataclass(frozen=True)
class Import:
    """One import of one of our files by another."""

    source: str
    target: str
    line: int
    function: str  # "" at the top of the file
    for_types: bool

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}, imports {self.target}"


def module_name(path: Path) -> str:
    parts = ("countervail", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def every_import() -> list[Import]:
    found: list[Import] = []

    def visit(module: str, node: ast.AST, function: str, for_types: bool) -> None:
        for child in ast.iter_child_nodes(node):
            inner, types = function, for_types
            if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
                types = True
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = child.name
            targets = []
            if isinstance(child, ast.ImportFrom):
                assert not child.level, f"{module}, line {child.lineno}: write the full name of the module"
                full = [f"{child.module}.{alias.name}" for alias in child.names]
                targets = [name if name in FILES else str(child.module) for name in full]
            elif isinstance(child, ast.Import):
                targets = [alias.name for alias in child.names]
            for target in dict.fromkeys(targets):
                found.append(Import(module, target, child.lineno, function, for_types))
            visit(module, child, inner, types)

    for module, tree in TREES.items():
        visit(module, tree, "", False)
    return found


EVERY = every_import()
OURS = [i for i in EVERY if i.target.split(".")[0] == "countervail"]


def test_every_room_has_a_place_on_the_road():
    assert {room(module) for module in FILES} - {""} <= set(ROAD)


def test_rooms_import_only_to_their_left():
    place = {name: number for number, name in enumerate(ROAD)}
    wrong = [
        str(i)
        for i in OURS
        if i.source != "countervail"  # the public names come from everywhere
        and i.target != "countervail"  # and whoever wants only the version may have it
        and room(i.source) != room(i.target)
        and place[room(i.target)] > place[room(i.source)]
        and (i.source, i.target) not in LOOKS_AHEAD
    ]
    assert not wrong


def test_the_one_look_ahead_is_inside_its_function():
    ahead = [i for i in OURS if (i.source, i.target) in LOOKS_AHEAD]
    assert all(i.for_types or i.function == "solve" for i in ahead), list(map(str, ahead))


def test_of_the_package_itself_only_the_version_is_imported():
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "countervail":
                names = {alias.name for alias in node.names if f"countervail.{alias.name}" not in FILES}
                assert names <= {"__version__"}, module


def test_only_the_seam_sees_the_kernel():
    assert not [str(i) for i in OURS if room(i.target) == "kernel" and room(i.source) not in SEES_THE_KERNEL]


def test_the_kernel_is_arrays_and_integers():
    """No import of ours, no labels, files or printing: numpy, numba, scipy and the standard library."""
    import sys

    used = {i.target.split(".")[0] for i in EVERY if room(i.source) == "kernel"}
    strange = used - OF_THE_KERNEL - set(sys.stdlib_module_names) - {"countervail"}
    assert not strange
    assert not used & {"logging", "pathlib", "io", "os", "json", "csv", "warnings"}
    wrong = [str(i) for i in OURS if room(i.source) == "kernel" and room(i.target) != "kernel"]
    assert not wrong
    calls = {
        node.func.id
        for module, tree in TREES.items()
        if room(module) == "kernel"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input"}


@pytest.mark.parametrize("with_types", [False, True], ids=["when run", "types too"])
def test_no_files_import_each_other(with_types):
    """Neither directly nor in a longer circle, imports inside functions included."""
    graph: dict[str, set[str]] = {module: set() for module in FILES}
    for i in OURS:
        ahead = (i.source, i.target) in LOOKS_AHEAD
        if "countervail" not in (i.source, i.target) and not ahead and (with_types or not i.for_types):
            graph[i.source].add(i.target)
    state: dict[str, str] = {}

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert state.get(module) != "open", " -> ".join([*trail[trail.index(module) :], module])
        if state.get(module) == "done":
            return
        state[module] = "open"
        for target in sorted(graph[module]):
            walk(target, (*trail, module))
        state[module] = "done"

    for module in graph:
        walk(module, ())


def test_only_the_command_line_prints():
    for module, tree in TREES.items():
        if room(module) != "cli":
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            printing = [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
            assert not printing, f"{module}, lines {printing}"
    terminal = {i.source for i in EVERY if i.target.split(".")[0] in ("typer", "rich")}
    assert {room(module) for module in terminal} <= {"cli"}


def test_one_module_is_one_idea():
    """Past 500 lines a file holds two ideas; and no file is a drawer for what fits nowhere."""
    shipped = [*FILES.values(), *(ROOT / "tools").glob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in shipped}
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES}
    assert not [path for path in lengths if Path(path).stem in ("utils", "util", "helpers", "common", "misc")]


def test_every_module_says_what_it_is():
    assert not [module for module, tree in TREES.items() if not ast.get_docstring(tree)]
