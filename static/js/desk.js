// The desk. It keeps one copy of what the server says ({desk}), draws it, and sends what the person does.
import { text } from "./page/i18n.js";
import { wait } from "./page/once.js";
import { signedOut, socketIdentity } from "./page/session.js";
import { announce, toast } from "./page/toast.js";
import { Refused, get, post } from "./desk/api.js";
import { keyOf } from "./desk/choices.js";
import { Devices } from "./desk/devices.js";
import { installMessages, messageTold, renderMessage, storeReply, tickMessage } from "./desk/messages.js";
import { answerTabs, askTabs } from "./desk/dialling.js";
import { installDistress, refreshDistress } from "./desk/distress.js";
import { contactChanged, personCorrected, reasonToConfirm, refreshSuggestion, reloadAround, showContact, storeDraft, showScript, storeQualification, tellMailLife, watchPanes } from "./desk/panes.js";
import { Phone } from "./desk/phone.js";
import { isLocked, startRing, stopRing } from "./desk/ring.js";
import { Sound } from "./desk/sound.js";
import { besidesMe, contactOf, holdsContact, partedOf, thirdOf } from "./desk/state.js";
import { TransferPanel } from "./desk/transfer.js";
import { go, installFrame, isElsewhere } from "./frame.js";
import { callerName, render, tick } from "./desk/view.js";

const LOST_AFTER_MS = 3000;
const RESUME_PAUSE_MS = 5000;
const BACK_MS = 15 * 60_000; // after a longer cut nobody is made available without having said so
const LEG_ENDED_MS = 1500; // the server is usually faster to say it
const LATE_MS = 6000; // a state that lasts an instant has lasted this long: what should have told us has perhaps died
const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

let desk = readJson("desk-state");
let clockOffset = Date.parse(desk.now) - Date.now();
let phase = null;
let network = "ok";
let lostTimer = 0;
let declined = ""; // the last call that she left to the others: no need to tell her that it is gone

const config = readJson("softphone-config");
const answers = ["front", "back"].includes(desk.agent.role); // a manager may look, calls are not for her
const devices = new Devices();
const phone = new Phone(config, { onChange: phoneChanged, expects: expectsLeg, devices });
const sound = new Sound(phone, devices, { onChange: draw });
const panel = answers ? new TransferPanel({ onAct: chosen }) : null;

const serverNow = () => new Date(Date.now() + clockOffset).toISOString();
const around = () => ({ ...phone.around, ...sound.around, network, soundLocked: isLocked(), spectator: !answers, reason: reasonToConfirm() });

// --- drawing ---

function draw() {
  const before = phase;
  phase = render(desk, around());
  tick(desk, phone.around, serverNow());
  renderMessage(desk);
  tickMessage(desk, serverNow());
  if (before !== phase) changed(before);
  if (answers) sound.show({ talking: phase === "talking" || phase === "consulted" });
  panel?.show({ canCall: mayTransfer(), canDial: mayDial() });
  document.getElementById("act-transfer").setAttribute("aria-expanded", String(panel?.isOpen ?? false));
  if (phase === "available" && phone.unheard) leaveUnheard();
}

let hadLeg = false;
function phoneChanged() {
  // Her voice is gone and nobody has said so: what tells the desks may have died at that instant.
  if (hadLeg && !phone.around.leg && desk.call?.state === "talking") window.setTimeout(refresh, LEG_ENDED_MS);
  hadLeg = phone.around.leg;
  draw();
  if (phone.around.phone === "ready" && desk.call?.state === "talking") resumeHere();
}

/** Take what the server says, unless it is older than what we have. */
function take(next) {
  if (!next || Date.parse(next.now) < Date.parse(desk.now)) return;
  const previous = desk;
  desk = { ...next, queue: next.queue ?? desk.queue }; // what is told without being asked leaves the queue out: "line" brings it
  clockOffset = Date.parse(desk.now) - Date.now();
  showContact(contactOf(desk), holdsContact(desk));
  draw();
  tellWhatBecame(previous);
  if (desk.call?.state === "talking") resumeHere();
}

