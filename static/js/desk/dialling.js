// « Appeler » on any page of the staff: the tab that carries the voice makes the call; another tab of the same browser asks it.
// A target names rows ({phone_id, dossier_id}…), never a number.
const CHANNEL = "permanence.dial";
const WAIT_MS = 400;

/** Ask the tab that carries the voice. Resolves to true when it has taken it. */
export function askTabs(wanted) {
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

/** Answer the other tabs: take(target) is called when carriesVoice() says that this tab is the one to call from. */
export function answerTabs(carriesVoice, take) {
  if (!window.BroadcastChannel) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }) => {
    if (!data?.wanted || !carriesVoice()) return;
    channel.postMessage({ taken: data.id });
    take(data.wanted);
  });
}
