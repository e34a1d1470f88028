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
  for (const article of document.querySelectorAll("article")) {
    const replay = article.querySelector(".replay");
    if (!replay) continue;
    const scrub = replay.querySelector("input");
    const moments = [...replay.querySelectorAll("[data-moment]")];
    const drawn = [...article.querySelectorAll("svg [data-row]")];
    const only = (name, value) => {
      for (const each of replay.querySelectorAll(`[data-${name}]`)) each.hidden = each.dataset[name] !== value;
    };
    const go = (place) => {
      const moment = moments[Math.max(0, Math.min(place, moments.length - 1))];
      scrub.value = moment.dataset.moment;
      scrub.setAttribute("aria-valuetext", moment.querySelector("time").textContent);
      only("moment", moment.dataset.moment);
      only("belief", moment.dataset.of);
      only("frame", moment.dataset.bytes || "");
      for (const row of drawn) row.classList.toggle("now", row.dataset.row === moment.dataset.moment);
    };
    scrub.addEventListener("input", () => go(Number(scrub.value)));
    for (const step of replay.querySelectorAll("[data-step]")) {
      step.addEventListener("click", () => go(Number(scrub.value) + Number(step.dataset.step)));
    }
    for (const row of drawn) {
      row.addEventListener("click", () => {
        go(Number(row.dataset.row));
        replay.closest("section").scrollIntoView({ block: "start" });
      });
    }
    go(Number(scrub.value));
  }
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
})();