function changed(before) {
  const name = callerName(desk.call);
  const asker = desk.call?.party?.asked_by ?? "";
  if (phase === "wrap_up" && !desk.call.qualified) refreshSuggestion();
  if (phase === "ringing" || phase === "asked") startRing(text(`title.${phase}`, { name, asker }), { soft: phase === "asked" });
  else stopRing();
  const said = text(`say.${phase}`, { name, asker });
  if (before !== null && said !== `say.${phase}`) announce(said, phase === "ringing" || phase === "asked");
}

const leftByHer = new Set(); // "ref/act": what she ended herself needs no telling
const mine = (call) => leftByHer.has(call.ref);

/** Say what became of a call, or of the one whom she had asked, when it was not her own doing. */
function tellWhatBecame({ call, ...rest }) {
  if (!call) return;
  const gone = !desk.call || desk.call.ref !== call.ref;
  const waited = call.state === "offered" || (call.role === "party" && call.party?.state === "asked");
  if (waited && gone && phase === "available" && declined !== call.ref) tellFate(call.ref);
  if (call.outbound && call.state === "connecting" && gone && !mine(call)) toast(text("dial.unanswered", { name: callerName(call) }), "wait");
  const third = thirdOf({ call, ...rest });
  const parted = partedOf({ call }, desk);
  if (parted && !mine(call)) toast(text(parted, { name: third.name, caller: callerName(call) }), "wait");
  if (gone || parted) leftByHer.delete(call.ref);
}

/** A call that rang here does no more: the server alone knows who took it, or that the person waits. */
async function tellFate(ref) {
  const { said } = await get(`/desk/calls/${encodeURIComponent(ref)}/fate`).catch(() => ({}));
  if (said) toast(said, "wait");
}

/** Ask again when ringing or connecting does not come to its end. */
let askedAt = 0;
function askWhenLate() {
  const since = phase === "ringing" ? Date.parse(desk.call.offered_until) : phase === "connecting" ? Date.parse(desk.now) : Infinity;
  if (Date.parse(serverNow()) < since + LATE_MS || Date.now() < askedAt + LATE_MS) return;
  askedAt = Date.now();
  refresh();
}

async function refresh() {
  try {
    take((await get("/desk/state")).desk);
  } catch {
    // no network: the notice is shown by the socket's own state, and it asks again when it is back
  }
}

// --- acts ---

const callPath = (act) => `/desk/calls/${encodeURIComponent(desk.call.ref)}/${act}`;
const calls = (act) => () => post(callPath(act));

/** What she does herself is not told to her as news. */
function hers(act) {
  const { ref } = desk.call;
  leftByHer.add(ref);
  return act().catch((error) => {
    leftByHer.delete(ref);
    throw error;
  });
}

const ACTS = {
  accept: async () => {
    if (!(await phone.start())) return null;
    return calls("accept")();
  },
  decline: () => {
    declined = desk.call.ref;
    return calls("decline")();
  },
  hold: calls("hold"),
  resume: calls("resume"),
  "hang-up": () => hers(calls("hang-up")),
  "choose-transfer": () => panel.open({ onTheLine: desk.call.caller.number }),
  "choose-dial": () => panel.open({ dial: true }),
  requeue: () => passOn(() => post(callPath("transfer"), { queue: true }), text("transfer.queued")),
  "consult-accept": async () => {
    if (!(await phone.start())) return null;
    return calls("consultation/accept")();
  },
  "consult-leave": () => {
    declined = desk.call.ref;
    return calls("consultation/leave")();
  },
  "consult-end": () => hers(calls("consultation/end")),
  "hand-over": () => passOn(calls("hand-over"), text("transfer.handed", { name: thirdOf(desk)?.name ?? "" })),
  "call-again": async () => {
    if (!(await phone.start())) return null;
    await storeDraft();
    return calls("call-again")();
  },
  rejoin: async () => {
    if (phone.around.otherTab) await takeTab();
    if (!(await phone.start())) return null;
    return calls("rejoin")();
  },
  "wrap-up-done": async () => {
    const answer = await finish(calls("wrap-up-done"));
    // A cut during the wrap-up had put her offline: the button says that she is available again.
    const left = answer?.desk?.presence.state === "offline" && !answer.desk.call;
    return left ? setPresence("available") : answer;
  },
  "wrap-up-pause": () => setPresence("away", "pause"),
  "message-take": () => post(`/messages/${desk.message.work_id}/take`),
  "message-later": () => post(`/messages/${desk.message.work_id}/later`),
  "message-give-back": async () => {
    await storeReply();
    return post(`/messages/${desk.message.work_id}/give-back`);
  },
  mute: () => phone.mute(!phone.around.muted),
  "take-tab": () => takeTab(),
};

