"""Callbacks as a strategy's class defines them: what would never be called, or could not be, is refused."""

import difflib
import inspect
from collections.abc import Sequence
from typing import Any

from alphaforge.model.errors import StrategyError
from alphaforge.strategies.strategy import Strategy

_CALLBACKS = tuple(name for name in vars(Strategy) if name.startswith("on_"))


def check_callbacks(strategy_class: type[Strategy[Any]], use: str) -> None:
    """Check the methods of a strategy.

    Raises:
        StrategyError: one named as a callback is none, one is async or a generator, or one cannot
            take what it is called with.
    """
    _refuse_async(strategy_class, use)
    for name in dir(strategy_class):
        if name.startswith("on_") and name not in _CALLBACKS and callable(getattr(strategy_class, name)):
            _refuse_unknown(strategy_class, name, use)
    for name in (*_CALLBACKS, "save", "load"):
        if getattr(strategy_class, name) is not getattr(Strategy, name):
            _refuse_wrong_parameters(strategy_class, name, use)


def _refuse_async(strategy_class: type[Strategy[Any]], use: str) -> None:
    """Refuse callbacks that would return without having done anything."""
    for name in vars(Strategy):
        value = getattr(strategy_class, name)
        is_async = inspect.iscoroutinefunction(value) or inspect.isasyncgenfunction(value)
        if is_async or inspect.isgeneratorfunction(value):
            kind = "async" if is_async else "a generator"
            raise StrategyError(f"{use}: {name} is {kind}: make it a plain function, without await and yield")


def _refuse_unknown(strategy_class: type[Strategy[Any]], name: str, use: str) -> None:
    """A method that looks like a callback and is never called is a mistake nobody would see."""
    close = difflib.get_close_matches(name, _CALLBACKS, n=1)
    meant = f"did you mean {close[0]}?" if close else f"there is {', '.join(_CALLBACKS)}"
    raise StrategyError(
        f"{_place(strategy_class, name, use)}: {name} is no callback: {meant} "
        "(a method of your own needs a name without on_)"
    )


def _refuse_wrong_parameters(strategy_class: type[Strategy[Any]], name: str, use: str) -> None:
    wanted = list(inspect.signature(getattr(Strategy, name)).parameters)
    defined = inspect.getattr_static(strategy_class, name)
    # What an instance passes along: no self to a static method.
    given = wanted[1:] if isinstance(defined, staticmethod) else wanted
    if not _takes(getattr(strategy_class, name), given, is_bound=isinstance(defined, classmethod)):
        raise StrategyError(
            f"{_place(strategy_class, name, use)}: {name} cannot be called with its arguments: "
            f"write `def {name}({', '.join(wanted)})`"
        )


def _takes(function: Any, given: Sequence[str], *, is_bound: bool) -> bool:
    if not callable(function):
        return False
    try:
        inspect.signature(function).bind(*(given[1:] if is_bound else given))
    except TypeError:
        return False
    except ValueError:  # something built in, which does not tell
        return True
    return True


def _place(strategy_class: type[Strategy[Any]], name: str, use: str) -> str:
    """File and line of a method; what the configuration calls the strategy where it has none."""
    code = getattr(inspect.unwrap(getattr(strategy_class, name)), "__code__", None)
    return use if code is None else f"{code.co_filename}:{code.co_firstlineno}"
