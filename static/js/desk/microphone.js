// Is there a microphone, and may we use it? The answer is the name of a sentence that says what to do.
const CAUSES = { NotAllowedError: "mic.denied", SecurityError: "mic.denied", NotFoundError: "mic.absent", OverconstrainedError: "mic.absent", NotReadableError: "mic.busy", AbortError: "mic.busy" };

/** {ok: true, device} or {ok: false, reason: "mic.denied" | "mic.absent" | "mic.busy" | "mic.insecure" | "mic.error"}. */
export async function checkMicrophone() {
  if (!navigator.mediaDevices) return { ok: false, reason: "mic.insecure" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const device = stream.getAudioTracks()[0]?.label ?? "";
    stream.getTracks().forEach((track) => track.stop());
    return { ok: true, device };
  } catch (error) {
    return { ok: false, reason: CAUSES[error.name] ?? "mic.error" };
  }
}
