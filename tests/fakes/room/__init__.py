"""An adapter without a framework: networks are their own descriptions, and its tools have habits."""

FRAMEWORK = "room"
TITLE = "Room"
MODULE = "json"
EXTRA = "none"
PACKAGES = ("pytest", "no-such-package|hypothesis")
