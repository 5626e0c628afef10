"""A user's own code, run where the user names it and nowhere else: what makes a network, and where it failed."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from adapters.room import UserError, reason
from crosscheck.contract.own import Own

HINT = "Hint: name what gives one; networks of other frameworks come by ONNX files"
MOST_FRAMES = 3  # of a user's traceback, the last ones
_OURS = str(Path(__file__).parent)


def made(own: Own) -> Any:
    """What ``own.maker`` makes: a function or class is called, anything else is taken as it is. Raises UserError."""
    place, _, name = own.maker.rpartition(":")
    sys.path[:0] = [p for p in own.path if p not in sys.path]
    try:
        found = functools.reduce(getattr, name.split("."), _module(place, own))
    except (Exception, SystemExit) as error:
        raise UserError(f"{own.maker} cannot be imported: {told(error)}") from error
    if not (inspect.isclass(found) or inspect.isroutine(found) or isinstance(found, functools.partial)):
        return found
    try:
        return found()
    except (Exception, SystemExit) as error:
        raise UserError(f"{own.maker} fails: {told(error)}") from error


def _module(place: str, own: Own) -> Any:
    if not place.endswith(".py"):
        return importlib.import_module(place)
    path = Path(own.path[0]) / Path(place).name
    name = path.stem if path.stem not in sys.modules else f"{path.stem}_of_user"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{place} is no Python file")
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles look their module up
    spec.loader.exec_module(module)
    return module


def told(error: BaseException, skip: tuple[str, ...] = ()) -> str:
    """An error, then the last frames of the user's code that led to it, the innermost last; ``skip`` are folders of libraries."""
    lost = (_OURS, "<frozen", str(Path(importlib.__file__ or "").parent), *skip)
    mine = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(lost)]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{reason(error)}\n  {Path(error.filename).name}:{error.lineno}: {(error.text or '').strip()}"
    where = "".join(f"\n  {Path(f.filename).name}:{f.lineno}, in {f.name}: {f.line}" for f in mine[-MOST_FRAMES:])
    return f"{reason(error)}{where}"


def ended(error: BaseException | None, failed: str, skip: tuple[str, ...]) -> str:
    """Why a network was not seen to its end, which is ``failed``, with the last lines of the user's code; empty where it was."""
    if error is None:
        return ""
    _, _, where = told(error, skip).partition("\n")
    return failed + (f"\n{where}" if where else "")
