#!/usr/bin/env bash
# Packages: which-country 1.0.0, country-reverse-geocoding 0.2.2 and @rapideditor/country-coder 5.6.1 (npm), which tell without a
#   network in which country a point lies.
# A good guess: they differ about land in dispute; in the middle of a town that nobody disputes they agree, above all in capitals.
# What happens: for the first two Brazzaville, the capital of the Republic of the Congo, lies in the other Congo (COD), and so
#   does Gisenyi in Rwanda; the city of Gaza and the port of Odesa lie in no country. Their borders are those of a map of the
#   whole world. The third has them right, and answers RUS in Sevastopol, as the first does, where the second has UKR.
# Why it matters: towns on a river or a coast are where crossings, ports and refugees are. Events of one country are counted in
#   its neighbour, or drop out of all countries, and nothing marks them. Keep the country that the source names beside this one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'which-country@1.0.0' 'country-reverse-geocoding@0.2.2' '@rapideditor/country-coder@5.6.1'
cat >run.mjs <<'JS'
import fs from "fs";
import { createRequire } from "module";
import { iso1A3Code } from "@rapideditor/country-coder";

// Two of the three are CommonJS.
const require = createRequire(import.meta.url);
const whichCountry = require("which-country");
const reverse = require("country-reverse-geocoding").country_reverse_geocoding();
for (const name of ["which-country", "country-reverse-geocoding", "@rapideditor/country-coder"]) {
  console.log(name, JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version);
}
const expected = {
  Brazzaville: [[15.27, -4.27], ["COD", "COD", "COG"]],
  Gisenyi: [[29.26, -1.7], ["COD", "COD", "RWA"]],
  Gaza: [[34.46, 31.5], [null, null, "PSE"]],
  "port of Odesa": [[30.76, 46.49], [null, null, "UKR"]],
  Sevastopol: [[33.52, 44.6], ["RUS", "UKR", "RUS"]],
  Kherson: [[32.6, 46.63], ["UKR", "UKR", "UKR"]],
};
let same = true;
for (const [town, [point, answers]] of Object.entries(expected)) {
  const seen = [whichCountry(point), reverse.get_country(point[1], point[0])?.code ?? null, iso1A3Code(point)];
  console.log(town, point, "->", ...seen);
  same &&= JSON.stringify(seen) === JSON.stringify(answers);
}
process.exit(same ? 0 : 1);
JS
node run.mjs
