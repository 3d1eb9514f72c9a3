// One small interface, two telephones: Twilio's Voice SDK, and the local carrier. The desk knows only this.
//
//   await driver.start(token)   driver.stop()   driver.setToken(token)
//   driver.accept(leg)   driver.hangUp()   driver.mute(bool)   driver.sendDigits("1")   await driver.stats()
//   driver.on(event, fn): ready · offline · incoming(leg) · connected(leg) · ended(leg) · quality({level}) · error({message})
//
// config: {driver: "local" | "twilio", carrierUrl, identity, i18n}

/** The driver that the server's configuration names. Loaded on demand: the other one never reaches this browser. */
export async function createSoftphone(config) {
  const module = config.driver === "twilio" ? await import("./twilio.js") : await import("./local.js");
  return module.createDriver(config);
}
