"""What happened and what to do, from the evidence alone; it never knows what was injected or how a run was driven."""
