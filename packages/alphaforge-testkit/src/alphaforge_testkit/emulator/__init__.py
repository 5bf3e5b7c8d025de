"""The base of exchange emulators: a server of HTTP and WebSocket with faults on demand, and a ledger."""

from alphaforge_testkit.emulator.emulator import Emulator
from alphaforge_testkit.emulator.fault import Fault
from alphaforge_testkit.emulator.http import HttpRequest, HttpResponse
from alphaforge_testkit.emulator.websocket import WebSocketConnection

__all__ = ["Emulator", "Fault", "HttpRequest", "HttpResponse", "WebSocketConnection"]
