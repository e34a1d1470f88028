"""The book, post once and always balanced, and the chart of accounts; it never knows cards, messages or networks."""
