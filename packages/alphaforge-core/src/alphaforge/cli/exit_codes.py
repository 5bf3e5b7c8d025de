"""The exit codes of all commands; docs/cli.md has them for users."""

OK = 0
"""Done."""
ERROR = 1
"""It could not be done; one line on stderr says why."""
USAGE = 2
"""The command line was not understood."""
STRATEGY_HALTED = 3
"""It ran to the end, but a strategy raised and was halted."""
