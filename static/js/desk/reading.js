// @ts-check
// Which dossiers this tab has before its reader: said to the server when it changes, so that a colleague on the same one knows.

let said = "";

/** The dossiers in sight, in order: a page's, and the desk's column. */
function inSight() {
  const places = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-reads]")]);
  const ids = places.filter((place) => place.closest("[hidden]") === null && !document.hidden).map((place) => Number(place.dataset.reads));
  return [...new Set(ids)].sort((a, b) => a - b);
}

/**
 * Say what is shown, when it is not what was said.
 * @param {(event: string, data: unknown) => void} say
 */
export function tellReading(say) {
  const shown = inSight();
  const words = shown.join(",");
  if (words === said) return;
  said = words;
  say("reading", { dossiers: shown });
}

/** The connection is new: the server knows nothing of this tab yet. */
export function forgetReading() {
  said = "";
}

/**
 * Somebody came to a dossier, or left it.
 * @param {{dossier_id: number}} told
 */
export function readersTold({ dossier_id: id }) {
  document.body.dispatchEvent(new CustomEvent(`readers-${Number(id)}`));
}
