"""What each act of the journal is called, for people. Pure.

A sentence names who did it (``%(who)s``), what it is about (``%(subject)s``, or ``%(thing)s`` without
its article), and sometimes a further person (``%(other)s``, the ``agent`` of the detail). Acts that
stand in no list here are shown by their code: a line is never left out.
``tests/administration/test_journal_pages.py`` looks for each act of the code.
"""

from __future__ import annotations

from app.administration import data_words

N_ = str  # marks a sentence for bin/translations.py

# In the order of the filter: a theme's name, then its acts.
THEMES: dict[str, tuple[str, dict[str, str]]] = {
    "signing_in": (
        N_("Connexions"),
        {
            "sign_in": N_("%(subject)s : mot de passe accepté."),
            "sign_in_refused": N_("%(subject)s : mot de passe refusé."),
            "sign_out": N_("%(subject)s : déconnexion."),
            "session_over": N_("%(subject)s : session expirée."),
            "session_closed": N_("%(who)s a fermé une de ses autres sessions."),
            "signed_out_everywhere": N_("%(who)s a fermé toutes ses sessions."),
            "second_step": N_("%(subject)s : code de vérification accepté."),
            "second_step_refused": N_("%(subject)s : code de vérification refusé."),
            "passkey_used": N_("%(subject)s : clé d’accès acceptée."),
            "passkey_refused": N_("%(subject)s : clé d’accès refusée."),
            "identity_used": N_("%(subject)s : connexion par le fournisseur d’identité."),
            "identity_refused": N_("%(subject)s : refus, au retour du fournisseur d’identité."),
            "emergency_sign_in": N_("%(who)s : un compte de secours a servi."),
            "recovery_code_used": N_("%(subject)s : un code de secours a servi."),
        },
    ),
    "scripts": (
        N_("Scripts"),
        {
            "script.draft_begun": N_("%(who)s a commencé un brouillon (%(thing)s)."),
            "script.draft_changed": N_("%(who)s a changé un brouillon (%(thing)s)."),
            "script.draft_ready": N_("%(who)s a mis un brouillon en relecture (%(thing)s)."),
            "script.draft_dropped": N_("%(who)s a abandonné un brouillon (%(thing)s)."),
            "script.published": N_("%(who)s a publié %(subject)s."),
            "script.published_alone": N_(
                "%(who)s a publié %(subject)s sans relecture : aucun autre compte d’encadrement."
            ),
            "script.reviewed": N_("%(who)s a noté la relecture d’un praticien (%(thing)s)."),
            "script.screen_changed": N_("%(who)s a signalé un écran changé (%(thing)s)."),
            "script.screen_handled": N_("%(who)s a traité un écran changé (%(thing)s)."),
        },
    ),
    "accounts": (
        N_("Comptes"),
        {
            "account_added": N_("%(who)s a créé le compte de %(subject)s."),
            "account_changed": N_("%(who)s a modifié le compte de %(subject)s."),
            "account_role": N_("%(who)s a changé le rôle de %(subject)s."),
            "account_password": N_("%(who)s a changé le mot de passe de %(subject)s."),
            "account_closed": N_("%(who)s a fermé le compte de %(subject)s."),
            "account_reopened": N_("%(who)s a rouvert le compte de %(subject)s."),
            "account_signed_out": N_("%(who)s a fermé toutes les sessions de %(subject)s."),
            "invitation_made": N_(
                "%(who)s a envoyé à %(subject)s un lien pour choisir un mot de passe."
            ),
            "password_chosen": N_("%(who)s a choisi son mot de passe, avec le lien reçu."),
            "own_password": N_("%(who)s a changé son mot de passe."),
            "second_step_set": N_("%(who)s a mis en place la vérification en deux étapes."),
            "second_step_off": N_("%(who)s a retiré sa vérification en deux étapes."),
            "second_step_reset": N_(
                "%(who)s a retiré la vérification en deux étapes de %(subject)s."
            ),
            "passkey_added": N_("%(who)s a ajouté une clé d’accès."),
            "passkey_renamed": N_("%(who)s a renommé une clé d’accès."),
            "passkey_removed": N_("%(who)s a retiré une de ses clés d’accès."),
            "identity_linked": N_("%(who)s a relié son compte du fournisseur d’identité."),
            "identity_unlinked": N_("%(who)s n’est plus relié au fournisseur d’identité."),
            "emergency_on": N_("%(who)s a fait du compte de %(subject)s un compte de secours."),
            "emergency_off": N_("%(who)s a fait du compte de %(subject)s un compte ordinaire."),
            "sign_in_rules": N_("%(who)s a changé les règles de connexion."),
            "recovery_codes_renewed": N_("%(who)s a demandé de nouveaux codes de secours."),
            "presence_by_manager": N_("%(who)s a changé l’état de %(subject)s."),
        },
    ),
    "read": (
        N_("Informations protégées lues"),
        {
            "read_dossier": N_("%(who)s a ouvert %(subject)s."),
            "read_person": N_("%(who)s a ouvert %(subject)s."),
            "reveal_nir": N_("%(who)s a lu le numéro de sécurité sociale (%(thing)s)."),
            "reveal_iban": N_("%(who)s a lu le compte bancaire (%(thing)s)."),
            "alert_read": N_("%(who)s a lu %(subject)s."),
            "voicemail_heard": N_("%(who)s a écouté %(subject)s."),
            "export_report": N_("%(who)s a exporté %(subject)s."),
        },
    ),
    "dossiers": (
        N_("Personnes et dossiers"),
        {
            "create_person": N_("%(who)s a créé %(subject)s."),
            "correct_person": N_("%(who)s a corrigé %(subject)s."),
            "correct_dossier": N_("%(who)s a corrigé %(subject)s."),
            "correct_piece": N_("%(who)s a corrigé une pièce (%(thing)s)."),
            "add_piece": N_("%(who)s a demandé une pièce de plus (%(thing)s)."),
            "confirm_address": N_("%(who)s a confirmé l’adresse mail de %(subject)s."),
            "consent_asked": N_("%(who)s a demandé l’accord d’une personne par SMS (%(thing)s)."),
            "consent_given": N_("Une personne a donné son accord par SMS (%(thing)s)."),
            "consent_refused": N_("Une personne a refusé son accord par SMS (%(thing)s)."),
            "mandate_noted": N_("%(who)s a noté qui peut parler pour une personne (%(thing)s)."),
            "mandate_revoked": N_("%(who)s a retiré un mandat ou un accord (%(thing)s)."),
            "annotate": N_("%(who)s a écrit une annotation (%(thing)s)."),
            "flag_priority": N_("%(who)s a demandé une priorité (%(thing)s)."),
            "finish_flag": N_("%(who)s a terminé une priorité (%(thing)s)."),
            "urgency_asked": N_("%(who)s a demandé un paiement plus tôt (%(thing)s)."),
            "urgency_decided": N_("%(who)s a décidé d’une urgence de paiement (%(thing)s)."),
            "payment_wave_added": N_("%(who)s a ajouté un jour de paiement."),
            "payment_wave_removed": N_("%(who)s a retiré un jour de paiement."),
            "payment_day_off_added": N_("%(who)s a noté un jour sans paiement."),
            "payment_day_off_removed": N_("%(who)s a retiré un jour sans paiement."),
            "payment_processing": N_("%(who)s a noté quels dépôts sont étudiés."),
            "link.texted": N_("%(who)s a envoyé le lien par SMS aussi (%(thing)s)."),
            "mail_sent_back": N_("%(who)s a simulé le retour d’un mail (%(thing)s)."),
            "link.resent": N_("%(who)s a renvoyé le lien du Portail (%(thing)s)."),
            "guided.sent": N_("%(who)s a guidé une personne sur son téléphone (%(thing)s)."),
            "portal.issue_link": N_("%(who)s a fait ouvrir l’accès au Portail (%(thing)s)."),
            "portal.send_reset": N_("%(who)s a fait envoyer une réinitialisation (%(thing)s)."),
            "portal.hand_slot_back": N_("%(who)s a redonné la main sur une pièce (%(thing)s)."),
            "portal.unlock": N_("%(who)s a fait débloquer le compte du Portail (%(thing)s)."),
        },
    ),
    "contacts": (
        N_("Contacts et rappels"),
        {
            "letter_sent": N_("%(who)s a écrit à la personne (%(thing)s)."),
            "contact_begun": N_("%(who)s a commencé %(subject)s depuis un dossier."),
            "attach": N_("%(who)s a rattaché %(subject)s à une personne."),
            "person_added": N_("%(who)s a nommé une personne de plus (%(thing)s)."),
            "detach": N_("%(who)s a détaché %(subject)s."),
            "identity_confirmed": N_("%(who)s a vérifié l’identité (%(thing)s)."),
            "identity_withdrawn": N_(
                "%(who)s a annulé une identité vérifiée par erreur (%(thing)s)."
            ),
            "who_speaks": N_("%(who)s a noté qui parlait (%(thing)s)."),
            "qualify": N_("%(who)s a qualifié %(subject)s."),
            "unqualify": N_("%(who)s a annulé un motif qui venait d’être validé (%(thing)s)."),
            "callback_promised": N_("%(who)s a promis %(subject)s."),
            "callback_cancelled": N_("%(who)s a annulé %(subject)s."),
            "reply_sent": N_("%(who)s a répondu par écrit à %(subject)s."),
            "summary_sent": N_("%(who)s a envoyé un résumé (%(thing)s)."),
            "message_closed": N_("%(who)s a terminé un message : %(subject)s."),
            "message_handed": N_("%(who)s a confié un message à %(other)s : %(subject)s."),
            "voicemail_deleted": N_("%(who)s a effacé %(subject)s."),
        },
    ),
    "promises": (
        N_("Promesses et consultations"),
        {
            "promise_made": N_("%(who)s a fait %(subject)s."),
            "promise_kept": N_("%(who)s a tenu %(subject)s."),
            "promise_dropped": N_("%(who)s a retiré %(subject)s, avec sa raison."),
            "promise_moved": N_("%(who)s a déplacé %(subject)s."),
            "promise_handed": N_("%(who)s a confié %(subject)s à %(other)s."),
            "promise_waits": N_("%(who)s attend un tiers (%(thing)s)."),
            "promise_resumed": N_("%(who)s n’attend plus un tiers (%(thing)s)."),
            "flag_moved": N_("%(who)s a déplacé une priorité (%(thing)s)."),
            "flag_undone": N_("%(who)s a annulé son dernier acte sur une priorité (%(thing)s)."),
            "callback_changed": N_("%(who)s a déplacé ou confié %(subject)s."),
            "promise_rules": N_("%(who)s a changé les délais et le mail du matin."),
            "group_named": N_("%(who)s a nommé ou changé un groupe de collègues (%(thing)s)."),
            "group_removed": N_("%(who)s a retiré un groupe de collègues (%(thing)s)."),
            "exception_proposed": N_("%(who)s a proposé %(subject)s."),
            "exception_accepted": N_("%(who)s a accepté %(subject)s."),
            "exception_refused": N_("%(who)s a refusé %(subject)s."),
            "exception_shown": N_("%(who)s a choisi les scripts qui montrent %(subject)s."),
            "bulletin_changed": N_("%(who)s a modifié %(subject)s."),
            "bulletin_written": N_("%(who)s a publié %(subject)s."),
            "bulletin_withdrawn": N_("%(who)s a retiré du bulletin %(subject)s."),
            "bulletin_read": N_("%(who)s a dit avoir lu %(subject)s."),
            "promise_undone": N_("%(who)s a annulé son dernier acte sur %(subject)s."),
            "consultation_asked": N_("%(who)s a posé une question (%(thing)s)."),
            "consultation_answered": N_("%(who)s a répondu à %(subject)s."),
            "consultation_disputed": N_("%(who)s n’est pas d’accord (%(thing)s)."),
            "consultation_ruled": N_("%(who)s a tranché %(subject)s."),
            "consultation_remark": N_("%(who)s a écrit une remarque (%(thing)s)."),
            "consultation_withdrawn": N_("%(who)s a retiré %(subject)s."),
            "consultation_read": N_("%(who)s a lu la décision (%(thing)s)."),
            "consultation_unread": N_(
                "%(who)s a remis la décision parmi les non lues (%(thing)s)."
            ),
            "consultation_handed": N_("%(who)s a passé %(subject)s à %(other)s."),
        },
    ),
    "calls": (
        N_("Appels"),
        {
            "call_given": N_("%(who)s a confié %(subject)s à %(other)s."),
            "call_first": N_("%(who)s a fait passer %(subject)s en premier."),
            "consulted": N_("%(who)s a consulté quelqu’un pendant %(subject)s."),
            "coached": N_("%(who)s a écouté %(subject)s."),
            "sent_to": N_("%(who)s a transféré %(subject)s."),
            "sent_outside": N_("%(who)s a transféré %(subject)s à l’extérieur."),
        },
    ),
    "alerts": (
        N_("Alertes"),
        {
            "alert_raised": N_("%(who)s a déclenché %(subject)s."),
            "alert_place": N_("%(who)s a noté le lieu (%(thing)s)."),
            "alert_wishes": N_("%(who)s a dit à l’encadrement ce qui l’aiderait (%(thing)s)."),
            "alert_mistaken": N_("%(who)s a signalé une erreur (%(thing)s)."),
            "alert_taken": N_("%(who)s a pris %(subject)s."),
            "alert_closed": N_("%(who)s a clos %(subject)s."),
        },
    ),
    "incidents": (
        N_("Incidents"),
        {
            "incident_opened": N_("%(who)s a ouvert %(subject)s."),
            "incident_linked": N_("%(who)s a lié un contact (%(thing)s)."),
            "incident_unlinked": N_("%(who)s a délié un contact (%(thing)s)."),
            "incident_worded": N_("%(who)s a écrit ce qu’il faut dire (%(thing)s)."),
            "incident_confirmed": N_("%(who)s a confirmé %(subject)s."),
            "incident_repaired": N_("%(who)s a noté que c’est réparé : %(subject)s."),
            "incident_again": N_("%(who)s a rouvert %(subject)s : ce n’était pas réparé."),
            "incident_told": N_("%(who)s a prévenu les personnes concernées (%(thing)s)."),
            "incident_called": N_("%(who)s a prévenu quelqu’un par téléphone (%(thing)s)."),
            "incident_closed": N_("%(who)s a clos %(subject)s."),
            "places_taken_in": N_("%(who)s a mis à jour la liste des lieux d’accueil."),
            "place_prints": N_(
                "%(who)s a noté si l’on imprime et scanne dans un lieu (%(thing)s)."
            ),
            "communes_taken_in": N_("%(who)s a mis à jour la liste des communes."),
            "place_booked": N_("%(who)s a noté %(subject)s."),
            "place_cancelled": N_("%(who)s a annulé %(subject)s."),
        },
    ),
    "line": (
        N_("Ligne et annuaire"),
        {
            "line_hours": N_("%(who)s a changé les horaires (%(thing)s)."),
            "line_territory": N_("%(who)s a changé le territoire (%(thing)s)."),
            "line_closed_days": N_("%(who)s a changé les jours fermés (%(thing)s)."),
            "line_rules": N_("%(who)s a changé les règles (%(thing)s)."),
            "line_thresholds": N_("%(who)s a changé les seuils (%(thing)s)."),
            "report_targets": N_("%(who)s a changé les cibles du rapport et du mur."),
            "line_queue": N_("%(who)s a changé la file d’une ligne (%(thing)s)."),
            "queue_team": N_("%(who)s a changé qui répond en premier (%(thing)s)."),
            "line_mode": N_("%(who)s a ouvert ou fermé la ligne manuellement (%(thing)s)."),
            "line_incident_on": N_("%(who)s a mis l’annonce d’incident (%(thing)s)."),
            "line_incident_off": N_("%(who)s a retiré l’annonce d’incident (%(thing)s)."),
            "announcement_text": N_("%(who)s a changé le texte d’une annonce (%(thing)s)."),
            "announcement_sound": N_("%(who)s a changé le son d’une annonce (%(thing)s)."),
            "say_rule": N_("%(who)s a changé la règle de ce qu’on peut dire (%(thing)s)."),
            "directory_add": N_("%(who)s a ajouté %(subject)s."),
            "directory_change": N_("%(who)s a modifié %(subject)s."),
            "directory_on": N_("%(who)s a remis %(subject)s."),
            "directory_off": N_("%(who)s a retiré %(subject)s."),
        },
    ),
    "feeds": (N_("Imports et exports"), data_words.FEEDS),
    "duplicates": (N_("Doublons"), data_words.DUPLICATES),
    "privacy": (N_("Vie privée"), data_words.PRIVACY),
    "upkeep": (
        N_("Entretien du serveur"),
        {
            "backup": N_("Une sauvegarde a été faite."),
            "restore": N_("Une sauvegarde a été restaurée."),
            "rotate_keys": N_("Les clés de chiffrement ont été renouvelées."),
            "retention": N_("Ce qui dépassait sa durée de conservation a été effacé."),
        },
    ),
}
SCRIPTED = "act."  # what a guided script noted: « act.callback »…
SCRIPTED_THEME = "dossiers"
SCRIPTED_SENTENCE = N_("%(who)s a noté un acte d’un script (%(thing)s).")
UNNAMED_SENTENCE = N_("%(who)s : « %(act)s » (%(thing)s).")

