"""Networks of a user's own: what their names and inputs mean, and what a worker has to run. Nothing of them runs here."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.own import FLOAT, Blank, Own, inputs, unseen
from crosscheck.contract.rows import Observed
from crosscheck.errors import UsageError
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.measuring.plan import Launch, Outcome, Plan, launch_adapter
from crosscheck.output import scratch

SIZES = re.compile(r"[1-9][0-9]{0,9}([x×,][1-9][0-9]{0,9})*")
GIVE = "Hint: give its input: x or a shape such as (1, 3, 224, 224); on the command line --input 1x3x224x224"
NEED = "needs an input that nothing tells here"


@dataclass(frozen=True)
class Network:
    """A user's network: its name, the framework that it is of, and how a worker gets it; ``blank`` has its name and inputs."""

    name: str
    framework: str
    own: Own
    blank: Model


def network(name: str, framework: str, own: Own) -> Network:
    """A network with the inputs that ``own`` has. Raises UsageError where there are none."""
    given = inputs(own.args, own.kwargs)
    if not given:
        raise UsageError(f"{name!r} {NEED}. {GIVE}")
    return Network(name, framework, own, unseen(name, own.maker or name, given))


def named(text: str, given: Sequence[str]) -> Network:
    """The network that ``nets.py:make_net`` or ``pkg.mod:make`` makes, with inputs as they are written. Raises UsageError."""
    args, kwargs = arguments(given)
    place = text.rpartition(":")[0]
    folder = Path(place).resolve().parent if place.endswith(".py") else Path.cwd()
    return network(text, framework(source(place)).id, Own(text, (str(folder),), "", args, kwargs))


def arguments(given: Sequence[str]) -> tuple[tuple[Blank, ...], dict[str, Blank]]:
    """``1x3x224x224`` by position, ``mask=1x128:int64`` by keyword. Raises UsageError."""
    args: list[Blank] = []
    kwargs: dict[str, Blank] = {}
    for text in given:
        name, _, rest = text.rpartition("=")
        if name in kwargs:
            raise UsageError(f"input {name!r} is given twice")
        if name:
            kwargs[name] = blank(rest)
        else:
            args.append(blank(rest))
    return tuple(args), kwargs


def blank(text: str) -> Blank:
    """``1x128:int64`` as a tensor to be made. Raises UsageError."""
    sizes, _, dtype = text.strip().partition(":")
    if not SIZES.fullmatch(sizes):
        raise UsageError(f"input {text!r} is no shape. Hint: write it like 1x3x224x224, ids=1x128:int64 for whole numbers")
    return Blank(tuple(int(n) for n in re.split("[x×,]", sizes)), dtype or FLOAT)


def able(known: Mapping[str, FrameworkInfo] | None = None) -> list[FrameworkInfo]:
    """The frameworks whose rooms take a user's network, those with most tools first."""
    found = [info for info in (catalog.frameworks() if known is None else known).values() if info.own]
    return sorted(found, key=lambda info: -len(info.tools))


def framework(path: Path | None) -> FrameworkInfo:
    """The framework that a file imports, the first one that takes networks of users where it imports none of them."""
    named = imports(path)
    return next((info for info in able() if {info.module, *info.also} & named), able()[0])


def imports(path: Path | None) -> set[str]:
    """Top-level names that a file of Python code imports; none of one that cannot be read, which its worker will tell."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8")) if path else ast.parse("")
    except (OSError, SyntaxError, ValueError):
        return set()
    found = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    found += [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    return {name.split(".")[0] for name in found}


def source(place: str) -> Path | None:
    """The file of ``nets.py`` or of ``pkg.mod``, here or installed; None where there is none. No code of it runs."""
    if place.endswith(".py"):
        return Path(place)
    top, *rest = place.split(".")
    homes = [Path.cwd() / top]
    if not (homes[0].is_dir() or homes[0].with_suffix(".py").is_file()):
        try:
            spec = importlib.util.find_spec(top)
        except (ImportError, ValueError):
            spec = None
        homes = [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []
        homes += [Path(spec.origin).with_suffix("")] if spec and spec.origin and not homes else []
    files = [p for home in homes for at in [home.joinpath(*rest)] for p in (at.with_suffix(".py"), at / "__init__.py")]
    return next((p for p in files if p.is_file()), None)


def plans(info: FrameworkInfo, wanted: Sequence[Network], tools: Sequence[ToolInfo], *, observe: bool = True) -> list[Plan]:
    """A plan for each overlay that a tool needs; the one without also watches the networks, where ``observe`` asks for it."""
    own, blanks = tuple(n.own for n in wanted), tuple(n.blank for n in wanted)
    return [
        Plan(
            info,
            blanks,
            tuple(t for t in tools if t.overlay == overlay),
            overlay=overlay,
            observe=observe and not overlay,
            own=own,
            zero_ok=True,
        )
        for overlay in dict.fromkeys([*([""] if observe else []), *(t.overlay for t in tools)])
    ]


def observe(wanted: Sequence[Network], *, launch: Launch = launch_adapter, timeout: float = 600.0) -> dict[str, Observed]:
    """The networks as they are seen to run, by name; of one that fails as it runs, what ran until then.

    Raises UsageError for one of which nothing was seen.
    """
    todo = [p for info in able() if (mine := [n for n in wanted if n.framework == info.id]) for p in plans(info, mine, ())]
    with scratch() as logs:
        outcomes = runner.run(todo, logs=Path(logs), launch=launch, timeout=timeout)
    return {n.name: answer(n, outcomes) for n in wanted}


def answer(n: Network, outcomes: Iterable[Outcome]) -> Observed:
    """What was seen of a network. Raises UsageError where that is nothing."""
    found: Any = next((o for outcome in outcomes for o in outcome.networks if o.model == n.name), None)
    if found is None or found.network is None:
        why = found.message if found else "nothing came back"
        raise UsageError(why if why.startswith(n.name) else f"{n.name}: {why}")
    return found  # type: ignore[no-any-return]
