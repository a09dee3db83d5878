(() => {
  "use strict";
  const form = document.getElementById("filters");
  const items = [...document.querySelectorAll(".item")];
  const names = ["q", "outcome", "level", "group", "operation"];
  const texts = new Map();

  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  const wanted = () => Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));

  const fits = (item, want) =>
    (!want.outcome || item.dataset.outcome === want.outcome) &&
    (!want.level || item.dataset.level === want.level) &&
    (!want.group || item.dataset.group === want.group) &&
    (!want.operation || item.dataset.operations.split(" ").includes(want.operation)) &&
    (!want.q || want.q.toLowerCase().split(/\s+/).every((word) => textOf(item).includes(word)));

  const tell = (want) => {
    const told = ["finding", "requirement"].map((kind) => {
      const all = items.filter((item) => item.dataset.kind === kind);
      const left = all.filter((item) => !item.hidden).length;
      return `${left} of ${all.length} ${kind}s`;
    });
    const active = Object.values(want).some(Boolean);
    form.querySelector(".shown").textContent = active ? `Shown: ${told.join(", ")}.` : "";
  };

  const apply = () => {
    const want = wanted();
    for (const item of items) item.hidden = !fits(item, want);
    tell(want);
    return want;
  };

  const keep = () => {
    const set = Object.entries(apply()).filter(([, value]) => value);
    const query = new URLSearchParams(set).toString();
    history.replaceState(null, "", query ? `#?${query}` : "#");
  };

  const reveal = (target) => {
    if (target.hidden) {
      form.reset();
      apply();
    }
    const evidence = target.querySelector("details.evidence");
    if (evidence) evidence.open = true;
    target.scrollIntoView();
  };

  const follow = () => {
    const hash = location.hash;
    if (hash.startsWith("#?")) {
      const given = new URLSearchParams(hash.slice(2));
      for (const name of names) form.elements[name].value = given.get(name) || "";
      apply();
      return;
    }
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (target && target.classList.contains("item")) reveal(target);
  };

  const selectText = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (button) => {
    const code = button.closest(".code").querySelector("pre");
    let done = true;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      const folded = code.closest("details.long");
      if (folded) folded.open = true;
      selectText(code);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  if (form) {
    form.addEventListener("input", keep);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
      event.preventDefault();
      form.elements.q.focus();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(keep));
    addEventListener("hashchange", () => {
      follow();
      if (location.hash.startsWith("#?")) document.getElementById("requirements").scrollIntoView();
    });
    follow();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
  });
  const unfolded = [];
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) {
      one.open = true;
      unfolded.push(one);
    }
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded.splice(0)) one.open = false;
  });
})();
