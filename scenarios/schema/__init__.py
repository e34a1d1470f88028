"""What a scenario file may say, and the strict reader of it; it never knows how a story is played."""
