"""What went wrong in transport, by what is known of the request.

The difference is the heart of "no order is lost or sent twice": after `NotSentError` an order may be given
up or sent again; after `OutcomeUnknownError` only the venue knows, and it must be asked.
"""

from alphaforge.model.errors import AlphaForgeError


class TransportError(AlphaForgeError):
    """A request has no answer. Never raised itself: one of the two below says what is known."""


class NotSentError(TransportError):
    """Not one byte of the request has left: the venue cannot have seen it."""


class OutcomeUnknownError(TransportError):
    """Bytes of the request may have left: the venue may have acted on it."""
