"""Pages that are made from the package: the reference of every public name, and a page for every error code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import countervail as cv

SECTIONS = ("Arguments", "Returns", "Raises", "Example")
ROOMS = {
    "world": "Worlds",
    "policy": "Scenarios and measures",
    "model": "Models",
    "solver": "Solving",
    "outcome": "Outcomes",
    "exhibit": "Exhibits",
    "run": "Many scenarios",
    "analysis": "Analyses",
    "read": "Reading documents",
    "report": "Charts, tables, reports",
    "errors": "Errors",
}


def write_generated_pages(docs: Path) -> None:
    """Write docs/_generated afresh; a page that did not change keeps its time, so that builds stay quick."""
    pages = {"reference.md": reference(), "analyses.md": analyses(docs)}
    pages |= error_pages((docs / "errors.md").read_text(encoding="utf-8"))
    folder = docs / "_generated"
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def analyses(docs: Path) -> str:
    """A list of the pages that index.md does not name itself: one an analysis, and how the solver works."""
    named = (docs / "index.md").read_text(encoding="utf-8")
    pages = [path.stem for path in sorted(docs.glob("*.md")) if path.stem != "index"]
    pages = [name for name in pages if f"\n{name}\n" not in named]
    return "\n".join(
        [
            "# Analyses and methods",
            "",
            "```{toctree}",
            ":maxdepth: 1",
            "",
            *(f"../{name}" for name in pages),
            "```",
            "",
        ]
    )


def reference() -> str:
    """Every public name with its signature and docstring, room by room along the road."""
    by_room: dict[str, list[str]] = {}
    for name in cv.__all__:
        if name != "__version__":
            by_room.setdefault(cv._HOME[name].split(".")[0], []).append(name)
    order = [room for room in ROOMS if room in by_room] + sorted(set(by_room) - set(ROOMS))
    parts = [
        "# Reference",
        "",
        "Every public name, along the road from a table to a report. `import countervail as cv`.",
    ]
    for room in order:
        parts += ["", f"## {ROOMS.get(room, room.capitalize())}"]
        for name in by_room[room]:
            parts += ["", *_entry(name, getattr(cv, name))]
    return "\n".join(parts) + "\n"


def error_pages(text: str) -> dict[str, str]:
    """One page a code, from the sections of errors.md, and a list of them."""
    found = re.findall(r"^## (CV\d{3}) (.*?)\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
    pages = {}
    for code, title, body in found:
        body = re.sub(r"\]\((?!http|#)([^)]+\.md)", r"](../\1", body).strip()
        pages[f"{code}.md"] = (
            f"---\norphan: true\n---\n\n# {code} {title}\n\n{body}\n\n[All errors](../errors.md)\n"
        )
    lines = [f"- [{code}]({code}.md) {title}" for code, title, _ in found]
    pages["error_pages.md"] = "# A page for every error\n\n" + "\n".join(lines) + "\n"
    return pages


def _entry(name: str, thing: object) -> list[str]:
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return [f"### {name}", "", _prose(str(thing))]
    fields = getattr(thing, "model_fields", None)
    if fields:  # a measure: its fields are explained with the scenario format
        signature = f"({', '.join(fields)})"
    else:
        assert callable(thing)  # classes and routines are
        signature = re.sub(r"(?:[a-zA-Z_]+\.)+([A-Za-z_]+)", r"\1", str(inspect.signature(thing)))
    head = f"class {name}" if inspect.isclass(thing) else name
    lines = [f"### {name}", "", "```text", f"{head}{_folded(signature)}", "```", ""]
    return lines + _docstring(inspect.getdoc(thing) or "")


def _docstring(text: str) -> list[str]:
    """The house's docstring as Markdown: sections in bold, one line an argument, examples as code."""
    lines: list[str] = []
    section = ""
    for line in text.splitlines():
        named = re.fullmatch(rf"({'|'.join(SECTIONS)}):", line.strip())
        if named and not line.startswith(" "):
            section = named.group(1)
            lines += ["", f"**{section}**", ""]
            if section == "Example":
                lines.append("```text")
            continue
        if section == "Example":
            if line and not line.startswith(" "):
                lines += ["```", ""]
                section = ""
            else:
                lines.append(re.sub(r"\s*# doctest:.*$", "", line.removeprefix("    ")))
                continue
        entry = re.match(r"^ {4}(\*{0,2}[A-Za-z_][\w, ]*): (.*)", line)
        if section in ("Arguments", "Raises") and entry:
            lines.append(f"- `{entry.group(1)}`: {_prose(entry.group(2))}")
        else:
            lines.append(
                _prose(line.strip()) if not section else "  " + _prose(line.strip()) if line.strip() else ""
            )
    if section == "Example":
        lines.append("```")
    return lines


def _prose(line: str) -> str:
    return line.replace("<", "&lt;").replace("$", "\\$") if "`" not in line else line.replace("$", "\\$")


def _folded(signature: str, width: int = 90) -> str:
    """A long signature with one argument a line."""
    if len(signature) <= width:
        return signature
    inside, _, result = signature[1:].rpartition(")")
    depth, pieces, piece = 0, [], ""
    for character in inside:
        depth += character in "[({"
        depth -= character in "])}"
        if character == "," and depth == 0:
            pieces.append(piece.strip())
            piece = ""
        else:
            piece += character
    pieces.append(piece.strip())
    return "(\n    " + ",\n    ".join(filter(None, pieces)) + f",\n){result}"
