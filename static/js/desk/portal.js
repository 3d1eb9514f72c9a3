// What the Portal and guided phones tell while an agent works, on any page: it answers again, a person is stopped by something there, a dossier that
// was promised first is deposited. The sentences come with the event, in the agent's language.
import { announce, toast } from "../page/toast.js";
import { knock } from "./knock.js";
import { owedTold } from "./owed.js";
import { tellMailLife } from "./panes.js";

/** @param {() => (number | null | undefined)} contact the contact in hand */
export function portalTold(contact) {
  const here = (message) => message.contact_id && message.contact_id === contact();
  return {
    guided: (message) => { if (here(message)) window.htmx.trigger(document.body, "guided", message); },
    "portal.answered": (message) => {
      if (here(message)) tellMailLife(message);
      toast(message.text, message.state === "done" ? "live" : "stop");
    },
    "portal.told": (message) => { if (here(message)) tellMailLife(message); },
    "portal.deposited": (message) => {
      toast(message.text, message.promised ? "wait" : "live");
      announce(message.text, Boolean(message.promised));
      knock("Permanence", message.text);
      owedTold(true, false); // what was promised can be kept now: the list, the count, the idle desk
    },
  };
}
