"""Where the layers of a network stand, by index: the containers around them, what they read, and what leaves a container.

Flat lists of integers: a network is walked once, layer by layer, and whoever counts it goes by these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

OUTSIDE = -1  # in place of a layer where an input of the network is read, and of a container around the root


@dataclass(frozen=True, slots=True)
class Nest:
    """Containers by index, the root first and each before those in it, and layers by index.

    Of a container: its path (``""`` of the root), the container right ``around`` it, its depth as of a layer with that path for
    an id, its first layer at any depth, and in ``outs`` the layer whose output is its own: the first that is read outside, or
    its last one where none is. ``several`` are all that are read outside, where they are more than one; ``doubles`` are
    containers with the path of a layer.

    Of a layer: the container that is its home, and in ``reads`` what makes its first input; in ``joins``, where it has several,
    what makes each. ``ends`` make the network's outputs; ``names`` are the last parts of all ids.
    """

    paths: list[str] = field(default_factory=lambda: [""])
    around: list[int] = field(default_factory=lambda: [OUTSIDE])
    depths: list[int] = field(default_factory=lambda: [1])
    firsts: list[int] = field(default_factory=lambda: [0])
    outs: list[int] = field(default_factory=lambda: [OUTSIDE])
    several: dict[int, tuple[int, ...]] = field(default_factory=dict)
    doubles: set[int] = field(default_factory=set)
    homes: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    joins: dict[int, tuple[int, ...]] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def chain(self, box: int) -> list[int]:
        """A container and all around it, inmost first; along it indices fall."""
        found = []
        while box != OUTSIDE:
            found.append(box)
            box = self.around[box]
        return found


def nest(ids: Sequence[str], values: Iterable[tuple[str, ...]], outputs: Sequence[str], at: Mapping[str, int]) -> Nest:
    """Where the layers of a network stand, by their ids and what each reads; ``at`` is the layer that makes a value.

    What is no first output of a layer is not what a container hands out.
    """
    found, boxes = Nest(), {"": 0}
    until: dict[int, int] = {}  # by a layer that is read elsewhere: the inmost container around it and all who read it
    homes, reads, names, around, home, inmost = found.homes, found.reads, found.names, found.around, 0, ""
    before, last = OUTSIDE, ""  # most layers read the one before them: that needs no looking up
    for k, (name, inputs) in enumerate(zip(ids, values, strict=True)):
        path, _, own = name.rpartition(".")
        if path != inmost:
            home, inmost = boxes[path] if path in boxes else _open(found, boxes, path, k), path
        homes.append(home)
        names.add(own)
        for value in inputs:
            maker = before if value == last else at[value]
            if homes[maker] != home and maker != OUTSIDE and ids[maker] == value:
                shared = _shared(around, homes[maker], home)
                if shared < until.get(maker, homes[maker]):
                    until[maker] = shared
        if len(inputs) == 1:
            reads.append(maker)
        else:
            makers = tuple([at[v] for v in inputs])
            reads.append(makers[0] if makers else OUTSIDE)
            if makers:
                found.joins[k] = makers
        before, last = k, name
    found.ends.extend(at[v] for v in outputs)
    for value, maker, shared in zip(outputs, found.ends, (OUTSIDE, *[0] * len(outputs)), strict=False):
        if maker != OUTSIDE and ids[maker] == value:
            until[maker] = min(until.get(maker, 0), shared)
    found.doubles.update(boxes[path] for path in boxes.keys() & at.keys() if at[path] != OUTSIDE and ids[at[path]] == path)
    _leave(found, until)
    return found


def _open(found: Nest, boxes: dict[str, int], path: str, first: int) -> int:
    """The container at a path, which comes into being where it is new, as do those around it."""
    if path not in boxes:
        outer = _open(found, boxes, path.rpartition(".")[0], first)
        boxes[path] = len(found.paths)
        found.paths.append(path)
        found.around.append(outer)
        found.depths.append(path.count(".") + 1)
        found.firsts.append(first)
        found.outs.append(OUTSIDE)
    return boxes[path]


def _shared(around: Sequence[int], a: int, b: int) -> int:
    """The inmost container around both; what is around a container has a smaller index."""
    while a != b:
        if a > b:
            a = around[a]
        else:
            b = around[b]
    return a


def _leave(found: Nest, until: Mapping[int, int]) -> None:
    """Note what leaves each container; where nobody reads what is made there, the last value stands for its output."""
    outs, around, homes = found.outs, found.around, found.homes
    for k in sorted(until):
        box, shared = homes[k], until[k]
        while box != shared:
            if outs[box] == OUTSIDE:
                outs[box] = k
            else:
                found.several[box] = (*found.several.get(box, (outs[box],)), k)
            box = around[box]
    unread = {box for box, k in enumerate(outs) if k == OUTSIDE}
    for k, home in enumerate(homes) if unread else ():
        for box in unread.intersection(found.chain(home)):
            outs[box] = k
