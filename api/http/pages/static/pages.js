// What a script adds to pages that are whole without it: a slider of days, filters that apply at once, and a map that moves.

const DAY_MS = 86_400_000;
const asDay = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);
const asNumber = (day) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
const inWords = (day) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

let latest = 0;
const view = () => window.location.pathname + window.location.search;
let shown = view();

/** Shows another view of the same page in its place: the page is the server's, and its address says all of it. */
async function show(address, { push = true } = {}) {
  const mine = (latest += 1);
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "text/html" } });
  } catch {
    window.location.assign(address);
    return;
  }
  if (!response.headers.get("content-type")?.startsWith("text/html")) {
    window.location.assign(address);
    return;
  }
  const text = await response.text();
  if (mine !== latest) return; // a later question is under way
  const next = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement?.id;
  const scrolled = window.scrollY;
  document.title = next.title;
  for (const part of ["main", "footer"]) document.querySelector(part)?.replaceWith(next.querySelector(part) ?? "");
  if (push) history.pushState(null, "", response.url);
  shown = view();
  enhance();
  window.scrollTo(0, scrolled);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function addressOf(form, changes = {}) {
  const values = new FormData(form);
  for (const [name, value] of Object.entries(changes)) values.set(name, value);
  const kept = new URLSearchParams();
  for (const [name, value] of values) if (value !== "") kept.append(name, value);
  const query = kept.toString();
  return form.getAttribute("action") + (query ? `?${query}` : "");
}

/** A slider from the day of the first word to that of the last; at its right end everything counts. */
function slider(form) {
  const input = form.querySelector("input[name=as_of]");
  if (!input?.dataset.first) return;
  const [first, last] = [asNumber(input.dataset.first), asNumber(input.dataset.last)];
  if (!(last > first) || last - first > 40_000) return;
  const range = Object.assign(document.createElement("input"), {
    type: "range", id: "as_of_slider", min: first, max: last, step: 1,
    value: input.value ? Math.min(last, Math.max(first, asNumber(input.value))) : last,
  });
  const said = Object.assign(document.createElement("output"), { htmlFor: range.id });
  const tell = (words) => {
    said.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  range.setAttribute("aria-label", "As known on, day by day");
  tell(input.value ? inWords(input.value) : "everything said"); // the address says the day, which may lie beyond the ends
  let waiting;
  range.addEventListener("input", () => {
    const day = asDay(Number(range.value));
    tell(inWords(day));
    clearTimeout(waiting);
    waiting = setTimeout(() => show(addressOf(form, { as_of: day })), 120);
  });
  input.after(range, said);
}

function filters(form) {
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.type !== "search") show(addressOf(form));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(addressOf(form));
  });
}

/** Buttons, keys and dragging that change which part of the map is shown; the ground and the signs stay the server's. */
function zoom(frame) {
  const map = frame.querySelector("svg");
  if (!map) return;
  const [, , width, height] = map.getAttribute("viewBox").split(" ").map(Number);
  let [x, y, scale] = [0, 0, 1];
  const place = () => {
    x = Math.min(width - width / scale, Math.max(0, x));
    y = Math.min(height - height / scale, Math.max(0, y));
    map.setAttribute("viewBox", `${x} ${y} ${width / scale} ${height / scale}`);
    for (const sign of map.querySelectorAll(".sign")) {
      const at = sign.dataset.at ?? (sign.dataset.at = sign.getAttribute("transform"));
      sign.setAttribute("transform", `${at} scale(${1 / scale})`);
    }
  };
  const closer = (factor) => {
    const [middleX, middleY] = [x + width / scale / 2, y + height / scale / 2];
    scale = Math.min(16, Math.max(1, scale * factor));
    [x, y] = [middleX - width / scale / 2, middleY - height / scale / 2];
    place();
  };
  const tools = Object.assign(document.createElement("p"), { className: "tools" });
  const steps = [["+", "Closer", () => closer(1.6)], ["−", "Wider", () => closer(1 / 1.6)], ["⟲", "The whole map", () => closer(0)]];
  for (const [sign, name, act] of steps) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign, title: name });
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    tools.append(button);
  }
  frame.prepend(tools);
  let from = null;
  map.addEventListener("pointerdown", (event) => {
    if (scale > 1 && !event.target.closest("a")) from = [event.clientX, event.clientY, x, y];
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const perPixel = width / scale / map.clientWidth;
    [x, y] = [from[2] - (event.clientX - from[0]) * perPixel, from[3] - (event.clientY - from[1]) * perPixel];
    place();
  });
  window.addEventListener("pointerup", () => (from = null));
}

function enhance() {
  document.querySelectorAll("form[data-slider]").forEach((form) => {
    slider(form);
    filters(form);
  });
  document.querySelectorAll("form[data-filters]").forEach(filters);
  document.querySelectorAll("[data-zoom]").forEach(zoom);
  document.documentElement.dataset.ready = String(latest);
}

window.addEventListener("popstate", () => {
  if (view() !== shown) show(window.location.href, { push: false }); // else the browser itself moves within the page
});
enhance();
