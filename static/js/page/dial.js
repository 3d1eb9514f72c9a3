// « Appeler » on a page beside the desk: the desk's tab makes the call; when there is none, this tab becomes the desk and calls.
import { text } from "./i18n.js";
import { toast } from "./toast.js";

const CHANNEL = "permanence.dial";
const KEPT = "permanence.dial";
const WAIT_MS = 400;

/** Resolves to true when a desk of this browser has taken it. */
function askTheDesk(wanted) {
  if (!window.BroadcastChannel) return Promise.resolve(false);
  const channel = new BroadcastChannel(CHANNEL);
  const id = Math.random().toString(36).slice(2);
  return new Promise((resolve) => {
    const end = (taken) => {
      channel.close();
      resolve(taken);
    };
    const timer = window.setTimeout(() => end(false), WAIT_MS);
    channel.addEventListener("message", ({ data }) => {
      if (data?.taken !== id) return;
      window.clearTimeout(timer);
      end(true);
    });
    channel.postMessage({ wanted, id });
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-dial]");
  if (!button || document.getElementById("desk")) return; // the desk calls by itself
  const wanted = JSON.parse(button.dataset.dial);
  if (await askTheDesk(wanted)) {
    toast(text("dial.elsewhere"));
    return;
  }
  window.sessionStorage.setItem(KEPT, JSON.stringify(wanted));
  window.location.assign("/desk");
});
