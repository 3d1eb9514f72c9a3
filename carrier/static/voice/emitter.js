// Events by name.
export class Emitter {
  #listeners = new Map();

  on(name, listener) {
    const known = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...known, listener]);
    return () => this.#listeners.set(name, this.#listeners.get(name).filter((one) => one !== listener));
  }

  emit(name, detail) {
    (this.#listeners.get(name) ?? []).forEach((listener) => listener(detail));
  }
}
