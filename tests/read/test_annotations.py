"""The annotated texts: they are as they were when no rule was written, and they say what the guidelines ask for."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FROZEN = {  # of the first commit; a text or an annotation is never edited afterwards
    "develop": "832df43be6251f8ede6673392d3f437f632e35736c972929efc7373fc4178ba1",
    "report": "0d7acb2129f22563d5a568601faac28aadedb132013f88766c9d0b73d8d25425",
    "article": "954c194053ccd7c56a87d609c1d42cc460e2fd5b2dbbb655d30231409de8dba3",
}
STYLES = {"wire", "communique", "speech", "interview", "central-bank note"}


@pytest.mark.parametrize("name", FROZEN)
def test_the_sets_are_as_first_committed(name):
    content = (HERE / "annotated" / f"{name}.yaml").read_bytes()
    assert hashlib.sha256(content).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("name", ["develop", "report"])
def test_every_style_and_every_entry_is_there(name, annotations):
    texts = annotations.load(name)
    assert len(texts) >= 20
    assert {text.style for text in texts} == STYLES
    assert any(not text.claims for text in texts)
    assert any(claim.ironic for text in texts for claim in text.claims)
    for text in texts:
        places = sorted(text.actors)
        assert all(first[1] <= second[0] for first, second in pairwise(places)), text.id


def test_no_text_is_in_both_sets(annotations):
    develop, report = ({t.text for t in annotations.load(name)} for name in ("develop", "report"))
    assert not develop & report


def test_the_report_of_2022_is_annotated_by_offset_alone(annotations):
    with pytest.raises(ValueError, match="not the text"):
        annotations.article("another text")
