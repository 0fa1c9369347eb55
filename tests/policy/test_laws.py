"""Laws of composition on random scenarios: order-free, exemption beats ban, parts make wholes."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from countervail.errors import ScenarioError
from countervail.policy.retaliation import KINDS
from countervail.policy.scenario import Scenario
from countervail.policy.shock import Shock, compile_scenario

CODES = ("RUS", "CHN", "DEU", "FRA", "TUR")
FIELDS = ("passing", "trade_cost", "tariff", "wedge", "productivity", "transfer")
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

goods = st.sampled_from(["all", "A01", "K", ["A01", "C26"], ["C26", "K"], "goods"])
tradables = st.sampled_from(["goods", "A01", ["A01", "C26"]])
rates = st.sampled_from([0.0, 0.01, 0.08, 0.5, 1.0, "150 %"])
shares = st.sampled_from([0.0, 0.1, 0.5, 0.9])
frictions = st.sampled_from(["payments", "shipping", "insurance", "secondary", "compliance"])
directions = st.sampled_from(["import", "export", "both"])
licences = st.sampled_from([0.0, 0.0, 0.2, 0.7])
exempt = st.sampled_from([{}, {}, {"exempt": "K"}, {"exempt": ["A01", "K"]}])
modes = st.sampled_from(["sea", "air", "land", ["sea", "air"], ["sea", "air", "land"]])
times = st.sampled_from(
    [{}, {}, {"start": "2022-03"}, {"start": "2022-01", "full_by": "2023-01"}, {"end": "2022-05"}]
)
days = st.sampled_from([None, None, "2022-02-15", "2022-04", "2022-09-30"])


@st.composite
def sides(draw) -> dict:
    order = draw(st.permutations(CODES))
    cut, end = draw(st.tuples(st.integers(1, 2), st.integers(3, 4)))
    if draw(st.booleans()):
        return {"between": list(order[:end])}
    return {"by": list(order[:cut]), "on": list(order[cut:end])}


@st.composite
def parties(draw) -> dict:
    return {"between": list(draw(st.permutations(CODES)))[: draw(st.integers(2, 4))]}


@st.composite
def barrier(draw) -> dict:
    """An embargo, a friction, a tariff, an export control, a closed way of transport, cut-off banks."""
    kind = draw(
        st.sampled_from(["embargo", "friction", "tariff", "export_control", "transport", "exclusion"])
    )
    fields = {**draw(sides()), **draw(exempt), **draw(times), "licence": draw(licences)}
    match kind:
        case "embargo":
            fields |= {"goods": draw(goods), "direction": draw(directions), "leakage": draw(shares)}
        case "friction":
            fields |= {
                "goods": draw(goods),
                "direction": draw(directions),
                "rate": draw(rates),
                "kind": draw(frictions),
            }
        case "export_control":
            if "between" in fields:
                names = fields.pop("between")
                fields |= {"by": names[:1], "on": names[1:]}
            fields |= {"goods": draw(goods), "leakage": draw(shares)}
            fields["content"] = draw(st.sampled_from([0.01, 0.1, 0.9]))
        case "transport":
            fields |= {"goods": draw(st.sampled_from(["all", "A01", "C26"])), "mode": draw(modes)}
            fields |= draw(
                st.sampled_from([{"rate": 0.3}, {"closed": True}, {"closed": True, "leakage": 0.2}])
            )
            if draw(st.booleans()):
                fields["share"] = 0.4
        case "exclusion":
            fields |= {
                "goods": draw(goods),
                "rate": draw(rates),
                "exposure": draw(st.sampled_from([0.3, 1.0])),
            }
        case _:
            fields |= {"goods": draw(tradables), draw(st.sampled_from(["rate", "to"])): draw(rates)}
    return {kind: fields}


@st.composite
def response(draw) -> dict:
    """Anything that acts without needing another measure."""
    names = ["agreement", "corridor", "substitution", "subsidy", "transfer", "barrier", "barrier", "barrier"]
    names += ["route", "freeze", "investment_stop", "technology", "investment", "labour"]
    kind = draw(st.sampled_from(names))
    match kind:
        case "agreement":
            fields = {**draw(parties()), "goods": draw(goods), "saving": draw(shares)}
        case "corridor":
            fields = {**draw(parties()), "goods": draw(goods), "saving": draw(st.sampled_from([0.05, 0.3]))}
        case "substitution":
            fields = {"by": draw(st.sampled_from(CODES)), "goods": draw(goods), "rate": draw(rates)}
        case "route":
            fields = {**draw(parties()), "mode": draw(modes), "saving": draw(shares)}
        case "freeze" | "investment_stop":
            order = draw(st.permutations(CODES))
            fields = {"by": list(order[:2]), "on": list(order[2:4])}
            fields |= {"assets": 20, "yields": 0.05} if kind == "freeze" else {"amount": "1 %"}
        case "technology":
            fields = {"by": draw(st.sampled_from(CODES)), "goods": draw(goods), "rate": -0.03}
        case "investment":
            fields = {"by": draw(st.sampled_from(CODES)), "rate": draw(st.sampled_from([-0.1, 0.2]))}
        case "labour":
            order = draw(st.permutations(CODES))
            fields = {"origin": list(order[:2]), "destination": list(order[2:4])}
            fields["share"] = draw(st.sampled_from([0.02, 0.3]))
        case "subsidy":
            fields = {"by": draw(st.sampled_from(CODES)), "goods": draw(goods), "rate": draw(shares)}
            fields["on"] = draw(st.sampled_from(["exports", "output"]))
        case "transfer":
            order = draw(st.permutations(CODES))
            fields = {
                "payer": list(order[:2]),
                "payee": list(order[2:4]),
                "amount": draw(st.sampled_from(["1 %", 2, 0])),
            }
        case _:
            return draw(barrier())
    return {kind: {**fields, **draw(times)}}


@st.composite
def limit(draw) -> dict:
    """A price cap, a quota or a contract."""
    kind = draw(st.sampled_from(["price_cap", "quota", "contract"]))
    order = draw(st.permutations(CODES))
    some, others = list(order[:2]), list(order[2:4])
    fields = {"goods": draw(st.sampled_from(["A01", ["A01", "C26"], "all"])), **draw(times)}
    fields["rent"] = draw(st.sampled_from(["buyer", "seller", "ROW"]))
    if kind == "price_cap":
        fields |= {"sellers": some, "by": others}
        fields |= draw(
            st.sampled_from([{"fall": 0.2}, {"level": "70 %"}, {"level": 0.9, "buyers": order[4]}])
        )
    else:
        volumes = ["80 %", "2 million USD", 0.5] + (["0 %"] if kind == "quota" else [])
        fields |= {"seller": some, "buyer": others, "volume": draw(st.sampled_from(volumes))}
    return {kind: fields}


@st.composite
def scenarios(draw) -> Scenario:
    """A random scenario, with a disruption, a payment system and a retaliation now and then."""
    given_items = draw(st.lists(barrier(), max_size=2))
    sanctions = draw(st.lists(barrier(), min_size=1, max_size=4)) + draw(st.lists(limit(), max_size=2))
    responses = draw(st.lists(response(), max_size=4)) + draw(st.lists(limit(), max_size=1))
    if draw(st.booleans()):
        given_items.append(
            {"disruption": {"name": "queue", "on": "CHN", "rate": 0.1, "in_force": draw(st.booleans())}}
        )
        responses.append({"restoration": {"of": "queue", "share": draw(shares)}})
    if draw(st.booleans()):
        sanctions.append(
            {"embargo": {"name": "ban", "by": ["DEU", "FRA"], "on": "RUS", "leakage": draw(shares)}}
        )
        way = {"ban": "ban", "markup": draw(st.sampled_from([0, 0.1])), **draw(times)}
        way |= draw(st.sampled_from([{}, {"detour": "120 %"}, {"capacity": "30 %"}]))
        responses.append({"bypass": way})
    if draw(st.booleans()):
        asked = {"by": ["DEU", "FRA"], "on": ["CHN", "TUR"], "target": "RUS", "friction": draw(rates)}
        asked |= draw(st.sampled_from([{}, {"defy": "TUR"}, {"choice": "larger"}]))
        sanctions.append({"secondary": {**asked, "leakage": draw(shares), **draw(times)}})
    if draw(st.booleans()):
        responses.append({"duty": {"by": ["DEU", "FRA"], "on": "CHN", "goods": draw(tradables)}})
    if draw(st.booleans()):
        sanctions.append({"friction": {"by": ["CHN", "TUR"], "on": "RUS", "rate": 0.04, "kind": "payments"}})
        responses.append({"payments": {"between": ["RUS", "CHN"], "removes": draw(shares)}})
    if draw(st.booleans()):
        responses.append({"retaliation": {"of": "sanctions", "by": "RUS", "goods": draw(tradables)}})
    day = draw(days)
    return Scenario(name="random", date=day, given=given_items, sanctions=sanctions, responses=responses)


def compiled(scenario: Scenario, world):
    """Compiled, unless the random measures happen to make no sense together."""
    try:
        return compile_scenario(scenario, world)
    except ScenarioError as error:
        if error.code not in ("CV116", "CV118", "CV119", "CV130", "CV135"):
            raise
        reject()


def assert_same(one: Shock, other: Shock) -> None:
    np.testing.assert_array_equal(one.cells, other.cells)
    for name in FIELDS:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-13, atol=1e-13, err_msg=name
        )
    hubs = [np.full(one.cells.size, -1) if s.hubs is None else s.hubs for s in (one, other)]
    np.testing.assert_array_equal(*hubs)
    assert one.specific is other.specific is None or np.array_equal(one.specific, other.specific)
    assert_same_limits(one, other)


def assert_same_limits(one: Shock, other: Shock) -> None:
    """The same limits in whatever order."""

    def told(shock: Shock) -> list:
        found = [
            (
                limit.kind,
                limit.watched,
                limit.cells.tolist(),
                limit.weights.tolist(),
                limit.rent_to.tolist(),
                round(limit.bound, 9),
            )
            for limit in shock.conditions
        ]
        return sorted(found)

    assert told(one) == told(other)


def dense(shock: Shock, name: str, world) -> np.ndarray:
    """One array of a shock on all cells."""
    full = world.tariff.ravel().copy() if name == "tariff" else np.ones(world.trade_share.size)
    full[shock.cells] = getattr(shock, name)
    return full


@quick
@given(scenarios(), st.randoms(use_true_random=False))
def test_the_order_of_measures_never_matters(world, scenario, random):
    lists = {which: list(getattr(scenario, which)) for which in ("given", "sanctions", "responses")}
    for items in lists.values():
        random.shuffle(items)
    assert_same(
        compiled(scenario, world).shock(),
        compiled(Scenario(name="shuffled", date=scenario.date, **lists), world).shock(),
    )


@quick
@given(scenarios())
def test_a_file_reads_back_to_the_same_scenario(world, scenario):
    again = Scenario.from_yaml(scenario.to_yaml())
    assert again == scenario
    assert again.fingerprint() == scenario.fingerprint()
    assert_same(compiled(again, world).shock(), compiled(scenario, world).shock())


@quick
@given(scenarios())
def test_every_shock_makes_sense(world, scenario):
    shock = compiled(scenario, world).shock()
    assert np.all(shock.passing >= 0)
    assert np.all(shock.passing <= 1)
    for name in ("trade_cost", "tariff", "wedge", "productivity"):
        assert np.all(getattr(shock, name) > 0)
    assert abs(shock.transfer.sum()) < 1e-9
    n, j = world.n_countries, world.n_sectors
    home = shock.cells // j // n == shock.cells // j % n
    assert np.all(shock.passing[home] == 1)
    assert np.all(shock.trade_cost[home] == 1)
    assert np.all(shock.tariff[home] == 1)
    services = ~world.goods[shock.cells % j]
    assert np.all(shock.tariff[services] == 1)


@quick
@given(scenarios(), st.data())
def test_leaving_responses_out_is_not_having_them(world, scenario, data):
    whole = compiled(scenario, world)
    chosen = (
        data.draw(st.lists(st.sampled_from(range(len(scenario.responses))), unique=True))
        if scenario.responses
        else []
    )
    kept = [measure for n, measure in enumerate(scenario.responses) if n in chosen]
    part = compiled(
        Scenario(
            name="part",
            date=scenario.date,
            given=scenario.given,
            sanctions=scenario.sanctions,
            responses=kept,
        ),
        world,
    )
    one, other = whole.shock(responses=chosen), part.shock()
    for name in ("passing", "trade_cost", "tariff", "wedge"):
        np.testing.assert_allclose(dense(one, name, world), dense(other, name, world), rtol=1e-13)
    np.testing.assert_allclose(one.productivity, other.productivity)
    np.testing.assert_allclose(one.transfer, other.transfer, atol=1e-12)
    assert_same_limits(one, other)


@quick
@given(st.lists(barrier(), min_size=1, max_size=4), parties(), goods)
def test_exemption_beats_ban(world, sanctions, between, chosen):
    corridor = {"corridor": {**between, "goods": chosen, "saving": 0.05}}
    open_cells = compiled(Scenario(name="c", responses=[corridor]), world).cells
    shock = compiled(Scenario(name="x", sanctions=sanctions, responses=[corridor]), world).shock()
    at = np.searchsorted(shock.cells, open_cells)
    assert np.all(shock.passing[at] == 1)
    np.testing.assert_allclose(shock.trade_cost[at], 0.95, rtol=1e-14)
    np.testing.assert_allclose(shock.tariff[at], world.tariff.ravel()[open_cells], rtol=1e-14)


@quick
@given(barrier(), st.integers(0, 3))
def test_a_split_measure_equals_the_whole(world, item, how):
    ((kind, fields),) = item.items()
    # the sides of an export control are one each: contents add up, and no target is a third country
    lists = [] if "by" not in fields or kind == "export_control" else ["by", "on"]
    name = (*lists, "goods", "goods")[how % (len(lists) + 2)]
    parts = fields[name] if isinstance(fields[name], list) else [fields[name]]
    if name == "goods" and fields[name] == "all":
        parts = ["A01", "C26", "K"]
    if name == "goods" and fields[name] == "goods":
        parts = ["A01", "C26"]
    split = [{kind: {**fields, name: part}} for part in parts]
    whole = compiled(Scenario(name="w", sanctions=[item]), world).shock()
    assert_same(whole, compiled(Scenario(name="s", sanctions=split), world).shock())


@quick
@given(barrier(), st.sampled_from(["direction", "between"]))
def test_both_ways_is_the_sum_of_its_ways(world, item, how):
    ((kind, fields),) = item.items()
    if how == "direction" and kind not in ("tariff", "export_control") and "by" in fields:
        whole = {kind: {**fields, "direction": "both"}}
        parts = [{kind: {**fields, "direction": way}} for way in ("import", "export")]
    elif "between" in fields:
        names = fields["between"]
        rest = {key: value for key, value in fields.items() if key not in ("between", "direction")}
        whole = {kind: {**rest, "between": names}}
        pairs = [[a, b] for n, a in enumerate(names) for b in names[n + 1 :]]
        parts = [{kind: {**rest, "between": pair}} for pair in pairs]
    else:
        reject()
    shock = compiled(Scenario(name="w", sanctions=[whole]), world).shock()
    assert_same(shock, compiled(Scenario(name="s", sanctions=parts), world).shock())


@quick
@given(sides(), st.lists(shares, min_size=1, max_size=4), goods)
def test_overlapping_embargoes_take_the_lowest_leakage(world, who, leakages, chosen):
    bans = [{"embargo": {**who, "goods": chosen, "leakage": leakage}} for leakage in leakages]
    together = compiled(Scenario(name="x", sanctions=bans), world).shock()
    assert np.all(together.passing == min(leakages))
    strictest = {"embargo": {**who, "goods": chosen, "leakage": min(leakages)}}
    assert_same(together, compiled(Scenario(name="y", sanctions=[strictest]), world).shock())
    assert_same(
        together, compiled(Scenario(name="z", sanctions=bans + bans), world).shock()
    )  # bans count once


@quick
@given(parties(), st.lists(shares, min_size=1, max_size=3), rates)
def test_removals_multiply_whoever_makes_them(world, between, removed, rate):
    friction = {"friction": {**between, "rate": rate, "kind": "payments"}}
    responses = [{"payments": {**between, "removes": share}} for share in removed[:-1]]
    responses.append({"agreement": {**between, "payments": removed[-1], "saving": 0}})
    shock = compiled(Scenario(name="x", sanctions=[friction], responses=responses), world).shock()
    plain = compiled(Scenario(name="y", sanctions=[friction]), world).shock()
    left = np.prod([1 - share for share in removed])
    np.testing.assert_allclose(shock.trade_cost, 1 + (plain.trade_cost - 1) * left, rtol=1e-13)


@quick
@given(st.lists(barrier(), min_size=1, max_size=4), st.lists(response(), max_size=3))
def test_what_is_in_force_with_everything_active_is_the_base_year(world, sanctions, responses):
    def standing(items: list[dict]) -> list[dict]:
        found = []
        for item in items:
            ((kind, fields),) = item.items()
            if kind == "subsidy":
                continue
            fields = dict(fields) | {"in_force": True}
            if kind in ("embargo", "export_control") or "closed" in fields:
                fields["leakage"] = fields.get("leakage") or 0.2
            if kind == "tariff":
                fields.pop("licence")
                fields = {key: value for key, value in fields.items() if key != "to"} | {"rate": 0.001}
            found.append({kind: fields})
        return found

    scenario = Scenario(name="x", sanctions=standing(sanctions), responses=standing(responses))
    shock = compiled(scenario, world).shock()
    for name in ("passing", "trade_cost", "productivity"):
        np.testing.assert_allclose(getattr(shock, name), 1, rtol=1e-13)
    np.testing.assert_allclose(shock.tariff, world.tariff.ravel()[shock.cells], rtol=1e-13)
    np.testing.assert_allclose(shock.transfer, 0, atol=1e-12)


def test_the_strategies_reach_every_kind_but_the_boycott():
    reached = {
        "embargo",
        "friction",
        "tariff",
        "agreement",
        "corridor",
        "substitution",
        "subsidy",
        "transfer",
        "export_control",
        "transport",
        "route",
        "exclusion",
        "freeze",
        "investment_stop",
        "technology",
        "investment",
        "labour",
    }
    reached |= {"disruption", "restoration", "payments", "retaliation"}
    reached |= {"price_cap", "quota", "contract", "duty", "bypass", "secondary"}
    assert {measure.kind for measure in KINDS} - reached == {"boycott"}
