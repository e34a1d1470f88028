"""What was told, wished, posted and logged, and the folds over it; it never knows the parties' code."""
