"""Pages of the reference that are written by the code itself: one module a page or two, each a pure function."""
