"""The payment service provider between terminal and acquirer; it never sees host or switch code."""
