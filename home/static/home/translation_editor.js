// The translation editor draws itself after loading, so the browser finds no anchor: #segment-12 leads to its text here.
(() => {
  const wanted = /^#segment-(\d+)$/.exec(window.location.hash);
  const editor = document.querySelector(".js-translation-editor");
  if (!wanted || !editor) return;
  const { segments } = JSON.parse(editor.dataset.props);
  const segment = segments.find(({ id, type }) => type === "string" && String(id) === wanted[1]);
  if (!segment) return;
  const text = new DOMParser().parseFromString(segment.source, "text/html").body.textContent.trim();

  const find = () => [...editor.querySelectorAll("li")].find((item) => item.textContent.includes(text));
  const show = (item) => {
    const panel = item.closest("[role=tabpanel], section[id^=tab-]");
    const tab = panel && document.querySelector(`[role=tab][href="#${panel.id}"], [role=tab][aria-controls="${panel.id}"]`);
    if (tab) tab.click();
    item.scrollIntoView({ block: "center" });
    item.style.outline = "3px solid currentColor";
    item.querySelector("button")?.focus({ preventScroll: true });
  };
  const now = find();
  if (now) return show(now);
  const observer = new MutationObserver(() => {
    const item = find();
    if (!item) return;
    observer.disconnect();
    show(item);
  });
  observer.observe(editor, { childList: true, subtree: true });
})();
