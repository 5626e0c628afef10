"""Workers and adapters that behave, and misbehave, on purpose."""

from pathlib import Path

FAKES = Path(__file__).parent
