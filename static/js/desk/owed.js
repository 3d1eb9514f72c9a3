// What is owed has changed, or must be kept in a moment: said by the server, told to whatever of the page shows it (the rail's count, the
// idle desk, the list, a consultation). Only ids travel; each part asks for what its reader may see.
const SPREAD_MS = 1500; // many desks hear of the same change: they do not all ask in the same instant

let timer = 0;

/** mine: it concerns this agent, or the team. due: something must be kept within minutes. */
export function owedTold(mine, due) {
  if (!mine) return;
  if (due) document.body.dispatchEvent(new CustomEvent("owed-due"));
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    document.body.dispatchEvent(new CustomEvent("owed-moved"));
    document.body.dispatchEvent(new CustomEvent("owed-heard"));
  }, Math.random() * SPREAD_MS);
}

/** A consultation of a dossier moved: at once, somebody may be on the line. */
export function consultationTold(dossier) {
  document.querySelectorAll(`[data-consultations="${CSS.escape(String(dossier))}"]`).forEach((part) => {
    const typed = [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => /** @type {HTMLInputElement} */ (field).value);
    if (!typed) part.dispatchEvent(new CustomEvent("consultation-told")); // what somebody is writing stays
  });
}
