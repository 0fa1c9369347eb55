"""The texts of `explain`: how each measure enters the model, an example, and what it leaves out."""

from __future__ import annotations

EQUATIONS = {
    "embargo": (
        "d-hat = l^(-1/theta) with leakage l, and infinity where l = 0. At given costs the share pi of a "
        "banned origin becomes pi l / (1 - pi + pi l). Where embargoes overlap, the lowest leakage holds. With a "
        "licence for a share L, l becomes L + (1 - L) l."
    ),
    "friction": (
        "d-hat = 1 + rate. Frictions on one cell multiply. Where a share is removed, d-hat = 1 + rate (1 - "
        "share). With a licence for a share L, d-hat = (L + (1 - L) d-hat^(-theta))^(-1/theta) (Eq. 12a)."
    ),
    "tariff": (
        "tau' = tau + rate; several rates add. With `to`, tau' = 1 + to, the highest of several levels, and "
        "rates add to that. The revenue is the importer's income (Eq. 6). With a licence for a share L, tau' = "
        "(L tau^(-theta) + (1 - L) tau'^(-theta))^(-1/theta) (Eq. 12a)."
    ),
    "subsidy": (
        "mu' = 1 - rate on the cells of origin `by`: exports, or all sales. The cost (mu' - 1) b' is taken "
        "from the origin's income (Eq. 6). Subsidies on one cell multiply."
    ),
    "transfer": (
        "D' of the payers falls and that of the payees rises by the amount (Eq. 6). Payers share it by "
        "income, payees receive it by income; the sum is zero. Transfers add."
    ),
    "corridor": (
        "On its cells the embargoes, frictions and added tariffs of the list `sanctions` count as absent; "
        "d-hat = 1 - saving, on top of the savings of agreements. Measures in `given` and retaliation are "
        "not lifted."
    ),
    "agreement": (
        "d-hat = 1 - saving. Payments and insurance frictions on its cells become rate (1 - share removed); "
        "several removals multiply."
    ),
    "payments": (
        "Each payments friction on its cells becomes rate (1 - removes), so d-hat = 1 + rate (1 - removes); "
        "several removals multiply."
    ),
    "substitution": (
        "z-hat = 1 + rate for the named goods of `by` (Eq. 1): unit costs fall. Several multiply."
    ),
    "disruption": "d-hat = 1 + rate, a friction of its own kind that restorations take back.",
    "restoration": (
        "The rate of the named disruption becomes rate (1 - share); several restorations multiply."
    ),
    "retaliation": (
        "The mirrored measure enters as it does itself, with `on` as the acting and `by` as the hit side; "
        "or the measures it holds enter together, as one response of the ledger."
    ),
    "boycott": "None: it changes no cost, tariff, productivity or flow.",
    "export_control": (
        "d-hat = l^(-1/theta) on exports of `by` to `on`, and on those goods of third countries whose content v "
        "of coalition value added reaches the threshold. v[o,t] = r[o,t] + sum gamma[o,s,t] pi[i,o,s] / tau[i,o,s] "
        "v[i,s], direct and indirect (Eq. 12e)."
    ),
    "transport": (
        "On the share m of a cell's goods that goes by the mode (Eq. 12f): d-hat = (1 - m + m (1 + rate)^(-theta))"
        "^(-1/theta); closed, the share that passes is 1 - m (1 - l). Several closed modes add up, so that with all "
        "of them closed nothing passes."
    ),
    "route": (
        "On the share m of a cell's goods that goes by the mode (Eq. 12f): d-hat = (1 - m + m (1 - saving)"
        "^(-theta))^(-1/theta)."
    ),
    "exclusion": (
        "A payments friction on the share x of trade that was paid through what is cut off: d-hat = (1 - x + x (1 "
        "+ rate)^(-theta))^(-1/theta) (Eq. 12a). Payment systems remove shares of the rate, as of every payments "
        "friction."
    ),
    "freeze": (
        "D' of the owners falls and that of the holders rises by assets times yields a year (Eq. 6), shared by "
        "income; the sum is zero."
    ),
    "investment_stop": (
        "D' of those it is `on` falls and that of `by` rises by the amount a year (Eq. 6), shared by income; the "
        "sum is zero."
    ),
    "technology": "z-hat = 1 + rate for the named goods of `by` (Eq. 1). Several multiply.",
    "investment": (
        "l-hat = 1 + rate on the factor in all sectors of `by` (Eq. 11a). In the long run that is z-hat = (1 + "
        "rate)^beta in every sector, beta being value added's share of output (Eq. 1); what is reported as w-hat is "
        "what a factor of the base year earns together with what was added to it. Labour or capital alone: labour's "
        "share of value added is the economy's, from data or from the model's `labour_share`."
    ),
    "labour": (
        "l-hat of labour (Eq. 11a): 1 - share at the origin; 1 + gain x share x VA of the origin over VA of the "
        "destination where the workers arrive. Capital stays."
    ),
    "price_cap": (
        "One mu' >= 1 on the capped cells of each seller and good such that the seller's netback c-hat <= p, the "
        "cap as a share of the base price; one of the two binds, and where the market already is below the cap "
        "nothing happens (Eq. 12b). The rent (mu' - 1) b' goes to the buyers unless named. The capped sector "
        "carries a specific factor in every set of measures that is compared."
    ),
    "quota": (
        "One mu' >= 1 on its cells such that the quantity sum b' / c-hat <= volume; one of the two binds (Eq. "
        "12c). The rent (mu' - 1) b' goes to the buyers unless named. A quota of 0 is an embargo. Physical volumes "
        "are converted at the base year's value a unit of each cell."
    ),
    "contract": (
        "One mu' <= 1 on its cells such that the quantity sum b' / c-hat >= volume; one of the two binds (Eq. "
        "12c). The sellers pay the discount (1 - mu') b' unless named. Physical volumes are converted at the base "
        "year's value a unit of each cell."
    ),
    "duty": (
        "One mu' >= 1, whose rent is the importer's revenue, on what each importer buys of each good from those it "
        "is on, such that the home price P-hat, or the quantity of home output Y' / c-hat, is back at its base "
        "year level; one of the two binds (Eq. 12c). On top of the tariff tau' the rate is tau' (mu' - 1)."
    ),
    "bypass": (
        "On each banned cell the least of rho x d-hats of both legs x (1 + markup) x tau' of the second leg over "
        "the hubs; that tariff is paid, the markup is a mu' whose rent is the hub's, the rest melts, and the ban's "
        "leakage no longer counts (Eq. 12d). rho is detour, or max(1, H[o,h] H[h,d] / H[o,d]) from the levels H of "
        "trade cost. With a capacity trade fills the cheapest hub, then the next; a full hub charges nu >= 1 on top, "
        "its own, and routes in use cost the same."
    ),
    "secondary": (
        "Third parties that leave: an embargo with the leakage between them and the target, both ways. Those that "
        "stay: a friction d-hat = 1 + friction of kind secondary on all their trade with the coalition."
    ),
}

