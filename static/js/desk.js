// The shell of every page of the staff: the desk's state as the page brought it, and the one object that lives by it (desk/desk.js).
import { Desk } from "./desk/desk.js";

const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

const desk = new Desk(readJson("desk-state"), readJson("softphone-config"));

// For the journeys: a test counts the audio packets of the conversation.
window.permanence = {
  stats: () => desk.phone.stats(),
  microphone: () => desk.phone.streams().own?.getAudioTracks()[0]?.label ?? "",
};

desk.begin();
