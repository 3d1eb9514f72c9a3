// « Être guidé », on the person's phone: asks what the step is now, every two seconds while the page is in sight, and at once when the
// phone wakes. A classic script without imports: one small file on a slow line.
(() => {
  const place = document.getElementById("guide");
  const part = place?.dataset.part;
  if (!place || !part) return;
  const EVERY_MS = 2000;
  let tag = "";
  let busy = false;

  const draw = (html) => {
    const held = place.contains(document.activeElement) ? /** @type {HTMLButtonElement} */ (document.activeElement).value : "";
    place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes); // our own server's, escaped there
    if (held) /** @type {HTMLElement | null} */ (place.querySelector(`button[value="${held}"]`))?.focus({ preventScroll: true });
  };

  const look = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(part, { headers: tag ? { "If-None-Match": tag } : {}, credentials: "same-origin" });
      document.getElementById("lost")?.remove();
      if (answer.ok) {
        tag = answer.headers.get("ETag") ?? "";
        draw(await answer.text());
      }
    } catch {
      if (!document.getElementById("lost")) {
        const lost = Object.assign(document.createElement("p"), { id: "lost", className: "wrong", textContent: place.dataset.lost });
        lost.setAttribute("role", "status");
        place.prepend(lost);
      }
    } finally {
      busy = false;
    }
  };

  // A word is said without leaving the page; without this script the form does it.
  place.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.action.endsWith("/dit")) return;
    event.preventDefault();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter)));
    try {
      await fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
    } finally {
      look();
    }
  });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.setInterval(look, EVERY_MS);
  look();
})();
