"""Places: a file of the standard taken in, again without effect; an appointment, owed the day after."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.assist import service as scripts
from app.assist.models import ScriptAct
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.places import service, standard
from app.tickets.places.communes.models import Commune
from app.tickets.places.models import Booking, BookingState, Place
from app.tickets.promises.models import Promise, PromiseEnd
from tests.dossiers.build import create_contact, create_dossier, create_person

FILE = (Path(__file__).parents[2] / "app" / "demo" / "places.csv").read_bytes()


def send(client: Any, content: bytes, **more: str) -> Any:
    data = {"file": (io.BytesIO(content), "lieux.csv"), **more}
    return client.post("/places/import", data=data, content_type="multipart/form-data")


def test_a_file_is_tried_taken_in_and_taken_in_again(login: Any, line: Line) -> None:
    boss, agent = login("manager"), login("front")
    assert send(agent, FILE).status_code == 403
    assert "4 lieux nouveaux" in send(boss, FILE, **{"try": "1"}).text
    assert db.session.scalar(select(Place.id)) is None
    assert send(boss, FILE).status_code == 303
    assert len(db.session.scalars(select(Place)).all()) == 4
    assert "0 modifié" in send(boss, FILE, **{"try": "1"}).text
    # One less, one changed, one that is no place: said, and the rest is done.
    lines = FILE.decode().splitlines()
    changed = [lines[0], lines[1].replace("48.100", "est"), lines[2],
               lines[3].replace("Gratuit sous condition", "Payant")]  # fmt: skip
    told = send(boss, "\n".join(changed).encode()).text
    assert "1 ligne laissée de côté" in told
    assert "Une latitude est un nombre" in told
    db.session.expire_all()
    assert send(boss, b"nom,commune\na,b").status_code == 422
    assert send(boss, b"").status_code == 422
    acts = db.session.scalars(select(JournalEntry.act).where(JournalEntry.subject == "places:all"))
    assert set(acts) == {"places_taken_in"}


def test_places_are_asked_for_what_the_person_needs(login: Any, line: Line) -> None:
    send(login("manager"), FILE)
    agent = login("front")
    every = [each.place.name for each in service.near("99130 Valclair")]
    for name, words in standard.LISTS.items():
        for word in words:
            found = service.near("99130 Valclair", wanted={name: word})
            assert all(word in each.place.lists[name] for each in found)
            assert [each.place.name for each in found] == [
                each for each in every if each in {f.place.name for f in found}
            ], "as near as before"
    assert [
        e.place.name for e in service.near("99130 Valclair", wanted={"services": "x", "y": "z"})
    ] == every
    page = agent.get("/places?q=99130 Valclair&prise_en_charge_specifique=Déficience visuelle").text
    assert "Médiathèque Colette" in page
    assert "Maison de services des Tilleuls" not in page
    assert (
        "Demandez moins de choses"
        in agent.get("/places?q=99130 Valclair&frais_a_charge=Payant").text
    )


def test_an_appointment_is_made_owed_and_taken_back(login: Any, line: Line) -> None:
    boss, agent = login("manager"), login("front")
    send(boss, FILE)
    shown = agent.get("/places?q=99130 Valclair").text
    assert shown.index("Maison de services des Tilleuls") < shown.index(
        "Espace numérique du Moulin"
    )
    person = create_person("+33639980101", address="3 rue X, 99130 Valclair")
    contact = create_contact(
        "+33639980101", now=clock.now(), person_id=person.id, agent_id=agent.agent.id,
        dossier_id=create_dossier(person).id,
    )  # fmt: skip
    run_id = scripts.start_run(
        "S30", contact_id=contact.id, dossier_id=None, agent_id=agent.agent.id, now=clock.now()
    )
    for words in ("Un téléphone simple", "Non, personne", "Un lieu est"):
        step = scripts.state_of(_run(run_id)).step
        choice = next(n for n, c in enumerate(step.choices) if c.label.fr.startswith(words))
        agent.post(
            f"/assist/runs/{run_id}/answer",
            data={"moves": _run(run_id).moves, "step": step.id, "choice": choice},
        )
    pane = agent.get(f"/assist/pane?contact={contact.id}").text
    assert "Maison de services des Tilleuls" in pane
    assert "3 rue X" not in pane[pane.index("act-where") : pane.index("act-place")]
    first = service.near("99130 valclair")[0].place
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    data = {"action": "book_place", "place": first.id, "day": tomorrow, "time": "10:30",
            "welcomed_by": "Sonia", "basis": "spoken"}  # fmt: skip
    assert agent.post(f"/assist/runs/{run_id}/action", data={**data, "day": ""}).status_code == 422
    assert "Rendez-vous noté" in agent.post(f"/assist/runs/{run_id}/action", data=data).text
    booking, promise = (
        db.session.scalars(select(Booking)).one(),
        db.session.scalars(select(Promise)).one(),
    )
    assert (booking.place_id, booking.welcomed_by, booking.person_id) == (
        first.id,
        "Sonia",
        person.id,
    )
    assert promise.due_at - booking.at == timedelta(days=1)
    assert "Rendez-vous : " + first.name in agent.get(f"/tickets/summary?contact={contact.id}").text

    act = db.session.scalars(select(ScriptAct)).one()
    agent.post(f"/assist/runs/{run_id}/undo-act", data={"act": act.id})
    db.session.expire_all()
    assert db.session.scalars(select(Booking)).one().state is BookingState.CANCELLED
    assert db.session.scalars(select(Promise)).one().outcome is PromiseEnd.DROPPED
    acts = list(
        db.session.scalars(
            select(JournalEntry.act).where(JournalEntry.subject.startswith("booking:"))
        )
    )
    assert acts == ["place_booked", "place_cancelled"]


def _run(run_id: int) -> Any:
    from app.assist import store

    db.session.expire_all()
    return store.run(run_id)


def communes(client: Any, content: bytes, **more: str) -> Any:
    data = {"file": (io.BytesIO(content), "communes.json"), **more}
    return client.post("/places/communes", data=data, content_type="multipart/form-data")


def test_a_town_without_a_place_has_its_nearest_by_distance(login: Any, line: Line) -> None:
    boss, agent = login("manager"), login("front")
    send(boss, FILE)
    assert "km" not in agent.get("/places?q=45200 Montargis").text  # not known: nothing is made up
    towns = (Path(__file__).parents[2] / "app" / "demo" / "communes.csv").read_bytes()
    assert communes(agent, towns).status_code == 403
    assert "105 communes lues" in communes(boss, towns, **{"try": "1"}).text
    assert db.session.scalar(select(Commune.id)) is None
    assert communes(boss, towns).status_code == 303
    assert communes(boss, b"nom,commune\na,b").status_code == 422
    assert "105 communes connues" in boss.get("/places").text  # a refused file changes nothing
    page = agent.get("/places?q=12 rue du Port 45200 Montargis").text
    assert "Distances à vol d’oiseau depuis Montargis." in page
    assert page.index("Espace numérique du Moulin") < page.index("Maison de services des Tilleuls")
    assert "à 31 km" in page
    assert "moins de 50 km" not in page
    assert "Aucun lieu connu à moins de 50 km" in agent.get("/places?q=Marseille 8e").text
    assert "Depuis" not in agent.get("/places?q=Nulleville").text
    # Two communes of one name: which is asked, none is guessed.
    which = agent.get("/places?q=St Denis").text
    assert "Plusieurs communes portent ce nom" in which
    assert "97400 Saint-Denis" in which
    assert "Maison de services" not in which
    assert (
        "ajoutez le code postal" in agent.post("/places/near", data={"where": "saint-denis"}).text
    )
    assert "à moins d’un kilomètre" in agent.get("/places?q=valclair").text
    # Sent again, it takes the place of what was there.
    one = b"code_insee;nom;codes_postaux;latitude;longitude\n26108;Crest;26400;44.73;5.02"
    assert communes(boss, one).status_code == 303
    assert "1 commune connue" in boss.get("/places").text
    acts = db.session.scalars(
        select(JournalEntry.act).where(JournalEntry.subject == "communes:all")
    ).all()
    assert acts == ["communes_taken_in"] * 2


def test_a_public_file_is_larger_than_a_form(login: Any, line: Line) -> None:
    """The whole country's places are some ten megabytes: no bound of ordinary forms stops them."""
    heading, *rows = FILE.decode().splitlines()
    many = [rows[0].replace("demo-1,", f"demo-{rank},", 1) for rank in range(400)]
    assert len("\n".join(many)) > 90_000
    assert send(login("manager"), "\n".join([heading, *many]).encode()).status_code == 303
    assert len(db.session.scalars(select(Place)).all()) == 400


