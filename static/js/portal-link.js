// Says once that the page is before somebody's eyes. Mail scanners fetch pages without showing them: they stay silent.
const main = document.getElementById("main");
let said = false;

function say() {
  if (said || document.visibilityState !== "visible") return;
  said = true;
  fetch(main.dataset.opened, { method: "POST", keepalive: true, credentials: "omit" }).catch(() => { said = false; });
}

// Two frames drawn: a page opened in a tab that is never looked at draws none.
requestAnimationFrame(() => requestAnimationFrame(say));
document.addEventListener("visibilitychange", say);
