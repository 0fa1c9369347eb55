"""Actors, speakers, measures and claims that only the context resolves, on sentences made for each."""

from __future__ import annotations

import pytest

from countervail.read.reading import read_text


def actors(text):
    reading = read_text(text)
    return {m.span.of(reading.document.text): m.economies for m in reading.actors}


@pytest.mark.parametrize(
    ("text", "name", "economies"),
    [
        ("Russia and China met. The two countries agreed on trade.", "two countries", ("RUS", "CHN")),
        ("The Kremlin said that it would answer the sanctions.", "Kremlin", ("RUS",)),
        (
            "The Chinese minister Li Wen and the Thai minister Somchai Dee met. Both ministers smiled.",
            "Both ministers",
            ("CHN", "THA"),
        ),
        ("The European Union met on Monday. The bloc will not act on this.", "bloc", ("EU27",)),
        ("It was said in the White House that the talks are over.", "White House", ("USA",)),
        ("The Bank of Japan has left its rate where it was.", "Bank of Japan", ("JPN",)),
        (
            "The three countries, Chile, Peru and Mexico, will sign the paper.",
            "three countries",
            ("CHL", "PER", "MEX"),
        ),
        ("The two sides, Norway and Iceland, have agreed on the fish.", "two sides", ("NOR", "ISL")),
        ("Western sanctions are in their third year, and they are not the last.", "Western", ("west",)),
    ],
)
def test_an_actor_is_resolved(text, name, economies):
    assert actors(text)[name] == economies


def test_a_surname_is_the_person_named_before():
    reading = read_text("The Swiss minister Anna Keller spoke first. Later Keller said that it was over.")
    assert [(m.name, m.economies) for m in reading.actors if m.kind == "person"] == [
        ("Anna Keller", ("CHE",))
    ] * 2


@pytest.mark.parametrize(
    ("text", "speaker", "direct"),
    [
        ('"We will not pay for this," said the Polish minister Jan Nowak on Friday.', "Jan Nowak", True),
        ("The ministry said that the ban would stay in force.", "ministry", False),
        (
            'Anna Keller, the Swiss minister, was clear. "There is no plan for it," she said.',
            "Anna Keller",
            True,
        ),
        ("According to the central bank, output will fall by 2 %.", "central bank", False),
        (
            "Japan and Korea met. In a statement the two governments said that they would act.",
            "two governments",
            False,
        ),
    ],
)
def test_a_speaker_is_found(text, speaker, direct):
    statements = read_text(text).statements
    assert [(s.speaker, s.direct) for s in statements][-1] == (speaker, direct)


def test_a_quotation_inside_a_quotation_has_its_own_speaker():
    inner = "Nino Beridze told me, 'Our ports are open to you', and I agree."
    text = f'They met. Selim Aksoy, the Turkish minister, said: "{inner}"'
    assert [s.speaker for s in read_text(text).statements] == ["Selim Aksoy", "Nino Beridze"]


@pytest.mark.parametrize(
    ("text", "kind", "sign"),
    [
        ("The corridor will offset the effects of the sanctions.", "offset", "+"),
        ("The corridor will not offset the effects of the sanctions.", "offset", "-"),
        ("It failed to offset the effects of the sanctions, they said.", "offset", "-"),
        ("The sanctions had little effect on exports in the first year.", "harm", "-"),
        ("The agreement is on an equal basis, and that is what they want.", "equality", "+"),
        ("They condemned the diplomatic boycott of the games.", "politics", "+"),
    ],
)
def test_a_claim_has_its_kind_and_sign(text, kind, sign):
    assert [(c.kind, c.sign) for c in read_text(text).claims] == [(kind, sign)]


@pytest.mark.parametrize(
    "text",
    [
        "Will the corridor offset the effects of the sanctions?",
        "They asked whether the corridor would offset the effects of the sanctions.",
        "The sanctions were meant to cripple the economy of the country.",
    ],
)
def test_what_is_asked_or_aimed_at_is_no_claim(text):
    assert read_text(text).claims == ()


def test_a_measure_has_its_sides_goods_size_and_status():
    text = (
        "The leaders of the Group of Seven decided on this:\n"
        "- a price cap of 60 dollars a barrel on Russian crude oil;\n"
        "- an embargo on imports of Russian steel from 5 December 2022.\n"
        "They will not impose a ban on imports of gas."
    )
    cap, steel, gas = read_text(text).measures
    assert (cap.kind, cap.by, cap.on, cap.size.unit, cap.size.value) == (
        "price_cap",
        ("G7",),
        ("RUS",),
        "usd_barrel",
        60,
    )
    assert (steel.kind, [name for name, _ in steel.goods], steel.date.date) == (
        "embargo",
        ["steel"],
        "2022-12-05",
    )
    assert (gas.kind, gas.status) == ("embargo", "refused")
