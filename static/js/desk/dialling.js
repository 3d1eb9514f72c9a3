// « Appeler » on any page of the staff: the desk's tab makes the call. Another page of the same browser asks it (page/dial.js), or
// becomes the desk itself and finds here what it was asked for. A target names rows ({phone_id, dossier_id}…), never a number.
const CHANNEL = "permanence.dial";
const KEPT = "permanence.dial";

/** What the page that led here wants to call, once; null when it is an ordinary visit. */
export function wantedHere() {
  const kept = window.sessionStorage.getItem(KEPT);
  window.sessionStorage.removeItem(KEPT);
  try {
    return JSON.parse(kept);
  } catch {
    return null;
  }
}

/** Answer the other pages: take(target) is called when carriesVoice() says that this tab is the one to call from. */
export function answerPages(carriesVoice, take) {
  if (!window.BroadcastChannel) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }) => {
    if (!data?.wanted || !carriesVoice()) return;
    channel.postMessage({ taken: data.id });
    take(data.wanted);
  });
}
