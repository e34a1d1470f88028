"""A run as one page: self-contained HTML over the view model; it decides nothing."""
