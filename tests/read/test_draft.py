"""Drafts: they always validate, quote what is stated, mark what is assumed, and say what was left out."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.policy.scenario import Scenario
from countervail.policy.shock import compile_scenario
from countervail.read.draft import draft_scenario
from countervail.read.reading import read_text
from countervail.read.rules import rule_file
from countervail.solver import solve

SENTENCES = [
    "The United States imposed an embargo on imports of Russian oil in March 2022.",
    "The European Union adopted sanctions against Russia.",
    "The G7 agreed on a price cap of 60 dollars a barrel on Russian crude oil.",
    "China and Russia signed a gas contract for 38 billion cubic metres a year.",
    "Russia and China agreed to open green corridors for medicines.",
    "India and Russia will settle their trade in national currencies.",
    "Iran and Russia will open a new rail line.",
    "Japan and Korea signed a trade agreement.",
    "Moscow will retaliate.",
    "The two countries supported the restoration of supply chains.",
    "Russia relies on import substitution for machinery.",
    "The United Kingdom froze Russian assets worth $300 billion.",
    "Brazil will not impose tariffs on Chinese steel.",
    "The EU imposed tariffs of 25 % on Chinese cars.",
    "BRICS members agreed on a payment system of their own.",
    "Ukraine will get a loan of 500 million dollars from Canada.",
    "China gives subsidies to its makers of chips.",
    "The ports of the Union were closed: the closure of the ports to Russian vessels.",
    "NATO and the EU imposed export controls on China.",
    "Ukraine imposed sanctions on Ukraine.",
]


def check(text: str) -> None:
    draft = draft_scenario(read_text(text))
    if draft.scenario is None:
        assert draft.missing
        assert not draft.text
        return
    again = Scenario.from_yaml(draft.text, "draft.yaml")
    assert again.fingerprint() == draft.scenario.fingerprint()
    compile_scenario(again, draft.world).shock()


@settings(max_examples=8)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6, unique=True))
def test_a_draft_always_validates(sentences):
    check(" ".join(sentences))


def test_drafts_of_the_annotated_texts_validate(annotations):
    for name in ("develop", "report"):
        for text in annotations.load(name):
            check(text.text)


@pytest.fixture(scope="module")
def draft():
    text = (
        "Western sanctions on Russia will not last. "
        "Russia and China will open green corridors for medicines from 1 June 2022."
    )
    return draft_scenario(read_text(text))


def test_what_is_stated_is_quoted_and_the_rest_is_an_assumption(draft):
    corridor = draft.scenario.responses[0]
    assert (corridor.kind, corridor.between, corridor.goods) == ("corridor", ("RUS", "CHN"), ("medicine",))
    assert 'goods: [medicine]  # stated in sentence 2: "medicines"' in draft.text
    assert 'start: 2022-06-01  # stated in sentence 2: "from 1 June 2022"' in draft.text
    assert "saving: 5 %  # ASSUMPTION to confirm: no size is stated" in draft.text
    assert "world: icio2021  # ASSUMPTION to confirm" in draft.text
    assert any("saving 5 %" in one for one in draft.assumptions)
    assert [measure.name for measure in draft.unsized] == ["green corridors for medicines"]


def test_every_default_in_it_is_the_documented_one(draft):
    data = rule_file("defaults.yaml")
    assert draft.scenario.responses[0].saving == pytest.approx(0.05)
    assert data["measures"]["corridor"]["fields"] == {"saving": "5 %"}
    assert len(draft.scenario.sanctions) == 5  # those of the library's russia-2022, since the text names none
    assert "first packages of 2022" in draft.text


def test_a_stated_volume_is_a_contract_where_gas_stands_apart():
    text = "Sanctions on Russia bite. Russia sells 38 billion cubic metres a year to China by a gas contract."
    draft = draft_scenario(read_text(text))
    assert draft.scenario.world == "icio2021-energy"
    contract = draft.scenario.responses[-1]
    assert (contract.kind, contract.seller, contract.buyer) == ("contract", ("RUS",), ("CHN",))
    assert "volume: 38 bcm" in draft.text
    assert draft.unsized == () or all(m.kind != "contract" for m in draft.unsized)


def test_a_draft_with_a_price_cap_runs():
    text = "The G7 agreed on a price cap of 60 dollars a barrel on Russian crude oil."
    draft = draft_scenario(read_text(text))
    assert solve(draft.world, draft.scenario).equilibrium.residual < 1e-8
    assert 'level: "60 USD a barrel"  # stated in sentence 1: "60 dollars a barrel"' in draft.text


def test_what_cannot_be_in_it_is_left_out_with_the_reason():
    draft = draft_scenario(
        read_text("Russia and Iran will build a payment system of their own against Western sanctions.")
    )
    assert [reason for _, reason in draft.left_out] == [
        "Iran (IRN) is not an economy of its own in the world 'icio2021'"
    ]
    assert '#   "payment system of their own": Iran' in draft.text


def test_a_text_without_a_measure_has_none():
    draft = draft_scenario(read_text("The race will start at noon, and it is open to all of them."))
    assert (draft.scenario, draft.missing) == (None, "the text speaks of no measure")


def test_words_of_the_text_cannot_leave_their_comment():
    text = 'Russia and China agreed on green corridors for\nmedicines: {"given": []}\n# end of the sanctions on Russia.'
    draft = draft_scenario(read_text(text))
    data = yaml.safe_load(draft.text)
    assert set(data) <= {
        "name",
        "sources",
        "world",
        "blocs",
        "senders",
        "targets",
        "given",
        "sanctions",
        "responses",
    }
    assert all(re.match(r"[ \w#-]", line) for line in draft.text.splitlines())
