// The report's drawings: Plotly figures from the page's JSON blocks, in the colours of the theme.
//
// A colour in a figure is the name of a token, "var(--action)": it is given its value here, so that the drawing follows the
// light or the dark theme, and paper when printed.
const TOKEN = /^var\((--[\w-]+)\)$/;
const PAPER_PX = 640; // width of a drawing on a sheet of A4
const TALL_PX = 960; // a window from which a drawing has its whole height
const LOWEST = 0.8; // … and the least of it, below
const SETTINGS = { displayModeBar: false, responsive: true, staticPlot: false };

function resolved(value, styles) {
  if (Array.isArray(value)) return value.map((each) => resolved(each, styles));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each, styles)]));
  }
  const token = typeof value === "string" && TOKEN.exec(value);
  return token ? styles.getPropertyValue(token[1]).trim() : value;
}

function draw(place, width) {
  const block = document.getElementById(`chart-data-${place.dataset.chart}`);
  const styles = window.getComputedStyle(place);
  const figure = resolved(JSON.parse(block.textContent), styles);
  const family = window.getComputedStyle(document.body).fontFamily;
  const size = parseFloat(window.getComputedStyle(place).fontSize);
  figure.layout.font = { ...figure.layout.font, family, size };
  const low = width ? 1 : Math.max(LOWEST, Math.min(1, window.innerHeight / TALL_PX)); // on a low screen both drawings stay in sight
  figure.layout.height = Number(place.dataset.height) * (size / 14) * low;
  Object.assign(figure.layout, width ? { width, autosize: false } : { autosize: true });
  return window.Plotly.react(place, figure.data, figure.layout, SETTINGS);
}

/** A bar opens the contacts of its half-hour; the table under the drawing does so by keyboard. */
function opens(place) {
  if (!place.dataset.opens || place.dataset.listens) return;
  place.dataset.listens = "";
  place.on("plotly_click", (event) => {
    const [label] = String(event.points[0].customdata).split(" ");
    const link = document.createElement("a"); // clicked, so that the frame takes it as it takes any link
    link.href = place.dataset.opens + label.replace(":", "");
    place.append(link);
    link.click();
    link.remove();
  });
}

function drawAll(width) {
  if (!window.Plotly) return;
  document.querySelectorAll("[data-chart]").forEach((place) => {
    draw(place, width);
    opens(place);
  });
}

/** On paper: light colours, the width of the sheet, and all that is folded open. */
function toPaper() {
  const root = document.documentElement;
  root.dataset.themeOnScreen = root.dataset.theme;
  root.dataset.theme = "light";
  openTables();
  drawAll(PAPER_PX);
}

function toScreen() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.themeOnScreen || "light";
  delete root.dataset.themeOnScreen;
  closeTables();
  window.requestAnimationFrame(() => drawAll());
}

function openTables() {
  document.querySelectorAll(".report-fold").forEach((each) => {
    if (each.open) return;
    each.open = true;
    each.dataset.openedToPrint = "";
  });
}

function closeTables() {
  document.querySelectorAll("[data-opened-to-print]").forEach((each) => {
    each.open = false;
    delete each.dataset.openedToPrint;
  });
}

let drawn = null; // the report whose drawings are in the page

/** Draw the report that is in the page; the frame calls it each time its page is shown. */
export function mount() {
  const print = document.getElementById("report-print");
  if (!print || print === drawn) return;
  drawn = print;
  if (window.Plotly) drawAll();
  else {
    document.querySelectorAll(".report-table").forEach((each) => (each.open = true));
    document.querySelectorAll("[data-chart]").forEach((each) => (each.hidden = true));
  }
  print.addEventListener("click", () => window.print());
}

// The theme is an attribute of the root: whoever changes it, the drawings follow.
new MutationObserver(() => {
  if (drawn?.isConnected && !document.documentElement.dataset.themeOnScreen) drawAll();
}).observe(document.documentElement, { attributeFilter: ["data-theme"] });
window.addEventListener("beforeprint", toPaper);
window.addEventListener("afterprint", toScreen);
mount();
