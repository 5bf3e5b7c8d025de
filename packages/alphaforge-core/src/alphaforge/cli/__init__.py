"""The command line: a command per file, each registered through the same hook that outsiders use."""
