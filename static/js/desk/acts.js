// What an agent does: the acts behind data-act, data-presence, data-dial and data-digit, on whatever page she is. Each asks the server,
// whose answer is the desk as it is now.
import { go, isElsewhere } from "../frame.js";
import { text } from "../page/i18n.js";
import { wait } from "../page/once.js";
import { announce, toast } from "../page/toast.js";
import { Refused, post } from "./api.js";
import { keyOf } from "./choices.js";
import { askTabs } from "./dialling.js";
import { installDistress } from "./distress.js";
import { HangUp } from "./hang-up.js";
import { askToKnock } from "./knock.js";
import { installMessages, storeReply } from "./messages.js";
import { showScript, storeDraft, storeQualification } from "./panes.js";
import { showReceipt } from "./receipt.js";
import { thirdOf } from "./state.js";
import { TransferPanel } from "./transfer.js";
import { callerName } from "./view.js";

export class Acts {
  /** The last call that she left to the others: no need to tell her that it is gone. */
  declined = "";
  /** The calls that she ended herself: the same. */
  left = new Set();
  hangUp = new HangUp({ onMove: () => this.#hangUpMoved() });

  #desk;
  #panel = null;
  #table;
  #asked = new Set(); // acts under way: the same one is not asked twice
  #leaving = false; // she is being taken off the line: nobody would hear her

  /** @param {import("./desk.js").Desk} desk whose acts they are */
  constructor(desk) {
    this.#desk = desk;
    this.#table = this.#tableOfHers();
  }

  /** Listen to the page's buttons. Once. */
  install() {
    document.addEventListener("click", (event) => this.#onClick(event));
    if (document.getElementById("distress")) this.#followDistress();
    if (!this.#desk.answers) return;
    this.#panel = new TransferPanel({ onAct: (...chosen) => this.#chosen(...chosen) });
    installMessages({ act: (path, values, how) => this.#onMessage(path, values, how), desk: () => this.#desk.said });
  }

  /** Follow the desk: what was being chosen for, or left, may be over. */
  follow() {
    this.hangUp.follow(this.#desk.said.call);
    this.#panel?.show({ canCall: this.#mayTransfer, canDial: this.#mayDial });
    document.getElementById("act-transfer").setAttribute("aria-expanded", String(this.#panel?.isOpen ?? false));
  }

  #path(act) {
    return `/desk/calls/${encodeURIComponent(this.#desk.said.call.ref)}/${act}`;
  }

  /** Ask something of the call at her desk. */
  call(act) {
    return post(this.#path(act));
  }

  /** What she does herself is not told to her as news. */
  #hers(act) {
    const { ref } = this.#desk.said.call;
    this.left.add(ref);
    return act().catch((error) => {
      this.left.delete(ref);
      throw error;
    });
  }

  async #heard(act) {
    return (await this.#desk.phone.start()) ? act() : null;
  }

  #tableOfHers() {
    const message = (act) => post(`/messages/${this.#desk.said.message.work_id}/${act}`);
    return {
      accept: () => this.#heard(() => this.call("accept")),
      decline: () => {
        this.declined = this.#desk.said.call.ref;
        return this.call("decline");
      },
      hold: () => this.call("hold"),
      resume: () => this.call("resume"),
      "hang-up": ({ held }) => this.#leaveCall(held),
      "hang-up-undo": () => this.hangUp.undo(),
      "choose-transfer": () => this.#panel.open({ onTheLine: this.#desk.said.call.caller.number }),
      "choose-dial": () => this.#panel.open({ dial: true }),
      requeue: () => this.#passOn(() => post(this.#path("transfer"), { queue: true }), text("transfer.queued")),
      "consult-accept": () => this.#heard(() => this.call("consultation/accept")),
      "consult-leave": () => {
        this.declined = this.#desk.said.call.ref;
        return this.call("consultation/leave");
      },
      "consult-end": () => this.#hers(() => this.call("consultation/end")),
      "hand-over": () => this.#passOn(() => this.call("hand-over"), text("transfer.handed", { name: thirdOf(this.#desk.said)?.name ?? "" })),
      "call-again": () => this.#heard(async () => {
        await storeDraft();
        return this.call("call-again");
      }),
      rejoin: () => this.rejoin(),
      "wrap-up-done": async () => {
        const { call } = this.#desk.said;
        const answer = await this.#finish(() => this.call("wrap-up-done"));
        if (answer) this.#offerUndo(call);
        // A cut during the wrap-up had put her offline: the button says that she is available again.
        const left = answer?.desk?.presence.state === "offline" && !answer.desk.call;
        return left ? this.setPresence("available") : answer;
      },
      "wrap-up-pause": () => this.setPresence("away", "pause"),
      "message-take": () => message("take"),
      "message-later": () => message("later"),
      "message-give-back": async () => {
        await storeReply();
        return message("give-back");
      },
      mute: () => this.#desk.phone.mute(!this.#desk.phone.around.muted),
      "take-tab": () => this.#desk.takeTab(),
    };
  }

  /** Come back into the conversation, from this tab. */
  async rejoin() {
    if (this.#desk.phone.around.otherTab) await this.#desk.takeTab();
    return this.#heard(() => this.call("rejoin"));
  }

  /** held: her key was held for it, which is to mean it; a click can be undone. A call that has no voice has nothing to give back. */
  #leaveCall(held) {
    const { ref } = this.#desk.said.call;
    const path = this.#path("hang-up");
    const send = (how) => this.#hers(() => post(path, {}, how));
    if (held || this.#desk.said.call.state !== "talking" || this.#desk.said.call.needs_rejoin) return send();
    announce(text("hang_up.undo"), true);
    return this.hangUp.begin(ref, send);
  }

  /** While it can be undone nobody hears her: she believes that she has left. */
  #hangUpMoved() {
    this.#desk.phone.hush(Boolean(this.hangUp.ref));
    this.#desk.draw();
  }

  get #mayTransfer() {
    return this.#desk.answers && ["talking", "held"].includes(this.#desk.phase) && !thirdOf(this.#desk.said);
  }

  get #mayDial() {
    return this.#desk.answers && (!this.#desk.said.call || this.#desk.phase === "wrap_up");
  }

  /** Before the call goes to somebody else, the note that she has begun is kept with it. */
  async #passOn(act, said) {
    await storeDraft();
    const answer = await this.#hers(act);
    this.#panel.close();
    if (said) toast(said);
    return answer;
  }

  /** Something was chosen in the panel: {agent_id}, {entry_id}, {phone_id}, {organisation_id} or {number}. */
  #chosen(what, target, button, name) {
    const act = {
      consult: async () => {
        await storeDraft();
        const answer = await post(this.#path("consult"), target);
        this.#panel.close();
        return answer;
      },
      send: () => this.#passOn(() => post(this.#path("transfer"), target), text("transfer.sent", { name })),
      dial: () => this.#dialOut(target),
    }[what];
    this.#run("choose", act, button);
  }

  /** Call somebody. The microphone first: nobody is rung by an agent who cannot be heard. A wrap-up ends with its reason stored. */
  #dialOut(target) {
    return this.#heard(async () => {
      const dialled = () => post("/desk/dial", target);
      const answer = this.#desk.said.call ? await this.#finish(dialled) : await dialled();
      this.#panel.close();
      return answer;
    });
  }

  /** « Appeler » beside a number: at once when nobody is on the line, else the panel asks whether to consult or to transfer.
   * A target that names nobody ({dossier_id} alone) opens the panel. Another tab may have the voice: it is asked. */
  async dialFrom(target, button) {
    if (!this.#desk.answers) return;
    const key = keyOf(target);
    if (this.#desk.phone.around.otherTab && (await askTabs(target))) toast(text("dial.elsewhere"));
    else if (this.#mayTransfer) this.#panel.open({ key });
    else if (this.#mayDial && !key) this.#panel.open({ dial: true, dossier: target.dossier_id });
    else if (this.#mayDial) this.#run("dial", () => this.#dialOut(target), button);
    else toast(text("dial.busy"), "wait");
  }

  #followDistress() {
    installDistress({
      onShort: (short, button) => this.#callShort(short, button),
      onRaised: ({ script }) => {
        if (isElsewhere()) go("/desk"); // the panel and the script are there
        if (script) showScript();
      },
    });
  }

  /** An emergency number: with the person, who is not put on hold; alone when nobody is on the line. */
  #callShort(short, button) {
    if (this.#mayTransfer) this.#run("short", () => this.#hers(() => post(this.#path("consult"), { short, together: true })), button);
    else if (this.#mayDial) this.#run("short", () => this.#dialOut({ short }), button);
    else toast(text(thirdOf(this.#desk.said) ? "distress.third" : "dial.busy"), "wait");
  }

  /** An act on a message: from the card, the list, or its dialog. */
  #onMessage(path, values, { button, finishes = false, home = false }) {
    const ask = async () => {
      await storeReply();
      const answer = await (finishes ? this.#finish(() => post(path, values)) : post(path, values));
      if (home && answer) go("/desk");
      return answer;
    };
    this.#run("message", ask, button);
  }

  async #run(name, act, button, how = {}) {
    const asked = this.#asked;
    if (asked.has(name)) return;
    asked.add(name);
    const done = name.startsWith("hang-up") ? () => {} : wait(button);
    try {
      const answer = await act(how);
      if (answer?.desk) this.#desk.take(answer.desk);
    } catch (error) {
      this.failed(error);
    } finally {
      asked.delete(name);
      done();
      this.#desk.draw(); // whether it serves now is the state's to say
    }
  }

  /** Say what was refused, and ask how things are. */
  failed(error) {
    if (!(error instanceof Refused)) return toast(text("network"), "stop");
    toast(error.message || text("refused"), error.status === 409 ? "wait" : "stop");
    this.#desk.refresh();
    return undefined;
  }

  /** Choose her state; with a call to wrap up, that is to say that she has done with it. */
  async setPresence(state, reason) {
    if (state === "available" && !(await this.#desk.phone.start({ check: true }))) return null;
    const { call } = this.#desk.said;
    const wrapsUp = call?.state === "wrap_up"; // to choose a state is to say that one has done with the call
    const done = () => this.call("wrap-up-done");
    const move = () => post("/desk/presence", reason ? { state, reason } : { state });
    if (wrapsUp && state === "available") return this.#finish(done);
    const answer = wrapsUp ? await this.#finish(async () => { await move(); return done(); }) : await move();
    if (wrapsUp && answer && state !== "offline") this.#offerUndo(call);
    if (state === "offline") this.#desk.phone.stop();
    return answer;
  }

  /** The contact is stored: for five seconds it can be taken back, the reason and the availability. */
  #offerUndo(call) {
    if (call.sent) return;
    showReceipt(text("receipt.said", { name: callerName(call) }), () => this.#run("undo", () => this.#undo(call.ref), document.getElementById("act-undo")));
  }

  async #undo(ref) {
    const answer = await post(`/desk/calls/${encodeURIComponent(ref)}/undo`);
    if (!answer.back) toast(text("receipt.held"), "wait");
    return answer;
  }

  /** Nobody would hear her: she is not rung until she has a microphone again; the notice says what to do. */
  async leaveUnheard() {
    if (this.#leaving) return;
    this.#leaving = true;
    try {
      this.#desk.take((await this.setPresence("away", "technique"))?.desk);
    } catch (error) {
      this.failed(error);
    } finally {
      this.#leaving = false;
    }
  }

  /** Leave the wrap-up, once the reason that the button confirms is stored. */
  async #finish(act) {
    if (await storeQualification()) return act();
    toast(text("qualification.refused"), "stop");
    return null;
  }

  #onClick(event) {
    const button = event.target.closest("[data-act], [data-presence], [data-digit], [data-dial]");
    if (!button || button.disabled) return;
    if (button.dataset.dial) this.dialFrom(JSON.parse(button.dataset.dial), button);
    if (button.dataset.act) this.#run(button.dataset.act, this.#table[button.dataset.act], button, { held: "held" in button.dataset });
    if (button.dataset.presence) {
      document.getElementById("presence-menu").open = false;
      if (button.dataset.presence === "available") askToKnock();
      this.#run("presence", () => this.setPresence(button.dataset.presence, button.dataset.reason), button);
    }
    if (button.dataset.digit) this.#dial(button.dataset.digit);
  }

  #dial(digit) {
    this.#desk.phone.sendDigits(digit);
    const sent = document.querySelector('[data-slot="keypad-sent"]');
    sent.textContent = (sent.textContent + digit).slice(-16);
  }
}
