"""The acquirer's host and its desks; it never sees platform or switch code."""
