"""The plugin surface: hooks, manifests, discovery, and our own loader."""
