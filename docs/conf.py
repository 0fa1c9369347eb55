"""How the documentation site is built: `make docs`. Warnings are errors; the tutorials are executed."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generated import write_generated_pages  # noqa: E402  (found beside this file, once the path is set)

from countervail import __version__  # noqa: E402  (sorted after it)

project = "countervail"
author = "The countervail authors"
copyright = author
release = version = __version__
language = "en_GB"

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["_build"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
suppress_warnings = ["myst.header"]  # pages that open below the first level on purpose

html_theme = "furo"
html_title = "countervail"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#164A63",
        "color-brand-content": "#164A63",
        "color-background-primary": "#FBFAF7",
    },
}

write_generated_pages(HERE)
