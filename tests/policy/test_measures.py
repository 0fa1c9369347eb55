"""Measures by themselves: fields, defaults, sentences, sizes, and what they refuse."""

from __future__ import annotations

import math
import pickle

import pytest
from pydantic import ValidationError

from countervail.errors import ScenarioError
from countervail.policy.complaint import FieldError
from countervail.policy.measures import Boycott, Disruption, Embargo, Friction, Subsidy, Tariff, Transfer
from countervail.policy.responses import Agreement, Corridor, Payments, Restoration, Substitution
from countervail.policy.retaliation import KINDS, Retaliation, read_measure

SAMPLES = {
    "embargo": {"by": "eu", "on": "RUS"},
    "friction": {"by": "eu", "on": "RUS", "rate": "8 %", "kind": "payments"},
    "tariff": {"by": "USA", "on": "CHN", "rate": "25 %"},
    "subsidy": {"by": "CHN", "rate": "10 %", "on": "exports"},
    "transfer": {"payer": "CHN", "payee": "RUS", "amount": "2 %"},
    "corridor": {"between": ["RUS", "CHN"]},
    "agreement": {"between": ["RUS", "CHN"], "saving": "4 %"},
    "payments": {"between": ["RUS", "CHN"], "removes": "50 %"},
    "substitution": {"by": "RUS", "rate": "5 %"},
    "disruption": {"between": ["RUS", "CHN"], "rate": "3 %", "name": "queue"},
    "restoration": {"of": "queue", "share": "50 %"},
    "boycott": {"by": "USA", "on": "CHN"},
    "retaliation": {"of": "sanctions"},
    "export_control": {"by": "USA", "on": "CHN", "goods": "C26", "content": "25 %"},
    "transport": {"mode": "sea", "on": "TWN", "closed": True},
    "route": {"between": ["RUS", "CHN"], "mode": "land", "saving": "10 %"},
    "exclusion": {"by": "eu", "on": "RUS", "rate": "10 %", "exposure": "70 %"},
    "freeze": {"by": "eu", "on": "RUS", "assets": "300 billion USD", "yields": "3 %"},
    "investment_stop": {"by": "eu", "on": "RUS", "amount": "2 %"},
    "technology": {"by": "RUS", "goods": "C26", "rate": "-3 %"},
    "investment": {"by": "RUS", "rate": "1 %"},
    "labour": {"origin": "IND", "destination": "RUS", "share": "1 %"},
    "price_cap": {"sellers": "RUS", "by": "eu", "goods": "oil", "fall": "30 %"},
    "quota": {"seller": "RUS", "buyer": "eu", "goods": "gas", "volume": "15 bcm"},
    "contract": {"seller": "RUS", "buyer": "CHN", "goods": "gas", "volume": "38 bcm", "rent": "CHN"},
    "duty": {"by": "eu", "on": "CHN", "goods": "vehicles"},
    "bypass": {"ban": "technology ban", "through": ["TUR", "CHN"], "markup": "10 %", "capacity": "20 %"},
    "secondary": {"by": "USA", "on": ["CHN", "TUR"], "target": "RUS", "friction": "5 %", "defy": "CHN"},
}


def test_every_kind_has_a_sample():
    assert set(SAMPLES) == {measure.kind for measure in KINDS}


@pytest.fixture(params=SAMPLES)
def sample(request):
    return read_measure({request.param: SAMPLES[request.param]}, KINDS)


def test_defaults_are_those_of_the_design():
    embargo = Embargo(by="eu", on="RUS")
    assert (embargo.direction, embargo.leakage, embargo.goods) == ("both", 0.0, ("all",))
    assert (embargo.name, embargo.source, embargo.in_force) == (None, None, False)
    assert Friction(by="eu", on="RUS", rate=0.1, kind="payments").direction == "both"
    assert Tariff(by="USA", on="CHN", rate=0.1).goods == ("goods",)
    assert Corridor(between=["RUS", "CHN"]).saving == 0.0


