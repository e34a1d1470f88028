"""What must always hold, one invariant a file; it never knows the parties' code or the book of the accused."""
