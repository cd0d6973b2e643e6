
// Texts come from clients, so they are only ever set as text.
const $ = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const OUTCOMES = {
  waiting: "Waiting",
  succeeded: "Succeeded",
  failed: "Failed",
  rejected: "Rejected",
  passed: "passed",
  reported: "reported",
  not_reached: "not reached",
};
const BY = { browser: "the browser’s", application: "the application’s" };
const PLACES = { attribute: "In #[passkeys(..)]", builder: "With Config::builder", environment: "As environment variable", code: "In code" };

const base = location.pathname.replace(/\/$/, "");
let version = "";
let entries = [];
let selected;
let shown;

const local = (time) => (time ? new Date(time).toLocaleTimeString() : "");

function row(entry) {
  const button = make("button", { type: "button", className: entry.outcome },
    make("span", { className: "what", textContent: `${entry.id} ${entry.title}` }),
    make("span", { className: "outcome", textContent: OUTCOMES[entry.outcome] }),
    make("small", { textContent: [local(entry.at), entry.reason, entry.user].filter(Boolean).join(" · ") }));
  button.dataset.id = entry.id;
  button.ariaLabel = [`${entry.title} ${entry.id}`, entry.outcome, entry.reason].filter(Boolean).join(", ");
  if (entry.id === selected) button.setAttribute("aria-current", "true");
  button.onclick = () => {
    $("follow").checked = entry.id === entries[0].id;
    selected = entry.id;
    render();
    $("detail-title").focus();
  };
  return make("li", {}, button);
}

function advice(entry) {
  const { title, cause, detail, fixes } = entry.advice;
  const list = make("ul", {}, ...fixes.map((fix) => {
    const lines = Object.keys(PLACES).filter((place) => fix[place]);
    const places = lines.flatMap((place) => [
      make("dt", { textContent: PLACES[place] }),
      make("dd", {}, make("code", { textContent: fix[place] })),
    ]);
    return make("li", {}, make("p", { textContent: fix.text }), ...(lines.length ? [make("dl", {}, ...places)] : []));
  }));
  const part = make("section", { className: `advice ${entry.outcome}` },
    make("h3", { textContent: title }),
    ...(entry.failed ? [make("p", { className: "soft", textContent: `Failed at ${entry.failed}.` })] : []),
    make("p", { textContent: cause }),
    ...(detail ? [make("p", { className: "soft", textContent: `In the log: ${detail}` })] : []),
    list);
  part.setAttribute("aria-label", "Cause and fix");
  return part;
}

function steps(entry) {
  const rows = entry.steps.map((line) =>
    make("tr", { className: line.outcome },
      make("td", { textContent: line.step ?? "" }),
      make("td", { textContent: line.name }),
      make("td", { textContent: OUTCOMES[line.outcome]?.toLowerCase() ?? BY[line.by] })));
  const head = make("tr", {}, ...["Step", "Check", "Outcome"].map((name) => make("th", { scope: "col", textContent: name })));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  table.setAttribute("aria-label", "Steps of verification");
  return [make("h3", { textContent: `WebAuthn Level 3, ${entry.section}` }), table];
}

function section({ title, rows }) {
  const items = rows.flatMap(({ name, value }) => [
    make("dt", { textContent: name }),
    make("dd", {}, value.includes("\n") ? make("pre", { textContent: value, tabIndex: 0 }) : value),
  ]);
  return [make("h3", { textContent: title }), make("dl", { className: "rows" }, ...items)];
}

async function copy(entry) {
  try {
    await navigator.clipboard.writeText(entry.report);
    $("status").textContent = "";
    $("status").textContent = "Report copied.";
    $("copied").textContent = "Copied";
  } catch {
    $("copy-text").value = entry.report;
    $("copy").showModal();
    $("copy-text").select();
  }
}

function detail(entry) {
  const button = make("button", { type: "button", id: "copied", textContent: "Copy report" });
  button.onclick = () => copy(entry);
  const reason = entry.reason ? `, reason ${entry.reason}` : "";
  const title = make("h2", {
    id: "detail-title",
    tabIndex: -1,
    className: entry.outcome,
    textContent: `${entry.title} ${entry.id}: ${OUTCOMES[entry.outcome].toLowerCase()}${reason}`,
  });
  $("detail").replaceChildren(
    make("div", { className: "head" }, title, button),
    ...(entry.advice ? [advice(entry)] : []),
    ...(entry.steps.length ? steps(entry) : []),
    ...entry.sections.flatMap(section),
  );
}

function render() {
  if ($("follow").checked) selected = entries[0]?.id;
  const focused = document.activeElement?.dataset?.id;
  $("list").replaceChildren(...entries.map(row));
  if (focused) $("list").querySelector(`[data-id="${Number(focused)}"]`)?.focus();
  const entry = entries.find((it) => it.id === selected);
  // Does not take away the selection or the focus from what stays the same.
  const now = JSON.stringify(entry);
  if (entry && now !== shown) detail(entry);
  shown = now;
}

function connection(text, lost) {
  if ($("connection").textContent !== text) $("connection").textContent = text;
  $("connection").classList.toggle("lost", lost);
}

async function poll() {
  try {
    const response = await fetch(`${base}/ceremonies?since=${version}`, { cache: "no-store" });
    if (response.status === 200) {
      const view = await response.json();
      ({ version, entries } = view);
      $("application").textContent = view.application;
      render();
    }
    connection(response.ok ? "Live" : `The server responds with ${response.status}`, !response.ok);
  } catch {
    connection("The server can’t be reached", true);
  }
}

$("follow").onchange = render;
document.addEventListener("visibilitychange", () => document.hidden || poll());
setInterval(() => document.hidden || poll(), 1000);
poll();
