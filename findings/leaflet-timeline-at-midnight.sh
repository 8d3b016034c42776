#!/usr/bin/env bash
# Package: leaflet.timeline 1.6.0 with leaflet 1.9.4 (npm), run under jsdom 29.1.1.
# A good guess: an event of one day, given as its start and its end alike, is on the map while the slider is on that day; an
#   event without an end is there from its start on.
# What happens: the event of one day is on the map at midnight and at no other moment, so that a slider that moves in steps
#   passes over it. The one without an end never appears, and the slider's own end is no date any more.
# Why it matters: most events of a war last a day, and what still goes on has no end. The map plays a war of long battles
#   alone, and nothing says what is missing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'leaflet.timeline@1.6.0' 'leaflet@1.9.4' 'jsdom@29.1.1'
cat >run.cjs <<'JS'
const { readFileSync } = require("fs");
const { JSDOM } = require("jsdom");
console.log("leaflet.timeline", JSON.parse(readFileSync("node_modules/leaflet.timeline/package.json")).version);
const page = new JSDOM("<!doctype html><div id='map'></div>", { runScripts: "outside-only", url: "http://localhost/", pretendToBeVisual: true });
for (const name of ["leaflet/dist/leaflet-src.js", "leaflet.timeline/dist/leaflet.timeline.js"]) {
  page.window.eval(readFileSync(`node_modules/${name}`, "utf8"));
}
const { L } = page.window;
const map = L.map("map", { center: [48, 38], zoom: 5 });
const geometry = { type: "Point", coordinates: [38.43, 48.92] };
const event = (name, start, end) => ({ type: "Feature", geometry, properties: { name, start, end } });
const lasting = event("battle", "2022-06-25T00:00:00Z", "2022-07-05T00:00:00Z");
const shown = (events) => {
  const timeline = L.timeline({ type: "FeatureCollection", features: events }).addTo(map);
  const seen = ["2022-07-02T00:00:00Z", "2022-07-02T12:00:00Z"].map((moment) => {
    const names = [];
    timeline.setTime(Date.parse(moment));
    timeline.eachLayer((layer) => names.push(layer.feature.properties.name));
    console.log(`at ${moment}: ${names}`);
    return names.sort().join();
  });
  console.log("the slider ends at", String(new Date(timeline.end)));
  return [...seen, Number.isNaN(timeline.end)];
};
const day = shown([lasting, event("strike", "2022-07-02T00:00:00Z", "2022-07-02T00:00:00Z")]);
const open = shown([lasting, event("siege", "2022-06-28T00:00:00Z", undefined)]);
const right = day.join("|") === "battle,strike|battle|false" && open.join("|") === "battle|battle|true";
process.exit(right ? 0 : 1);
JS
TZ=UTC node run.cjs
