#!/usr/bin/env bash
# Package: whatsapp-chat-parser 4.0.2 (npm).
# A good guess: lines of the chat itself ("Omar left") have no author, whatever stands in them; and where days are all below 13,
#   one of the two orders of day and month is taken, the same for all chats.
# What happens: a line about a new name with a colon in it has an author: `Omar changed the group name from "News" to "Bridge`,
#   who says `news"`. The order of day and month is guessed from which number changes more: 3 and 4 July come out right, 3 July
#   and 3 August are 7 and 8 March, and one more line, of 4 July, puts both of them back.
# Why it matters: chats of groups are kept as evidence of who said what and when. A list of speakers has one that does not
#   exist, and the export of a shorter time moves all messages by months. Say `daysFirst`, and check authors against the members.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund 'whatsapp-chat-parser@4.0.2'
cat >run.cjs <<'JS'
const { parseString } = require("whatsapp-chat-parser");
const file = require("fs").readFileSync("node_modules/whatsapp-chat-parser/package.json");
console.log("whatsapp-chat-parser", JSON.parse(file).version);
const days = (...texts) => parseString(texts.map((day) => `${day}/2022, 21:15 - Ali: text`).join("\n")).map(({ date }) => {
  return `${date.getMonth() + 1}-${date.getDate()}`;
});
const chat = `03/07/2022, 21:15 - Omar left
03/07/2022, 21:16 - Omar changed the group name from "News" to "Bridge: news"
04/07/2022, 21:15 - Ali: No.`;
const seen = {
  authors: parseString(chat).map(({ author, message }) => [author, message]),
  twoDays: days("03/07", "04/07"),
  twoMonths: days("03/07", "03/08"),
  three: days("03/07", "04/07", "03/08"),
};
console.log(seen);
const expected = {
  authors: [[null, "Omar left"], ['Omar changed the group name from "News" to "Bridge', 'news"'], ["Ali", "No."]],
  twoDays: ["7-3", "7-4"],
  twoMonths: ["3-7", "3-8"],
  three: ["7-3", "7-4", "8-3"],
};
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node run.cjs
