"""poslab: a flight simulator for card payments."""

__version__ = "0.1.0"
