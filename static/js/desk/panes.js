// The dossier, the script and the qualification: server-rendered fragments, loaded once for each person on the line.
// Nothing here reloads a pane while the same person is on the line: what she typed and where she had scrolled stay.
const PANES = [
  { id: "pane-dossier", url: "/dossiers/pane", idle: "idle-dossier" },
  { id: "pane-script", url: "/assist/pane", idle: "idle-script" },
  { id: "pane-qualification", url: "/tickets/qualification", idle: "idle-qualification" },
];

let shown;

function clear(pane) {
  const target = document.getElementById(pane.id);
  target.replaceChildren(document.getElementById(pane.idle).content.cloneNode(true));
  target.removeAttribute("aria-busy");
}

function load(pane, contact) {
  const target = document.getElementById(pane.id);
  target.setAttribute("aria-busy", "true");
  const done = () => target.removeAttribute("aria-busy");
  target.scrollTop = 0;
  return window.htmx
    .ajax("GET", `${pane.url}?contact=${encodeURIComponent(contact)}`, { source: target, target, swap: "innerHTML" })
    .then(done, done);
}

/** Show the panes of a contact (null: nobody on the line). Does nothing when they are already there. */
export function showContact(contact) {
  if (contact === shown) return;
  shown = contact;
  PANES.forEach((pane) => (contact === null ? clear(pane) : load(pane, contact)));
}

/** Another person was chosen for the same contact: the script and the qualification follow; the dossier is already there. */
export function reloadAround() {
  if (shown === null || shown === undefined) return;
  PANES.filter((pane) => pane.id !== "pane-dossier").forEach((pane) => load(pane, shown));
}

/** Tell the fragments that something happened to the mail; they refresh their own small part (hx-trigger="mail-life from:body"). */
export function tellMailLife(detail) {
  window.htmx.trigger(document.body, "mail-life", detail);
}
