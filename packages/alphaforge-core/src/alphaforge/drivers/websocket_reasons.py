"""Why a WebSocket could not be opened, or has ended."""

import ssl

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, PayloadTooBig

from alphaforge.sansio.close_reason import CloseKind, CloseReason


def refusal_of(error: Exception) -> CloseReason:
    """Why the peer has refused the opening."""
    if not isinstance(error, InvalidStatus):
        return CloseReason(CloseKind.PROTOCOL_ERROR, str(error))
    response = error.response
    told = response.headers.get("Retry-After", "")
    retry_after_s = float(told) if told.isascii() and told.isdigit() else None
    return CloseReason(CloseKind.REFUSED, response.reason_phrase, response.status_code, retry_after_s)


def reason_of(websocket: ClientProtocol, error: Exception | None = None) -> CloseReason:
    """Why a connection ends that we did not end."""
    if websocket.close_rcvd is not None:
        return CloseReason(CloseKind.CLOSED_BY_PEER, websocket.close_rcvd.reason, websocket.close_rcvd.code)
    sent = None if websocket.close_sent is None else int(websocket.close_sent.code)
    broken = websocket.parser_exc
    if isinstance(broken, PayloadTooBig):
        return CloseReason(CloseKind.MESSAGE_TOO_BIG, str(broken), sent)
    if broken is not None and not isinstance(broken, EOFError):
        return CloseReason(CloseKind.PROTOCOL_ERROR, str(broken), sent)
    if isinstance(error, ssl.SSLError):
        return CloseReason(CloseKind.TLS_FAILED, error.reason or str(error))
    return CloseReason(CloseKind.LOST, "the peer closed without a goodbye" if error is None else str(error))
