// Works out what the terms mean while somebody types. Without it the button "Only work it out" does the same.
(() => {
  const form = document.getElementById("pool-terms");
  const meaning = document.getElementById("pool-meaning");
  if (!form || !meaning) return;
  let waiting;
  let asked;

  const workOut = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.meaningUrl, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (answer.ok) meaning.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(workOut, 300);
  };

  for (const kind of ["input", "change", "focusout"]) form.addEventListener(kind, soon);
})();
