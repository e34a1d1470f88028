"""Everything that can be said or happen: the inputs of parties; it never knows who sends them or over what."""