def test_names_may_be_one_or_a_list():
    assert Embargo(by="USA", on=["RUS", "BLR"], goods="coal").to_fields() == {
        "by": "USA",
        "on": ["RUS", "BLR"],
        "goods": "coal",
    }


def test_an_item_reads_back_as_the_same_measure(sample):
    assert read_measure(sample.to_item(), KINDS) == sample


def test_measures_are_frozen_and_can_be_pickled(sample):
    with pytest.raises(ValidationError):
        sample.name = "other"
    assert pickle.loads(pickle.dumps(sample)) == sample


def test_every_measure_says_one_sentence(sample):
    sentence = sample.describe()
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "  " not in sentence


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (
            Embargo(by="eu", on="RUS", goods="technology", direction="export", leakage="10 %"),
            "The European Union bans exports of technology goods to Russia; 10 % leaks through.",
        ),
        (
            Embargo(by=["CHN", "IND"], on="RUS", goods="coal", direction="import"),
            "China and India ban imports of coal from Russia.",
        ),
        (
            Embargo(between=["eu", "RUS"]),
            "Trade in all goods and services between the European Union and Russia is banned.",
        ),
        (
            Friction(by="USA", on="RUS", rate="8 %", kind="payments", direction="import", goods="C26"),
            "Payments trouble makes the United States' imports of electronics from Russia 8 % dearer.",
        ),
        (
            Tariff(by="USA", on="CHN", rate="-5 %"),
            "Tariffs of the United States on imports of goods from China fall by 5 points.",
        ),
        (
            Tariff(by="CAN", on="RUS", to="35 %"),
            "Tariffs of Canada on imports of goods from Russia are set to 35 %.",
        ),
        (Transfer(payer="CHN", payee="RUS", amount=5000), "China pays 5.0 billion USD a year to Russia."),
        (
            Agreement(between="brics", payments="50 %"),
            "An agreement on trade in all goods and services within the BRICS removes 50 % of the payments "
            "frictions on it.",
        ),
        (
            Restoration(of="queue", share="50 %"),
            "Restored supply chains take back 50 % of the disruption 'queue'.",
        ),
        (
            Disruption(on="PAN", rate="20 %", name="closed canal", in_force=True),
            "Closed canal makes trade in all goods and services of Panama 20 % dearer. It already stands in the "
            "base year.",
        ),
        (
            Boycott(by="USA", on="CHN", of="diplomatic boycott"),
            "Diplomatic boycott, by the United States, directed at China: recorded, no economic channel in "
            "this model.",
        ),
    ],
)
def test_sentences(measure, sentence):
    assert measure.describe() == sentence


def test_a_list_that_is_a_bloc_goes_by_its_name():
    g7 = ["CAN", "FRA", "DEU", "ITA", "JPN", "GBR", "USA"]
    assert Embargo(by=g7, on="RUS", goods="coal").describe().startswith("The G7 ban")


# Sizes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "field", "limit"),
    [
        ("corridor", "saving", 0.9),
        ("agreement", "saving", 0.9),
        ("payments", "removes", 1.0),
        ("substitution", "rate", 10.0),
        ("restoration", "share", 1.0),
        ("transfer", "amount", 0.9),
        ("subsidy", "rate", 0.9),
    ],
)
def test_size_can_be_varied_up_to_its_limit(kind, field, limit):
    measure = read_measure({kind: SAMPLES[kind]}, KINDS)
    assert (measure.size, measure.size_limit, measure.size_unit) == (field, limit, "share")
    for size in (0.0, 0.123456789, limit):
        changed = measure.with_size(size)
        assert changed.size_value == size
        assert changed.to_item() == {kind: {**measure.to_fields(), **changed.to_fields()}} or size == 0
    assert measure.size_value != limit  # the original has not moved


