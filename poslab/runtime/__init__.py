"""Who drives a world: clocks, links, chance, journals; it never knows which parties exist or what a sale is."""
