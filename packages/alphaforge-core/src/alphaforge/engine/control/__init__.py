"""Who can look at a live node, hold it back and stop it: its control socket, its latches, its end."""
