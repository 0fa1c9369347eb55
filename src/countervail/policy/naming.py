"""How a scenario's economies and goods are called in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from countervail.words import listing
from countervail.world import labels

MOST_NAMES = 4

# Names that people use for the dated blocs; a bloc that is missing here goes by its own name.
_BLOCS = {
    "EU27": "the European Union",
    "G7": "the G7",
    "FIVE_EYES": "the Five Eyes",
    "G20": "the G20",
    "BRICS_2022": "the BRICS",
    "BRICS_2025": "the BRICS of 2025",
    "EAEU": "the Eurasian Economic Union",
    "CIS_FTA": "the CIS free trade area",
    "SCO_2022": "the Shanghai Cooperation Organisation",
    "SCO_2024": "the Shanghai Cooperation Organisation of 2024",
    "NATO_2022": "NATO",
    "OECD": "the OECD",
    "RCEP": "the RCEP",
    "CPTPP_2022": "the CPTPP",
    "MERCOSUR": "Mercosur",
    "GCC": "the Gulf Cooperation Council",
    "OPEC_2022": "OPEC",
    "OPEC_PLUS_NON_OPEC": "OPEC's partners",
    "RUS_SANCTIONS_COALITION_2022": "the sanctions coalition of 2022",
    "RUS_UNFRIENDLY_LIST_2022": "the states on Russia's unfriendly list",
    "EURO_AREA_2022": "the euro area",
    "EURO_AREA_2023": "the euro area of 2023",
}
_GOODS = {
    "all": "all goods and services",
    "essentials": "essential goods",
    "essentials_wide": "household needs",
    "technology": "technology goods",
    "luxury": "luxury goods",
    "oil_gas": "oil and gas",
    "oil": "crude oil",
    "gas": "natural gas",
    "agriculture": "farm goods",
    "mining": "minerals",
    "manufacturing": "manufactures",
    "finance": "financial services",
    "transport": "transport services",
}
_WITH_ARTICLE = frozenset({"USA", "GBR", "NLD", "PHL", "ARE", "ROW"})
_KEEP_CAPITAL = frozenset({"J62_63"})


class StandardNamer:
    """Names as in `countervail.world.labels`; long lists are cut, lists that are a bloc go by its name.

    Arguments:
        blocs: the scenario's own blocs, which go by the names the scenario gives them.
    """

    def __init__(self, blocs: Mapping[str, Sequence[str]] | None = None) -> None:
        self._blocs = labels.Names({name: tuple(members) for name, members in (blocs or {}).items()})

    def economies(self, tokens: Sequence[str]) -> str:
        """Countries and blocs by name.

        Example:
            >>> StandardNamer().economies(["RUS", "CHN"]), StandardNamer().economies(["eu"])
            ('Russia and China', 'the European Union')
        """
        if len(tokens) > 1:
            codes = {
                labels.country_codes()[token][0] if token in labels.country_codes() else token
                for token in tokens
            }
            for bloc, members in labels.blocs().items():
                if codes == set(members):
                    return self._economy(bloc)
        return listing([self._economy(token) for token in tokens], most=MOST_NAMES)

    def goods(self, tokens: Sequence[str]) -> str:
        """Sectors and goods lists by name.

        Example:
            >>> StandardNamer().goods(["oil_gas", "C26"])
            'oil and gas, and electronics'
        """
        names = [_good(token) for token in tokens]
        if 1 < len(names) <= MOST_NAMES and any(" and " in name for name in names):
            return f"{', '.join(names[:-1])}, and {names[-1]}"
        return listing(names, most=MOST_NAMES)

    def _economy(self, token: str) -> str:
        if token in self._blocs:
            name = token.replace("_", " ")
            return f"the {name}" if name.islower() else name
        if token in labels.blocs():
            name = labels.blocs().canonical(token)
            name = labels.bloc_aliases().get(name, name)
            return _BLOCS.get(name, name.replace("_", " "))
        code = labels.country_codes()[token][0] if token in labels.country_codes() else token
        name = labels.country_name(code)
        return f"the {name}" if code in _WITH_ARTICLE else name


def _good(token: str) -> str:
    if token in labels.goods_lists():
        name = labels.goods_lists().canonical(token)
        return _GOODS.get(name, name.replace("_", " "))
    name = labels.sector_name(token)
    if name == token or token in _KEEP_CAPITAL:
        return name
    return name[0].lower() + name[1:]


def called(code: str, *, first: bool = False) -> str:
    """An economy or bloc as a sentence has it, with a capital where it comes first.

    Example:
        >>> called("USA"), called("USA", first=True)
        ('the United States', 'The United States')
    """
    said = StandardNamer().economies([code])
    return said[0].upper() + said[1:] if first else said
