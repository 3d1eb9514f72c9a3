// Runs before the first paint (a plain script, not a module) so that a dark desk never flashes white.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const read = (name) => {
    try {
      return window.localStorage.getItem(name);
    } catch {
      return null; // private window: the choice lasts for the page
    }
  };
  const apply = () => {
    const choice = read("permanence.theme") || "system";
    const isDark = choice === "dark" || (choice === "system" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    document.documentElement.dataset.keys = read("permanence.keys") === "off" ? "off" : "on";
  };
  dark.addEventListener("change", apply);
  document.addEventListener("permanence:theme", apply);
  apply();
})();
