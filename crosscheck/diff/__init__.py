"""Two networks compared in words: aligned in order of execution, every difference named and costed, with residual 0."""

from crosscheck.diff.differences import Comparison, compare
from crosscheck.diff.parts import CAUSES, NOTHING, SPELLING, Amounts, Difference

__all__ = ["CAUSES", "NOTHING", "SPELLING", "Amounts", "Comparison", "Difference", "compare"]
