"""What cells work on: one room, one job, and one network at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.room import Room, Unsupported, UserError, reason
from crosscheck.contract.job import Job, Kind
from crosscheck.contract.network import Model


@dataclass(frozen=True)
class Built:
    """A network as the framework built it; ``native`` is None where it could not, and ``status`` and ``message`` say why.

    ``model`` is the description, or for a network of a zoo or a user what was seen of it: of one that failed as it ran, which
    has a status too, what was seen until then.
    """

    model: Model
    native: Any
    status: str = "ok"
    message: str = ""


class Bench:
    """A room at work on a job; it holds the network of the last cell for the next cell of the same network."""

    def __init__(self, room: Room, job: Job, held: Sequence[Any] = ()) -> None:
        """``held`` are the networks of users, each with its arguments, that are in this process already."""
        self.room, self.job, self.held = room, job, held
        self.framework, self.builder = room.constants.FRAMEWORK, room.builder
        self._held: tuple[int, Built] | None = None

    def built(self, index: int) -> Built:
        """The job's network at ``index``, built once for the cells that follow each other on it."""
        if self._held is None or self._held[0] != index:
            self._held = None  # frees the previous network before the next one is built
            self._held = (index, self._build(index))
        return self._held[1]

    def _maker(self, index: int) -> Callable[[Model], Any]:
        """What builds a network: with weights that are drawn where a cell reads its numbers, as outputs and exports do."""
        read = any(cell.index == index and cell.kind in (Kind.OUTPUT, Kind.EXPORT) for cell in self.job.cells)
        build: Callable[[Model], Any] = self.builder.build
        return build if read else getattr(self.builder, "level", build)

    def _build(self, index: int) -> Built:
        model, job = self.job.models[index], self.job
        try:
            if job.zoo:
                native = self.room.zoo.build(model, job.zoo[index])
                return Built(getattr(native, "seen", None) or model, native)
            if job.own:
                asked = any(cell.kind is Kind.OBSERVE and cell.index == index for cell in job.cells)
                native = self.room.own.build(model, job.own[index], *self.held[index : index + 1], captured=asked)
                return Built(native.seen, native, "error" if native.failed else "ok", native.failed)
            if file := job.files[index : index + 1]:
                return Built(model, self.builder.build(model, *file))
            return Built(model, self._maker(index)(model))
        except Unsupported as why:
            return Built(model, None, "unsupported", str(why))
        except UserError as why:
            return Built(model, None, "error", str(why))
        except (Exception, SystemExit) as error:  # any framework error becomes a row
            return Built(model, None, "error", reason(error))
