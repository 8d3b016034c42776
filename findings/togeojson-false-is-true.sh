#!/usr/bin/env bash
# Package: @tmcw/togeojson 7.1.3 with @xmldom/xmldom 0.9.12 (npm), which reads KML and GPX for maps.
# A good guess: a field that the file's own <Schema> says to be of type bool is true or false as XML writes them: true, false,
#   1, 0. Declaring the types makes what is read more exact.
# What happens: every text that is not empty is true, "false" and "0" as well. A field of type int beside it is read rightly.
#   Without the <Schema> they are the texts "false" and "0", which the next program can still read.
# Why it matters: "denied", "confirmed", "civilian": what a source said no to, it says yes to on the map, and only in files
#   whose makers took the trouble to say what their columns are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@tmcw/togeojson@7.1.3' '@xmldom/xmldom@0.9.12'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { kml } from "@tmcw/togeojson";
import { DOMParser } from "@xmldom/xmldom";
const file = "node_modules/@tmcw/togeojson/package.json";
console.log("@tmcw/togeojson", JSON.parse(readFileSync(file)).version);
const fields = '<SimpleField type="bool" name="denied"/><SimpleField type="int" name="deaths"/>';
const schema = `<Schema name="claim" id="claim">${fields}</Schema>`;
const read = (denied, deaths, declared) => {
  const data = `<SimpleData name="denied">${denied}</SimpleData><SimpleData name="deaths">${deaths}</SimpleData>`;
  const place = `<Placemark><name>Strike</name><ExtendedData><SchemaData schemaUrl="#claim">${data}</SchemaData></ExtendedData>
    <Point><coordinates>38.43,48.92</coordinates></Point></Placemark>`;
  const text = `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${declared ? schema : ""}${place}</Document></kml>`;
  const { properties } = kml(new DOMParser().parseFromString(text, "text/xml")).features[0];
  return [properties.denied, properties.deaths];
};
const expected = [
  ["true", "5", true, 5],
  ["1", "0", true, 0],
  ["false", "5", true, 5],
  ["0", "0", true, 0],
];
let same = true;
for (const [denied, deaths, read_denied, read_deaths] of expected) {
  const typed = read(denied, deaths, true);
  const plain = read(denied, deaths, false);
  console.log(`denied ${denied}, deaths ${deaths}: with a schema`, ...typed, "; without", JSON.stringify(plain));
  same &&= JSON.stringify(typed) === JSON.stringify([read_denied, read_deaths]);
  same &&= JSON.stringify(plain) === JSON.stringify([denied, deaths]);
}
process.exit(same ? 0 : 1);
JS
node run.mjs