EXAMPLES = {
    "embargo": """\
- embargo:
    by: [EU27, GBR]
    on: RUS
    goods: coal
    direction: import
    leakage: 5 %
""",
    "friction": """\
- friction: {by: west, on: RUS, rate: 8 %, kind: payments}
""",
    "tariff": """\
- tariff: {by: USA, on: CHN, rate: 25 %}
- tariff: {by: CAN, on: RUS, to: 35 %}
""",
    "subsidy": """\
- subsidy: {by: CHN, goods: vehicles, rate: 10 %, on: exports}
""",
    "transfer": """\
- transfer: {payer: [USA, EU27], payee: UKR, amount: 38 billion USD}
- transfer: {payer: CHN, payee: RUS, amount: 0.1 %}
""",
    "corridor": """\
- corridor: {between: [RUS, CHN], goods: essentials, saving: 5 %}
""",
    "agreement": """\
- agreement: {between: [RUS, CHN], goods: oil_gas, saving: 4 %}
- agreement: {between: brics, payments: 30 %, insurance: 50 %}
""",
    "payments": """\
- payments: {between: [RUS, CHN], removes: 50 %}
""",
    "substitution": """\
- substitution: {by: RUS, goods: technology, rate: 5 %}
""",
    "disruption": """\
- disruption:
    name: border bottleneck
    between: [RUS, CHN]
    goods: manufacturing
    rate: 3 %
    in_force: true
""",
    "restoration": """\
- restoration: {of: border bottleneck, share: 50 %}
""",
    "retaliation": """\
- retaliation: {of: sanctions, by: RUS, goods: food}
- retaliation:
    measures:
      - embargo: {by: RUS, on: eu, goods: food, direction: import}
      - tariff: {by: RUS, on: USA, rate: 10 %}
""",
    "boycott": """\
- boycott: {by: [USA, GBR], on: CHN, of: diplomatic boycott of the Winter Games}
""",
    "export_control": """\
- export_control: {by: [USA, JPN, NLD], on: CHN, goods: C26, content: 25 %, licence: 40 %}
""",
    "transport": """\
- transport: {mode: [sea, air], on: TWN, closed: true}
- transport: {mode: sea, by: [EU27, GBR], on: RUS, goods: oil_gas, rate: 10 %}
""",
    "route": """\
- route: {between: [RUS, CHN], mode: land, saving: 10 %}
""",
    "exclusion": """\
- exclusion: {by: [EU27, USA], on: RUS, rate: 10 %, exposure: 70 %}
""",
    "freeze": """\
- freeze: {by: [EU27, USA], on: RUS, assets: 300 billion USD, yields: 3 %}
""",
    "investment_stop": """\
- investment_stop: {by: [EU27, USA], on: RUS, amount: 20 billion USD}
""",
    "technology": """\
- technology: {by: RUS, goods: technology, rate: -3 %}
""",
    "investment": """\
- investment: {by: RUS, rate: -1 %}
- investment: {by: RUS, rate: -3 %, factor: capital}
""",
    "labour": """\
- labour: {origin: IND, destination: RUS, share: 0.2 %}
""",
    "price_cap": """\
- price_cap: {sellers: RUS, by: west, buyers: [IND, TUR], goods: oil, level: 40 USD a barrel}
- price_cap: {sellers: RUS, by: EU27, goods: oil_products, fall: 5 %, rent: seller}
""",
    "quota": """\
- quota: {seller: RUS, buyer: EU27, goods: gas, volume: 15 bcm}
- quota: {seller: CHN, buyer: USA, goods: steel, volume: 70 %, rent: seller}
""",
    "contract": """\
- contract: {seller: RUS, buyer: CHN, goods: gas, volume: 38 bcm}
- contract: {seller: AUS, buyer: JPN, goods: coal, volume: 110 %, rent: JPN}
""",
    "duty": """\
- duty: {by: USA, on: CHN, goods: vehicles, restores: output}
""",
    "bypass": """\
- bypass: {ban: embargo 1, through: [TUR, KAZ, CHN]}
""",
    "secondary": """\
- secondary: {by: west, on: [TUR, CHN], target: RUS, goods: technology, friction: 5 %, defy: CHN}
""",
}

