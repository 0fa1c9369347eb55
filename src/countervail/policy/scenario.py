"""Scenario: what both sides find in place, the sanctions, and the responses; YAML in and out."""

from __future__ import annotations

import copy
import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import Any, ClassVar

from countervail.policy.complaint import Complaint, Origin, as_mapping, did_you_mean, located, quoted
from countervail.policy.compose import LISTS, Document, as_document, composed, read_document
from countervail.policy.conditions import needs
from countervail.policy.dates import first_day, read_date
from countervail.policy.difference import ScenarioDifference, difference
from countervail.policy.document import write_yaml
from countervail.policy.horizon import Choice, read_model
from countervail.policy.measure import Measure, Namer, read_names, read_text
from countervail.policy.naming import StandardNamer
from countervail.policy.retaliation import KINDS, Retaliation, read_measures
from countervail.policy.settings import place_setting
from countervail.policy.sizes import percent_words
from countervail.world.labels import normal

__all__ = ["LISTS", "MOST_MEASURES", "Scenario"]

MOST_MEASURES = 500


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """A policy question: measures in three lists, and the words and names they need.

    Lists of measures take measures (`Embargo(...)`) or what a file has (`{"embargo": {...}}`). A scenario is
    frozen and checked when it is built; names of countries and goods are looked up when it meets a world.

    Arguments:
        name: a title.
        story: one paragraph; its first line says what the scenario is.
        sources: where the numbers come from; each measure may name its own.
        world: the world it is meant for.
        model: the model: a preset by name, or a preset and the parameters that differ from it.
        date: the day, or the first of the month, on which it is seen: measures are then phased in between
            `start` and `full_by` and gone after `end`. Without it every measure counts in full.
        blocs, goods: own lists of economies and of sectors, by name.
        senders, targets: the sides, where the `by` and `on` of the sanctions do not say it.
        given: what both sides find in place, part of the "no policy" reference.
        sanctions: what the senders do. responses: what offsets it; the order is the order of the ledger.

    Raises:
        ScenarioError: a field that makes no sense, with the field's path.

    Example:
        >>> from countervail.policy.measures import Embargo
        >>> coal_ban = Embargo(by="eu", on="RUS", goods="coal", direction="import")
        >>> scenario = Scenario(name="Coal", sanctions=[coal_ban])
        >>> scenario.sentences()
        ['The European Union bans imports of coal from Russia.']
    """

    name: str
    story: str = ""
    sources: tuple[str, ...] = ()
    world: str = "icio2022"
    model: Choice = "long_run"
    date: str | None = None
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    goods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    senders: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    given: tuple[Measure, ...] = ()
    sanctions: tuple[Measure, ...] = ()
    responses: tuple[Measure, ...] = ()
    origin: Origin = field(default_factory=Origin, repr=False)

    FIELDS: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        with located(self.origin):
            for key in ("name", "world"):
                self._set(key, _under(key, read_text, getattr(self, key)))
            self._set("model", _under("model", read_model, self.model))
            self._set("date", None if self.date is None else _under("date", read_date, self.date))
            empty = isinstance(self.story, str) and not self.story.strip()
            self._set("story", "" if empty else _under("story", read_text, self.story))
            sources = [self.sources] if isinstance(self.sources, str) else self.sources
            self._set("sources", _under("sources", read_names, sources) if sources else ())
            for key in ("blocs", "goods"):
                self._set(key, _under(key, _read_lists, getattr(self, key)))
            for key in ("senders", "targets"):
                value = getattr(self, key)
                self._set(key, () if value == () else _under(key, read_names, value))
            for key in LISTS:
                value = getattr(self, key)
                self._set(
                    key,
                    () if value is None else _under(key, lambda items: read_measures(items, KINDS), value),
                )
            self._check_count()
            self._check_names()
            needs({key: getattr(self, key) for key in LISTS})

    def _set(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)  # frozen for everybody else; these are the values as read

    # In and out ---------------------------------------------------------------------------------------------

    @classmethod
    def from_yaml(cls, text: str, path: str = "scenario") -> Scenario:
        """A scenario from the text of a file.

        Arguments:
            text: YAML; see docs for the fields. `extends: NAME` (a library name or a file) builds on others.
            path: how messages call the file.

        Raises:
            ScenarioError: with file, line and field, what was found, what was expected and the next step.
        """
        return cls._from_document(read_document(text, path))

    @classmethod
    def from_dict(cls, data: Any, origin: Origin | None = None) -> Scenario:
        """A scenario from plain data, the inverse of `to_dict`.

        Raises:
            ScenarioError: as `from_yaml`.
        """
        return cls._from_document(as_document(data, origin or Origin()))

    @classmethod
    def _from_document(cls, document: Document) -> Scenario:
        if "extends" in document.data:
            document = composed([document])
        values, origin = document.data, document.origin
        with located(origin):
            for key in values:
                if key not in cls.FIELDS:
                    raise Complaint(
                        "CV103",
                        f"a scenario has no field '{key}'",
                        found=f"{key}: {quoted(values[key])}",
                        expected="one of " + ", ".join(("extends", *cls.FIELDS)),
                        next_step=did_you_mean(
                            key,
                            ("extends", *cls.FIELDS),
                            "Take it out, or look for the field that was meant.",
                        ),
                        field=(key,),
                    )
            if "name" not in values:
                raise Complaint(
                    "CV105", "a scenario lacks its name", next_step="Add a first line `name: ...`."
                )
            given = {
                key: value for key, value in values.items() if value is not None or key in ("name", "world")
            }
        return cls(**given, origin=origin)

    def to_dict(self) -> dict[str, Any]:
        """Plain data as a file has it, without fields that are empty."""
        data: dict[str, Any] = {"name": self.name}
        for key in ("story", "sources"):
            if getattr(self, key):
                data[key] = _plain(getattr(self, key))
        data |= {"world": self.world, "model": _plain(self.model)}
        if self.date is not None:
            data["date"] = self.date
        for key in ("blocs", "goods", "senders", "targets"):
            if getattr(self, key):
                data[key] = _plain(getattr(self, key))
        return data | {key: [measure.to_item() for measure in getattr(self, key)] for key in LISTS}

    def to_yaml(self) -> str:
        """The scenario as a file; reading it back gives an equal scenario (comments are not kept)."""
        return write_yaml(self.to_dict())

    def fingerprint(self) -> str:
        """sha256 of the scenario in canonical form, in hexadecimal."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def __sub__(self, other: Scenario) -> ScenarioDifference:
        return difference(self, other)

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{escape(self.name)}</b> on {escape(self.world)}</p>"]
        for which in LISTS:
            said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences(which))
            parts.append(f"<p>{which.capitalize()}</p><ul>{said}</ul>" if said else "")
        return "".join(parts)

    def __repr__(self) -> str:
        counts = ", ".join(f"{which} {len(getattr(self, which))}" for which in LISTS)
        return f"Scenario({self.name!r} on {self.world}: {counts})"

    # Looking inside -----------------------------------------------------------------------------------------

    def labels(self, which: str) -> tuple[str, ...]:
        """What the measures of a list are called: their names, otherwise kind and position ("corridor 1").

        Arguments:
            which: given, sanctions or responses.

        Example:
            >>> Scenario(name="x", sanctions=[{"embargo": {"by": "USA", "on": "RUS"}}]).labels("sanctions")
            ('embargo 1',)
        """
        taken = {measure.name for key in LISTS for measure in getattr(self, key)}
        found = []
        for place, measure in enumerate(getattr(self, which), start=1):
            label = measure.name or f"{measure.kind} {place}"
            while measure.name is None and label in taken:
                label += "'"
            found.append(label)
        return tuple(found)

    def namer(self) -> Namer:
        """Names for this scenario's sentences."""
        return StandardNamer(self.blocs)

    def sentences(self, which: str = "sanctions") -> list[str]:
        """Each measure of a list in one sentence."""
        namer = self.namer()
        return [measure.describe(namer) for measure in getattr(self, which)]

    def with_settings(self, settings: Mapping[str, Any]) -> Scenario:
        """The same scenario with some values changed, checked like a new one.

        Arguments:
            settings: value by key. A key is a field of the scenario ("world"), a list of its own
                ("blocs.west"), or a
                field of a measure, found by position from 0 or by name ("responses.0.saving", "sanctions.oil
                ban.leakage"). Text is read as it would be in a file ("10 %", "[EU27, GBR]"); null takes a
                field out.

        Raises:
            ScenarioError: a key that leads nowhere (CV122), or whatever is wrong with the value.

        Example:
            >>> duty = {"tariff": {"by": "USA", "on": "CHN", "rate": "25 %"}}
            >>> scenario = Scenario(name="x", sanctions=[duty])
            >>> scenario.with_settings({"sanctions.0.rate": "10 %"}).sanctions[0].rate
            0.1
        """
        data, names = self.to_dict(), {which: self.labels(which) for which in LISTS}
        for key, value in settings.items():
            with located(Origin(f"setting '{key}'")):
                place_setting(data, self.FIELDS, names, key, value)
        shown = "; ".join(f"{key}={value}" for key, value in settings.items())
        note = f"{self.origin.note}; {shown}" if self.origin.note else shown
        return type(self).from_dict(data, replace(self.origin, note=note[:200]))

    def with_measures(self, changed: Mapping[tuple[str, int], Measure]) -> Scenario:
        """The same scenario with some measures replaced, checked like a new one.

        Arguments:
            changed: the new measures by list and position.
        """
        lists = {which: list(getattr(self, which)) for which in LISTS}
        for (which, place), measure in changed.items():
            lists[which][place] = measure
        fresh: dict[str, Any] = {which: tuple(items) for which, items in lists.items()}
        words = [(item.name, item.when) for items in lists.values() for item in items]
        if words != [(item.name, item.when) for which in LISTS for item in getattr(self, which)]:
            return replace(self, **fresh)
        same = copy.copy(self)  # names and conditions stand as they were checked; measures check themselves
        for which, items in fresh.items():
            same._set(which, items)
        return same

    # Time ---------------------------------------------------------------------------------------------------

    def at(self, day: str | datetime.date) -> Scenario:
        """The scenario as it stands on a day.

        A measure is 0 before its `start`, grows linearly until `full_by`, and is gone after its `end`; one
        without dates counts in full. Of a ban the share that is not leaked grows, of everything else the size.
        A green corridor frees its trade from the first day on, its saving grows. Lists, names and positions stay
        as they are.

        Arguments:
            day: a day, or a month for its first day.

        Raises:
            ScenarioError: CV125 where it is no date.

        Example:
            >>> duty = {"tariff": {"by": "USA", "on": "CHN", "rate": "25 %", "start": "2018-07", "full_by": "2019-07"}}
            >>> Scenario(name="x", sanctions=[duty]).at("2019-01").shares("sanctions")
            (0.5041095890410959,)
        """
        return replace(self, date=day if isinstance(day, str) else day.isoformat())

    def shares(self, which: str) -> tuple[float, ...]:
        """How far each measure of a list is phased in on the day of the scenario, 0 to 1.

        Conditions are not looked at. Without a date every measure counts in full.
        """
        day = None if self.date is None else first_day(self.date)
        return tuple(1.0 if day is None else measure.period.share(day) for measure in getattr(self, which))

    def notes(self) -> tuple[str, ...]:
        """What a reader should know about dates: that they are not used, or how far each dated measure is."""
        dated = [
            (label, share)
            for which in LISTS
            for label, share, measure in zip(
                self.labels(which), self.shares(which), getattr(self, which), strict=True
            )
            if measure.dated
        ]
        if not dated:
            return ()
        if self.date is None:
            return ("Measures have dates, which are not used here: every measure counts in full.",)
        shown = [f"{label} {percent_words(share)}" for label, share in dated]
        return (f"As it stands on {self.date}: {', '.join(shown)} phased in.",)

    # Checks -------------------------------------------------------------------------------------------------

    def _check_count(self) -> None:
        count = 0
        for key in LISTS:
            for measure in getattr(self, key):
                count += 1 + (len(measure.measures) if isinstance(measure, Retaliation) else 0)
        if count > MOST_MEASURES:
            raise Complaint(
                "CV124",
                "too many measures",
                found=str(count),
                expected=f"at most {MOST_MEASURES}",
                next_step="Merge measures that differ only in sides or goods: both take lists.",
            )

    def _check_names(self) -> None:
        seen: dict[str, str] = {}
        for key in LISTS:
            for place, measure in enumerate(getattr(self, key)):
                if measure.name is None:
                    continue
                if measure.name in seen:
                    raise Complaint(
                        "CV110",
                        f"two measures are called '{measure.name}'",
                        found=f"{seen[measure.name]} and {key}[{place}]",
                        expected="a name of its own for each measure",
                        next_step="Rename one of them.",
                        field=(key, place, "name"),
                    )
                seen[measure.name] = f"{key}[{place}]"


Scenario.FIELDS = tuple(entry.name for entry in fields(Scenario) if entry.name != "origin")


def _under(key: str, read: Any, value: Any) -> Any:
    try:
        return read(value)
    except Complaint as complaint:
        raise complaint.under(key) from None


def _read_lists(value: Any) -> dict[str, tuple[str, ...]]:
    """Own blocs or goods lists: name -> members."""
    given = as_mapping({} if value is None else value, "the field", "name: [members], one list a line")
    lists: dict[str, tuple[str, ...]] = {}
    seen: dict[str, str] = {}
    for written, members in given.items():
        name = _under(written, read_text, written)
        if normal(name) in seen:
            raise Complaint(
                "CV110",
                f"two lists are called '{name}'",
                found=f"{seen[normal(name)]} and {name}, which count as one name",
                next_step="Rename one of them.",
                field=(written,),
            )
        seen[normal(name)] = name
        lists[name] = _under(written, read_names, members)
    return lists


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return list(value) if isinstance(value, tuple) else value
