"""People as parties: cashier, cardholder; they never know a clock or dice, only what they are told."""