LIMITS = {
    "embargo": (
        "A sector is banned as a whole: where a law names only some of its goods, the leakage stands for "
        "the rest. Trade goes through third countries only as far as the leakage says, or a `bypass`. A full "
        "embargo cannot be `in_force`."
    ),
    "friction": "The size is rarely measured; say where yours comes from. Nobody collects the cost.",
    "tariff": ("Falls on goods sectors only, uniformly within a sector. A level `to` cannot be `in_force`."),
    "subsidy": (
        "Paid out of the income of the same economy, without a cost of raising taxes. Cannot be `in_force`: "
        "the base year knows no price wedges."
    ),
    "transfer": (
        "A flow every year, not a stock: frozen reserves are only what they would have paid for in a year."
    ),
    "corridor": (
        "Lifts what is in `sanctions` and nothing else. It does not check whether the sender would agree."
    ),
    "agreement": (
        "The saving is the change in trade cost, not the text of the treaty; its size is an assumption."
    ),
    "payments": (
        "Acts only where a payments friction exists; without one it is an error, since it would do nothing."
    ),
    "substitution": "Says what higher productivity would give, not what it would cost to reach it.",
    "disruption": (
        "If the base year's flows already carry it, say `in_force: true`; otherwise it is added on top of "
        "them."
    ),
    "restoration": "Needs a disruption with a name. It is measured against the disrupted world.",
    "retaliation": (
        "Mirrors embargoes, frictions and tariffs with `by` and `on`. Under `of: sanctions` only what the "
        "senders did is mirrored, not the caution of third parties. It is not lifted by a corridor. Whether "
        "it is wise is another question: it mostly costs whoever retaliates."
    ),
    "boycott": "Recorded and reported, never given an invented number. A boycott of goods is an embargo.",
    "export_control": (
        "All who could sell from third countries are taken to obey; where they would not, say leakage. Content is "
        "that of the sector's average good, from the world's table: a sector whose average is below the threshold "
        "may hold goods above it. A retaliation mirrors it without its reach."
    ),
    "transport": (
        "The shares of the modes follow from a rule on good, distance, borders and sea, not from records; state "
        "`share` where it is known. Other modes take over as far as theta says. Goods only: services have no mode."
    ),
    "route": (
        "The shares of the modes follow from a rule on good, distance, borders and sea, not from records; state "
        "`share` where it is known. Goods only. It lifts no sanction; a corridor does."
    ),
    "exclusion": (
        "Exposure and rate are rarely measured; say where yours come from. Banks are not modelled, nor a run on "
        "them. In one sector the part paid elsewhere substitutes for the part cut off as origins do, by theta."
    ),
    "freeze": (
        "The stock itself buys nothing here unless its owner would have drawn it down: yields is what is lost in "
        "one year. Holders are taken to keep it."
    ),
    "investment_stop": (
        "The loss of one year's inflow, which pays for imports. What the missing capital would have produced later "
        "is an `investment` of the other sign."
    ),
    "technology": "Says what the change in productivity does, not what brings it about or what it costs.",
    "investment": (
        "It has no goods: each sector has as much more of the factor, and where factors move they choose their "
        "sector. Output per person and per old worker differ: the measure does not say whom the added factors "
        "belong to, all income is one."
    ),
    "labour": (
        "Workers take their skills along and earn where they work; what they send home is a `transfer`. Income is "
        "one for all who are in an economy, so the welfare of movers and of those who stay is not told apart."
    ),
    "price_cap": (
        "Nobody cheats: a fleet outside the cap's reach is a buyer who is not in `buyers`. With labour that moves "
        "freely a seller's price hardly falls, so its sector has a factor that cannot leave. The cap is in money "
        "of Eq. 8, world value added unchanged. Cells that an embargo closes are not capped. A corridor lifts it."
    ),
    "quota": (
        "All its cells share one wedge, so that who gets how much follows from demand and not from licences by name. "
        "Cells that an embargo closes are not in it. A corridor lifts it. Cannot be `in_force`."
    ),
    "contract": (
        "What is shipped is bought at a discount, not put aside: there are no penalties for shipping less and no "
        "storage. Cells that an embargo closes are not in it, so a contract under an embargo needs a corridor. "
        "Cannot be `in_force`."
    ),
    "duty": (
        "Each importer of a bloc sets a rate of its own for each good unless one is injured. What is restored is "
        "the level of the base year, whatever moved it. Where the imports it falls on are few, no rate may be "
        "enough, which is an error: small importers rather follow the rate of an injured one. It acts in full from "
        "its first day."
    ),
    "bypass": (
        "The choice of hub is made on the costs of the way; a hub's own price for the good plays no part. A hub that "
        "is full charges what it takes, and the rest goes on to the next. The levels of trade cost are means of both "
        "directions. Every good of a sector can be shipped on. The ban's stated leakage no longer counts, which "
        "helps nobody where that was larger than what goes round. Bypasses embargoes and export controls, not "
        "closed ways of transport."
    ),
    "secondary": (
        "Choices are those of whole economies. With choice: larger all trade in the base year counts; with choice: "
        "cheaper they are made by `countervail secondary`, and a scenario in which they are open cannot be solved."
    ),
}
