"""What a message says ↔ the fields that carry it, piece by piece, both ways in one place."""
