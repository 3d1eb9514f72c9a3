"""Is the provider wired to this installation? Check says; provision does."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator

from app.adapters.twilio_client import PATIENT, Patience, ask, make_client
from app.foundation.config import Settings
from app.foundation.exceptions import NotFound, PermanenceError
from app.foundation.ports import NOBODY, Finding

# An application or a trunk that a number names silences all its addresses
# (twilio.com/docs/phone-numbers/api/incomingphonenumber-resource), so they must be empty.
NUMBER = {
    "voice_url": "/voice/incoming",
    "voice_method": "POST",
    "voice_fallback_url": "/voice/fallback",
    "voice_fallback_method": "POST",
    "status_callback": "/voice/status",
    "status_callback_method": "POST",
    "voice_application_sid": "",
    "trunk_sid": "",
}
MESSAGES = {"sms_url": "/sms/incoming", "sms_method": "POST", "sms_application_sid": ""}
APPLICATION = {"voice_url": "/voice/agent", "voice_method": "POST"}
MOST_SKEW_S = 60
ABSENT = "absent de ce compte"
PROVISION = "Lancez « flask --app app.factory telephony provision »."
FALLBACK = (
    "Écrivez les fichiers de secours (flask --app app.factory telephony fallback --out DOSSIER), "
    "hébergez-les sur une autre machine, donnez leur adresse à FALLBACK_URL, puis « provision »."
)
SECOND_PAGE = "merci.xml"  # what our own secours.xml leads to


class TwilioProvisioning:
    """ports.Provisioning for a Twilio-speaking provider. Only ``LINE_NUMBER`` and the ``further``
    numbers of this installation's lines are ever touched: an account may have others, which serve
    something else.
    """

    def __init__(
        self, settings: Settings, now: Callable[[], datetime], patience: Patience = PATIENT
    ) -> None:
        self._settings = settings
        self._client = make_client(settings, patience)
        self._now = now
        self._patience = patience

    def check(self, further: Sequence[str] = ()) -> list[Finding]:
        """Each thing that must hold, with what to do when it does not."""
        account = list(self._account())
        if any(finding.wrong for finding in account[:1]):  # nothing else can be asked
            return [*account, *self._outside()]
        others = (finding for number in further for finding in self._further(number))
        return [*account, *self._number(), *others, *self._application(), *self._outside()]

    def provision(self, further: Sequence[str] = ()) -> list[str]:
        """Point the lines' numbers and the TwiML app at this installation; what was set.

        Raises NotFound when the account has no LINE_NUMBER or no such app, Unavailable when the
        provider does not answer. A further number that is not there is said, and the rest set.
        """
        number = self._find_number(self._settings.line_number)
        if number is None:
            raise NotFound(
                "Le numéro %(number)s n'est pas sur ce compte.",
                todo="Corrigez LINE_NUMBER, achetez ce numéro ou faites-le porter.",
                number=self._settings.line_number,
            )
        application = self._find_application()
        if application is None:
            raise NotFound(
                "L'application TwiML de TWILIO_TWIML_APP_SID n'est pas sur ce compte.",
                todo="Créez-la chez le fournisseur, puis recopiez son identifiant (AP…).",
            )
        return [
            self._set(f"numéro {self._settings.line_number}", number, self._number_wanted(number)),
            *(self._set_further(each) for each in further),
            self._set("application TwiML", application, self._wanted(APPLICATION)),
        ]

    def _set_further(self, dialled: str) -> str:
        number = self._find_number(dialled)
        if number is None:
            return f"numéro {dialled} : {ABSENT}, rien n'y a été réglé"
        return self._set(f"numéro {dialled}", number, self._number_wanted(number))

    def ring_nobody(self) -> str:
        """Ring a softphone that does not exist; the provider then tells ``/voice/status``, from
        where it stands. Nobody is disturbed. Returns the leg's SID."""
        leg = ask(
            lambda: self._client.calls.create(
                to=NOBODY,
                from_=self._settings.line_number,
                twiml="<Response><Hangup/></Response>",
                status_callback=self._settings.public_base_url + "/voice/status",
                status_callback_event=["completed"],
                timeout=5,
            ),
            self._patience,
        )
        return str(leg.sid)

    def _set(self, name: str, resource: Any, wanted: dict[str, str]) -> str:
        """Change what differs, and only that."""
        changes = _differences(resource, wanted)
        if not changes:
            return f"{name} : déjà réglé, rien n'a changé"
        ask(lambda: resource.update(**changes), self._patience)
        return f"{name} : réglé ({', '.join(changes)})"

    # -- what the account has ---------------------------------------------------------------------

    def _find_number(self, wanted: str) -> Any:
        numbers = ask(
            lambda: self._client.incoming_phone_numbers.list(phone_number=wanted, limit=20),
            self._patience,
        )
        return next((number for number in numbers if number.phone_number == wanted), None)

    def _find_application(self) -> Any:
        sid = self._settings.twilio_twiml_app_sid
        try:
            return ask(lambda: self._client.applications(sid).fetch(), self._patience)
        except NotFound:
            return None

    def _number_wanted(self, number: Any) -> dict[str, str]:
        """What the number must say. The fallback is FALLBACK_URL; without it, one that somebody
        hosts apart is kept: it answers when we cannot, which is what it is for.
        """
        paths = NUMBER | (MESSAGES if _can(number, "sms") else {})
        wanted = self._wanted(paths)
        if self._settings.fallback_url:
            wanted["voice_fallback_url"] = self._settings.fallback_url
            wanted["voice_fallback_method"] = "GET"  # a static host answers to nothing else
        elif self._apart(number.voice_fallback_url or ""):
            wanted["voice_fallback_url"] = number.voice_fallback_url
            wanted.pop("voice_fallback_method")
        return wanted

    def _apart(self, url: str) -> bool:
        """Is it hosted elsewhere than this installation?"""
        return bool(url) and _place(url) != _place(self._settings.public_base_url)

    def _wanted(self, values: dict[str, str]) -> dict[str, str]:
        base = self._settings.public_base_url
        return {n: base + v if v.startswith("/") else v for n, v in values.items()}

    # -- findings ---------------------------------------------------------------------------------

    def _account(self) -> Iterator[Finding]:
        """The API key first, then the token that signs webhooks: they fail apart."""
        settings = self._settings
        key = self._knock(settings.twilio_api_key, settings.twilio_api_secret)
        yield _accepted(
            "identifiants de l'API",
            key,
            "Vérifiez TWILIO_ACCOUNT_SID, TWILIO_API_KEY et TWILIO_API_SECRET "
            "(une clé ne vaut que dans la région où elle fut créée).",
        )
        if key is None:
            return
        token = self._knock(settings.twilio_account_sid, settings.twilio_auth_token)
        yield _accepted(
            "jeton du compte",
            token,
            "Recopiez TWILIO_AUTH_TOKEN : c'est lui qui signe les appels du fournisseur, "
            "qui seraient tous refusés.",
        )
        yield self._clock(key.headers.get("Date", ""))

    def _knock(self, user: str, password: str) -> requests.Response | None:
        """The smallest question that any key may ask; None when nobody answers."""
        settings = self._settings
        try:
            return requests.get(
                f"{settings.twilio_api_base_url}/2010-04-01/Accounts/"
                f"{settings.twilio_account_sid}/Calls.json",
                params={"PageSize": 1},
                auth=(user, password),
                timeout=(self._patience.connect, self._patience.read),
            )
        except requests.RequestException:
            return None

    def _clock(self, date: str) -> Finding:
        """Softphone tokens carry times that the provider compares with its own clock."""
        try:
            theirs = parsedate_to_datetime(date).astimezone(UTC)
        except (TypeError, ValueError):
            return Finding("horloge", "non comparée : le fournisseur n'a pas donné l'heure")
        skew = (self._now() - theirs).total_seconds()
        if abs(skew) <= MOST_SKEW_S:
            return Finding("horloge", "à l'heure")
        way = "en avance" if skew > 0 else "en retard"
        return Finding(
            "horloge", f"{way} de {abs(skew):.0f} s", todo="Réglez l'heure du serveur (NTP)."
        )

    def _number(self) -> Iterator[Finding]:
        """The number of LINE_NUMBER, with the fallback that its callers hear, and messages."""
        todo = "Corrigez LINE_NUMBER, achetez ce numéro ou faites-le porter."
        number, found = self._wired(self._settings.line_number, todo)
        yield from found
        if number is None:
            return
        yield self._fallback(self._settings.fallback_url or number.voice_fallback_url or "")
        if not _can(number, "sms"):
            yield Finding("SMS", "ce numéro n'en envoie pas")

    def _further(self, dialled: str) -> list[Finding]:
        """The number of another line."""
        return self._wired(dialled, "Achetez ce numéro ou faites-le porter sur ce compte.")[1]

    def _wired(self, dialled: str, if_absent: str) -> tuple[Any, list[Finding]]:
        """A number of the account, None when it cannot be read, and whether it leads here."""
        name = f"numéro {dialled}"
        try:
            number = self._find_number(dialled)
        except PermanenceError as error:
            return None, [Finding(name, f"illisible : {error}", "Réessayez dans un instant.")]
        if number is None:
            return None, [Finding(name, ABSENT, if_absent)]
        found = []
        if not _can(number, "voice"):
            found.append(Finding(name, "ne reçoit pas d'appels", "Prenez un numéro « Voice »."))
        changes = _differences(number, self._number_wanted(number))
        state = f"à régler : {', '.join(changes)}" if changes else "relié à Permanence"
        return number, [*found, Finding(name, state, PROVISION if changes else "")]

    def _fallback(self, url: str) -> Finding:
        """What callers hear when nothing answers here: hosted apart, and really there?"""
        name, host = "secours", urlsplit(url).hostname or ""
        if not self._apart(url):
            own = "cette installation elle-même, muette quand elle s'arrête"
            return Finding(name, own, "" if self._local else FALLBACK)
        try:
            found = requests.get(url, timeout=(self._patience.connect, self._patience.read))
        except requests.RequestException:
            return Finding(name, f"chez {host}, injoignable", "Vérifiez cet hébergement.")
        if not found.ok or "<Response" not in found.text:
            state = f"chez {host}, répond HTTP {found.status_code} sans TwiML"
            return Finding(name, state, "Vérifiez FALLBACK_URL et les fichiers hébergés.")
        takes_number = SECOND_PAGE in found.text
        return Finding(
            name,
            f"hébergé à part, chez {host}"
            + ("" if takes_number else " ; ce n'est pas notre fichier : aucun numéro n'y est pris"),
        )

    @property
    def _local(self) -> bool:
        """Does the local carrier answer?"""
        return _private(self._settings.twilio_api_base_url)

    def _application(self) -> Iterator[Finding]:
        name = "application TwiML"
        try:
            application = self._find_application()
        except (PermanenceError, TwilioException) as error:
            yield Finding(name, f"illisible : {error}", todo="Réessayez dans un instant.")
            return
        if application is None:
            yield Finding(name, "introuvable", todo="Vérifiez TWILIO_TWIML_APP_SID (AP…).")
            return
        right = not _differences(application, self._wanted(APPLICATION))
        yield Finding(
            name, "reliée à Permanence" if right else "pointe ailleurs", "" if right else PROVISION
        )

    def _outside(self) -> Iterator[Finding]:
        """Reach ourselves by the public address, signed as the provider signs, then forged."""
        yield from self._address()
        url = self._settings.public_base_url + "/voice/status"
        form = {"CallSid": "CAcheck", "CallStatus": "ringing"}
        signature = RequestValidator(self._settings.twilio_auth_token).compute_signature(url, form)
        try:
            signed, forged = (self._post(url, form, s) for s in (signature, "forged"))
        except requests.exceptions.SSLError:
            yield Finding(
                "adresse publique",
                "certificat refusé",
                todo="Installez un certificat reconnu, avec sa chaîne entière.",
            )
            return
        except requests.RequestException:
            yield Finding(
                "adresse publique",
                "injoignable",
                todo="Vérifiez PUBLIC_BASE_URL, le DNS, le pare-feu, et que Permanence tourne.",
            )
            return
        yield from _answers(signed, forged)

    def _address(self) -> Iterator[Finding]:
        """A provider on the Internet reaches neither this machine's own names nor clear HTTP."""
        if self._local:
            return
        base = self._settings.public_base_url
        if _private(base) or not base.startswith("https://"):
            yield Finding(
                "adresse publique",
                f"{base} n'est pas une adresse publique en https",
                todo="Donnez à PUBLIC_BASE_URL l'adresse https que le fournisseur peut appeler.",
            )

    def _post(self, url: str, form: dict[str, str], signature: str) -> requests.Response:
        return requests.post(
            url,
            data=form,
            timeout=(self._patience.connect, self._patience.read),
            headers={"X-Twilio-Signature": signature},
            allow_redirects=False,
        )


