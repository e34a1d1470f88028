"""The bank: issuer and account desks, and the rail between banks; it never sees the other parties' code."""
