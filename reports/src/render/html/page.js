// Two conveniences, without which the page is whole: the filter of the rules, and links that unfold what they lead to.
const form = document.getElementById("filter");
if (form) {
  const { words, family, outcome, count } = form.elements;
  const rules = [...document.querySelectorAll("article.rule")];
  const entries = [...document.querySelectorAll("[data-rule]")];
  const apply = () => {
    const wanted = words.value.trim().toLowerCase();
    const shown = new Set();
    for (const rule of rules) {
      const { id, dataset } = rule;
      const text = rule.querySelector("h4").textContent.toLowerCase();
      rule.hidden = (family.value && dataset.family !== family.value)
        || (outcome.value && dataset.outcome !== outcome.value) || !text.includes(wanted);
      if (!rule.hidden) shown.add(id.slice(2));
    }
    const all = shown.size === rules.length;
    for (const entry of entries) entry.hidden = !shown.has(entry.dataset.rule);
    for (const section of document.querySelectorAll("details.family")) {
      section.hidden = !section.querySelector("article.rule:not([hidden])");
      if (!all) section.open = true;
    }
    count.textContent = all ? "" : `${shown.size} / ${rules.length}`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
}
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) {
    at.hidden = false;
    if (at.tagName === "DETAILS") at.open = true;
  }
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
