// One way to compare names in the browser, the same as app/dossiers/name_folding.py (tests/frontend/test_names.py holds the two together).
// Pure: no DOM, no network.

// Letters that no decomposition takes apart.
const LETTERS = {
  œ: "oe", æ: "ae", ß: "ss", ł: "l", đ: "d", ð: "d", ø: "o", þ: "th", ı: "i", ħ: "h", ŧ: "t", ŋ: "n", ə: "e", ǝ: "e", ɛ: "e", ɔ: "o",
  ĸ: "k", ſ: "s", ƒ: "f", ɓ: "b", ɗ: "d", ƙ: "k", ɣ: "g", ɖ: "d", ŀ: "l", ƴ: "y", ɨ: "i", ʉ: "u", ƀ: "b", ȼ: "c", ǥ: "g", ɉ: "j",
  ɍ: "r", ƶ: "z", ɑ: "a",
};
const TITLES = new Set(
  "m mr mm mme mmes mlle mlles mle monsieur messieurs madame mesdames mademoiselle mesdemoiselles mister mrs ms miss dr docteur me maitre pr professeur veuve vve".split(" "),
);
const AND = new Set(["et", "ou"]);
const LINKS = new Set("ne nee epouse epoux ep eps veuve vve veuf dit dite alias".split(" ")); // between two names of one person
const LONGEST = 1000;

/** A name in plain small letters and digits, one space between words: « Éloïse  D’Œuf-Łoś » → « eloise d oeuf los ». */
export function fold(text) {
  const bare = text.slice(0, LONGEST).toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const plain = bare.replace(/./gu, (letter) => LETTERS[letter] ?? letter);
  // Signs that nobody sees are nothing; any other that is no letter or digit is a space (spacing modifiers are apostrophes).
  return plain.replace(/\p{Cf}|[^\P{Cc}\s\x1c-\x1f\x85]/gu, "").replace(/[\u02b0-\u02ff]|[^\p{L}\p{N}]/gu, " ").replace(/ +/g, " ").trim();
}

/** What a name is found by: its words, then all of it in one piece (« le goff legoff »). */
export function key(...parts) {
  const folded = parts.map(fold).filter(Boolean);
  return [...folded, ...folded.filter((part) => part.includes(" ")).map((part) => part.replaceAll(" ", ""))].join(" ");
}

/** The words without the titles before them; « et », « ou » go between two titles alone. */
function untitled(found) {
  let from = 0;
  while (found.length - from > 1) {
    const between = from > 0 && AND.has(found[from]) && TITLES.has(found[from + 1]);
    if (!TITLES.has(found[from]) && !between) break;
    if (between && found.length - from === 2) return found; // titles alone (« Mme et M »)
    from += 1;
  }
  return found.slice(from);
}

/** What a query asks for: the words of each name in it (« Le Goff née Martin »: two); one of the names suffices. */
export function asked(query) {
  const found = fold(query).split(" ").filter(Boolean);
  const names = [[]];
  found.forEach((word, place) => {
    if (LINKS.has(word) && place < found.length - 1) names.push([]);
    else if (!(word === "e" && found[place - 1] === "ne")) names.at(-1).push(word); // « né(e) »
  });
  const told = names.map(untitled).filter((name) => name.some((word) => !TITLES.has(word)));
  return told.length > 0 ? told : [untitled(found)];
}

/** Does a name in these parts answer a query? Every word of one of its names must be there. */
export function matches(query, ...parts) {
  const held = key(...parts);
  return asked(query).some((name) => name.every((word) => held.includes(word)));
}
