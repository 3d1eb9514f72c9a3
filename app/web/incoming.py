"""What a request brings, clean and within bounds before a view sees it: the one door of HTTP.

Bodies have a limit by route (``takes``), forms a number of fields, fields a length, JSON a depth; ids
in addresses are those that a row may have. What nobody types (NUL, half characters) is dropped
(``outside.clean``). A person's text that is too long is refused with a sentence; a provider's is cut:
no caller is lost for a long field that nobody reads. Redirects cannot carry a second header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug import Response
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import ValidationError, converters
from werkzeug.utils import cached_property

from app.foundation.exceptions import TooLarge
from app.foundation.text import outside, strict_json
from app.web import public_tokens
from app.web.access import access_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BODY = 64_000  # bytes of a body, unless a view says more
WEBHOOK_BODY = 256_000  # bytes of what the provider posts: its add-ons may say much
SOCKET_MESSAGE = 100_000  # bytes of one message of a socket: an offer of voice takes ten thousand
FIELDS = 300
LONGEST_NAME = 100  # characters of a field's name
LONGEST_FIELD = 10_000  # characters of a field: twenty notes
LONGEST_PART = 1_000  # characters between two slashes of an address

View = TypeVar("View", bound=Callable[..., Any])


def takes(size: int) -> Callable[[View], View]:
    """Let this view's body be as large as ``size`` bytes (a file sent by a manager, for instance)."""

    def decorate(view: View) -> View:
        view._takes = size  # type: ignore[attr-defined]
        return view

    return decorate


class Incoming(Request):
    """Flask's request, its texts clean and bounded."""

    def __init__(self, environ: WSGIEnvironment, *more: Any, **named: Any) -> None:
        environ["PATH_INFO"] = public_tokens.address(environ.get("PATH_INFO", ""))
        super().__init__(environ, *more, **named)

    form_given: ImmutableMultiDict[str, str]  # as it was sent, for who verifies a signature over it

    @property
    def max_content_length(self) -> int | None:
        """Bytes that the view may be sent; nothing is read of a larger body."""
        view = current_app.view_functions.get(self.endpoint or "")
        if view is None:
            return BODY
        return int(getattr(view, "_takes", WEBHOOK_BODY if _signed(view) else BODY))

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError("the view says it: app.web.incoming.takes")

    max_form_parts = FIELDS

    @property
    def json_module(self) -> Any:
        """Who reads JSON here."""
        return strict_json

    @json_module.setter
    def json_module(self, _module: object) -> None:
        """Flask gives each request its own reader, which takes anything."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query, each value without what nobody types. Raises TooLarge."""
        return self._bounded(super().args)

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form_given"] = self.__dict__["form"]
        self.__dict__["form"] = self._bounded(self.__dict__["form"])

    def given(self) -> dict[str, str]:
        """The form's fields as they were sent: a signature is over these."""
        self._load_form_data()
        return self.form_given.to_dict(flat=True)

    def _bounded(self, values: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
        view = current_app.view_functions.get(self.endpoint or "")
        cut = view is not None and _signed(view)
        fields = values.items(multi=True)
        return ImmutableMultiDict(list(_fields(fields, cut=cut)))


def _signed(view: object) -> bool:
    access = access_of(view)  # type: ignore[arg-type]
    return access is not None and access.signed


def _fields(fields: Iterable[tuple[str, str]], *, cut: bool) -> Iterable[tuple[str, str]]:
    for count, (name, value) in enumerate(fields):
        if not cut and (count >= FIELDS or len(name) > LONGEST_NAME or len(value) > LONGEST_FIELD):
            raise TooLarge(
                "Ce que vous envoyez est trop long : au plus %(most)s caractères par champ.",
                kept="Rien n'est enregistré. Votre texte est encore dans la page d'avant.",
                todo="Revenez en arrière, raccourcissez, puis recommencez.",
                most=LONGEST_FIELD,
            )
        if count >= FIELDS:
            return
        yield outside.clean(name[:LONGEST_NAME]), outside.clean(value[:LONGEST_FIELD])


def number_in(
    values: Mapping[str, str], name: str, default: int = 1, *, least: int = 1, most: int = 1_000_000
) -> int:
    """A number that an address or a form gives (a page, a duration), or ``default``."""
    found = outside.whole_number(values.get(name), least, most)
    return default if found is None else found


class IntegerConverter(converters.IntegerConverter):
    """``<int:…>`` in an address: plain digits, and an id that a row may have."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Any, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": outside.LARGEST_ID, **options})


class Part(converters.BaseConverter):
    """``<name>`` in an address: one part of it, of a sane length, without signs nobody types."""

    regex = rf"[^/]{{1,{LONGEST_PART}}}"
    part_isolating = True  # the pattern's own slash would say that it may hold several parts

    def to_python(self, value: str) -> str:
        """The part; 404 for one that is not clean."""
        return _clean_part(value)


class Path(converters.PathConverter):
    """``<path:name>``, the same over several parts."""

    def to_python(self, value: str) -> str:
        """The path; 404 for one that is not clean."""
        return _clean_part(value)


def _clean_part(value: str) -> str:
    if len(value) > LONGEST_PART or outside.one_line(value) != value:
        raise ValidationError
    return value


class Permanence(Flask):
    """Flask with this door, and redirects that hold one address."""

    request_class = Incoming

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters.update(
            {"int": IntegerConverter, "default": Part, "string": Part, "path": Path}
        )

    def redirect(self, location: str, code: int = 302) -> Response:
        """As Flask's; signs that would end the header are taken out of the address."""
        return super().redirect(outside.one_line(location), code)


def this_request() -> Incoming:
    """The request in hand, as this class."""
    found = request._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(found, Incoming)
    return found
