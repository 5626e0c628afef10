"""Workers and adapters that behave, and misbehave, on purpose."""
