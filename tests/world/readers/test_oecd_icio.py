"""The OECD's published layout, on small files of that layout."""

import numpy as np
import pandas as pd
import pytest

from countervail.errors import WorldError
from countervail.world.calibrate import calibrate
from countervail.world.readers.oecd_icio import read_oecd_icio

FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
SECTORS = ("A01", "C29", "K")


def icio(rows=("ARG", "FRA", "ROW"), finals=None, seed=0):
    """A frame in the published layout: cells, TLS, VA and OUT rows, final demand and OUT columns."""
    rng = np.random.default_rng(seed)
    finals = finals or rows
    cells = [f"{c}_{s}" for c in rows for s in SECTORS]
    demand = [f"{c}_{f}" for c in finals for f in FINAL]
    frame = pd.DataFrame(
        rng.lognormal(1, 0.5, (len(cells), len(cells) + len(demand))), index=cells, columns=[*cells, *demand]
    )
    frame[demand] *= 2
    frame["OUT"] = frame.sum(axis=1)
    costs = frame[cells].sum()
    tls = 0.02 * costs
    output = frame["OUT"]
    frame.loc["TLS"] = tls.reindex(frame.columns, fill_value=0.0)
    frame.loc["VA"] = (output - costs - tls).reindex(frame.columns, fill_value=0.0)
    frame.loc["OUT"] = output.reindex(frame.columns, fill_value=0.0)
    frame.index.name = "V1"
    return frame


@pytest.fixture
def frame():
    return icio()


def test_the_layout_is_read(frame, tmp_path):
    path = tmp_path / "2022.csv"
    frame.to_csv(path)
    table = read_oecd_icio(path)
    assert (table.name, table.year) == ("icio2022", 2022)
    assert table.countries == ("ARG", "FRA", "ROW")
    assert table.sectors == SECTORS
    assert table.goods.tolist() == [True, True, False]
    for o, origin in enumerate(table.countries):
        for d, destination in enumerate(table.countries):
            mine = [c for c in frame.columns if c.startswith(f"{destination}_")]
            for s, sector in enumerate(SECTORS):
                expected = frame.loc[f"{origin}_{sector}", mine].sum()
                assert table.flow[o, d, s] == pytest.approx(expected, rel=1e-12)
    for d, destination in enumerate(table.countries):
        for s, sector in enumerate(SECTORS):
            for t, user in enumerate(SECTORS):
                expected = sum(frame.loc[f"{o}_{sector}", f"{destination}_{user}"] for o in table.countries)
                assert table.intermediate[d, s, t] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(table.flow.sum(axis=1).ravel(), frame["OUT"].iloc[:9], rtol=1e-12)
    world = calibrate(table, "combined")
    assert max(world.balances().values()) < 1e-12


def test_taxes_on_inputs_stay_in_value_added(frame, tmp_path):
    path = tmp_path / "2022.csv"
    frame.to_csv(path)
    table = read_oecd_icio(path)
    cells = frame.columns[:9]
    note = next(n for n in table.notes if n.topic == "Taxes less subsidies")
    assert note.million_usd == pytest.approx(frame.loc["TLS", cells].sum())
    world = calibrate(table, [4.0] * 3)
    expected = frame.loc[["TLS", "VA"], cells].sum().sum()
    assert world.value_added.sum() == pytest.approx(expected, rel=1e-9)


def test_the_parts_of_china_and_mexico_are_added_up(tmp_path):
    frame = icio(rows=("ARG", "CN1", "CN2", "MX1", "MX2"), finals=("ARG", "CHN", "MEX"))
    path = tmp_path / "ICIO2023ext_2018.csv"
    frame.to_csv(path)
    table = read_oecd_icio(path, name="mine")
    assert table.countries == ("ARG", "CHN", "MEX")
    assert table.year == 2018
    parts = frame.loc[["CN1_C29", "CN2_C29"]]
    mine = [c for c in frame.columns if c.startswith(("MX1_", "MX2_", "MEX_"))]
    assert table.flow[1, 2, 1] == pytest.approx(parts[mine].sum().sum())
    assert table.flow.sum() == pytest.approx(frame["OUT"].iloc[:15].sum())


