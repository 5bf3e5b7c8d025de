"""The live console: what a node does, drawn on a terminal."""
