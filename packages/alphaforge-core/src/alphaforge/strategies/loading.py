"""Loading strategies: from a file, from a module, or by the name a plugin registers."""

import contextlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import StrategySpec
from alphaforge.model.errors import StrategyError, describe, place_of
from alphaforge.strategies.callbacks import check_callbacks
from alphaforge.strategies.params import StrategyParams
from alphaforge.strategies.strategy import Strategy


def load_strategy_class(use: str, registry: Registry) -> type[Strategy[Any]]:
    """Find the class that `use` stands for: `path.py[:Class]`, `module:Class`, or a registered name.

    Raises:
        StrategyError: it cannot be found, does not run, or is not a strategy.
        PluginError: the name is not registered, or its plugin cannot be used.
    """
    # What a strategy prints while it is loaded must not get into the output of a command.
    with contextlib.redirect_stdout(sys.stderr):
        return _load(use, registry)


def _load(use: str, registry: Registry) -> type[Strategy[Any]]:
    target, colon, class_name = use.partition(":")
    if target.endswith(".py"):
        return _class_of(_run_file(Path(target)), class_name, use)
    if colon:
        _refuse_missing_names(target, class_name, use)
        return _class_of(_import_module(target), class_name, use)
    spec = registry.get(StrategySpec, use)
    try:
        found: object = spec.load()
    except (Exception, SystemExit) as error:  # a plugin can raise anything
        raise StrategyError(f"strategy {use!r}: {_place(error)}") from error
    if not (isinstance(found, type) and issubclass(found, Strategy)):
        raise StrategyError(f"strategy {use!r}: its plugin gave {found!r}, which is no Strategy")
    return found


def create_strategy(strategy_class: type[Strategy[Any]], params: StrategyParams, use: str) -> Strategy[Any]:
    """Make a strategy with its parameters.

    Raises:
        StrategyError: the constructor raises, or a callback could never be called.
    """
    check_callbacks(strategy_class, use)
    try:
        return strategy_class(params)
    except (Exception, SystemExit) as error:  # a user's constructor can raise anything
        raise StrategyError(f"{use}: {_place(error)}") from error


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise StrategyError(f"{path}: there is no such file")
    name = f"alphaforge_strategy_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StrategyError(f"{path}: cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    # Classes of the module must be found by name later, for instance by pydantic.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        place = f"{error.filename}:{error.lineno}"
        raise StrategyError(f"{place}: syntax error: {error.msg}") from error
    except (Exception, SystemExit) as error:  # a user's module can raise anything
        raise StrategyError(f"{path}: {_place(error)}") from error
    return module


def _refuse_missing_names(module: str, class_name: str, use: str) -> None:
    """A module's name may hold dashes, but none of its parts may be missing."""
    if not all((*module.split("."), class_name)):
        raise StrategyError(f"{use!r} names no strategy: write path.py:Class, module:Class, or a name")


def _import_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if f"{name}.".startswith(f"{error.name}."):  # it, or what it is in; else it imports what is not there
            remedy = "install it, or name a file: path.py:Class"
            raise StrategyError(f"module {name}: {describe(error)}; {remedy}") from error
        raise StrategyError(f"module {name}: {_place(error)}") from error
    except (Exception, SystemExit) as error:  # a user's module can raise anything
        raise StrategyError(f"module {name}: {_place(error)}") from error


def _class_of(module: ModuleType, class_name: str, use: str) -> type[Strategy[Any]]:
    candidates = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Strategy)
        and value is not Strategy
        and value.__module__ == module.__name__
    }
    if class_name:
        found = getattr(module, class_name, None)
        if isinstance(found, type) and issubclass(found, Strategy) and found is not Strategy:
            return found
    if not candidates:
        raise StrategyError(f"{use.partition(':')[0]} defines no subclass of alphaforge.Strategy")
    names = ", ".join(sorted(candidates))
    if class_name:
        raise StrategyError(f"{use}: there is no strategy class {class_name!r}; there is: {names}")
    if len(candidates) == 1:
        return next(iter(candidates.values()))
    raise StrategyError(f"{use}: say which strategy is meant, with :Class; there is: {names}")


def _place(error: BaseException) -> str:
    """What was raised, and the file and line where."""
    place = place_of(error)
    return f"{describe(error)} ({place})" if place else describe(error)
