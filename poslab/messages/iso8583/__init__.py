"""ISO 8583 bytes: dialects as data and one codec; it never knows who sends a message or over what."""
