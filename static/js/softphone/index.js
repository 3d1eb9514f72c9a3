// One small interface, two telephones: Twilio's Voice SDK, and the local carrier. The desk knows only this.
//
//   await driver.start(token)   driver.stop()   driver.setToken(token)
//   driver.accept(leg)   driver.decline(leg)   driver.hangUp()   driver.mute(bool)   driver.sendDigits("1")
//   await driver.useDevices({microphone, headset}, {again})   ids or "" for the default: for this call and the next ones
//   driver.streams() → {own, others: []}   driver.network() → {rtt, jitter, loss} | null   await driver.stats() → {packetsSent, packetsReceived}
//   driver.on(event, fn): ready · offline · incoming(leg) · connected(leg) · ended(leg) · token · error({message, code})
//     quality({level: good | fair | poor, cause: "" | delay | loss | connection}), when it changes
//     microphone({cause: "" | denied | absent | busy | error}): "" when it opened
//
// config: {driver: "local" | "twilio", carrierUrl, identity, i18n}

/** The driver that the server's configuration names. Loaded on demand: the other one never reaches this browser. */
export async function createSoftphone(config) {
  const module = config.driver === "twilio" ? await import("./twilio.js") : await import("./local.js");
  return module.createDriver(config);
}
