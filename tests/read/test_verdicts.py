"""Verdicts, and how they are shown: on a text of our own with the claims that such reports make."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest

from countervail.read.page import assessment_page
from countervail.read.reading import read_text
from countervail.read.record import assessment_record, reading_schema
from countervail.read.verdicts import VERDICTS, judge_claims

# The claims of the report of February 2022, in words of our own.
PARAPHRASE = """\
Moscow and Beijing close ranks

Russia and China will offset the effects of Western sanctions, the Russian minister Pavel Orlov said. He said that \
their cooperation was on an equal basis. "We have identical positions on most matters," Orlov said. "Our trade in gas \
will grow."
The two countries will open green corridors for essential goods and technologies and support the restoration of global \
supply chains. A number of gas agreements are in preparation.
"Together we can achieve stable economic growth and strengthen our competitiveness," Orlov added.
"The sanctions hurt those who imposed them more than anyone, and political trust is deep."
He opposed the diplomatic boycott of the games & <b>all</b> it stands for.
"""


@pytest.fixture(scope="module")
def assessment():
    return judge_claims(read_text(PARAPHRASE, "report.txt"))


def verdicts(assessment):
    return {f"{v.claim.kind}{v.claim.sign}": v for v in assessment.verdicts}


def test_every_claim_has_a_verdict_with_a_result_or_a_reason(assessment):
    assert len(assessment.verdicts) == len(assessment.reading.claims) > 8
    for verdict in assessment.verdicts:
        assert verdict.verdict in VERDICTS
        assert bool(verdict.reason) == (verdict.verdict == "not testable here")
        assert bool(verdict.result) != bool(verdict.reason)
        assert not verdict.assumption or verdict.verdict in (
            "depends on",
            "supported",
            "not supported",
            "mixed",
        )


def test_without_a_stated_size_the_verdict_is_the_break_even_size(assessment):
    found = verdicts(assessment)["offset+"]
    assert found.verdict == "depends on"
    assert re.search(
        r"To win back all of the loss, one of them alone would need: 'green corridors.*' a saving of \d+ %",
        found.result,
    )
    assert "which the text does not state" in found.assumption
    assert 0 < found.low <= found.value <= found.high < 100


def test_the_break_even_size_is_the_ledgers(assessment):
    from countervail.analysis.ledger import offset_ledger

    ledger = offset_ledger(assessment.draft.world, assessment.draft.scenario, ranges=False)
    entry = next(b for b in ledger.break_even if b.response.startswith("green corridors"))
    size = entry.search.sizes[entry.shares.index(1.0)]
    assert f"a saving of {100 * size:.0f} %" in verdicts(assessment)["offset+"].result
    place = ledger.position("TARGETS")
    assert verdicts(assessment)["offset+"].value == pytest.approx(100 * float(ledger.offset_share[place]))


def test_equality_is_asked_in_shares_of_income_and_in_money(assessment):
    found = verdicts(assessment)["equality+"]
    assert re.search(r"\d+ to 1; in money [\d.]+ to 1", found.result)
    assert found.verdict in ("mixed", "not supported", "depends on")


def test_the_other_claims(assessment):
    found = verdicts(assessment)
    assert found["alignment+"].verdict == "supported"
    assert found["burden+"].verdict == "not supported"  # the target loses more
    assert "first packages" not in found["burden+"].result
    assert found["trade+"].verdict in ("supported", "not supported")
    assert found["growth+"].verdict == "depends on"
    assert found["trust+"].reason.startswith("trust is not a quantity")
    assert found["politics+"].verdict == found["trust+"].verdict == "not testable here"


def test_without_a_run_nothing_is_claimed():
    left = judge_claims(read_text(PARAPHRASE), run=False)
    assert {v.verdict for v in left.verdicts} == {"not testable here"}
    assert left.draft.text
    assert not left.sentence


def test_a_text_of_which_nothing_can_be_drafted():
    left = judge_claims(read_text("The ban will raise prices for all, and nobody knows how it will end."))
    assert [v.reason for v in left.verdicts] == [f"no scenario could be drafted: {left.draft.missing}"]


def test_the_record_is_what_the_schema_says(assessment):
    record = assessment_record(assessment)
    jsonschema.Draft202012Validator.check_schema(reading_schema())
    jsonschema.validate(json.loads(json.dumps(record)), reading_schema())
    assert [claim["verdict"] for claim in record["claims"]] == [v.verdict for v in assessment.verdicts]


def test_the_tables(assessment):
    frames = assessment.to_frames()
    assert list(frames["claims"]["verdict"]) == [v.verdict for v in assessment.verdicts]
    assert assessment.provenance()["document"] == "report.txt"


def test_the_page_needs_nothing_from_outside_and_escapes_the_text(assessment):
    page = assessment_page(assessment)
    assert not re.search(r"(?:src|href)=[\"'](?!#)", page)
    assert "<script" not in page
    assert "url(" not in page
    assert "&lt;b&gt;all&lt;/b&gt;" in page
    assert page.count("<mark ") == page.count('id="verdict') == len(assessment.verdicts)
    for number in range(1, len(assessment.verdicts) + 1):
        assert f'href="#verdict{number}"' in page
        assert f'id="verdict{number}"' in page
    plain = re.sub(r"<sup>\d+</sup>|<[^>]+>", "", page[page.index("<main>") : page.index("</main>")])
    assert "offset the effects of Western sanctions" in plain


# --- the command line ------------------------------------------------------------------------------------------------


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from countervail.cli import main; main()", "read", *arguments]
    environment = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        command, input=stdin, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_command_reads_standard_input_and_writes_page_and_draft(tmp_path):
    page, draft = tmp_path / "page.html", tmp_path / "draft.yaml"
    done = run("-", "--no-run", "--html", str(page), "--draft", str(draft), stdin=PARAPHRASE)
    assert done.returncode == 0, done.stderr
    assert "offset the effects of Western sanctions" in done.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert draft.read_text(encoding="utf-8").startswith("# A draft")


def test_the_command_prints_json():
    done = run("-", "--no-run", "--json", stdin=PARAPHRASE)
    jsonschema.validate(json.loads(done.stdout), reading_schema())


def test_the_command_says_no_in_a_sentence(tmp_path):
    done = run(str(tmp_path / "none.txt"))
    assert done.returncode == 2
    assert done.stderr.startswith("countervail: CV501")
    assert "Traceback" not in done.stderr
    done = run(
        "-", "--no-run", "--draft", str(tmp_path / "a.yaml"), stdin="The race will start at noon, they said."
    )
    assert (done.returncode, done.stderr[:18]) == (2, "countervail: CV508")


def test_a_rise_of_a_stated_size_needs_a_size_of_the_measure():
    """And at that size, put into the draft, the trade rises by just so much."""
    from countervail.solver import solve

    text = "Kazakhstan and Türkiye agreed to sign a trade agreement. It will double trade between the two countries."
    left = judge_claims(read_text(text))
    (found,) = left.verdicts
    assert found.verdict == "depends on"
    size = float(re.search(r"'trade agreement' a saving of ([\d.]+) %", found.result).group(1))
    outcome = solve(left.draft.world, left.draft.scenario.with_settings({"responses.0.saving": f"{size} %"}))
    now, base = (
        sum(float(x.sel(origin=o, destination=d).sum()) for o, d in (("KAZ", "TUR"), ("TUR", "KAZ")))
        for x in (outcome.trade, outcome.base_level("trade"))
    )
    assert now / base == pytest.approx(2, rel=0.03)
