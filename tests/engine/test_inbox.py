"""The inbox: requests in their order, bounded, and none lost without a word."""

import pytest
from alphaforge.engine.inbox import MOST_REQUESTS, HaltRequest, Inbox, InboxFullError, StopRequest


def test_requests_are_taken_in_the_order_in_which_they_came() -> None:
    inbox = Inbox()
    requests = [HaltRequest("first"), StopRequest("second"), HaltRequest("third")]
    for request in requests:
        inbox.put(request)
    assert list(inbox.take_all()) == requests
    assert list(inbox.take_all()) == []


def test_a_full_inbox_refuses_and_says_what() -> None:
    inbox = Inbox()
    for number in range(MOST_REQUESTS):
        inbox.put(HaltRequest(str(number)))
    with pytest.raises(InboxFullError, match=r"256 requests wait already; refused: .*reason='too many'"):
        inbox.put(StopRequest("too many"))
    taken = list(inbox.take_all())
    assert [request.reason for request in taken] == [str(number) for number in range(MOST_REQUESTS)]
    inbox.put(StopRequest("room again"))


def test_what_comes_while_requests_are_served_is_served_too() -> None:
    inbox = Inbox()
    inbox.put(HaltRequest("first"))
    served = []
    for request in inbox.take_all():
        served.append(request.reason)
        if request.reason == "first":
            inbox.put(StopRequest("second"))
    assert served == ["first", "second"]