SENTENCES = {act: said for _name, acts in THEMES.values() for act, said in acts.items()}

# As the object of a verb, and by itself.
SUBJECTS: dict[str, tuple[str, str]] = {
    "dossier": (N_("le dossier %(id)s"), N_("dossier %(id)s")),
    "person": (N_("la fiche n° %(id)s"), N_("fiche n° %(id)s")),
    "contact": (N_("le contact n° %(id)s"), N_("contact n° %(id)s")),
    "call": (N_("l’appel n° %(id)s"), N_("appel n° %(id)s")),
    "callback": (N_("le rappel n° %(id)s"), N_("rappel n° %(id)s")),
    "voicemail": (N_("le message vocal n° %(id)s"), N_("message vocal n° %(id)s")),
    "exception": (N_("l’exception n° %(id)s"), N_("exception n° %(id)s")),
    "bulletin": (N_("la nouvelle n° %(id)s"), N_("nouvelle n° %(id)s")),
    "promise": (N_("la promesse n° %(id)s"), N_("promesse n° %(id)s")),
    "consultation": (N_("la consultation n° %(id)s"), N_("consultation n° %(id)s")),
    "alert": (N_("l’alerte n° %(id)s"), N_("alerte n° %(id)s")),
    "booking": (N_("le rendez-vous n° %(id)s"), N_("rendez-vous n° %(id)s")),
    "script": (N_("le script %(id)s"), N_("script %(id)s")),
    "incident": (N_("l’incident n° %(id)s"), N_("incident n° %(id)s")),
    "outbox": (N_("la boîte d’envoi"), N_("boîte d’envoi")),
    "line": (N_("la ligne n° %(id)s"), N_("ligne n° %(id)s")),
    "directory": (N_("l’entrée n° %(id)s de l’annuaire"), N_("entrée n° %(id)s de l’annuaire")),
    "feed_key": (N_("la clé n° %(id)s d’un programme"), N_("clé n° %(id)s d’un programme")),
    "feed": (N_("l’import n° %(id)s"), N_("import n° %(id)s")),
    "say_rule": (N_("la version n° %(id)s de la règle"), N_("version n° %(id)s de la règle")),
    "export": (N_("l’export"), N_("export")),
    "report": (N_("le rapport du %(id)s"), N_("rapport du %(id)s")),
}


def sentence(act: str) -> str:
    """The French sentence of an act, with its ``%(…)s``."""
    if act.startswith(SCRIPTED):
        return SCRIPTED_SENTENCE
    return SENTENCES.get(act, UNNAMED_SENTENCE)


def acts_of(theme: str) -> tuple[tuple[str, ...], str | None]:
    """The acts of a theme, and the beginning of others that belong to it; no act: every one."""
    if theme not in THEMES:
        return (), None
    return tuple(THEMES[theme][1]), SCRIPTED if theme == SCRIPTED_THEME else None
