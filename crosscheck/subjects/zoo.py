"""The networks that frameworks bring themselves: a table of them, by zoo and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crosscheck import models, toml
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.measuring import catalog

FOLDER = Path(__file__).parent
FILES = ("zoo.toml", "zoo_timm.toml")
NETWORK = {"name", "model", "group", "input", "small", "more", "call", "options", "experts", "default"}
CALLS = ("batch", "images", "pair")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that networks come from, or that it imports; ``overlay`` names the folder that it may lie in.

    Such a folder lies apart from the environment: see catalog.overlay_folder.
    """

    name: str
    overlay: str = ""

    @property
    def library(self) -> str:
        """The overlay that it has to be taken from; empty where the environment has it, or no overlay does."""
        there = catalog.installed_version(self.name) or not catalog.installed_version(self.name, self.overlay)
        return "" if there else self.overlay

    @property
    def version(self) -> str:
        """Installed version, or an empty string."""
        return catalog.installed_version(self.name, self.library)


@dataclass(frozen=True)
class Network:
    """One network of a zoo. ``model`` names our description of it, empty where there is none; ``input`` is (C, H, W).

    ``input`` of a video is (C, D, H, W); ``small`` is one that saves time where the size does not matter. ``call`` tells how it
    takes ``batch`` of these: as one tensor, as a list of images, or as a pair of such tensors; ``more`` are further inputs.
    ``experts`` of a mixture: how many there are, how many of them see one word, and the parameters of all of them together.
    ``overlay`` is its package's, and ``needs`` are packages that this one imports.
    """

    zoo: str
    name: str
    framework: str
    package: str
    maker: str
    model: str = ""
    input: tuple[int, ...] = (3, 224, 224)
    options: Mapping[str, Any] = field(default_factory=dict)
    default: bool = True
    overlay: str = ""
    small: tuple[int, ...] = ()
    more: tuple[tuple[int, ...], ...] = ()
    experts: tuple[int, int, int] | None = None
    call: str = "batch"
    batch: int = 1
    needs: tuple[Package, ...] = ()

    @property
    def packages(self) -> tuple[Package, ...]:
        """Its own package, then what that imports."""
        return Package(self.package, self.overlay), *self.needs

    @property
    def libraries(self) -> tuple[str, ...]:
        """The overlays that its packages have to be taken from."""
        return tuple(p.library for p in self.packages if p.library)

    @property
    def version(self) -> str:
        """Installed version of its package, or an empty string."""
        return self.packages[0].version

    @property
    def id(self) -> str:
        """``keras:ResNet50``."""
        return f"{self.zoo}:{self.name}"

    @property
    def key(self) -> tuple[str, str]:
        """What rows of it are known by: its id and its input."""
        return self.id, self.blank().input_text

    def blank(self) -> Model:
        """A stand-in for the description that only watching the network can give: its name and its input."""
        listed = self.call == "images"
        shapes = (self.input if listed else (self.batch, *self.input),) * (self.batch if listed else 1 + (self.call == "pair"))
        shapes += tuple((self.batch, *shape) for shape in self.more)
        inputs = tuple(Input(f"input{k or ''}", shape) for k, shape in enumerate(shapes))
        names, origin = tuple(i.name for i in inputs), Origin(native=self.maker)
        layer = Layer("network", "unknown", {}, names, shapes, shapes[:1], origin=origin)
        return Model(self.id, self.zoo, f"as {self.maker} makes it", self.maker, inputs, (layer,), ("network",))


@cache
def networks() -> Mapping[str, Network]:
    """Every network of every zoo by id. Raises CrosscheckError for a row that is not what it should be."""
    tables = _tables()
    packages = {zoo["id"]: Package(zoo["package"], zoo.get("overlay", "")) for zoo in tables}
    found: dict[str, Network] = {}
    for zoo in tables:
        needs = tuple(packages[other] for other in zoo.get("needs", ()))
        for row in zoo["networks"]:
            made = _network(zoo, row, needs)
            if made.id in found or (made.model and made.model not in models.variants()):
                raise CrosscheckError(f"{zoo['file']}: {made.id} is there twice, or its model {made.model!r} does not exist")
            found[made.id] = made
    return found


@cache
def _tables() -> list[Mapping[str, Any]]:
    """Every zoo's table, with the name of its file."""
    found = ((name, toml.loads((FOLDER / name).read_text(encoding="utf-8"))["zoo"]) for name in FILES)
    return [{**zoo, "file": name} for name, zoos in found for zoo in zoos]


def choice(zoo: str) -> str:
    """How the networks of a zoo were chosen; empty where it has all of its package."""
    return next((str(table.get("says", "")) for table in _tables() if table["id"] == zoo), "").strip()


def _network(zoo: Mapping[str, Any], row: Mapping[str, Any], needs: tuple[Package, ...]) -> Network:
    if set(row) - NETWORK or "name" not in row or row.get("call", "batch") not in CALLS:
        raise CrosscheckError(f"{zoo['file']}: a network of {zoo['id']} has an unknown entry or no name: {sorted(row)}")
    own = {k: v for k, v in row.items() if k != "group"}
    sizes = {"small": zoo.get("small")} | {k: own[k] for k in ("input", "small") if k in own}
    own |= {k: _size(text) for k, text in sizes.items() if text} | {"more": tuple(map(_size, own.get("more", ())))}
    own |= {"experts": tuple(own["experts"])} if "experts" in own else {}
    shared = {"zoo": zoo["id"], "framework": zoo["framework"], "package": zoo["package"], "needs": needs}
    shared["overlay"] = zoo.get("overlay", "")
    maker = ".".join(part for part in (zoo["makers"], row.get("group", ""), row["name"]) if part)
    return Network(**shared, maker=maker, **own)


def _size(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("x")))


def get(name: str) -> Network:
    """The network ``keras:ResNet50``. Raises UnknownNameError with the nearest names."""
    known = networks()
    if name not in known:
        raise UnknownNameError("zoo network", name, known)
    return known[name]


def select(names: Sequence[str] = (), frameworks: Sequence[str] = ()) -> list[Network]:
    """Networks by id, by name in every zoo that has it, or a whole zoo by its id; all that are ``default`` without names.

    Raises UnknownNameError, and UsageError where ``frameworks`` leaves nothing over.
    """
    for name in frameworks:
        catalog.framework(name)
    known = networks()
    chosen: dict[str, Network] = {}
    for name in names:
        fits = {k: n for k, n in known.items() if name in (k, n.zoo) or n.name.lower() == name.lower()}
        if not fits:
            raise UnknownNameError("zoo network", name, [*known, *{n.zoo for n in known.values()}])
        chosen |= fits
    wanted = chosen or {k: n for k, n in known.items() if n.default}
    kept = [n for n in wanted.values() if not frameworks or n.framework in frameworks]
    if not kept:
        raise UsageError(f"--framework {' '.join(frameworks)} leaves none of these networks. Hint: crosscheck list zoo")
    return kept
