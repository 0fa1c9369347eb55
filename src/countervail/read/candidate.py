"""Measures as a draft would write them: field by field, each with where it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from countervail.read.amounts import Amount
from countervail.read.layout import Span
from countervail.read.names import members_of
from countervail.read.rules import rule_file
from countervail.read.spoken import TWO_SIDED, Spoken

BLOCS = {
    "G7": "g7",
    "NATO": "nato",
    "BRICS": "brics",
    "EAEU": "eaeu",
    "ASEAN": "asean",
    "OPEC": "opec",
    "SCO": "sco",
}
ASSUMED = "ASSUMPTION to confirm: "
MOST_LETTERS, MOST_WORDS = 90, 6
_SMALL = ("and", "of", "the", "to", "for", "on", "in", "a", "with", "from", "its", "their", "our")
_IMPORTS = re.compile(r"\b(?:import|purchas|buy|oil ban|coal ban|gas ban|steel ban)", re.I)
_EXPORTS = re.compile(r"\b(?:export|sale|sell|deliver|suppl|shipment)", re.I)


@dataclass(frozen=True)
class Field:
    """One field of a measure, with what a comment says about it.

    Arguments:
        key, value: as in a scenario file.
        stated: whether the text says it. note: the words of the text, or why this default.
    """

    key: str
    value: Any
    stated: bool
    note: str = ""


@dataclass(frozen=True)
class Candidate:
    """A measure that may go into a draft.

    Arguments:
        kind: of the policy language. part: given, sanctions or responses. fields: in order.
        spoken: what it was drafted from, None for a default that another measure needs.
        sized: whether the text states its size.
    """

    kind: str
    part: str
    fields: tuple[Field, ...]
    spoken: Spoken | None = None
    sized: bool = False

    @property
    def name(self) -> str:
        """The value of its field name."""
        return str(next(f.value for f in self.fields if f.key == "name"))

    def plain(self) -> dict[str, Any]:
        """As a scenario takes it."""
        return {self.kind: {f.key: f.value for f in self.fields}}

    def lines(self) -> list[str]:
        """As YAML, with a comment on every field that needs one."""
        found = [f"  - {self.kind}:"]
        for entry in self.fields:
            comment = f"  # {entry.note}" if entry.note else ""
            found.append(f"      {entry.key}: {yaml_value(entry.value)}{comment}")
        return found


def quoted(text: str, span: Span) -> str:
    """Words of the text for a comment: on one line, printable, not too long."""
    words = "".join(c if c.isprintable() else " " for c in " ".join(span.of(text).split()))
    return f'"{words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 3] + "..."}"'


def yaml_value(value: Any) -> str:
    """A value on one line; strings that could be read as something else in quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(yaml_value(item) for item in value)}]"
    text = str(value)
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ]*|\d+\.\d+|\d[\d.]* ?(?:%|bcm)|\d+|\d{4}-\d\d(?:-\d\d)?", text)
        else json.dumps(text, ensure_ascii=False)
    )


def economies(codes: Sequence[str]) -> list[str]:
    """Codes as a scenario spells them."""
    return list(dict.fromkeys(BLOCS.get(code, code) for code in codes))


def spelled(good: str, energy: bool) -> str:
    """A good as the world has it: oil and gas are one sector where energy does not stand apart."""
    return good if energy else {"oil": "oil_gas", "gas": "oil_gas"}.get(good, good)


