// The desk, on every page: it keeps one copy of what the server says, draws it, and hears what comes. One object, one state: what the
// server says (#said), and what goes on in this page (#here). What is shown is decided from both, by state.js; what she does is acts.js.
import { installFrame, isElsewhere } from "../frame.js";
import { text } from "../page/i18n.js";
import { announce, toast } from "../page/toast.js";
import { Acts } from "./acts.js";
import { get } from "./api.js";
import { Connection } from "./connection.js";
import { Devices } from "./devices.js";
import { answerTabs } from "./dialling.js";
import { heedDistress, refreshDistress } from "./distress.js";
import { idleTold, installIdle, readIdle, tickIdle } from "./idle.js";
import { knock, stopKnocking } from "./knock.js";
import { messageTold, renderMessage, storeReply, tickMessage } from "./messages.js";
import { consultationTold, owedTold } from "./owed.js";
import { contactChanged, filesMoved, personCorrected, reasonToConfirm, refreshSuggestion, reloadAround, showContact, storeDraft, tellMailLife, watchPanes } from "./panes.js";
import { Phone } from "./phone.js";
import { portalTold } from "./portal.js";
import { installQualifying, showMoment } from "./qualifying.js";
import { forgetReading, readersTold, tellReading } from "./reading.js";
import { hideReceipt, installReceipt } from "./receipt.js";
import { isLocked, startRing, stopRing } from "./ring.js";
import { Sound } from "./sound.js";
import { besidesMe, contactOf, holdsContact, noteOf, partedOf, thirdOf } from "./state.js";
import { callerName, render, tick } from "./view.js";

const RESUME_PAUSE_MS = 5000;
const BACK_MS = 15 * 60_000; // after a longer cut nobody is made available without having said so
const LEG_ENDED_MS = 1500; // the server is usually faster to say it
const LATE_MS = 6000; // a state that lasts an instant has lasted this long: what should have told us has perhaps died
const KEPT = "permanence.call"; // the call whose voice this tab has: after a reload it takes it back by itself

