// The page's sentences, in the reader's language: <script type="application/json" id="texts">.
const sentences = JSON.parse(document.getElementById("texts").textContent);

/** The sentence of that name; the name itself when there is none. */
export function text(name) {
  return sentences[name] ?? name;
}
