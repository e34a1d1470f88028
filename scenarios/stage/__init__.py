"""Casts a world and plays a story in it; it never knows how the result is shown."""