export class Desk {
  #said;
  #here = {
    phase: null, // the one that is drawn
    clock: 0, // milliseconds that the server's clock is ahead
    askedAt: 0,
    hadLeg: false,
    leaving: false, // she is being taken off the line: nobody would hear her
    held: "", // the call whose voice is here
    triedAt: -Infinity,
    cut: null, // {state, at}: what she was doing when the network left
  };

  #devices = new Devices();
  #connection = null;
  #sound;
    #acts;

  /** Are calls for her? A manager may look. */
  answers;

  /** said: what the server says of the desk, as in GET /desk/state. config: how to reach the telephone provider. */
  constructor(said, config) {
    this.#said = said;
    this.#here.clock = Date.parse(said.now) - Date.now();
    this.answers = ["front", "back"].includes(said.agent.role);
    this.phone = new Phone(config, { onChange: () => this.#phoneChanged(), expects: () => this.#expectsLeg(), devices: this.#devices });
    this.#sound = this.answers ? new Sound(this.phone, this.#devices, { onChange: () => this.draw() }) : null;
    this.#acts = new Acts(this);
  }

  /** Show it, listen to the server, and take a conversation back that this tab had. */
  async begin() {
    this.#sound?.install();
    this.#acts.install();
    document.body.addEventListener("contact-changed", () => { reloadAround(); this.refresh(); });
    document.body.addEventListener("contact-qualified", () => this.refresh());
    document.body.addEventListener("mail-life", () => this.refresh()); // the likely trouble may be gone
    watchPanes();
    installQualifying();
    installIdle();
    installReceipt();
    showContact(contactOf(this.#said), holdsContact(this.#said));
    this.draw();
    window.setInterval(() => this.#tick(), 1000);
    this.#connect();
    installFrame({ moved: () => this.#moved() });
    if (!this.answers) return;
    const owner = await this.phone.claim();
    if (owner && (this.#said.call || this.#said.presence.state !== "offline")) await this.phone.start();
    if (this.#said.call?.state === "talking") await this.#resumeHere();
    answerTabs(() => !this.phone.around.otherTab, (target) => this.#acts.dialFrom(target, document.getElementById("act-dial")));
  }

  /** What the server says of the desk. */
  get said() {
    return this.#said;
  }

  /** The moment that is drawn: one word (state.js). */
  get phase() {
    return this.#here.phase;
  }

  // --- drawing ---

  get #now() {
    return new Date(Date.now() + this.#here.clock).toISOString();
  }

  get #around() {
    const network = this.#connection?.network ?? "ok";
    return { ...this.phone.around, ...this.#sound?.around, network, soundLocked: isLocked(), spectator: !this.answers, reason: reasonToConfirm(), hangingUp: this.#acts.hangUp.secondsFor(this.#said.call) };
  }

  /** Show what is known now. */
  draw() {
    const before = this.#here.phase;
    this.#here.phase = render(this.#said, this.#around);
    if (showMoment(this.#said, this.#here.phase) && this.#here.phase !== "wrap_up") readIdle();
    renderMessage(this.#said);
    this.#drawTimes();
    if (before !== this.#here.phase) this.#changed(before);
    this.#sound?.show({ talking: this.#here.phase === "talking" || this.#here.phase === "consulted" });
    this.#acts.follow();
    heedDistress();
    if (this.#here.phase === "available" && this.phone.unheard) this.#acts.leaveUnheard();
  }

  #drawTimes() {
    tick(this.#said, this.#around, this.#now);
    tickMessage(this.#said, this.#now);
  }

  #tick() {
    tellReading((event, data) => this.#connection?.say(event, data));
    this.#drawTimes();
    tickIdle();
    this.#askWhenLate();
  }

  /** Another page is shown, or the desk again. */
  #moved() {
    if (isElsewhere()) {
      storeDraft({ said: false }).catch(() => {});
      storeReply();
    } else readIdle();
    this.draw();
  }

  #phoneChanged() {
    const { leg, phone } = this.phone.around;
    // Her voice is gone and nobody has said so: what tells the desks may have died at that instant.
    if (this.#here.hadLeg && !leg && this.#said.call?.state === "talking") window.setTimeout(() => this.refresh(), LEG_ENDED_MS);
    this.#here.hadLeg = leg;
    this.draw();
    if (phone === "ready" && this.#said.call?.state === "talking") this.#resumeHere();
  }

  /** Take what the server says, unless it is older than what we have. */
  take(next) {
    if (!next || Date.parse(next.now) < Date.parse(this.#said.now)) return;
    const previous = this.#said;
    this.#said = { ...next, queue: next.queue ?? previous.queue }; // what is told without being asked leaves the queue out: "line" brings it
    this.#here.clock = Date.parse(next.now) - Date.now();
    showContact(contactOf(this.#said), holdsContact(this.#said));
    this.draw();
    this.#tellWhatBecame(previous);
    if (this.#said.call?.state === "talking") this.#resumeHere();
  }

  #changed(before) {
    const { phase } = this.#here;
    const name = callerName(this.#said.call);
    const asker = this.#said.call?.party?.asked_by ?? "";
    if (phase === "wrap_up" && !this.#said.call.qualified) refreshSuggestion();
    if (phase === "ringing" || phase === "asked") {
      hideReceipt();
      this.#ring(name, asker);
    } else {
      stopRing();
      stopKnocking();
    }
    const said = text(`say.${phase}`, { name, asker });
    if (before !== null && said !== `say.${phase}`) announce(said, phase === "ringing" || phase === "asked");
  }

  #ring(name, asker) {
    const { phase } = this.#here;
    const title = text(`title.${phase}`, { name, asker });
    const why = noteOf(this.#said, phase, this.#around);
    startRing(title, { soft: phase === "asked" });
    if (!this.phone.around.otherTab) knock(title, why ? text(why.name, why.values) : "");
  }

  // --- what became of a call, when it was not her own doing ---

  #tellWhatBecame({ call, ...rest }) {
    if (!call) return;
    const said = this.#said;
    const gone = !said.call || said.call.ref !== call.ref;
    const hers = this.#acts.left.has(call.ref);
    const waited = call.state === "offered" || (call.role === "party" && call.party?.state === "asked");
    if (waited && gone && this.#here.phase === "available" && this.#acts.declined !== call.ref) this.#tellFate(call.ref);
    if (call.outbound && call.state === "connecting" && gone && !hers) toast(text("dial.unanswered", { name: callerName(call) }), "wait");
    const third = thirdOf({ call, ...rest });
    const parted = partedOf({ call }, said);
    if (parted && !hers) toast(text(parted, { name: third.name, caller: callerName(call) }), "wait");
    if (gone || parted) this.#acts.left.delete(call.ref);
  }

  /** A call that rang here does no more: the server alone knows who took it, or that the person waits. */
  async #tellFate(ref) {
    const { said } = await get(`/desk/calls/${encodeURIComponent(ref)}/fate`).catch(() => ({}));
    if (said) toast(said, "wait");
  }

  /** Ask again when ringing or connecting does not come to its end. */
  #askWhenLate() {
    const since = { ringing: Date.parse(this.#said.call?.offered_until), connecting: Date.parse(this.#said.now) }[this.#here.phase] ?? Infinity;
    if (Date.parse(this.#now) < since + LATE_MS || Date.now() < this.#here.askedAt + LATE_MS) return;
    this.#here.askedAt = Date.now();
    this.refresh();
  }

  /** Ask the server how the desk is. */
  async refresh() {
    try {
      this.take((await get("/desk/state")).desk);
    } catch {
      // no network: the notice is shown by the socket's own state, and it asks again when it is back
    }
  }

  // --- the voice's tab ---

  /** The voice comes to this tab. */
  async takeTab() {
    await this.phone.claim({ steal: true });
    await this.phone.start();
    return this.#said.call && ["talking", "connecting"].includes(this.#said.call.state) ? this.#acts.call("rejoin") : null;
  }

  /** After a reload or a cut in mid-call, the tab that had the voice takes it back by itself; another tab waits for a click. */
  async #resumeHere() {
    const { ref, needs_rejoin: cut, role } = this.#said.call;
    if (role === "party") return; // a consultation that was cut is over: the colleague asks again
    const ours = window.sessionStorage.getItem(KEPT) === ref;
    const voiced = this.phone.around.leg || (this.#here.held === ref && !cut);
    const soon = performance.now() < this.#here.triedAt + RESUME_PAUSE_MS;
    if (!ours || voiced || this.phone.around.otherTab || this.#connection?.network === "lost" || soon) return;
    this.#here.held = ref;
    this.#here.triedAt = performance.now();
    try {
      this.take((await this.#acts.rejoin())?.desk);
    } catch (error) {
      this.#acts.failed(error);
    }
  }

  async #expectsLeg() {
    const waits = () => this.#said.call && ["connecting", "talking"].includes(this.#said.call.state);
    if (!waits()) await this.refresh();
    if (!waits()) return "";
    this.#here.held = this.#said.call.ref;
    window.sessionStorage.setItem(KEPT, this.#here.held);
    return this.#here.held;
  }

  // --- what comes from outside ---

  /** After a cut: as she was before it, or told loudly that she is not and what to press. */
  async #comeBack() {
    const before = this.#here.cut;
    this.#here.cut = null;
    await this.refresh();
    if (!before || !this.answers || this.#said.presence.state !== "offline" || before.state === "offline") return;
    const soon = Date.now() - before.at <= BACK_MS;
    try {
      if (soon && !this.#said.call && ["available", "missed", "ringing"].includes(before.state)) this.take((await this.#acts.setPresence("available"))?.desk);
    } catch {
      // said below
    }
    const back = this.#said.presence.state !== "offline";
    toast(text(back ? "net.restored" : "net.offline"), back ? "live" : "stop");
    announce(text(back ? "net.restored" : "net.offline"), !back);
  }

  #connect() {
    this.#connection = new Connection({
      told: this.#toldOf(),
      onBack: (wasLost) => {
        forgetReading();
        if (wasLost) toast(text("net.back"));
        refreshDistress();
        this.draw();
        return this.#comeBack();
      },
      onMove: () => this.draw(),
      onCut: () => { this.#here.cut ??= { state: this.#said.presence.state, at: Date.now() }; },
      renews: () => !this.phone.around.leg,
    });
  }

  #toldOf() {
    return {
      desk: (message) => (message?.desk ? this.take(message.desk) : this.refresh()),
      line: ({ queue, incident }) => {
        this.#said.queue = besidesMe(queue, this.#said.presence);
        idleTold(this.#said.queue);
        this.draw();
        // of the missed call: who took it, or that it waits
        if (incident !== Boolean(this.#said.incident) || this.#here.phase === "missed") this.refresh();
      },
      alerts: (alert) => {
        refreshDistress();
        document.dispatchEvent(new CustomEvent("alerts-told", { detail: alert }));
      },
      readers: readersTold,
      incidents: () => window.htmx.trigger(document.body, "incidents-moved"),
      softphone: () => this.phone.renamed(),
      told: ({ message }) => toast(message, "wait"), // a manager changed something for her
      contact: (message) => {
        if (!contactChanged(message)) return;
        this.refresh();
        toast(text(`contact.${message.what}`, { name: message.by }), "wait");
      },
      message: ({ contact_id: contact }) => messageTold(contact),
      person: (message) => {
        if (!(message.what ? filesMoved(message) : personCorrected(message))) return;
        this.refresh(); // the name may have changed
        if (message.agent_id !== this.#said.agent.id) toast(text(message.what ?? "person.corrected", { name: message.by }), "wait");
      },
      owed: ({ agent, due }) => owedTold(agent === null || agent === this.#said.agent.id, Boolean(due)),
      consent: ({ what }) => toast(text(`consent.${what}`), what === "agree" ? "live" : "wait"),
      mandates: ({ person_id: person }) => {
        if (document.querySelector(`[data-mandates="${Number(person)}"]`)) window.htmx.trigger(document.body, "mandates-moved");
      },
      consultation: ({ dossier }) => consultationTold(dossier),
      "assist.link": (message) => {
        if (message.contact_id === contactOf(this.#said)) tellMailLife(message);
        toast(message.text || text("link.opened"));
      },
      ...portalTold(() => contactOf(this.#said)),
    };
  }
}
