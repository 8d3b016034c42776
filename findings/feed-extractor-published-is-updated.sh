#!/usr/bin/env bash
# Package: @extractus/feed-extractor 8.0.3 (npm), which reads RSS, Atom and JSON feeds into one form.
# A good guess: `published` of an entry is its day of publication, which Atom writes as <published>; where there is none, the
#   day of its last change, <updated>, which Atom asks for, stands in.
# What happens: where an entry has both, `published` is the day of the last change, whichever stands first, and the day of
#   publication is in none of the fields. An item of RSS has its day of publication.
# Why it matters: who said it first is told by these days. A report that was corrected a month later was published a month
#   later, after all those that took it over.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund '@extractus/feed-extractor@8.0.3'
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { extractFromXml } from "@extractus/feed-extractor";
const file = "node_modules/@extractus/feed-extractor/package.json";
console.log("@extractus/feed-extractor", JSON.parse(readFileSync(file)).version);
const published = "<published>2022-07-02T10:00:00Z</published>";
const updated = "<updated>2022-08-09T12:00:00Z</updated>";
const atom = (days) => `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
  <id>urn:news</id><updated>2022-09-01T00:00:00Z</updated><entry><title>Strike</title><id>urn:strike</id>
  <link href="https://news.example/strike"/>${days}<author><name>Mayor</name></author></entry></feed>`;
const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example</link>
  <description>News</description><item><title>Strike</title><link>https://news.example/strike</link>
  <pubDate>Sat, 02 Jul 2022 10:00:00 GMT</pubDate></item></channel></rss>`;
const expected = [
  ["Atom, published and updated", atom(published + updated), "2022-08-09T12:00:00.000Z"],
  ["Atom, updated and published", atom(updated + published), "2022-08-09T12:00:00.000Z"],
  ["Atom, updated", atom(updated), "2022-08-09T12:00:00.000Z"],
  ["RSS", rss, "2022-07-02T10:00:00.000Z"],
];
let same = true;
for (const [name, text, day] of expected) {
  const [entry] = extractFromXml(text).entries;
  console.log(`${name}:`, JSON.stringify(entry));
  same &&= entry.published === day && (name === "RSS" || !JSON.stringify(entry).includes("2022-07-02"));
}
process.exit(same ? 0 : 1);
JS
node run.mjs
