// The reader's own choice of light or dark, and scrolling by keyboard where something is wider than the page.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
const isDark = () => (stored() ?? (system.matches ? "dark" : "light")) === "dark";
if (stored()) root.style.colorScheme = stored();

// Called before what follows is drawn, so that nothing jumps.
function foldWhereNarrow(list) { list.open = !matchMedia("(max-width: 70rem)").matches; }

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.ariaLabel = `${button.textContent} colours`;
  };
  button.style.visibility = "visible";
  label();
  system.addEventListener("change", label);
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    root.style.colorScheme = wanted;
    try { localStorage.setItem("theme", wanted); } catch { /* then it holds for this page */ }
    label();
  });
  const reachable = () => {
    for (const block of document.querySelectorAll("pre, .scrolls, .output_html, .wide")) {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    }
  };
  reachable();
  addEventListener("resize", reachable);
  for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", reachable);
});
