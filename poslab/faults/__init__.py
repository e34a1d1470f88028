"""What goes wrong, one fault a file; it never knows why a message matters, a clock, or how a handle is realised."""
