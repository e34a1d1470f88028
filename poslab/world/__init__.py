"""Who exists: the frozen world, its presets and test cards; it never knows how a world is driven."""
