// A manager listens to a conversation, or whispers to its agent: asked on the wall, heard on whatever page she goes to then. Announced to both, and journaled, by the server.
import { text } from "./page/i18n.js";
import { toast } from "./page/toast.js";
import { Refused, get, post } from "./desk/api.js";
import { createSoftphone } from "./softphone/index.js";

const ENDS_WITHIN_MS = 5000;
const config = JSON.parse(document.getElementById("softphone-config").textContent);
const dialog = document.getElementById("coach");
const bar = document.getElementById("coach-bar");
const words = document.getElementById("coach-words");

let asked = null; // whose conversation the dialog is about: {ref, name}
let here = null; // the one this manager is in: {ref, name, speaks}
let driver = null;
let busy = false;

function draw(name) {
  bar.hidden = !here;
  document.getElementById("coach-speak").hidden = !here || here.speaks;
  if (here) words.textContent = text(name, here);
}

function stopSoftphone() {
  driver?.stop();
  driver = null;
}

/** The conversation is over, or the manager left it. */
function ended() {
  if (!here) return;
  here = null;
  stopSoftphone();
  draw();
  toast(text("coach.over"), "live");
}

async function startSoftphone() {
  driver = await createSoftphone({ ...config, i18n: { line: text("coach.line") } });
  driver.on("incoming", (leg) => (here ? driver.accept(leg) : driver.decline(leg)));
  driver.on("connected", () => draw(here?.speaks ? "coach.whispers" : "coach.listens"));
  driver.on("ended", ended);
  driver.on("token", async () => driver?.setToken((await get("/desk/token")).token));
  driver.on("microphone", ({ cause }) => { if (cause && here?.speaks) toast(text("coach.microphone"), "wait"); });
  driver.on("error", ({ message }) => toast(message, "stop"));
  await driver.start((await get("/desk/token")).token);
}

async function join({ ref, name }, speaks) {
  here = { ref, name, speaks };
  draw("coach.calling");
  document.getElementById("coach-stop").focus();
  try {
    await startSoftphone();
    await post(`/supervision/calls/${encodeURIComponent(ref)}/coach`, { speaks });
  } catch (error) {
    here = null;
    stopSoftphone();
    draw();
    throw error;
  }
}

/** Leave, and wait until the leg is really over. */
async function leave() {
  const { ref } = here;
  const gone = new Promise((resolve) => {
    driver.on("ended", resolve);
    window.setTimeout(resolve, ENDS_WITHIN_MS);
  });
  await post(`/supervision/calls/${encodeURIComponent(ref)}/coach/stop`);
  await gone;
  ended();
}

const ACTS = {
  listen: () => join(asked, false),
  stop: leave,
  whisper: async () => {
    const target = here ?? asked;
    if (here) await leave();
    await join(target, true);
  },
};

async function run(act) {
  if (busy) return;
  busy = true;
  dialog.close();
  try {
    await ACTS[act]();
  } catch (error) {
    toast(error instanceof Refused ? error.message || text("refused") : text("network"), "stop");
    if (error.status === 404) ended(); // the server says that it is over already
  } finally {
    busy = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-listen]");
  if (!button || here) return;
  asked = { ref: button.dataset.listen, name: button.dataset.name };
  dialog.querySelector("[data-coach-name]").textContent = asked.name;
  dialog.showModal();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-coach]");
  if (button) run(button.dataset.coach);
});
