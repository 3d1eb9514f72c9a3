// Is there a microphone, may we use it, and does it give a sound? The answer is the name of a sentence that says what to do.
import { capture, causeOf, release } from "../webrtc/capture.js";
import { Level } from "./levels.js";

// A microphone that works is never at zero: even a silent room moves it. One that is switched off is.
const ALIVE = 0.0002;
const LISTEN_MS = 4000; // time to say a word into a headset that cuts all noise
const ASK_AFTER_MS = 700;
const STEP_MS = 50;

/**
 * {ok: true, device} or {ok: false, reason: "mic.denied" | "mic.absent" | "mic.busy" | "mic.silent" | "mic.insecure" | "mic.error"}.
 * device: the id chosen, "" for the default. onSilence(): nothing is heard so far, she should say a word.
 */
export async function checkMicrophone({ device = "", onSilence = () => {} } = {}) {
  if (!navigator.mediaDevices) return { ok: false, reason: "mic.insecure" };
  let stream;
  try {
    // As it is, without the browser's noise reduction, which makes a quiet room perfectly silent.
    stream = await capture(device, { echoCancellation: false, noiseSuppression: false, autoGainControl: true });
  } catch (error) {
    return { ok: false, reason: `mic.${causeOf(error)}` };
  }
  const label = stream.getAudioTracks()[0]?.label ?? "";
  const heard = await soundComes(stream, onSilence);
  release(stream);
  return heard ? { ok: true, device: label } : { ok: false, reason: "mic.silent", device: label };
}

/** Does anything at all come from it? At once for most; true too when the browser does not let us listen yet. */
async function soundComes(stream, onSilence) {
  const level = new Level();
  level.follow([stream]);
  let told = false;
  let heard = false;
  for (let waited = 0; waited < LISTEN_MS && !heard; waited += STEP_MS) {
    await new Promise((resolve) => { window.setTimeout(resolve, STEP_MS); });
    const now = level.read();
    if (!now && waited >= ASK_AFTER_MS) heard = true;
    if (now?.peak >= ALIVE) heard = true;
    if (!heard && !told && waited >= ASK_AFTER_MS) {
      told = true;
      onSilence();
    }
  }
  level.close();
  return heard;
}
