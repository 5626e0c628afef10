"""``compare`` and ``capture``: a network put to workers, which get it without its weights, or kept here where it cannot leave."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.own import Own
from crosscheck.errors import UsageError
from crosscheck.measuring import catalog, inside, runner
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.measuring.inside import ADAPTERS
from crosscheck.measuring.plan import Outcome, Plan
from crosscheck.output import scratch
from crosscheck.session.call import Called, called, setup
from crosscheck.session.result import Result
from crosscheck.studies.own import named
from crosscheck.studies.own import run as study
from crosscheck.studies.own.again import AGAIN, settled
from crosscheck.studies.own.found import INSIDE, WORKER
from crosscheck.subjects import own
from crosscheck.subjects.own import GIVE, Network
from crosscheck.subjects.reference import read
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Kind
from crosscheck.subjects.tools import tools as ids

MAKES = "Hint: give a network itself, or nets.py:make_net, which makes one"


def compare(model: Any, x: Any = None, *, tools: Sequence[str] | None = None, timeout: float = 600.0) -> Result:
    """What every tool of its framework says of a network, explained.

    ``model`` is a live network, or ``nets.py:make_net`` or ``pkg.mod:make``, which is run in a worker alone, or the name of any
    other network (``resnet50``, ``model.onnx``, ``torchvision:resnet18``). ``x`` is what it is called with: a tensor, an array,
    a shape, a tuple of these, or a mapping for keyword arguments. ``tools`` are ids or titles, all where None; ``timeout`` is the
    limit in seconds for each. The network is as it was afterwards. Raises UsageError and UnknownNameError.
    """
    tools = None if tools is None else ids(tools)
    with scratch() as temp:
        if isinstance(model, str) and (kind := read(model).kind) is not Kind.OWN:
            subject = resolve(model, setup(kind, x))
            return Result(named.run(subject, logs=Path(temp), tools=tools, timeout=timeout))
        first = study.found(*_done(model, x, tools, timeout, Path(temp)))
        return Result(settled(first, lambda odd: study.found(*_done(model, x, odd, timeout, Path(temp) / AGAIN))))


def capture(model: Any, x: Any = None, *, timeout: float = 600.0) -> Model:
    """The network alone as it is seen to run, without any tool: layers, shapes and the calls below them. Raises UsageError.

    ``model`` may also name any other network: one described here, an ONNX file, a zoo's.
    """
    if isinstance(model, str) and (kind := read(model).kind) is not Kind.OWN:
        return resolve(model, setup(kind, x)).built
    with scratch() as temp:
        network, outcomes, _ = _done(model, x, (), timeout, Path(temp))
        return Model.from_json(own.answer(network, outcomes).network or {})


def _done(model: Any, x: Any, tools: Sequence[str] | None, timeout: float, temp: Path) -> tuple[Network, list[Outcome], str]:
    """A network, what came back of it, and where it was measured."""
    temp.mkdir(exist_ok=True)
    if isinstance(model, str):
        network = _named(model, x)
        return network, runner.run(study.planned(network, tools), logs=temp, timeout=timeout), WORKER
    info, given = home(model), called(x)
    if not info.installed:
        raise UsageError(f"{info.title} is not installed. Install it with: {info.install_hint}")
    owns = room(model)
    try:
        name = type(owns.plain(model)).__name__
    except TypeError as error:
        raise UsageError(f"{error}. {MAKES}") from None
    file = temp / "network"
    if _packed(owns, model, given, file):
        network = own.network(name, info.id, Own(path=imports(), file=str(file), args=given[0], kwargs=given[1]))
        network = without_values(network, file)
        return network, runner.run(study.planned(network, tools), logs=temp, timeout=timeout), WORKER
    network = own.network(name, info.id, Own(args=given[0], kwargs=given[1]))
    plans = study.planned(without_values(network, None), tools)
    return network, list(_inside(owns, model, given, plans, temp)), INSIDE


def _named(text: str, x: Any) -> Network:
    """A network that the user's code makes; ``x`` is shapes."""
    if x is None:
        raise UsageError(f"{text!r} needs to be called with something. {GIVE}")
    args, kwargs = called(x)
    plain = own.named(text, ["1"])
    return own.network(text, plain.framework, Own(text, plain.own.path, "", args, kwargs))


def home(model: Any) -> FrameworkInfo:
    """The framework that a live network is of, by the modules that its classes are defined in. Raises UsageError."""
    modules = {kind.__module__.split(".")[0] for kind in type(model).__mro__}
    found = next((info for info in own.able() if {info.module, *info.also} & modules), None)
    if found is None:
        kind = f"{type(model).__module__}.{type(model).__qualname__}".removeprefix("builtins.")
        later = next((info for info in catalog.frameworks().values() if info.module in modules), None)
        if later is not None:
            raise UsageError(f"networks of {later.title} are not taken yet. Hint: export it to ONNX and name the file")
        known = ", ".join(info.title for info in own.able())
        raise UsageError(f"{kind} is no network of {known}. {MAKES}")
    return found


def room(model: Any) -> Any:
    """What the folder of its framework does with a live network: see ``OwnNetworks`` in adapters/room.py."""
    return importlib.import_module(f"{ADAPTERS}.{home(model).id}.own")


def _packed(owns: Any, model: Any, given: Called, file: Path) -> bool:
    """Whether the network went into a file; what pickling refuses, for whatever reason, stays where it is."""
    try:
        owns.pack(model, *given, file)
    except Exception:  # noqa: BLE001 - objects of users raise what they like
        return False
    return True


def without_values(network: Network, file: Path | None) -> Network:
    """The same for a job, which has no place for live arguments: the file has them, or this process."""
    return Network(network.name, network.framework, Own(path=network.own.path, file=str(file or "")), network.blank)


def imports() -> tuple[str, ...]:
    """Where this process finds modules, so that the worker finds those that the network is of."""
    return tuple(os.path.abspath(p) for p in sys.path if p == "" or os.path.isdir(p))  # noqa: PTH100, PTH112


def _inside(owns: Any, model: Any, given: Called, plans: Sequence[Plan], temp: Path) -> Iterator[Outcome]:
    """The plans carried out here, on a copy. Raises UsageError for a network that can neither leave nor be copied."""
    for plan in plans:
        with ExitStack() as stack:
            if plan.overlay:
                yield inside.skipped(plan)
                continue
            try:
                spare = stack.enter_context(owns.spare(model))
            except Exception as error:
                raise UsageError(f"the network can be neither pickled nor copied: {type(error).__name__}: {error}") from error
            yield inside.run(plan, [(spare, *given)], temp)
