// Which microphone, which headset, which loudspeaker for the ring: what was chosen, against what is plugged in now.
// Pure: no DOM, no device; tested by tests/frontend.

/** What can be chosen, and the sort of device that the browser lists for it. */
export const KINDS = { microphone: "audioinput", headset: "audiooutput", ring: "audiooutput" };

// Chrome lists the system's own choice as devices beside the real ones; ours is the value "".
const ALIASES = new Set(["default", "communications", ""]);

/** The real devices for a use, in the browser's order: [{id, label}]; label may be "" before the microphone was allowed. */
export function devicesFor(kind, listed) {
  return listed
    .filter((device) => device.kind === KINDS[kind] && !ALIASES.has(device.deviceId))
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/**
 * What to use for one purpose: {id, label, missing}. id "" is the system's default.
 * wanted: {id, label} or null. A device whose id changed (site data cleared) is known again by its label.
 * missing: the label of what was chosen and is not plugged in.
 */
export function settle(kind, wanted, listed) {
  if (!wanted?.id) return { id: "", label: "", missing: "" };
  const present = devicesFor(kind, listed);
  const found = present.find(({ id }) => id === wanted.id) ?? present.find(({ label }) => label && label === wanted.label);
  if (found) return { ...found, missing: "" };
  return { id: "", label: "", missing: wanted.label || "?" };
}

/** A name for what the system uses by default: when it changes, a microphone opened by default must be opened again. */
export function defaultSign(kind, listed) {
  const found = listed.find((device) => device.kind === KINDS[kind] && device.deviceId === "default") ?? listed.find((device) => device.kind === KINDS[kind]);
  return found ? `${found.groupId}/${found.label}` : "";
}

/** Is there a microphone at all? Without permission a browser still lists one without a name. */
export function hasMicrophone(listed) {
  return listed.some(({ kind }) => kind === "audioinput");
}

/** What went away and what came back between two settlements {microphone, headset, ring}: {lost: [label], back: [label]}. */
export function changesBetween(before, after) {
  const lost = new Set();
  const back = new Set();
  Object.keys(KINDS).forEach((kind) => {
    if (!before[kind].missing && after[kind].missing) lost.add(after[kind].missing);
    if (before[kind].missing && !after[kind].missing && after[kind].id) back.add(after[kind].label);
  });
  return { lost: [...lost], back: [...back] };
}
