"""Mail servers, providers and names that drip or say nothing: a total time ends it, others are served.

As a served process waits: gevent has patched, hence a process of its own.
"""

from __future__ import annotations

import pytest

from app.foundation.exceptions import Unavailable
from app.foundation.total_time import within
from tests.fixtures.waits import served

DRIPPING = """
    from gevent.server import StreamServer
    from app.foundation.ports import MailMessage
    from app.adapters.smtp_mail import SmtpMail
    from app.foundation.exceptions import Unavailable

    MESSAGE = MailMessage(to="ana@tests.example", subject="Le Portail", text="Bonjour", html="", language="fr")
    ended = []

    def drip(word):
        '''A server that says one more letter of an answer for ever.'''
        def talk(line, _address):
            try:
                line.sendall(word)
                while True:
                    line.sendall(b"x")
                    gevent.sleep(0.02)
            except OSError:
                ended.append(1)
        server = StreamServer(("127.0.0.1", 0), talk)
        server.start()
        return server.server_port

    def told(task):
        with heartbeat() as beats:
            try:
                task()
            except Unavailable as error:
                print(error, "| others served:", len(beats) > 5)
"""


def test_a_mail_server_that_drips_is_given_up() -> None:
    said = served(
        DRIPPING
        + """
    mail = SmtpMail(f"smtp://127.0.0.1:{drip(b'220 ')}", "Permanence <p@tests.example>", timeout=0.5)
    told(lambda: mail.send(MESSAGE))
    while not ended:
        gevent.sleep(0.01)
    print("hung up")
    """
    )
    assert said.split("\n") == [
        "Le serveur de messagerie ne répond pas. | others served: True",
        "hung up",
    ]


def test_a_provider_that_drips_is_given_up() -> None:
    said = served(
        DRIPPING
        + """
    import requests
    from app.adapters.twilio_client import Patience, ask
    url = f"http://127.0.0.1:{drip(b'HTTP/1.1 200 OK' + bytes([13, 10]) + b'X-Drip: ')}/"
    told(lambda: ask(lambda: requests.get(url, timeout=(3, 8)), Patience(whole=0.5)))
    """
    )
    assert said == "Le fournisseur téléphonique ne répond pas. | others served: True"


def test_a_name_that_nobody_resolves_is_given_up() -> None:
    said = served(
        DRIPPING
        + """
    gevent.get_hub().resolver.getaddrinfo = lambda *_words, **_named: gevent.sleep(60)
    mail = SmtpMail("smtp://mail.tests.example", "Permanence <p@tests.example>", timeout=0.5)
    told(lambda: mail.send(MESSAGE))
    """
    )
    assert said == "Le serveur de messagerie ne répond pas. | others served: True"


def test_a_command_at_a_terminal_has_no_total() -> None:
    with pytest.raises(Unavailable), within(0.0):
        raise Unavailable("its own failure comes through")
