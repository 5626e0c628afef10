"""A user's networks put to one worker together, where ``compare`` starts one for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from crosscheck.contract.own import Own
from crosscheck.measuring import runner
from crosscheck.session import ask
from crosscheck.session.call import called
from crosscheck.studies.own import run as study
from crosscheck.studies.own.found import WORKER, Found
from crosscheck.subjects import own
from crosscheck.subjects.own import Network


def packed(name: str, net: Any, x: Any, file: Path) -> Network:
    """A live network in a file for a worker, as ``compare`` packs it."""
    args, kwargs = called(x)
    ask.room(net).pack(net, args, kwargs, file)
    one = own.network(name, ask.home(net).id, Own(path=ask.imports(), file=str(file), args=args, kwargs=kwargs))
    return ask.without_values(one, file)


def found(networks: Sequence[Network], folder: Path, tools: Collection[str] | None = None) -> dict[str, Found]:
    """What ``tools`` (all of them unless named) say of each, by name."""
    info = next(i for i in own.able() if i.id == networks[0].framework)
    plans = own.plans(info, networks, [t for t in info.tools if tools is None or t.id in tools])
    outcomes = runner.run(plans, logs=folder, timeout=300)
    return {n.name: study.found(n, outcomes, WORKER) for n in networks}
