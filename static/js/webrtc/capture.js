// Opens a microphone: the one chosen, else the system's.

/** What a voice asks of a microphone. */
export const SPEECH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const CAUSES = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", OverconstrainedError: "absent", NotReadableError: "busy", AbortError: "busy" };

/** Why getUserMedia refused: "denied" | "absent" | "busy" | "error". */
export function causeOf(error) {
  return CAUSES[error?.name] ?? "error";
}

/** A stream of the microphone with this id; of the default one when id is "" or that device is gone. Rejects as getUserMedia does. */
export async function capture(id = "", wishes = SPEECH) {
  const open = (more) => navigator.mediaDevices.getUserMedia({ audio: { ...wishes, ...more } });
  if (!id) return open({});
  try {
    return await open({ deviceId: { exact: id } });
  } catch (error) {
    if (causeOf(error) !== "absent") throw error;
    return open({});
  }
}

/** Close what capture opened. */
export function release(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