// --- somebody else: consult, transfer, call ---

const mayTransfer = () => answers && ["talking", "held"].includes(phase) && !thirdOf(desk);
const mayDial = () => answers && (!desk.call || phase === "wrap_up");

/** Before the call goes to somebody else, the note that she has begun is kept with it. */
async function passOn(act, said) {
  await storeDraft();
  const answer = await hers(act);
  panel.close();
  if (said) toast(said);
  return answer;
}

/** Something was chosen in the panel: {agent_id}, {entry_id}, {phone_id}, {organisation_id} or {number}. */
function chosen(what, target, button, name) {
  const act = {
    consult: async () => {
      await storeDraft();
      const answer = await post(callPath("consult"), target);
      panel.close();
      return answer;
    },
    send: () => passOn(() => post(callPath("transfer"), target), text("transfer.sent", { name })),
    dial: () => dialOut(target),
  }[what];
  run("choose", act, button);
}

/** Call somebody. The microphone first: nobody is rung by an agent who cannot be heard. A wrap-up ends with its reason stored. */
async function dialOut(target) {
  if (!(await phone.start())) return null;
  const dialled = () => post("/desk/dial", target);
  const answer = desk.call ? await finish(dialled) : await dialled();
  panel.close();
  return answer;
}

/** « Appeler » beside a number: at once when nobody is on the line, else the panel asks whether to consult or to transfer.
 * A target that names nobody ({dossier_id} alone) opens the panel. */
async function dialFrom(target, button) {
  if (!answers) return;
  const key = keyOf(target);
  if (phone.around.otherTab && (await askTabs(target))) {
    toast(text("dial.elsewhere"));
    return;
  }
  if (mayTransfer()) panel.open({ key });
  else if (mayDial() && !key) panel.open({ dial: true, dossier: target.dossier_id });
  else if (mayDial()) run("dial", () => dialOut(target), button);
  else toast(text("dial.busy"), "wait");
}

/** An emergency number: with the person, who is not put on hold; alone when nobody is on the line. */
function callShort(short, button) {
  if (mayTransfer()) run("short", () => hers(() => post(callPath("consult"), { short, together: true })), button);
  else if (mayDial()) run("short", () => dialOut({ short }), button);
  else toast(text(thirdOf(desk) ? "distress.third" : "dial.busy"), "wait");
}

/** An act on a message: from the card, the list, or its dialog. */
function onMessage(path, values, { button, finishes = false, home = false }) {
  const ask = async () => {
    await storeReply();
    const answer = await (finishes ? finish(() => post(path, values)) : post(path, values));
    if (home && answer) go("/desk");
    return answer;
  };
  run("message", ask, button);
}

const asked = new Set(); // acts under way: the same one is not asked twice

async function run(name, act, button) {
  if (asked.has(name)) return;
  asked.add(name);
  const done = wait(button);
  try {
    const answer = await act();
    if (answer?.desk) take(answer.desk);
  } catch (error) {
    failed(error);
  } finally {
    asked.delete(name);
    done();
    draw(); // whether it serves now is the state's to say
  }
}

function failed(error) {
  if (!(error instanceof Refused)) return toast(text("network"), "stop");
  toast(error.message || text("refused"), error.status === 409 ? "wait" : "stop");
  refresh();
  return undefined;
}

