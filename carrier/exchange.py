"""The exchange: puts the parts of the line together, and hands each what it needs.

State changes under the board's lock and no method that holds it waits. TwiML runs outside of it,
one runner a leg (``runner.py``). Below, a module imports only what stands above it:
board → recordings → queues, rooms → calls → directory → messages, runner → ringing → bridging →
dialer → exchange.
"""

from __future__ import annotations

from carrier.announcements import Announcer
from carrier.board import Board
from carrier.bridging import Bridges
from carrier.calls import Calls
from carrier.courier import Courier
from carrier.dialer import Dialer
from carrier.directory import Directory
from carrier.documents import Documents
from carrier.faults import Faults
from carrier.hearing import Equipment
from carrier.history import History
from carrier.messages import Messages
from carrier.queues import Queues
from carrier.recordings import Recordings
from carrier.registry import Registry
from carrier.ringing import Ringer
from carrier.rooms import Rooms
from carrier.settings import CarrierSettings
from carrier.sounds import Sounds
from carrier.webhooks import Webhooks


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
        bridges = Bridges(equipment, ringer)
        self.dialer = Dialer(board, bridges, ringer, self.rooms, self.registry)
