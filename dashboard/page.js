// Which of light and dark is taken: the system's, or what was chosen here; it is kept in this browser.
const SCHEMES = { system: "light dark", light: "light", dark: "dark" };
function theme() {
  const kept = localStorage.getItem("tailrace-theme");
  return kept in SCHEMES ? kept : "system";
}
function showTheme() {
  document.documentElement.style.colorScheme = SCHEMES[theme()];
  document.documentElement.dataset.theme = theme();
}
function nextTheme() {
  const names = Object.keys(SCHEMES);
  localStorage.setItem("tailrace-theme", names[(names.indexOf(theme()) + 1) % names.length]);
  showTheme();
}
showTheme();
// Asks for an event's story, as if it had been typed; the story's panel comes into view.
function askFor(event) {
  document.getElementById("event").value = event;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById("story").scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  return event;
}
