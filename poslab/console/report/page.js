(() => {
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll(".langs button")];
  const show = (lang) => {
    root.dataset.lang = lang;
    root.lang = lang;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === lang));
    document.title = root.dataset[lang === "zh" ? "titleZh" : "titleEn"];
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.value));
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => navigator.clipboard.writeText(button.dataset.copy));
  }
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
