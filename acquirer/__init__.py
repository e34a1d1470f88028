"""The acquiring side: platform, host and switch, each its own party; they speak to each other by message only."""
