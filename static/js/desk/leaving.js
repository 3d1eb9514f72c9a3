// What somebody is writing when the page goes (a reload, a link typed in the address bar): kept in this tab for the page that comes
// after, which puts it back in its field. The server is told at the same instant, for a tab that is closed; whether that comes before
// or after the new page asks is nobody's to know, so what was typed last wins.
const KEPT = "permanence.writing";
const FRESH_MS = 60_000; // a reload takes seconds; what comes later was found on the server by somebody

const reader = () => /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="signed-in-as"]'))?.content ?? "";

const all = () => {
  try {
    return JSON.parse(window.sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {}; // a browser that keeps nothing, or what is kept is damaged
  }
};

/** Keep what is written under a name ("note 17"), as {field: value}. */
export function keepForNextPage(name, values) {
  try {
    window.sessionStorage.setItem(KEPT, JSON.stringify({ ...all(), [name]: { values, by: reader(), at: Date.now() } }));
  } catch { /* the server has been told */ }
}

/** Put back in a form what was kept under that name, once, for the same person; each field tells that it was typed in. */
export function putBack(name, form) {
  const kept = all();
  const { [name]: mine, ...others } = kept;
  if (!mine || !form) return;
  window.sessionStorage.setItem(KEPT, JSON.stringify(others));
  if (mine.by !== reader() || Date.now() - mine.at > FRESH_MS) return;
  Object.entries(mine.values).forEach(([field, value]) => {
    const control = form.elements[field];
    if (!control || control.value === value) return;
    control.value = value;
    const one = control instanceof RadioNodeList ? [...control].find((each) => /** @type {HTMLInputElement} */ (each).checked) : control;
    one?.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
