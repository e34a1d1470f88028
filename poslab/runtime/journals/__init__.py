"""Where a service keeps what it has heard, so that it survives being killed."""