async function setPresence(state, reason) {
  if (state === "available" && !(await phone.start({ check: true }))) return null;
  const wrapsUp = desk.call?.state === "wrap_up"; // to choose a state is to say that one has done with the call
  const move = () => post("/desk/presence", reason ? { state, reason } : { state });
  if (wrapsUp && state === "available") return finish(calls("wrap-up-done"));
  const answer = wrapsUp ? await finish(async () => { await move(); return calls("wrap-up-done")(); }) : await move();
  if (state === "offline") phone.stop();
  return answer;
}

let leaving = false;
/** Nobody would hear her: she is not rung until she has a microphone again; the notice says what to do. */
async function leaveUnheard() {
  if (leaving) return;
  leaving = true;
  try {
    take((await setPresence("away", "technique"))?.desk);
  } catch (error) {
    failed(error);
  } finally {
    leaving = false;
  }
}

/** Leave the wrap-up, once the reason that the button confirms is stored. */
async function finish(act) {
  if (await storeQualification()) return act();
  toast(text("qualification.refused"), "stop");
  return null;
}

async function takeTab() {
  await phone.claim({ steal: true });
  await phone.start();
  return desk.call && ["talking", "connecting"].includes(desk.call.state) ? calls("rejoin")() : null;
}

/** After a reload or a cut in mid-call, the tab that had the voice takes it back by itself; another tab waits for a click. */
let heldHere = "";
let triedAt = -Infinity;
async function resumeHere() {
  const { ref, needs_rejoin: cut } = desk.call;
  if (desk.call.role === "party") return; // a consultation that was cut is over: the colleague asks again
  const ours = window.sessionStorage.getItem("permanence.call") === ref;
  const voiced = phone.around.leg || (heldHere === ref && !cut);
  if (!ours || voiced || phone.around.otherTab || network === "lost" || performance.now() < triedAt + RESUME_PAUSE_MS) return;
  heldHere = ref;
  triedAt = performance.now();
  try {
    take((await ACTS.rejoin())?.desk);
  } catch (error) {
    failed(error);
  }
}

async function expectsLeg() {
  const waits = () => desk.call && ["connecting", "talking"].includes(desk.call.state);
  if (!waits()) await refresh();
  if (!waits()) return "";
  heldHere = desk.call.ref;
  window.sessionStorage.setItem("permanence.call", heldHere);
  return heldHere;
}

// --- what comes from outside ---

let cut = null; // {state, at}: what she was doing when the network left
/** After a cut: as she was before it, or told loudly that she is not and what to press. */
async function comeBack() {
  const before = cut;
  cut = null;
  await refresh();
  if (!before || !answers || desk.presence.state !== "offline" || before.state === "offline") return;
  const soon = Date.now() - before.at <= BACK_MS;
  try {
    if (soon && !desk.call && ["available", "missed", "ringing"].includes(before.state)) take((await setPresence("available"))?.desk);
  } catch {
    // said below
  }
  const back = desk.presence.state !== "offline";
  toast(text(back ? "net.restored" : "net.offline"), back ? "live" : "stop");
  announce(text(back ? "net.restored" : "net.offline"), !back);
}

