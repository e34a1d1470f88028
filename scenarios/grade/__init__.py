"""Compares what was done with what was found: the only room where ground truth and diagnosis meet."""
