"""Build the browser app into the package, where Node.js is at hand; without it the package installs all the same.

The page goes to src/countervail/web/static, so that an installed wheel needs no Node. `countervail web` says what is
missing where it was not built.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCE, STATIC = ROOT / "web", ROOT / "src" / "countervail" / "web" / "static"


class BuildThePage(BuildHookInterface[Any]):
    """Run `npm ci` and `npm run build` in web/ unless the page there is newer than its source."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        npm = shutil.which("npm")
        if os.environ.get("COUNTERVAIL_WITHOUT_PAGE") or not SOURCE.is_dir() or self._is_current():
            return
        if npm is None:
            self.app.display_warning(
                "Node.js is not here: the browser app is left out; `countervail web` explains."
            )
            return
        try:
            for arguments in (["ci", "--no-audit", "--no-fund", "--silent"], ["run", "build", "--silent"]):
                subprocess.run([npm, *arguments], cwd=SOURCE, check=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"The browser app could not be built and is left out: {error}")

    def _is_current(self) -> bool:
        page = STATIC / "index.html"
        if not page.is_file():
            return False
        inputs = [path for path in SOURCE.rglob("*") if path.is_file() and "node_modules" not in path.parts]
        return max(path.stat().st_mtime for path in inputs) <= page.stat().st_mtime
