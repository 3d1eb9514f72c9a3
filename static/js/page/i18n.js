// Sentences come from the template, already translated, as JSON: <script type="application/json" id="i18n…">.
const sentences = {};

/** Take the sentences that a page brings: this one, and those that the frame shows later. */
export function learn(page) {
  page.querySelectorAll('script[type="application/json"][id^="i18n"]').forEach((block) => {
    Object.assign(sentences, JSON.parse(block.textContent));
  });
}

learn(document);

/** The sentence of that name; {placeholders} are filled from values. */
export function text(name, values = {}) {
  const sentence = sentences[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}
