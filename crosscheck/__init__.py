"""crosscheck: why two tools print different FLOPs and parameters for the same network.

``crosscheck.compare(model, x)`` puts a network to every tool of its framework, ``crosscheck.capture(model, x)`` shows it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosscheck.session import Result, capture, compare

__version__ = "0.1.0"
__all__ = ["Result", "__version__", "capture", "compare"]


def __getattr__(name: str) -> Any:
    """What Python users ask for, imported when they do: the package alone is there at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from crosscheck import session

    return getattr(session, name)
