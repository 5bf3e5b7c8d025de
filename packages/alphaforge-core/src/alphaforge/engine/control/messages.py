"""What is said over a node's control socket: a line of JSON for each request, and one for each answer.

A change that an older peer would misread raises `VERSION`; one that it can pass over does not.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

VERSION: Literal[1] = 1
LONGEST_LINE_BYTES = 64 * 1024
"""Of a request. A longer one is refused and its connection closed."""

ScopeKind: TypeAlias = Literal["account", "venue", "strategy", "instrument"]
State: TypeAlias = Literal["active", "reducing", "halted"]
ErrorCode: TypeAlias = Literal[
    "bad_request",  # no JSON, an unknown command, a field that is missing or unknown
    "unsupported_version",
    "too_long",
    "refused",  # the kernel says no: no such scope, or a change that needs a person
    "failed",  # something went wrong here; the node's log says what
]
Person: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")]
Reason: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]


class RequestError(Exception):
    """A request that cannot be served."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class Message(BaseModel):
    """What all messages have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = VERSION


class Scope(BaseModel):
    """What a request is about: the whole account, or one venue, strategy or instrument."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ScopeKind = "account"
    name: str | None = None

    def __str__(self) -> str:
        return f"the {self.kind}" if self.name is None else f"the {self.kind} {self.name}"


class StatusRequest(Message):
    """Asks how the node is."""

    command: Literal["status"] = "status"


class OrdersRequest(Message):
    """Asks for the orders that may still trade."""

    command: Literal["orders"] = "orders"


class PositionsRequest(Message):
    """Asks for the positions."""

    command: Literal["positions"] = "positions"


class OperateRequest(Message):
    """Somebody changes who may trade."""

    command: Literal["operate"] = "operate"
    state: State
    scope: Scope = Scope()
    by: Person
    reason: Reason
    cancel_orders: bool = False


class KillRequest(Message):
    """Stop a scope, take its orders back, and say when each is gone.

    It is answered twice: when the cancels have been given out, and when all is confirmed or the wait is over.
    """

    command: Literal["kill"] = "kill"
    scope: Scope = Scope()
    by: Person
    reason: Reason
    all_orders: bool = False
    """Orders on the account that are not of this node too; of the whole account, or of a venue."""
    flatten: bool = False
    """Close the positions of the scope, once its orders have ended."""
    wait_s: float = Field(30.0, gt=0, le=3600, allow_inf_nan=False)


class StopRequest(Message):
    """End the node: drain and stop."""

    command: Literal["stop"] = "stop"
    by: Person
    reason: Reason


Request: TypeAlias = (
    StatusRequest | OrdersRequest | PositionsRequest | OperateRequest | KillRequest | StopRequest
)

_REQUESTS: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="command")])


class Failure(BaseModel):
    """Why a request was not served."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    code: str
    text: str


class Answer(BaseModel):
    """The word back. A newer node may say more than we know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: int = VERSION
    is_last: bool = True
    """Whether no other answer to the same request follows."""
    result: dict[str, Any] | None = None
    error: Failure | None = None


def read_request(line: bytes) -> Request:
    """A request from its line.

    Raises:
        RequestError: it is none, or of another version.
    """
    try:
        return _REQUESTS.validate_json(line)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        if any(fault["loc"][-1:] == ("version",) for fault in faults):
            raise RequestError("unsupported_version", f"this node speaks version {VERSION}") from error
        told = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise RequestError("bad_request", told) from error


def as_line(message: Request | Answer) -> bytes:
    """A message as its line."""
    return message.model_dump_json().encode() + b"\n"


def failure(code: ErrorCode, text: str) -> Answer:
    """The answer to a request that was not served."""
    return Answer(error=Failure(code=code, text=text))
