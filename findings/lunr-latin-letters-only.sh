#!/usr/bin/env bash
# Packages: lunr 2.3.9 and elasticlunr 0.9.5 (npm), searches that static sites carry with them; minisearch 7.2.0 beside them.
# A good guess: without support for a language a word is neither stemmed nor left out as a stop word, but is found as it is
#   written.
# What happens: a word in Cyrillic or Arabic script is never found, not even as it is written. The trimmer takes what is not
#   [A-Za-z0-9_] off both ends, which leaves nothing of it, so that nothing is indexed; no error is raised. The English word
#   in the same text is found. minisearch finds all three.
# Why it matters: names of places and people in their own script are what is searched for in sources of a war; an empty
#   answer reads as "nobody wrote of it".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'lunr@2.3.9' 'elasticlunr@0.9.5' 'minisearch@7.2.0'
cat >run.cjs <<'JS'
const lunr = require("lunr");
const elasticlunr = require("elasticlunr");
const MiniSearch = require("minisearch");
console.log("lunr", lunr.version, "elasticlunr", elasticlunr.version);
const texts = [
  { id: "uk", text: "Лисичанськ city" },
  { id: "ar", text: "خشام village" },
];
const first = lunr(function () {
  this.ref("id");
  this.field("text");
  texts.forEach((text) => this.add(text));
});
const second = elasticlunr(function () {
  this.setRef("id");
  this.addField("text");
});
texts.forEach((text) => second.addDoc(text));
const third = new MiniSearch({ fields: ["text"] });
third.addAll(texts);
const ids = (found, key) => found.map((one) => one[key]).join();
const seen = ["city", "Лисичанськ", "خشام"].map((word) => {
  const answer = [ids(first.search(word), "ref"), ids(second.search(word), "ref"), ids(third.search(word), "id")];
  console.log(`${word}: lunr [${answer[0]}], elasticlunr [${answer[1]}], minisearch [${answer[2]}]`);
  return answer.join(" ");
});
process.exit(JSON.stringify(seen) === JSON.stringify(["uk uk uk", "  uk", "  ar"]) ? 0 : 1);
JS
node run.cjs
