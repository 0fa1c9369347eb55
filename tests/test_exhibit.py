"""An exhibit knows which column plays which part, reads well, and refuses parts that nobody plays."""

import pandas as pd
import pytest

from countervail.errors import OutputError
from countervail.exhibit import ROLES, Exhibit


@pytest.fixture
def parts(icio2021):
    table = pd.DataFrame(
        {"code": ["CIV", "TUR"], "name": ["Côte d'Ivoire", "Türkiye"], "welfare_percent": [-0.5, 12.25]}
    )
    return {
        "name": "who_pays",
        "kind": "ranking",
        "title": "Côte d'Ivoire <pays> most",
        "subtitle": "Welfare, base year 2021",
        "unit": "percent",
        "table": table,
        "roles": {"label": "name", "value": "welfare_percent"},
        "source": "made up",
        "world": icio2021,
        "caveats": ("Only a test.",),
    }


def test_it_says_the_finding_first_and_its_source_last(parts):
    text = repr(Exhibit(**parts))
    assert text.startswith("Côte d'Ivoire <pays> most\n")
    assert "−0.5" in text
    assert text.endswith("Source: made up\nOnly a test.")


def test_its_html_is_escaped(parts):
    html = Exhibit(**parts)._repr_html_()
    assert "&lt;pays&gt;" in html
    assert "<pays>" not in html


def test_its_own_table_comes_first(parts):
    more = {"more": pd.DataFrame({"a": [1]})}
    assert list(Exhibit(**parts, more=more).to_frames()) == ["who_pays", "more"]


@pytest.mark.parametrize(
    "roles",
    [
        {},
        {"label": "name"},
        {"label": "name", "value": "gdp"},
        {"label": "name", "value": "code", "x": "code"},
    ],
)
def test_a_part_that_nobody_plays_is_an_error(parts, roles):
    with pytest.raises(OutputError, match="CV408"):
        Exhibit(**parts | {"roles": roles})


def test_every_kind_names_its_parts():
    assert all(not set(needed) & set(allowed) for needed, allowed in ROLES.values())