def _place(url: str) -> tuple[str, int]:
    """Host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _differences(resource: Any, wanted: dict[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in wanted.items() if (getattr(resource, name) or "") != value
    }


def _can(number: Any, what: str) -> bool:
    """Has the number this capability? True when the provider says nothing of it."""
    return bool((number.capabilities or {}).get(what, True))


def _private(url: str) -> bool:
    """Is it an address that only this machine or its network reaches?"""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".internal"))


def _accepted(what: str, answer: requests.Response | None, todo: str) -> Finding:
    """What the provider said to these credentials."""
    if answer is None:
        return Finding(
            what,
            "non vérifiés : le fournisseur est injoignable",
            todo="Vérifiez TWILIO_API_BASE_URL et que ce serveur peut sortir en HTTPS.",
        )
    if answer.ok:
        return Finding(what, "accepté" if what.startswith("jeton") else "acceptés")
    if answer.status_code in (401, 403, 404):
        refused = "refusé" if what.startswith("jeton") else "refusés"
        return Finding(what, f"{refused} (HTTP {answer.status_code})", todo=todo)
    return Finding(
        what, f"le fournisseur répond HTTP {answer.status_code}", todo="Réessayez dans un instant."
    )


def _answers(signed: requests.Response, forged: requests.Response) -> Iterator[Finding]:
    """What our own address said to a good signature and to a forged one."""
    status = signed.status_code
    if 300 <= status < 400:
        yield Finding(
            "adresse publique",
            "redirige ailleurs, ce que les fournisseurs ne suivent pas toujours",
            todo="Donnez à PUBLIC_BASE_URL l'adresse finale (https, bon nom).",
        )
        return
    if status != 403 and not signed.ok:
        yield Finding(
            "adresse publique",
            f"répond HTTP {status}",
            todo="Permanence ne répond pas derrière cette adresse : voyez nginx et les journaux.",
        )
        return
    yield Finding("adresse publique", "atteinte, depuis cette machine")
    yield Finding(
        "signature vraie",
        "acceptée" if signed.ok else "refusée",
        todo=""
        if signed.ok
        else "Le serveur n'a pas le même TWILIO_AUTH_TOKEN ou PUBLIC_BASE_URL que cette commande.",
    )
    refused = forged.status_code == 403
    yield Finding(
        "signature fausse",
        "refusée" if refused else f"pas refusée (HTTP {forged.status_code})",
        todo="" if refused else "Autre chose que Permanence répond à cette adresse.",
    )