def test_overseas_departements_are_not_one(login: Any, line: Line) -> None:
    heading, first, *_rest = FILE.decode().splitlines()
    rows = [first.replace("demo-1", name).replace("99130", code).replace("48.100,2.300", ",") for name, code in
            (("Pointe-à-Pitre", "97110"), ("Le Tampon", "97430"))]  # fmt: skip
    send(login("manager"), "\n".join([heading, *rows]).encode())
    assert [each.place.key for each in service.near("97410")] == ["Le Tampon"]


def test_printing_is_ours_to_know_and_no_file_forgets_it(login: Any, line: Line) -> None:
    """The standard has no word for it: who asked the place says it for everybody, and it can be asked for."""
    boss, agent = login("manager"), login("front")
    send(boss, FILE)
    page = agent.get("/places?q=valclair").text
    assert page.count("Imprimer, scanner : à demander au lieu.") == 4
    library = db.session.scalars(select(Place.id).where(Place.key == "demo-2")).one()
    answer = agent.post(f"/places/{library}/prints", data={"prints": "yes", "q": "valclair"})
    assert answer.headers["Location"].endswith("/places?q=valclair")
    agent.post("/places/999999/prints", data={"prints": "yes"})
    send(boss, FILE.replace(b"Colette", b"George Sand"))
    found = agent.get("/places?q=valclair&prints=1").text
    assert "George Sand" in found
    assert "on imprime et on scanne" in found
    assert "Tilleuls" not in found
    assert agent.post(f"/places/{library}/prints", data={"prints": ""}).status_code == 303
    assert "Demandez moins de choses" in agent.get("/places?q=valclair&prints=1").text
    acts = db.session.scalars(
        select(JournalEntry.act).where(JournalEntry.subject == f"place:{library}")
    )
    assert list(acts) == ["place_prints", "place_prints"]
