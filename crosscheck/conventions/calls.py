"""What a convention says of the calls of a captured network: rules by the name of a call, and what is done with all others.

``[compute.calls]`` tells the levels that a tool looks at (see ``Level``) and, with ``source`` and ``says``, its *rest*: what a
call costs that no rule names, nothing unless ``weights`` says otherwise. Each ``[[compute.call]]`` is a rule: ``names`` such as
``kernel:addmm``, a ``*`` standing for any letters, with ``weights``, ``source``, ``says`` and ``quirk`` like those of ops. An
exact name goes before one with a ``*``, and of these the one that stands first. ``paths = 1`` in ``[compute.calls]`` tells that a
module which several paths lead to counts for each of them, ``paths = 2`` that it does so for each of them once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from crosscheck.contract.call import Level
from crosscheck.conventions.entries import Entry, left_out, need, weights
from crosscheck.conventions.table import CallRules, Weight
from crosscheck.errors import ConventionError
from crosscheck.ops.calls import known

_RULE = {"names", "weights", "source", "says", "quirk"}
_REST = {"levels", "paths", "weights", "source", "says", "quirk"}


def call_rules(told: Entry, at: str, parent: CallRules | None) -> CallRules | None:
    """The rules of one metric, those of ``parent`` where it says nothing else. Raises ConventionError."""
    rules, rest = told.get("call", []), told.get("calls")
    if rest is None and parent is None:
        if rules:
            raise ConventionError(f"{at}: a [[call]] without [calls]. Hint: say which levels the tool looks at, and its rest")
        return None
    base = _rest(rest, f"{at}.calls", parent) if rest is not None else parent
    if base is None:
        raise ConventionError(f"{at}: calls is no table")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ConventionError(f"{at}: call must be a list of tables")
    own: dict[str, tuple[Weight, ...]] = {}
    for rule in rules:
        for name, row in _rule(rule, base, f"{at}.call {rule.get('names')}").items():
            if name in own:
                raise ConventionError(f"{at}.call: {name!r} has two rules")
            own[name] = row
    return replace(base, rules=MappingProxyType({**own, **{k: v for k, v in base.rules.items() if k not in own}}))


def _rest(told: Any, at: str, parent: CallRules | None) -> CallRules:
    if not isinstance(told, dict) or (odd := sorted(set(told) - _REST)):
        raise ConventionError(f"{at} is no table or has an unknown entry" + (f" {odd[0]!r}" if isinstance(told, dict) else ""))
    levels = need(told, "levels", list, at)
    if not levels or any(level not in set(Level) for level in levels):
        raise ConventionError(f"{at}: levels {levels} are not of {', '.join(Level)}")
    charged = tuple(weights({"weights": {}, **told, "ops": ["rest"]}, at))
    paths = told.get("paths", 0)
    if paths not in (0, 1, 2):
        raise ConventionError(f"{at}: paths is {paths!r}, not 0, 1 or 2")
    return CallRules(tuple(levels), parent.rules if parent else MappingProxyType({}), charged, left_out("rest", told, at), paths)


def _rule(told: Mapping[str, Any], base: CallRules, at: str) -> dict[str, tuple[Weight, ...]]:
    odd = sorted(set(told) - _RULE)
    if odd:
        raise ConventionError(f"{at} has an unknown entry {odd[0]!r}")
    names = need(told, "names", list, at)
    for name in names:
        level, _, rest = str(name).partition(":")
        if level not in base.levels or not rest:
            raise ConventionError(f"{at}: {name!r} is not of a level that the tool looks at: {', '.join(base.levels)}")
        listed = known(Level(level))
        if listed is not None and not any(fnmatchcase(one, rest) for one in listed):
            raise ConventionError(f"{at}: {name!r} is no call that is counted. Hint: see crosscheck/ops/calls/{level}.py")
    return {name: tuple(weights({**told, "ops": [name]}, at)) for name in names}
