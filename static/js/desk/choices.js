// Whom an agent may call, consult or transfer to, as a list to choose from. Pure: no DOM, no network; tested by tests/frontend.
import { matches } from "../page/names.js";
import { presenceDot, presenceWord } from "./state.js";

const KINDS = ["service", "interpreter", "organisation", "other"];
const SHORTEST_NUMBER = 4; // digits: from here on what is typed may be a number

/** The name of a target, the same for the button in the dossier and for the line of the list: "phone_id:3"; "" for nobody. */
export function keyOf(target) {
  const named = Object.entries(target).find(([field]) => field !== "dossier_id");
  return named ? named.join(":") : "";
}

/** What was typed, if it may be a telephone number; else "". */
export function typedNumber(query) {
  // What is pasted brings signs that nobody sees, and hyphens and spaces of all kinds; the server reads the number.
  const text = query.normalize("NFKC").replace(/\p{Cf}/gu, "").replace(/[\p{Pd}\u2212]/gu, "-").replace(/^tel:/i, "").replace(/\s+/g, " ").trim();
  if (!/^[+(]?\d[\d\s.()/-]*$/.test(text)) return "";
  return text.replace(/\D/g, "").length >= SHORTEST_NUMBER ? text : "";
}

/**
 * The groups to draw: [{name, options: [{key, label, said: [names of sentences], note, target, disabled, dot}]}].
 * found: what GET /desk/directory answered. dial: nobody is on the line (a colleague is consulted during a call, not dialled).
 * onTheLine: the number of the person on the line, as it is shown; it is not offered again.
 */
export function groupsOf(found, query, { dial = false, onTheLine = "" } = {}) {
  const groups = [
    ...(dial ? [] : [{ name: "colleagues", options: found.colleagues.map(colleague) }]),
    { name: "dossier", options: found.dossier.filter(({ label }) => label !== onTheLine).map(numberOfDossier) },
    { name: "emergency", options: (found.emergency ?? []).map(emergency) },
    ...KINDS.map((kind) => ({ name: kind, options: found.directory.filter((entry) => entry.kind === kind).map(entryOf) })),
  ];
  const answers = ({ label, note }) => matches(query, label, note);
  const short = query.replace(/\D/g, "");
  const number = (found.emergency ?? []).some((each) => each.short === short) ? "" : typedNumber(query); // it is in the list
  const typed = number ? [{ name: "typed", options: [{ ...plain({ number }), label: number }] }] : [];
  return [...typed, ...groups.map((group) => ({ ...group, options: group.options.filter(answers) }))].filter(({ options }) => options.length);
}

function plain(target) {
  return { key: keyOf(target), target, label: "", note: "", said: [], disabled: false, dot: "" };
}

/** Her owner's mark first, then why she can or cannot be asked: a word, never a colour alone. */
function colleague({ agent_id: id, name, state, reason, owner, free }) {
  const word = state === "available" && !free ? "colleague.gone" : presenceWord({ state, reason });
  return { ...plain({ agent_id: id }), label: name, said: [...(owner ? ["colleague.owner"] : []), word], disabled: !free, dot: free || state !== "available" ? presenceDot({ state }) : "hollow" };
}

/** An emergency or listening number; when the line cannot call it, that is said and it cannot be chosen. */
function emergency({ short, label, note, reachable, written }) {
  const why = written ? "short.written" : "short.unreachable";
  return { ...plain({ short }), label, note, said: reachable ? [] : [why], disabled: !reachable };
}

function numberOfDossier({ phone_id: phone, organisation_id: organisation, label, kind }) {
  return { ...plain(phone ? { phone_id: phone } : { organisation_id: organisation }), label, said: [`number.${kind}`] };
}

function entryOf({ entry_id: id, label, note }) {
  return { ...plain({ entry_id: id }), label, note };
}

/** The options that can be chosen, in the order they are drawn. */
export function selectable(groups) {
  return groups.flatMap(({ options }) => options).filter(({ disabled }) => !disabled);
}

/** The key of the option that is chosen next: by steps from the present one, round the ends; the first when there is none. */
export function nextKey(groups, key, step = 0) {
  const keys = selectable(groups).map((option) => option.key);
  if (!keys.length) return "";
  const at = keys.indexOf(key);
  if (at < 0) return step < 0 ? keys.at(-1) : keys[0];
  return keys[(at + step + keys.length) % keys.length];
}
