// Runs in the head: light or dark is set before anything is painted.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let chosen = null;
  try {
    chosen = localStorage.getItem("crosscheck-theme");
  } catch {
    /* a page from a disk may be without storage */
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = chosen === "dark" || chosen === "light" ? chosen : dark ? "dark" : "light";
})();
