// Setting up: the time zone of this browser, where nobody has chosen one yet.
for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isKnown = [...select.options].some((option) => option.value === zone);
  if (isKnown && select.value === select.dataset.guessZone) {
    select.value = zone;
  }
}
