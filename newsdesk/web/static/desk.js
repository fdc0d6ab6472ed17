"use strict";
// Comforts only: every page can be read and searched without scripts.
(() => {
  const remembered = {
    get(name) { try { return localStorage.getItem(name); } catch (_) { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch (_) { /* nothing is remembered */ } },
  };

  const theme = document.getElementById("theme");
  theme.closest("label").hidden = false;
  theme.value = document.documentElement.dataset.theme || "auto";
  theme.addEventListener("change", () => {
    if (theme.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
    remembered.set("theme", theme.value);
  });

  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const words = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }

  // what takes long is said; coming back to a kept page takes it back
  for (const form of document.querySelectorAll("form[role=search]")) {
    const button = form.querySelector("button[data-busy]");
    if (!button) continue;
    const words = button.textContent;
    form.addEventListener("submit", () => {
      form.setAttribute("aria-busy", "true");
      button.textContent = button.dataset.busy;
    });
    addEventListener("pageshow", () => {
      form.removeAttribute("aria-busy");
      button.textContent = words;
    });
  }

  const visit = document.querySelector(".visit[data-now]");
  if (visit) {
    const last = remembered.get("visit");
    if (last && !location.search) {
      const link = visit.querySelector("a");
      link.href = "/?since=" + encodeURIComponent(last);
      visit.hidden = false;
    }
    if (!location.search) remembered.set("visit", visit.dataset.now);
  }

  const narrow = matchMedia("(max-width: 60rem)");
  for (const facets of document.querySelectorAll("details.facets")) if (narrow.matches) facets.open = false;

  const headings = [...document.querySelectorAll(".hit .headline a")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
    const search = document.getElementById("q");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    if ((event.key === "j" || event.key === "k") && headings.length) {
      const at = headings.indexOf(document.activeElement);
      const next = event.key === "j" ? Math.min(at + 1, headings.length - 1) : Math.max(at - 1, 0);
      headings[next].focus();
      headings[next].scrollIntoView({ block: "center" });
    }
  });
})();
