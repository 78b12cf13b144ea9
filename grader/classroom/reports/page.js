"use strict";
// Data is hostile: it becomes text nodes and values of properties, never markup. The page's policy would refuse it.
document.documentElement.classList.add("scripting");

const PAGE = 100; // rows at once: a class of thousands is sorted and filtered as data, and shown a page at a time
const STANDINGS = ["right", "wrong", "not_checked", "nothing"];
const WORDS = {
  right: "right", wrong: "wrong", skipped: "skipped", not_checked: "not checked", nothing: "nothing handed in",
};
const WHY = {
  submission: "a new submission", exercise: "the exercise changed", grader: "the grader changed",
  seed: "other inputs", regraded: "graded again",
};

// ---- the smallest way to build elements ------------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function when(seconds) {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** The name of a file, with places where a line may break. */
function broken(file) {
  return file.split(/(?<=_)/).flatMap((part) => [part, document.createElement("wbr")]);
}

// ---- data ------------------------------------------------------------------------------------------------------

function read() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const copies = new Map();
  data.students = data.students.map((row, place) => {
    const [key, name, id, file, standing, points, right, reason, report, ideas, group, same, graded, seed, history,
      seconds] = row;
    if (same >= 0) copies.set(same, [...(copies.get(same) ?? []), place]);
    const student = { key, name, id, file, standing, points, right, report, ideas, group, same, graded, seed, history,
      seconds, place, reason: data.texts[reason], cases: data.reports[report][0].length };
    student.searched = [name, id, file, student.reason].join("\n").toLowerCase();
    return student;
  });
  data.copies = copies;
  data.byKey = new Map(data.students.map((student) => [student.key, student]));
  return data;
}

// ---- the table of students -------------------------------------------------------------------------------------

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const COLUMNS = [
  { name: "Student", by: (s) => s.name },
  { name: "File", by: (s) => s.file, cell: (s) => broken(s.file), kind: "file" },
  { name: "Result", by: (s) => s.standing, kind: "result",
    cell: (s) => [element("span", { class: `is-${STANDINGS[s.standing]}` }, WORDS[STANDINGS[s.standing]])] },
  { name: "Points", by: (s) => s.points, cell: (s) => [`${s.points}`], kind: "number" },
  { name: "Cases", by: (s) => s.right, kind: "number",
    cell: (s) => [`${s.right}`, element("span", { class: "of" }, ` of ${s.cases}`)] },
  { name: "Mistake", by: (s) => s.reason, cell: (s) => [s.reason], kind: "mistake" },
  { name: "Graded (UTC)", by: (s) => s.graded, cell: (s) => [when(s.graded)], kind: "date" },
];

class Table {
  constructor(data) {
    this.data = data;
    this.column = null; // as the class is ordered
    this.descending = false;
    this.page = 0;
    this.node = document.getElementById("table");
    this.found = document.getElementById("found");
    this.pages = document.getElementById("pages");
    this.filters = Object.fromEntries(["text", "standing", "mistake"].map((id) => [id, document.getElementById(id)]));
    this.heads();
    this.listen();
    this.update();
  }

  heads() {
    const row = element("tr", { role: "row" });
    COLUMNS.forEach((column, place) => {
      const button = element("button", { type: "button", onclick: () => this.sort(place) }, column.name);
      row.append(element("th", { scope: "col", role: "columnheader", class: column.kind ?? "name" }, button));
    });
    this.node.tHead.append(row);
  }

