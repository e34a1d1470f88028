"""The live runtime: the same parties in real or scaled time, as services that speak over a bus and survive a kill."""