class Drafting:
    """What all measures of one draft share: the text, its sentences, who the target is, and the names taken.

    Arguments:
        text: the document's. number_of: a sentence's number by offset.
        target, senders: of the sanctions; () where the text has none. energy: whether gas stands apart.
    """

    def __init__(
        self,
        text: str,
        number_of: Any,
        target: tuple[str, ...],
        senders: tuple[str, ...],
        energy: bool,
    ) -> None:
        self.text, self.number_of = text, number_of
        self.target, self.senders, self.energy = target, senders, energy
        self.names: set[str] = set()

    def stated(self, span: Span) -> str:
        """The comment on what the text says."""
        return f"stated in sentence {self.number_of(span.start) + 1}: {quoted(self.text, span)}"

    def assumed(self, why: str) -> str:
        """The comment on what it leaves open."""
        return f"{ASSUMED}{why}"

    def name_for(self, words: str) -> str:
        """A name that no other measure has."""
        plain = re.sub(r"[^\w '-]+", " ", words)
        few = plain.split()[:MOST_WORDS]
        while len(few) > 1 and few[-1].lower() in _SMALL:
            few.pop()
        base = " ".join(few)[:60].strip() or "measure"
        name, number = base, 2
        while name.lower() in self.names:
            name, number = f"{base} {number}", number + 1
        self.names.add(name.lower())
        return name

    def candidate(self, spoken: Spoken) -> Candidate | str:
        """The measure as a draft would have it, or why it has none."""
        data = rule_file("defaults.yaml")
        if spoken.kind not in data["measures"]:
            return str(data["left_out"].get(spoken.kind) or "no measure of the policy language stands for it")
        entry = data["measures"][spoken.kind]
        fields = [Field("name", self.name_for(spoken.span.of(self.text)), True, self.stated(spoken.span))]
        kind, values, sized = str(entry["measure"]), dict(entry["fields"]), False
        sides = self._sides(spoken, kind)
        if isinstance(sides, str):
            self.names.discard(str(fields[0].value).lower())
            return sides
        if (
            spoken.kind == "contract"
            and self.energy
            and spoken.size is not None
            and spoken.size.unit == "bcm"
        ):
            kind, values, sized = "contract", {}, True
            sides = self._seller_and_buyer(spoken)
            fields += [*sides, Field("goods", ["gas"], True, self.stated(spoken.span))]
            fields.append(Field("volume", f"{spoken.size.value:g} bcm", True, self.stated(spoken.size.span)))
        else:
            fields += sides
            fields += self._goods(spoken, kind, entry)
            if kind == "embargo":
                fields += self._direction(spoken)
            sized = self._size(spoken, kind, entry["size"], values, fields)
        if kind == "boycott":
            fields.append(
                Field("of", " ".join(spoken.span.of(self.text).split())[:80], True, self.stated(spoken.span))
            )
        if (
            spoken.date is not None
            and re.fullmatch(r"\d{4}-\d\d(?:-\d\d)?", spoken.date.date)
            and spoken.date.unit in ("from", "since", "on", "in")
        ):
            fields.append(Field("start", spoken.date.date, True, self.stated(spoken.date.span)))
        part = "sanctions" if self._is_sanction(spoken) else "responses"
        return Candidate(kind, part, tuple(fields), spoken, sized)

    def _is_sanction(self, spoken: Spoken) -> bool:
        if spoken.kind in TWO_SIDED or spoken.kind in (
            "retaliation",
            "boycott",
            "substitution",
            "subsidy",
            "transfer",
        ):
            return False
        return not (spoken.by and set(spoken.by) <= set(self.target))

    def _sides(self, spoken: Spoken, kind: str) -> list[Field] | str:
        if kind in ("corridor", "agreement", "payments", "route"):
            if len(members_of(spoken.between)) == len(spoken.between) < 2:
                return "the text does not say between whom"
            return [
                Field(
                    "between",
                    economies(spoken.between),
                    spoken.parties_stated,
                    self._said(spoken, "the parties are not named beside it"),
                )
            ]
        if kind == "restoration":
            return [
                Field(
                    "of",
                    rule_file("defaults.yaml")["disruption"]["name"],
                    False,
                    self.assumed("what has to be restored; see given"),
                )
            ]
        if kind in ("substitution", "technology", "investment", "subsidy"):
            who = spoken.by or self.target or spoken.between[:1]
            if not who:
                return "the text does not say whose producers are meant"
            return [
                Field(
                    "by",
                    economies(who),
                    bool(spoken.by),
                    self._said(spoken, "whose producers are meant")
                    if not spoken.by
                    else self.stated(spoken.sentence),
                )
            ]
        by, on = spoken.by, spoken.on
        if kind == "boycott" and not (by and on):
            return "it has no economic channel, and the text does not say by whom and on whom it is"
        if kind == "retaliation":
            who = by or self.target
            return (
                [Field("by", economies(who), bool(by), "" if by else self.assumed("who retaliates"))]
                if who
                else "the text does not say who retaliates"
            )
        if by and set(by) == set(self.target):
            on = on or self.senders
        known_by, known_on = by or self.senders, on or self.target
        if not known_by or not known_on:
            return "the text does not say by whom or on whom it is"
        if set(known_by) & set(known_on):
            return "the text does not tell its two sides apart"
        names = {"transfer": ("payer", "payee"), "price_cap": ("by", "sellers")}.get(kind, ("by", "on"))
        return [
            Field(
                names[0],
                economies(known_by),
                bool(by),
                self.stated(spoken.sentence) if by else self.assumed("who takes it"),
            ),
            Field(
                names[1],
                economies(known_on),
                bool(on),
                self.stated(spoken.sentence) if on else self.assumed("whom it is on"),
            ),
        ]

    def _said(self, spoken: Spoken, why: str) -> str:
        return (
            self.stated(spoken.sentence)
            if spoken.parties_stated
            else self.assumed(f"{why}; taken from the rest of the text")
        )

    def _seller_and_buyer(self, spoken: Spoken) -> list[Field]:
        """Who sells: whoever stands before the verb; of a contract without a verb the target of the sanctions."""
        first = spoken.between[0]
        if self.target and self.target[0] in spoken.between:
            first = self.target[0]
        verb = re.search(r"\b(?:buys?|imports?|purchas\w+)\b", spoken.span.of(self.text))
        rest = [code for code in spoken.between if code != first]
        seller, buyer = ([rest[0]], [first]) if verb and first == spoken.between[0] else ([first], rest[:1])
        note = self.assumed("who sells and who buys")
        return [
            Field("seller", economies(seller), False, note),
            Field("buyer", economies(buyer), False, note),
        ]

    def _goods(self, spoken: Spoken, kind: str, entry: dict[str, Any]) -> list[Field]:
        if "goods" not in entry or kind in ("exclusion", "freeze", "investment_stop", "boycott", "transfer"):
            return []
        goods = list(dict.fromkeys(spelled(one, self.energy) for one, _ in spoken.goods))
        if not goods:
            return [Field("goods", list(entry["goods"]), False, self.assumed("the text names no goods"))]
        spans = [span for _, span in spoken.goods]
        return [Field("goods", goods, True, self.stated(Span(spans[0].start, spans[-1].end)))]

    def _direction(self, spoken: Spoken) -> list[Field]:
        words = Span(spoken.span.start, min(spoken.span.end + 30, spoken.sentence.end)).of(self.text)
        for pattern, value in ((_IMPORTS, "import"), (_EXPORTS, "export")):
            if pattern.search(words):
                return [Field("direction", value, True, self.stated(spoken.span))]
        return [Field("direction", "both", False, self.assumed("whether imports or exports are meant"))]

    def _size(
        self, spoken: Spoken, kind: str, size: str, values: dict[str, Any], fields: list[Field]
    ) -> bool:
        """Put the size and the other defaults; True where the text states the size."""
        stated = None if spoken.size is None else _in_terms_of(spoken.size, kind, self.energy)
        for key, default in values.items():
            if key == size and stated is not None:
                assert spoken.size is not None
                fields.append(Field(stated[0], stated[1], True, self.stated(spoken.size.span)))
            elif key == "of":
                fields.append(Field(key, default, False, self.assumed("what is answered")))
            else:
                why = f"the text says nothing on the {key}"
                if key == size and spoken.size is not None:
                    why = f"the text states {quoted(self.text, spoken.size.span)}, which is no {key}"
                elif key == size:
                    why = "no size is stated"
                fields.append(Field(key, default, False, self.assumed(why)))
        return stated is not None or not size


def _in_terms_of(size: Amount, kind: str, energy: bool) -> tuple[str, str] | None:
    """The field and value that a stated size gives a measure; None where it is no size of this measure."""
    if kind == "tariff" and size.unit == "percent":
        return "rate", f"{size.value:g} %"
    if kind == "price_cap" and size.unit == "usd_barrel" and energy:
        return "level", f"{size.value:g} USD a barrel"
    if kind in ("transfer", "freeze", "investment_stop") and size.unit == "usd":
        return {"transfer": "amount", "freeze": "assets", "investment_stop": "amount"}[
            kind
        ], f"{size.value:g} million USD"
    return None