@pytest.mark.parametrize("kind", ["embargo", "retaliation", "boycott"])
def test_measures_without_a_size_say_so(kind):
    measure = read_measure({kind: SAMPLES[kind]}, KINDS)
    assert measure.size is None
    assert measure.size_value is None
    with pytest.raises(ScenarioError, match="CV122"):
        measure.with_size(0.5)


def test_a_transfer_keeps_its_unit():
    money = Transfer(payer="CHN", payee="RUS", amount=5000)
    assert (money.size_unit, money.size_limit) == ("million USD", math.inf)
    assert money.with_size(0.5).size_value == 0.5
    assert money.with_size(0.5).with_size(7e4).amount.is_share is False
    with pytest.raises(ScenarioError, match="CV107"):
        money.with_size(-1.0)
    with pytest.raises(ScenarioError, match="CV107"):
        Transfer(payer="CHN", payee="RUS", amount="2 %").with_size(1.5)


def test_a_size_out_of_range_is_refused():
    with pytest.raises(ScenarioError, match="CV107"):
        Corridor(between=["RUS", "CHN"]).with_size(1.0)


# What is refused ----------------------------------------------------------------------------------

REFUSED = [
    (lambda: Embargo(by="eu", on="RUS", leakage=10), "CV108", "embargo.leakage"),
    (lambda: Embargo(by="eu", on="RUS", leakage="100 %"), "CV107", "embargo.leakage"),
    (lambda: Embargo(by="eu", on="RUS", leakage="-1 %"), "CV107", "embargo.leakage"),
    (lambda: Embargo(by="eu", on="RUS", leakge=0.1), "CV103", "Did you mean 'leakage'?"),
    (lambda: Embargo(by="eu", on="RUS", direction="imports"), "CV106", "Did you mean 'import' or 'export'?"),
    (lambda: Embargo(by="eu"), "CV105", "Add 'on'"),
    (lambda: Embargo(goods="coal"), "CV105", "by and on, or between"),
    (lambda: Embargo(by="eu", on="RUS", between=["eu", "RUS"]), "CV106", "between"),
    (lambda: Embargo(by="RUS", on="RUS"), "CV116", "RUS on both sides"),
    (lambda: Embargo(by=["USA", "RUS"], on="RUS"), "CV116", "RUS on both sides"),
    (lambda: Embargo(by=[], on="RUS"), "CV117", "embargo.by"),
    (lambda: Embargo(by="", on="RUS"), "CV117", "embargo.by"),
    (lambda: Embargo(by=[["USA"]], on="RUS"), "CV106", "embargo.by"),
    (lambda: Embargo(by="eu", on="RUS", start="2022-13"), "CV125", "embargo.start"),
    (lambda: Embargo(by="eu", on="RUS", start="2022-02-30"), "CV125", "embargo.start"),
    (lambda: Embargo(by="eu", on="RUS", end=2022), "CV125", "embargo.end"),
    (lambda: Embargo(by="eu", on="RUS", start="2022-03", end="2022-02"), "CV125", "embargo.end"),
    (lambda: Embargo(by="eu", on="RUS", start="2022-03", full_by="2022-02-28"), "CV125", "embargo.full_by"),
    (
        lambda: Embargo(by="eu", on="RUS", start="2022-03", full_by="2022-06", end="2022-05"),
        "CV125",
        "embargo.end",
    ),
    (lambda: Embargo(by="eu", on="RUS", full_by="2022-06"), "CV125", "Add 'start'"),
    (lambda: Tariff(by="USA", on="CHN", rate="5 %", reached="50 %"), "CV106", "tariff.reached"),
    (
        lambda: Retaliation(measures=[{"embargo": {"by": "RUS", "on": "eu", "when": "x"}}]),
        "CV106",
        "Put the condition on the retaliation",
    ),
    (lambda: Embargo(by="eu", on="RUS", name="12"), "CV106", "embargo.name"),
    (lambda: Embargo(by="eu", on="RUS", name=["a"]), "CV106", "embargo.name"),
    (lambda: Embargo(by="eu", on="RUS", in_force="maybe"), "CV106", "embargo.in_force"),
    (lambda: Friction(by="eu", on="RUS", rate=0.1), "CV105", "friction.kind"),
    (lambda: Friction(by="eu", on="RUS", kind="payments"), "CV105", "friction.rate"),
    (lambda: Friction(by="eu", on="RUS", rate=0.1, kind="payment"), "CV106", "Did you mean 'payments'?"),
    (lambda: Friction(by="eu", on="RUS", rate=-0.1, kind="payments"), "CV107", "saving of an agreement"),
    (lambda: Tariff(by="USA", on="CHN"), "CV105", "tariff.rate"),
    (lambda: Tariff(by="USA", on="CHN", rate="5 %", to="10 %"), "CV106", "tariff.to"),
    (lambda: Tariff(by="USA", on="CHN", rate=25), "CV108", "Write 25 % if per cent are meant"),
    (lambda: Tariff(by="USA", on="CHN", rate="-100 %"), "CV107", "tariff.rate"),
    (lambda: Subsidy(by="CHN", rate="100 %", on="exports"), "CV107", "subsidy.rate"),
    (lambda: Subsidy(by="CHN", rate="10 %", on="imports"), "CV106", "subsidy.on"),
    (lambda: Subsidy(by="CHN", rate="10 %"), "CV105", "subsidy.on"),
    (lambda: Transfer(payer="CHN", payee="CHN", amount=5), "CV116", "transfer.payee"),
    (lambda: Transfer(payer="CHN", payee="RUS", amount=0.02), "CV108", "Write 2 %"),
    (lambda: Transfer(payer="CHN", payee="RUS", amount=5, goods="coal"), "CV106", "transfer.goods"),
    (lambda: Corridor(between=["RUS", "RUS"]), "CV116", "corridor.between"),
    (lambda: Corridor(between=["RUS", "CHN"], saving="100 %"), "CV107", "corridor.saving"),
    (lambda: Agreement(between=["RUS", "CHN"]), "CV105", "agreement.saving"),
    (lambda: Payments(between=["RUS", "CHN"], removes=50), "CV108", "Write 50 %."),
    (lambda: Payments(between=["RUS", "CHN"]), "CV105", "payments.removes"),
    (lambda: Substitution(by="RUS", rate="-5 %"), "CV107", "substitution.rate"),
    (lambda: Disruption(rate="5 %"), "CV105", "disruption.on"),
    (lambda: Disruption(rate="5 %", on="RUS", between=["RUS", "CHN"]), "CV106", "disruption.between"),
    (lambda: Restoration(of="queue", share="150 %"), "CV107", "restoration.share"),
    (lambda: Boycott(by="USA", on="CHN", goods="food"), "CV106", "is an embargo"),
    (lambda: Retaliation(), "CV105", "retaliation.of"),
    (lambda: Retaliation(measures=[]), "CV117", "retaliation.measures"),
    (
        lambda: Retaliation(of="x", measures=[{"embargo": {"by": "RUS", "on": "eu"}}]),
        "CV106",
        "retaliation.measures",
    ),
    (
        lambda: Retaliation(by="RUS", measures=[{"embargo": {"by": "RUS", "on": "eu"}}]),
        "CV106",
        "retaliation.by",
    ),
    (
        lambda: Retaliation(measures=[{"embargo": {"by": "RUS", "on": "eu", "leakage": 5}}]),
        "CV108",
        "measures[0].leakage",
    ),
    (lambda: Retaliation(measures=[{"retaliation": {"of": "sanctions"}}]), "CV104", "measures[0]"),
]


@pytest.mark.parametrize(("build", "code", "word"), REFUSED)
def test_nonsense_is_refused_with_code_and_words(build, code, word):
    with pytest.raises(FieldError) as caught:
        build()
    assert caught.value.code == code
    assert word in str(caught.value)
    assert caught.value.next_step
    assert pickle.loads(pickle.dumps(caught.value)).field == caught.value.field
