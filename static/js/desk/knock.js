// An offer while the tab is out of sight: a notification of the computer, beside the ring and the title that blinks.
let shown = null;

/** Ask once, on a gesture of hers: when she makes herself available. */
export function askToKnock() {
  if (window.Notification?.permission === "default") window.Notification.requestPermission().catch(() => {});
}

/** Somebody calls: said over the computer's other windows when this one is hidden. A click comes back here. */
export function knock(title, body) {
  stopKnocking();
  if (!document.hidden || window.Notification?.permission !== "granted") return;
  shown = new window.Notification(title, { body, tag: "permanence-offer", requireInteraction: true });
  shown.onclick = () => {
    window.focus();
    stopKnocking();
  };
}

export function stopKnocking() {
  shown?.close();
  shown = null;
}
