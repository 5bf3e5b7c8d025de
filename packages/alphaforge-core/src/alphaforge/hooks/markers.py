"""The markers of hook implementations and specifications.

A plugin module marks its functions:

    from alphaforge import hookimpl

    @hookimpl
    def alphaforge_sinks():
        return [SinkSpec(...)]
"""

import pluggy

PROJECT = "alphaforge"

hookimpl = pluggy.HookimplMarker(PROJECT)
hookspec = pluggy.HookspecMarker(PROJECT)

PLUGIN_API = 1
"""The version of the plugin interface. It counts up when a plugin must change to go on working."""
