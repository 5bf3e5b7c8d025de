"""The plugin as a node finds it."""

from alphaforge.hooks.specs import CommandSpec, ReaderSpec, SinkSpec


def test_it_is_loaded_with_what_its_manifest_says(installed_plugin) -> None:
    specs = installed_plugin("parquet").specs
    assert list(specs["readers"]) == list(specs["sinks"]) == ["parquet"]
    assert list(specs["commands"]) == ["data convert", "data info"]
    assert isinstance(specs["readers"]["parquet"], ReaderSpec)
    assert isinstance(specs["sinks"]["parquet"], SinkSpec)
    for command in specs["commands"].values():
        assert isinstance(command, CommandSpec)
        assert callable(command.load())