def test_the_older_labels_are_read(frame, tmp_path):
    old = frame.rename(columns={"OUT": "TOTAL"}, index={"VA": "VALU", "OUT": "OUTPUT"})
    old.columns = [c.replace("DPABR", "P33") for c in old.columns]
    taxes = old.loc["TLS"]
    old = old.drop(index="TLS")
    for country, share in (("ARG", 0.5), ("FRA", 0.25), ("ROW", 0.25)):
        old.loc[f"{country}_TAXSUB"] = share * taxes
    order = [*[i for i in old.index if "TAXSUB" in i], "VALU", "OUTPUT"]
    old = pd.concat([old.iloc[:9], old.loc[order]])
    path = tmp_path / "ICIO2021_2018.csv"
    old.to_csv(path)
    frame.to_csv(tmp_path / "2022.csv")
    np.testing.assert_allclose(
        read_oecd_icio(path).flow, read_oecd_icio(tmp_path / "2022.csv").flow, rtol=1e-12
    )


def test_falling_stocks_are_raised_and_counted(frame, tmp_path):
    finals = [f"FRA_{f}" for f in FINAL]
    frame.loc["ARG_C29", finals] = [0, 0, 0, 0, -7.0, 2.0]
    change = frame.loc["ARG_C29"].iloc[:-1].sum() - frame.loc["ARG_C29", "OUT"]
    frame.loc["ARG_C29", "OUT"] += change
    frame.loc["VA", "ARG_C29"] += change
    frame.loc["OUT", "ARG_C29"] += change
    path = tmp_path / "2022.csv"
    frame.to_csv(path)
    table = read_oecd_icio(path)
    note = next(n for n in table.notes if n.status == "repaired")
    assert note.cells == 1
    assert note.million_usd == pytest.approx(5.0)
    assert "ARG FRA C29" in note.text
    used = frame.loc["ARG_C29", [f"FRA_{s}" for s in SECTORS]].sum()
    assert table.flow[0, 1, 1] == pytest.approx(used)


def test_tariffs_and_goods_can_be_given(frame, tmp_path):
    path = tmp_path / "table.csv"
    frame.rename(index=lambda c: c.replace("C29", "X1"), columns=lambda c: c.replace("C29", "X1")).to_csv(
        path
    )
    rates = tmp_path / "rates.csv"
    rates.write_text("origin,destination,sector,rate\nARG,FRA,X1,0.25\n", encoding="utf-8")
    table = read_oecd_icio(path, year=2020, goods=["A01", "X1"], tariffs=rates)
    assert table.tariff[0, 1, 1] == 0.25
    assert table.year == 2020


def damage(frame, row, column, value):
    out = frame.astype(object)
    out.loc[row, column] = value
    return out


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda f: damage(f, "ARG_A01", "FRA_K", 1e6), "CV222", "sales of ARG_A01 and column OUT"),
        (lambda f: damage(f, "VA", "FRA_K", 1e6), "CV222", "costs of FRA_K and row OUT"),
        (lambda f: damage(f, "ARG_A01", "FRA_K", "n.a."), "CV220", "line 2, column FRA_K"),
        (lambda f: f.drop(index="FRA_K"), "CV218", "FRA_K only as a row or as a column"),
        (lambda f: f.drop(columns="FRA_K"), "CV218", "FRA_K only as a row or as a column"),
        (lambda f: f.rename(columns={"FRA_K": "hello"}), "CV218", "column 'hello'"),
        (lambda f: f.rename(columns={"FRA_HFCE": "FRA_Z9"}), "CV218", "column 'FRA_Z9'"),
        (lambda f: f.rename(index={"TLS": "hello"}), "CV218", "row 'hello'"),
        (lambda f: f.drop(columns=[c for c in f.columns if c.endswith(FINAL)]), "CV218", "no final demand"),
        (lambda f: f.reset_index(drop=True), "CV218", "rows like 'ARG_A01'"),
    ],
)
def test_bad_files_are_refused(frame, tmp_path, change, code, words):
    path = tmp_path / "2022.csv"
    change(frame).to_csv(path)
    with pytest.raises(WorldError) as caught:
        read_oecd_icio(path)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_the_year_must_be_known(frame, tmp_path):
    path = tmp_path / "table.csv"
    frame.to_csv(path)
    with pytest.raises(WorldError, match=r"CV218 .*Pass year="):
        read_oecd_icio(path)
    with pytest.raises(WorldError, match="CV214"):
        read_oecd_icio(tmp_path / "none.csv")
