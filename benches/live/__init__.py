"""How fast a live client is: ours, clients of others, and a bare one that bounds them all."""
