"use strict";
// The table of all students: sorted, filtered and searched here; some rows at a time, so that thousands stay smooth.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { words, outcomes, flags, most, rows } = data;
  const [NAME, PERSON, ADDRESS, OUTCOME, POINTS, PARTS, SPEED, ACCURACY, FLAGS, NOTE, MISTAKES, FAILED, RAISED] = Array(13).keys();
  const AT_ONCE = 100;
  const get = (id) => document.getElementById(id);
  const body = get("rows");
  const heads = [...document.querySelectorAll("#students thead th")];
  const fields = { search: get("search"), status: get("status"), part: get("part"), check: get("check"), mistake: get("mistake"), raised: get("raised-filter") };
  const plain = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
  const hay = rows.map((row) => plain([row[NAME], row[PERSON] || "", row[NOTE] || ""].join("\n")));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const number = (value, digits) => (value === undefined || value === null ? "-" : digits ? value.toFixed(digits) : String(value));
  let order = rows.map((_, place) => place);
  let found = order;
  let start = 0;
  let sorted = { head: heads[0], falling: false };

  function element(name, text, kind) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  function drawn(row) {
    const line = element("tr");
    const head = element("th");
    head.scope = "row";
    if (row[ADDRESS]) {
      const link = element("a", row[NAME]);
      link.href = row[ADDRESS];
      head.append(link);
    } else head.append(row[NAME]);
    if (row[PERSON] && row[PERSON] !== row[NAME]) head.append(" ", element("span", row[PERSON], "name"));
    if (row[NOTE]) head.append(element("span", row[NOTE], "note"));
    const state = element("td", outcomes[row[OUTCOME]]);
    flags.forEach((text, bit) => {
      if (row[FLAGS] & (1 << bit)) state.append(" ", element("span", text, "flag " + data.kinds[bit]));
    });
    line.append(head, state, element("td", number(row[POINTS]), "number"));
    const parts = row[PARTS] || [];
    most.forEach((worth, part) => {
      const points = parts[part];
      const lost = points !== undefined && points !== null && points < worth;
      line.append(element("td", number(points), "number part" + (lost ? " lost" : "")));
    });
    line.append(element("td", number(row[SPEED], 2), "number rest"), element("td", number(row[ACCURACY], 3), "number rest"));
    return line;
  }

  function show(count = AT_ONCE) {
    const some = found.slice(start, start + count).map((place) => drawn(rows[place]));
    if (!some.length) {
      const cell = element("td", words.nobody);
      cell.colSpan = heads.length;
      some.push(element("tr"));
      some[0].append(cell);
    }
    body.replaceChildren(...some);
    const last = Math.min(start + count, found.length);
    get("range").textContent = found.length ? fill(words.rows, { first: start + 1, last }) : "";
    get("earlier").setAttribute("aria-disabled", String(start === 0));
    get("later").setAttribute("aria-disabled", String(last >= found.length));
  }

  function failed(row, check) {
    const digit = (row[FAILED] || "")[check >> 2];
    return digit !== undefined && (parseInt(digit, 16) >> (3 - (check & 3))) & 1;
  }

  function wanted() {
    const tests = [];
    const text = plain(fields.search.value.trim());
    if (text) tests.push((row, place) => hay[place].includes(text));
    const [kind, value] = fields.status.value.split(":");
    if (kind === "outcome") tests.push((row) => row[OUTCOME] === Number(value));
    if (kind === "flag") tests.push((row) => row[FLAGS] & (1 << Number(value)));
    const chosen = (name) => (fields[name].value === "" ? null : Number(fields[name].value));
    const part = chosen("part"), check = chosen("check"), mistake = chosen("mistake"), raised = chosen("raised");
    if (part !== null) tests.push((row) => row[PARTS] && row[PARTS][part] !== null && row[PARTS][part] < most[part]);
    if (check !== null) tests.push((row) => failed(row, check));
    if (mistake !== null) tests.push((row) => (row[MISTAKES] || []).includes(mistake));
    if (raised !== null) tests.push((row) => (row[RAISED] || []).includes(raised));
    return (place) => tests.every((test) => test(rows[place], place));
  }

  function filter() {
    found = order.filter(wanted());
    start = 0;
    get("count").textContent = fill(words.shown, { count: found.length, all: rows.length });
    show();
  }

  function value(place, head) {
    const row = rows[place];
    const column = Number(head.dataset.sort);
    return column === PARTS ? (row[PARTS] || [])[Number(head.dataset.part)] : row[column];
  }

  function sort(head) {
    const falling = sorted.head === head ? !sorted.falling : head.classList.contains("number");
    sorted = { head, falling };
    const turn = falling ? -1 : 1;
    order = rows.map((_, place) => place); // by name already
    if (Number(head.dataset.sort) === NAME) {
      if (falling) order.reverse();
    } else {
      const keys = order.map((place) => value(place, head) ?? null);
      order.sort((a, b) => {
        if (keys[a] === null || keys[b] === null) return (keys[a] === null) - (keys[b] === null) || a - b;
        return turn * (keys[a] - keys[b]) || a - b;
      });
    }
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    filter();
  }

  function turn(by) {
    const next = start + by * AT_ONCE;
    if (next < 0 || next >= found.length) return;
    start = next;
    show();
  }

  function reset() {
    Object.values(fields).forEach((field) => (field.value = ""));
  }

  for (const head of heads) {
    const button = element("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }
  fields.search.addEventListener("input", filter);
  for (const [name, field] of Object.entries(fields)) if (name !== "search") field.addEventListener("change", filter);
  get("reset").addEventListener("click", () => { reset(); filter(); });
  get("earlier").addEventListener("click", () => turn(-1));
  get("later").addEventListener("click", () => turn(1));
  for (const button of document.querySelectorAll("[data-choose]")) {
    button.addEventListener("click", () => {
      const [kind, chosen] = button.dataset.choose.split(":");
      reset();
      if (kind === "mistake" || kind === "raised") fields[kind].value = chosen;
      else fields.status.value = button.dataset.choose;
      filter();
      get("table").focus();
    });
  }
  window.addEventListener("beforeprint", () => { start = 0; show(found.length); });
  window.addEventListener("afterprint", () => show());
  document.querySelectorAll(".scripted").forEach((each) => (each.hidden = false));
  reset(); // a browser that goes back fills fields in
  get("count").textContent = fill(words.shown, { count: found.length, all: rows.length });
  get("range").textContent = rows.length ? fill(words.rows, { first: 1, last: Math.min(AT_ONCE, rows.length) }) : "";
  get("earlier").setAttribute("aria-disabled", "true");
  get("later").setAttribute("aria-disabled", String(rows.length <= AT_ONCE));
})();
