"use strict";
// Sets the colours before the first paint; without a choice the device decides.
try {
  const choice = localStorage.getItem("theme");
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
} catch (_) { /* storage is switched off: the device decides */ }
