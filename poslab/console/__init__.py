"""Shows and asks: commands and reports over one view model; it takes no decisions."""
