"""The exchange: puts the parts of the line together, and hands each what it needs.

State changes under the board's lock and no method that holds it waits. TwiML runs outside of it,
one runner a leg (``running/runner.py``). Below, a module imports only what stands above it:
board → recordings → queues, rooms → calls → directory → messages, runner → ringing → bridging →
dialer → exchange.
"""

from __future__ import annotations

from carrier.line.board import Board
from carrier.line.calls import Calls
from carrier.line.directory import Directory
from carrier.line.messages import Messages
from carrier.line.queues import Queues
from carrier.line.recordings import Recordings
from carrier.line.registry import Registry
from carrier.line.rooms import Rooms
from carrier.running.announcements import Announcer
from carrier.running.bridging import Bridges
from carrier.running.dialer import Dialer
from carrier.running.documents import Documents
from carrier.running.hearing import Equipment
from carrier.running.ringing import Ringer
from carrier.settings import CarrierSettings
from carrier.webhooks.courier import Courier
from carrier.webhooks.faults import Faults
from carrier.webhooks.fetching import Webhooks
from carrier.webhooks.history import History
from carrier.webhooks.sounds import Sounds


class Exchange:
    """Everything that is live on the line."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self.board = board = Board(settings)
        self.registry = Registry(settings)
        self.faults = Faults()
        self.history = History()
        board.forgotten = self.history.forget
        self.webhooks = webhooks = Webhooks(settings.auth_token, settings.webhook_timeout)
        self.courier = Courier(webhooks, self.history, self.faults, board.spawn, board.alert)
        self.recordings = Recordings(board, self.courier)
        self.queues = Queues(board, self.courier)
        self.rooms = Rooms(board, self.courier, self.recordings)
        self.calls = Calls(board, self.courier, self.queues, self.rooms)
        self.directory = Directory(board, self.calls)
        self.messages = Messages(board, self.directory, self.courier, webhooks, self.registry)
        self.directory.arrived = self.messages.deliver_waiting
        self.sounds = Sounds(webhooks, board.alert)
        documents = Documents(board, webhooks, self.history, self.sounds)
        self.announcer = Announcer(board, self.rooms, documents)
        equipment = Equipment(
            board,
            self.calls,
            self.courier,
            documents,
            self.queues,
            self.recordings,
            self.rooms,
            self.messages.write,
        )
        ringer = Ringer(board, self.calls, self.courier, self.directory, self.recordings)
        bridges = Bridges(equipment, ringer, self.registry.number)
        self.dialer = Dialer(board, bridges, ringer, self.rooms, self.registry)