function connect() {
  // A connection of its own: the softphone's namespace must not share (and re-open) the desk's.
  const socket = window.io({ transports: ["websocket", "polling"], forceNew: true, auth: socketIdentity() });
  socket.on("connect", () => {
    window.clearTimeout(lostTimer);
    lostTimer = 0;
    if (network === "lost") toast(text("net.back"));
    network = "ok";
    document.dispatchEvent(new Event("connected"));
    comeBack();
    refreshDistress();
    draw();
  });
  // Whether it was cut or never came about, without it she sees the past.
  const away = () => {
    lostTimer ||= window.setTimeout(() => { network = "lost"; draw(); }, LOST_AFTER_MS);
  };
  away();
  // Refused by the server, it would not try again by itself.
  socket.on("connect_error", () => { if (!socket.active) window.setTimeout(() => socket.connect(), RESUME_PAUSE_MS); });
  socket.on("disconnect", (reason) => {
    // Closed by the server: its session is over, and her presence with it. A conversation goes on, and she may sign in again in another tab.
    if (reason === "io server disconnect") window.setTimeout(() => socket.connect(), RESUME_PAUSE_MS);
    else cut ??= { state: desk.presence.state, at: Date.now() };
    away();
  });
  socket.on("desk", (message) => (message?.desk ? take(message.desk) : refresh()));
  socket.on("line", ({ queue, incident }) => {
    desk.queue = besidesMe(queue, desk.presence);
    draw();
    if (incident !== Boolean(desk.incident) || phase === "missed") refresh(); // of the missed call: who took it, or that it waits
  });
  socket.on("alerts", (alert) => {
    refreshDistress();
    document.dispatchEvent(new CustomEvent("alerts-told", { detail: alert }));
  });
  socket.on("signed-out", (said) => {
    if (said.why === "renewed" && !phone.around.leg) window.location.reload();
    else signedOut(said);
  });
  socket.on("softphone", () => phone.renamed());
  socket.on("told", ({ message }) => toast(message, "wait")); // a manager changed something for her
  socket.on("contact", (message) => {
    if (!contactChanged(message)) return;
    refresh();
    toast(text(`contact.${message.what}`, { name: message.by }), "wait");
  });
  socket.on("message", ({ contact_id: contact }) => messageTold(contact));
  socket.on("person", (message) => {
    if (!personCorrected(message)) return;
    refresh(); // the name may have changed
    if (message.agent_id !== desk.agent.id) toast(text("person.corrected", { name: message.by }), "wait");
  });
  socket.on("assist.link", (message) => {
    if (message.contact_id === contactOf(desk)) tellMailLife(message);
    toast(message.text || text("link.opened"));
  });
}

function onClick(event) {
  const button = event.target.closest("[data-act], [data-presence], [data-digit], [data-dial]");
  if (!button || button.disabled) return;
  if (button.dataset.dial) dialFrom(JSON.parse(button.dataset.dial), button);
  if (button.dataset.act) run(button.dataset.act, ACTS[button.dataset.act], button);
  if (button.dataset.presence) {
    document.getElementById("presence-menu").open = false;
    run("presence", () => setPresence(button.dataset.presence, button.dataset.reason), button);
  }
  if (button.dataset.digit) dial(button.dataset.digit);
}

function dial(digit) {
  phone.sendDigits(digit);
  const sent = document.querySelector('[data-slot="keypad-sent"]');
  sent.textContent = (sent.textContent + digit).slice(-16);
}

async function begin() {
  if (answers) sound.install();
  if (document.getElementById("distress")) {
    installDistress({
      onShort: callShort,
      onRaised: ({ script }) => {
        if (isElsewhere()) go("/desk"); // the panel and the script are there
        if (script) showScript();
      },
    });
  }
  document.addEventListener("click", onClick);
  document.body.addEventListener("contact-changed", () => { reloadAround(); refresh(); });
  document.body.addEventListener("contact-qualified", refresh);
  document.body.addEventListener("mail-life", refresh); // the likely trouble may be gone
  watchPanes();
  showContact(contactOf(desk), holdsContact(desk));
  draw();
  window.setInterval(() => { tick(desk, phone.around, serverNow()); tickMessage(desk, serverNow()); askWhenLate(); }, 1000);
  connect();
  installFrame({ moved: () => { if (isElsewhere()) { storeDraft({ said: false }).catch(() => {}); storeReply(); } draw(); } });
  if (!answers) return;
  installMessages({ act: onMessage, desk: () => desk });
  const owner = await phone.claim();
  if (owner && (desk.call || desk.presence.state !== "offline")) await phone.start();
  if (desk.call?.state === "talking") await resumeHere();
  answerTabs(() => !phone.around.otherTab, (target) => dialFrom(target, document.getElementById("act-dial")));
}

// For the journeys: a test counts the audio packets of the conversation.
window.permanence = { stats: () => phone.stats(), microphone: () => phone.streams().own?.getAudioTracks()[0]?.label ?? "" };

begin();
