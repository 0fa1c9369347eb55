"""Bad input for each measure ends the command line with exit code 2, the code of the mistake and no traceback."""

from __future__ import annotations

import pytest

BAN = "  - embargo: {name: ban, by: [DEU, POL], on: RUS, goods: technology, direction: export}\n"
MISTAKES = {
    "a cap on a good that nobody sells": (
        "sanctions:\n  - price_cap: {sellers: SGP, by: EU27, goods: B05, fall: 10 %}\n",
        "CV130",
    ),
    "a contract between economies without that good": (
        "responses:\n  - contract: {seller: SGP, buyer: LUX, goods: B05, volume: 110 %}\n",
        "CV130",
    ),
    "a capacity below zero": (
        "sanctions:\n" + BAN + "responses:\n  - bypass: {ban: ban, through: TUR, capacity: -5 %}\n",
        "CV132",
    ),
    "a volume below zero": (
        "sanctions:\n  - quota: {seller: RUS, buyer: DEU, goods: coal, volume: -3 billion USD}\n",
        "CV132",
    ),
    "a content threshold above one": (
        "sanctions:\n  - export_control: {by: USA, on: CHN, goods: technology, content: 120 %}\n",
        "CV107",
    ),
    "conditions in a circle": (
        "sanctions:\n"
        "  - tariff: {name: a, by: USA, on: CHN, rate: 5 %, when: b}\n"
        "  - tariff: {name: b, by: CHN, on: USA, rate: 5 %, when: a}\n",
        "CV126",
    ),
    "a scenario that extends itself": ("extends: mine.yaml\n", "CV127"),
    "a hub that is itself banned": (
        "sanctions:\n" + BAN + "responses:\n  - bypass: {ban: ban, through: POL}\n",
        "CV135",
    ),
    "a subsidy above the price": (
        "sanctions:\n  - subsidy: {by: CHN, goods: vehicles, rate: 120 %, on: exports}\n",
        "CV107",
    ),
    "a duty on nothing": ("responses:\n  - duty: {by: SGP, on: LUX, goods: B05}\n", "CV130"),
    "a restoration of no disruption": ("responses:\n  - restoration: {of: virus, share: 50 %}\n", "CV119"),
    "payments where no friction is": (
        "responses:\n  - payments: {between: [RUS, CHN], removes: 50 %}\n",
        "CV118",
    ),
    "a defiance of nobody": (
        "sanctions:\n"
        "  - secondary: {by: USA, on: TUR, target: RUS, goods: technology, friction: 5 %, defy: CHN}\n",
        "CV139",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_bad_input_ends_with_exit_code_2(mistake, tmp_path, run):
    text, expected = MISTAKES[mistake]
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: Mistake\nworld: icio2021\n{text}", encoding="utf-8")
    code, out, err = run("run", path, "--out", tmp_path / "out")
    assert code == 2, out + err
    assert expected in err
    assert "Traceback" not in out + err
