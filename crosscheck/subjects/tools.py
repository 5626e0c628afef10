"""Tools and conventions by id or as they are printed: ``paddle_flops`` or ``paddle.flops``, in any case of letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crosscheck.conventions import read as conventions
from crosscheck.errors import UnknownNameError, UsageError

Names = Mapping[str, tuple[str, ...]]  # id -> what else it goes by


def convention(name: str) -> str:
    """The id of a convention, or the path of a user's own. Raises UnknownNameError, and UsageError for a name of several."""
    return name if _known(name) else _chosen("convention", name, _conventions())


def tool(name: str) -> str:
    """The id of a tool that can be run. Raises the same."""
    from crosscheck.measuring import catalog

    return name if name in catalog.tools() else _chosen("tool", name, _tools())


def tools(names: Iterable[str] | None) -> tuple[str, ...]:
    """The ids of several tools."""
    return tuple(tool(name) for name in names or ())


def either(name: str) -> tuple[str, str]:
    """The id of a tool that can be run, or of a convention without one, and that of the convention that it counts by."""
    from crosscheck.measuring import catalog

    known = catalog.tools()
    if name not in known and not _known(name):
        name = _chosen("tool", name, {**_conventions(), **_tools()})
    return name, known[name].convention if name in known else name


def _known(name: str) -> bool:
    return name in conventions.ids() or conventions.names_file(name)


def _conventions() -> dict[str, tuple[str, ...]]:
    return {c: (conventions.load(c).title,) for c in conventions.ids()}


def _tools() -> dict[str, tuple[str, ...]]:
    """Tools with the title of their convention, and the call that its users write, with and without its arguments."""
    from crosscheck.measuring import catalog

    return {t.id: (conventions.load(t.convention).title, t.title, t.title.split("(")[0]) for t in catalog.tools().values()}


def _chosen(what: str, name: str, known: Names) -> str:
    """The one that is called so, else the only one that is but for the case of letters; of a tool's editions, the newest."""
    spelled = {key: (key, *others) for key, others in known.items()}
    found = [key for key, names in spelled.items() if name in names]
    found = found or [key for key, names in spelled.items() if name.lower() in map(str.lower, names)]
    newest = [key for key in found if key not in conventions.ids() or conventions.load(key).edition_of not in found]
    if len(newest) == 1:
        return newest[0]
    if found:
        raise UsageError(f"{name!r} may be {' or '.join(sorted(found))}. Hint: name it by this id")
    raise UnknownNameError(what, name, {n for names in spelled.values() for n in names[:2]})
