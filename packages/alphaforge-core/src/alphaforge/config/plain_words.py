"""What is wrong with a value, and what to write instead, where pydantic speaks of Python."""

from collections.abc import Mapping
from typing import Any

_A_NUMBER = "write a number, such as 0.5"
_A_WHOLE_NUMBER = "write a whole number, such as 5"
_TRUE_OR_FALSE = "write true or false"

_WORDS = {
    "bool_parsing": _TRUE_OR_FALSE,
    "bool_type": _TRUE_OR_FALSE,
    "decimal_max_digits": "write at most {max_digits} digits",
    "decimal_max_places": "write at most {decimal_places} decimal places",
    "decimal_parsing": _A_NUMBER,
    "decimal_type": _A_NUMBER,
    "dict_type": "write a table",
    "finite_number": "write a finite number",
    "float_parsing": _A_NUMBER,
    "float_type": _A_NUMBER,
    "greater_than": "write a number above {gt}",
    "greater_than_equal": "write {ge} or more",
    "int_from_float": _A_WHOLE_NUMBER,
    "int_parsing": _A_WHOLE_NUMBER,
    "int_parsing_size": "write a number with fewer digits",
    "int_type": _A_WHOLE_NUMBER,
    "less_than": "write a number below {lt}",
    "less_than_equal": "write {le} or less",
    "list_type": 'write a list, such as ["one", "two"]',
    "literal_error": "write {expected}",
    "model_type": "write a table",
    "path_type": "write a path in quotes",
    "string_type": "write a text in quotes",
    "tuple_type": 'write a list of tables, such as [{{ use = "my_strategy.py" }}]',
}
"""By pydantic's type of fault; the names in braces are those of its context."""


def plain_words(fault: Mapping[str, Any]) -> str:
    """What is said of a fault that pydantic has found."""
    words = _WORDS.get(fault["type"])
    if words is None:
        message: str = fault["msg"]
        return message.removeprefix("Value error, ")
    return words.format_map({name: _short(value) for name, value in fault.get("ctx", {}).items()})


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
