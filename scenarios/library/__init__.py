"""The stories themselves, as data files; there is no code in this room."""
