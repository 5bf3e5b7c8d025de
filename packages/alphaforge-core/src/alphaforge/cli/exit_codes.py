"""The exit codes of all commands; docs/cli.md has them for users."""

OK = 0
"""Done."""
ERROR = 1
"""It could not be done; one line on stderr says why."""
USAGE = 2
"""The command line was not understood, or the value of an option cannot be used."""
STRATEGY_HALTED = 3
"""It ran to the end, but a strategy raised and was halted."""
INCOMPLETE = 4
"""It ran to the end, but all trading was halted, or a sink has lost records."""
NO_ANSWER = 5
"""The node that was asked does not run, or does not answer."""
NOT_CONFIRMED = 6
"""A kill was not confirmed: orders may be open yet, or its latch could not be left."""
SIGNALLED = 128
"""A signal ended it; its number is added."""
