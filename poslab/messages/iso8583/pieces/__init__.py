"""What a message says ↔ the fields that carry it on the terminal's leg, piece by piece, both ways in one place."""
