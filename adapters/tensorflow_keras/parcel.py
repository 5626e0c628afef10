"""A network in a file: its layers as they are, each variable as shape and type, made anew on arrival.

Keras pickles a model by its configuration, which a class of a user's own need not have; here each layer travels by its
attributes, one after the other, so that no chain of layers is too long. What a model was compiled with stays behind.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import keras
import numpy as np
from keras.src.ops.node import Node  # not public; what links the calls of a functional model
from keras.src.utils.backend_utils import DynamicBackend
from keras.src.utils.tracking import TrackedDict, TrackedList, TrackedSet, Tracker
from tensorflow.python.trackable.data_structures import ListWrapper, _DictWrapper, _TupleWrapper

from adapters.parcel import cloud, itself

PARTS = (keras.Operation, keras.KerasTensor, Node, Tracker)
TRACKED: Mapping[type, type] = {TrackedList: list, TrackedDict: dict, TrackedSet: set}
WRAPPED: Mapping[type, str] = {ListWrapper: "_storage", _DictWrapper: "__wrapped__", _TupleWrapper: "__wrapped__"}
COMPILED = (
    "optimizer", "_compile_loss", "_compile_metrics", "_compile_config", "_loss_tracker", "train_function", "test_function",
    "predict_function",
)  # fmt: skip
LINKS = "_self_"  # names of what TensorFlow keeps for checkpoints
SEED, BOUND = 0, 0.05


def write(parcel: Any, path: Path) -> None:
    """Put plain data, networks and arrays into a file. Raises Unsupported without cloudpickle, and what pickling raises."""
    with path.open("wb") as file:
        _dump(parcel, file, None)


def read(path: Path, imports: tuple[str, ...]) -> Any:
    """What ``write`` put there, with seeded weights; ``imports`` are the folders that its modules are found in."""
    sys.path.extend(p for p in imports if p not in sys.path)
    with path.open("rb") as file:
        return _load(file, ())


def copied(net: Any) -> Any:
    """A copy with weights of its own; what cannot be pickled is shared."""
    file, shared = io.BytesIO(), list[Any]()
    _dump(net, file, shared)
    file.seek(0)
    return _load(file, shared)


def _dump(parcel: Any, file: BinaryIO, shared: list[Any] | None) -> None:
    variables: dict[int, tuple[int, Any]] = {}
    waiting: list[Any] = []

    class Pickler(cloud().Pickler):  # type: ignore[misc]
        """Leaves values of variables out, and the attributes of layers for later."""

        def persistent_id(self, value: Any) -> Any:
            if isinstance(value, keras.Variable):
                order = variables.setdefault(id(value), (len(variables), value))[0]
                return order, tuple(value.shape), value.dtype, value.trainable, value.name, value.path
            if shared is not None and not _leaves(value):
                shared.append(value)
                return len(shared) - 1
            return None

        def reducer_override(self, value: Any) -> Any:
            if isinstance(value, PARTS):
                waiting.append(value)
                return _blank, (type(value),)
            if plain := TRACKED.get(type(value)):
                return _tracked, (type(value), plain(value), value.tracker)
            if type(value) in WRAPPED:  # TensorFlow's, which would look into their parts before these are whole
                return itself, (getattr(value, WRAPPED[type(value)]),)
            if isinstance(value, DynamicBackend):  # it asks itself for every attribute, also for those of pickling
                return DynamicBackend, (value._backend,)
            return super().reducer_override(value)

    pickler = Pickler(file)
    pickler.dump(parcel)
    for part in waiting:  # it grows on the way
        pickler.dump((part, _state(part)))
    pickler.dump(None)


def _load(file: BinaryIO, shared: Any) -> Any:
    unpickler = _Unpickler(file, shared)
    parcel = unpickler.load()
    trackers = []
    while (found := unpickler.load()) is not None:
        part, state = found
        part.__dict__.update(state)
        trackers += [part] if isinstance(part, Tracker) else []
    for tracker in trackers:  # it knows things by their identity
        tracker.stored_ids = {name: {id(v) for v in store} for name, (_, store) in tracker.config.items()}
    return parcel


def _state(part: Any) -> dict[str, Any]:
    """Attributes without what is of a training alone."""
    held = {k: v for k, v in vars(part).items() if not k.startswith(LINKS)}
    return held | {k: None for k in COMPILED if k in held} | ({"compiled": False} if "compiled" in held else {})


def _leaves(value: Any) -> bool:
    """Whether pickle has a way to write something of its kind."""
    if isinstance(value, PARTS) or type(value) in TRACKED or callable(value):
        return True
    try:
        value.__reduce_ex__(2)
    except (TypeError, AttributeError):
        return type(value).__module__ == "builtins" and type(value).__name__ in ("module", "cell")
    except Exception:  # noqa: BLE001 - whatever it raises, pickle will too, and says it better
        return True
    return True


def _blank(kind: type) -> Any:
    return object.__new__(kind)


def _tracked(kind: type, plain: Any, tracker: Any) -> Any:
    """A list, dict or set that Keras watches, without telling its tracker of what it holds already."""
    made = kind()
    extend: Any = {TrackedList: list.extend, TrackedDict: dict.update, TrackedSet: set.update}[kind]
    extend(made, plain)
    made.tracker = tracker
    return made


class _Unpickler(pickle.Unpickler):
    """Makes each variable once, however often it is used."""

    def __init__(self, file: BinaryIO, shared: Any) -> None:
        super().__init__(file)
        self.shared, self.made = shared, dict[int, Any]()

    def persistent_load(self, pid: Any) -> Any:
        if isinstance(pid, int):
            return self.shared[pid]
        order, shape, dtype, trainable, name, path = pid
        if order not in self.made:
            self.made[order] = keras.Variable(_seeded(order, shape, dtype), dtype=dtype, trainable=trainable, name=name)
            self.made[order]._path = path
        return self.made[order]


def _seeded(order: int, shape: tuple[int, ...], dtype: str) -> Any:
    """Small numbers, the same for the same order; what divides by its square root is positive, and whole numbers are 0."""
    if "float" not in dtype:
        return np.zeros(shape, "bool" if dtype == "bool" else "int32")
    return np.random.Generator(np.random.SFC64([SEED, order])).random(shape, dtype=np.float32) * BOUND
