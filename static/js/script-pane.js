// The script pane: after a step is drawn, the keyboard stays in the pane, and a long silence is gently told.
let timer = 0;

function watchSilence(pane) {
  window.clearInterval(timer);
  const hint = pane.querySelector("[data-patience]");
  if (!hint) return;
  const calm = hint.querySelector("[data-patience-calm]");
  const over = hint.querySelector("[data-patience-over]");
  const start = performance.now();
  timer = window.setInterval(() => {
    if (!hint.isConnected) return window.clearInterval(timer);
    const late = performance.now() - start > Number(hint.dataset.patience) * 1000;
    calm.hidden = late;
    over.hidden = !late;
    return undefined;
  }, 1000);
}

function onDrawn(event) {
  const pane = event.target.closest?.("[data-script-run]") || event.target.querySelector?.("[data-script-run]");
  if (!pane) return;
  watchSilence(pane);
  // The button that was pressed is gone: the focus would fall back to the top of the page.
  if (document.activeElement === document.body) pane.querySelector("[data-question]")?.focus({ preventScroll: true });
}

document.addEventListener("htmx:load", onDrawn);