  listen() {
    this.filters.text.addEventListener("input", () => this.update());
    this.filters.standing.addEventListener("change", () => this.update());
    this.filters.mistake.addEventListener("change", () => this.update());
    const form = document.getElementById("filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => this.update())); // after the fields are empty
    window.addEventListener("beforeprint", () => this.rows(0, this.shown.length));
    window.addEventListener("afterprint", () => this.turn(this.page));
  }

  sort(place) {
    // Numbers begin with the least: those are who needs help.
    this.descending = this.column === place && !this.descending;
    this.column = place;
    [...this.node.tHead.rows[0].cells].forEach((head, at) => {
      if (at === place) head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.update();
  }

  update() {
    const words = this.filters.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const standing = this.filters.standing.value;
    const mistake = this.mistake();
    this.shown = this.data.students.filter(
      (s) => (standing === "" || s.standing === Number(standing)) && mistake(s)
        && words.every((word) => s.searched.includes(word)),
    );
    if (this.column !== null) {
      const by = COLUMNS[this.column].by;
      const sign = this.descending ? -1 : 1;
      // What is empty comes last, whichever way.
      this.shown.sort((a, b) => {
        const [x, y] = [by(a), by(b)];
        if (x === "" || y === "") return (x === "") - (y === "") || a.place - b.place;
        return sign * (typeof x === "string" ? collator.compare(x, y) : x - y) || a.place - b.place;
      });
    }
    const [count, all] = [this.shown.length, this.data.students.length];
    this.found.textContent = count === all ? `${all} students` : `${count} of ${all} students`;
    this.turn(0);
  }

  mistake() {
    const chosen = this.filters.mistake.value;
    const [kind, number] = [chosen.split("=")[0], Number(chosen.split("=")[1])];
    if (kind === "idea") return (s) => STANDINGS[s.standing] === "wrong" && s.ideas.includes(number);
    if (kind === "group") return (s) => s.group === number;
    const failed = (s) => this.data.reports[s.report][1] !== 0;
    if (kind === "failed") return (s) => STANDINGS[s.standing] === "wrong" && failed(s);
    if (kind === "unnamed") return (s) => STANDINGS[s.standing] === "wrong" && !failed(s) && !s.ideas.length;
    return () => true;
  }

  /** Shows those with a misconception, or of a group, and nobody else. */
  narrow(value) {
    const select = this.filters.mistake;
    if (value.startsWith("group=") && ![...select.options].some((option) => option.value === value)) {
      const number = Number(value.split("=")[1]);
      const count = this.data.students.filter((s) => s.group === number).length;
      select.append(element("option", { value }, `group ${number + 1} (${count})`));
    }
    this.filters.text.value = "";
    this.filters.standing.value = "";
    select.value = value;
    if (select.selectedIndex < 0) select.value = "";
    this.update();
  }

  turn(page) {
    this.page = page;
    this.rows(page * PAGE, (page + 1) * PAGE);
    const last = Math.max(0, Math.ceil(this.shown.length / PAGE) - 1);
    this.pages.hidden = last === 0;
    const to = (name, target, at) => element("button", {
      type: "button", disabled: at, onclick: () => { this.turn(target); this.node.scrollIntoView(); this.focus(name); },
    }, name);
    const range = `${page * PAGE + 1} to ${Math.min((page + 1) * PAGE, this.shown.length)} of ${this.shown.length}`;
    this.pages.replaceChildren(
      to("Previous", page - 1, page === 0), element("span", {}, range), to("Next", page + 1, page === last),
    );
  }

  /** The button was made anew; when it can no longer be pressed, its neighbour has the focus. */
  focus(name) {
    const buttons = [...this.pages.querySelectorAll("button")];
    const same = buttons.find((button) => button.textContent === name);
    (same.disabled ? buttons.find((button) => !button.disabled) : same)?.focus({ preventScroll: true });
  }

  rows(from, to) {
    const rows = this.shown.slice(from, to).map((s) => this.row(s));
    if (!rows.length) {
      rows.push(element("tr", { role: "row" },
        element("td", { role: "cell", colspan: COLUMNS.length, class: "none" }, "No student fits.")));
    }
    this.node.tBodies[0].replaceChildren(...rows);
  }

  row(s) {
    const link = element("a", { href: `#student=${s.key}`, class: "student" }, s.name || s.id || s.key);
    const copies = s.same >= 0 ? this.data.copies.get(s.same).length - 1 : 0;
    const head = element("th", { scope: "row", role: "rowheader", class: "name" }, link,
      s.id === s.name ? null : element("small", {}, s.id),
      copies ? element("small", { class: "same" }, `same text as ${copies} other${copies > 1 ? "s" : ""}`) : null);
    const cells = COLUMNS.slice(1).map((c) => element("td", { role: "cell", class: c.kind }, ...c.cell(s)));
    return element("tr", { role: "row" }, head, ...cells);
  }
}

// ---- one student's report --------------------------------------------------------------------------------------

class Report {
  constructor(data, table) {
    this.data = data;
    this.table = table;
    this.node = document.getElementById("report");
    this.inside = false; // whether closing goes back to where one came from
    this.node.addEventListener("cancel", (event) => { event.preventDefault(); this.leave(); });
    this.node.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (event.target === this.node) this.leave(); // beside the report
      else if (link?.hash.startsWith("#student=")) this.replace(event, link.hash);
      else if (link) this.opener = null; // it leads to the table
    });
    this.node.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const scrolls = event.target.closest("pre, summary");
      if (step && !event.altKey && !event.ctrlKey && !event.metaKey && !scrolls) this.step(step);
    });
  }

  open(student) {
    if (!this.node.open) this.opener = document.activeElement;
    this.student = student;
    this.node.replaceChildren(...this.parts(student));
    if (!this.node.open) this.node.showModal();
    this.node.querySelector("h2").focus();
    this.node.scrollTop = 0;
  }

  close() {
    if (!this.node.open) return;
    this.node.close();
    this.inside = false;
    const again = this.table.node.querySelector(`a[href="#student=${CSS.escape(this.student.key)}"]`);
    const fromTable = !this.opener?.isConnected || this.table.node.contains(this.opener);
    const target = fromTable ? again ?? document.getElementById("students") : this.opener;
    if (this.opener) target.focus();
    this.node.replaceChildren();
  }

  /** As "back" does; where the page was opened at a report there is nothing to go back to. */
  leave() {
    if (this.inside) history.back();
    else location.replace("#students");
  }

  /** Another report takes this one's place in the history: back leads out in one step. */
  replace(event, hash) {
    event?.preventDefault();
    location.replace(hash);
  }

  step(by) {
    const next = this.neighbour(by);
    if (next) this.replace(null, `#student=${next.key}`);
  }

  neighbour(by) {
    const listed = this.table.shown.includes(this.student) ? this.table.shown : this.data.students;
    return listed[listed.indexOf(this.student) + by];
  }

  parts(s) {
    const [cases, error, fault, note, departure, isolation] = this.data.reports[s.report];
    const texts = this.data.texts;
    const standing = STANDINGS[s.standing];
    const head = element("div", { class: "report-head" },
      element("h2", { id: "report-name", tabindex: "-1" }, s.name || s.id || s.key),
      element("div", { class: "buttons" },
        element("button", { type: "button", disabled: !this.neighbour(-1), onclick: () => this.step(-1) }, "Previous"),
        element("button", { type: "button", disabled: !this.neighbour(1), onclick: () => this.step(1) }, "Next"),
        element("button", { type: "button", onclick: () => this.leave() }, "Close")));
    const verdict = element("p", { class: "verdict" },
      element("span", { class: `is-${standing}` }, WORDS[standing]),
      `: ${s.points} of ${this.data.max} points, ${s.right} of ${s.cases} cases right`);
    const facts = [["Identifier", s.id], ["File", ...(s.file ? broken(s.file) : ["none"])], ["Graded", `${when(s.graded)} UTC`],
      ["Ran", isolation < 0 ? "nothing ran" : `${s.seconds} s; isolation ${texts[isolation]}`], ["Seed", `${s.seed}`]];
    const list = element("dl", { class: "facts" },
      ...facts.map(([name, ...text]) => element("div", {}, element("dt", {}, name), element("dd", {}, ...text))));
    return [head, verdict, this.alike(s), list,
      note < 0 ? null : element("p", { class: "note" }, texts[note]),
      error ? element("p", { class: "error" }, fault ? "Our fault, not the student's: " : "", texts[error[1]]) : null,
      departure ? this.departure(departure) : null,
      ...(error ? this.printed(cases.slice(0, 1)) : this.cases(cases)),
      ...this.history(s)].filter(Boolean);
  }

  /** Who else is wrong in the same way, or has handed in the same text. */
  alike(s) {
    const parts = [];
    const group = this.data.students.filter((other) => s.group >= 0 && other.group === s.group).length - 1;
    if (group > 0) {
      parts.push(element("p", {}, element("a", { href: `#group=${s.group}` },
        `${group} other${group > 1 ? "s are" : " is"} wrong in the same way`)));
    }
    const copies = s.same < 0 ? [] : this.data.copies.get(s.same).filter((place) => place !== s.place);
    if (copies.length) {
      const links = copies.slice(0, 12).flatMap((place, at) => {
        const other = this.data.students[place];
        return [at ? ", " : "", element("a", { href: `#student=${other.key}` }, other.name || other.key)];
      });
      const more = copies.length > 12 ? ` and ${copies.length - 12} more` : "";
      parts.push(element("p", {}, "The same text was handed in by ", ...links, more));
    }
    return parts.length ? element("div", { class: "alike" }, ...parts) : null;
  }

  departure([place, line, text]) {
    const where = line ? `Line ${line}` : "Where it departs";
    return element("section", { class: "departure" },
      element("h3", {}, `${where}, traced in case \u201c${this.data.texts[place]}\u201d`),
      element("pre", { tabindex: "0" }, this.data.texts[text]));
  }

  /** A finding is told with the first case that shows it; the others refer to that one. */
  cases(numbers) {
    const told = new Map();
    const items = numbers.map((number) => {
      const row = this.data.cases[number];
      const [name, outcome, points, most, situation, seed, message, output, diagnosis, margin] = row;
      const texts = this.data.texts;
      const head = [element("span", { class: `is-${outcome}` }, WORDS[outcome]), " ",
        element("span", { class: "case-name" }, texts[name]), " ",
        element("span", { class: "points" }, `${points} of ${most}`)];
      const inputs = texts[situation] + (seed < 0 ? "" : `  seed ${seed}`);
      if (outcome === "right") return element("li", {}, element("p", {}, ...head));
      if (outcome === "skipped") return element("li", {}, element("p", {}, ...head, ` ${texts[message]}`));
      const finding = JSON.stringify(diagnosis || message);
      const first = told.get(finding);
      if (first === undefined) told.set(finding, texts[name]);
      const body = [element("p", { class: "situation" }, inputs), element("p", { class: "message" }, texts[message]),
        margin < 0 ? null : element("p", { class: "quiet" }, `largest error ${Number(margin.toPrecision(3))} times what is allowed`),
        diagnosis ? element("p", { class: "diagnosis" }, texts[diagnosis[1]]) : null,
        ...this.printed([number])];
      const same = first === undefined ? "" : ` the same as in \u201c${first}\u201d`;
      return element("li", {}, element("details", { open: first === undefined },
        element("summary", {}, ...head, same), ...body.filter(Boolean)));
    });
    return [element("h3", {}, "Cases"), element("ul", { class: "report-cases" }, ...items)];
  }

  printed(numbers) {
    const outputs = numbers.map((n) => this.data.texts[this.data.cases[n][7]]).filter(Boolean);
    return outputs.flatMap((output) => [
      element("p", { class: "quiet" }, "It printed:"), element("pre", { tabindex: "0" }, output)]);
  }

  history(s) {
    if (!s.history.length) return [];
    const verdicts = s.history.map(([outcome, score, graded, why]) =>
      ({ outcome, score, graded, why: this.data.texts[why].split(", ").map((word) => WHY[word] ?? word).join(", ") }));
    const rows = verdicts.map((past, at) => this.past(past, verdicts[at - 1]));
    const now = { outcome: STANDINGS[s.standing], score: s.points, graded: s.graded };
    rows.push(this.past(now, verdicts.at(-1)));
    return [element("h3", {}, "History"), element("ol", { class: "history" }, ...rows)];
  }

  past({ outcome, score, graded }, before) {
    const moved = before ? score - before.score : 0;
    const change = moved ? `, ${moved > 0 ? "+" : "\u2212"}${Math.round(Math.abs(moved) * 100) / 100}` : "";
    return element("li", {}, element("span", { class: "date" }, when(graded)), " ",
      element("span", { class: `is-${outcome}` }, WORDS[outcome]), ` ${score} points${change}`,
      before ? `: ${before.why}` : "");
  }
}

// ---- the page --------------------------------------------------------------------------------------------------

function theme() {
  const button = document.getElementById("theme");
  const dark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    show();
    try {
      localStorage.setItem("groupnorm-theme", document.documentElement.dataset.theme);
    } catch { /* a file's page may have no storage; the choice then lasts as long as the page */ }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

try {
  const chosen = localStorage.getItem("groupnorm-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { /* as above */ }

document.addEventListener("DOMContentLoaded", () => {
  theme();
  const data = read();
  const table = new Table(data);
  const report = new Report(data, table);

  function route(event) {
    const [, kind, value] = /^#(student|idea|group)=(.*)$/.exec(location.hash) ?? [];
    const student = kind === "student" ? data.byKey.get(value) : undefined;
    if (student) {
      report.inside ||= Boolean(event) && !report.node.open;
      report.open(student);
      return;
    }
    report.close();
    if (kind === "idea" || kind === "group") {
      table.narrow(`${kind}=${value}`);
      const section = document.getElementById("students");
      section.scrollIntoView();
      section.focus({ preventScroll: true });
    }
  }

  window.addEventListener("hashchange", route);
  route(null);
});
