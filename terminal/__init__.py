"""The card terminal: tables for what it does, flash, printer, slips; it never sees acquirer or bank code."""
