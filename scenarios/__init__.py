"""Stories of what goes wrong: written, staged and graded here; they never know how they are shown."""
