// What wagtail-localize's editor says in English whatever the language: the name of the button beside "publish".
(() => {
  const { more } = document.currentScript.dataset;
  const editor = document.querySelector(".js-translation-editor");
  if (!editor) return;
  const name = () =>
    editor.querySelectorAll("button:has(> .w-sr-only)").forEach((button) => button.setAttribute("aria-label", more));
  new MutationObserver(name).observe(editor, { childList: true, subtree: true });
  name();
})();

// The translation editor draws itself after loading, so the browser finds no anchor: #segment-12 leads to its text here.
// Whoever is refused is in the editor already: there the link changes the anchor only.
(() => {
  const editor = document.querySelector(".js-translation-editor");
  if (!editor) return;

  const lead = () => {
    const wanted = /^#segment-(\d+)$/.exec(window.location.hash);
    if (!wanted) return;
    const { segments } = JSON.parse(editor.dataset.props);
    const segment = segments.find(({ id, type }) => type === "string" && String(id) === wanted[1]);
    if (!segment) return;

    const find = () =>
      [...editor.querySelectorAll("li.incomplete, li.complete, li.errored")].find(
        (item) => item.querySelector("p")?.textContent.trim() === segment.source.trim() && item.offsetParent,
      );
    let tries = 0;
    const timer = setInterval(() => {
      tries += 1;
      const tab = document.getElementById(`tab-label-${segment.location.tab}`);
      if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
      const item = find();
      if (item || tries > 50) clearInterval(timer);
      if (!item) return;
      item.scrollIntoView({ block: "center" });
      item.style.outline = "3px solid currentColor";
      item.querySelector("button")?.focus({ preventScroll: true });
    }, 100);
  };
  window.addEventListener("hashchange", lead);
  lead();
})();
