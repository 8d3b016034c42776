#!/bin/sh
# What reads openapi.json: two linters, two generators for TypeScript (checked by the compiler), two for Python. What was
# generated is run against the service.
# Usage: with_generators.sh ROOT FOLDER PYTHON; FOLDER holds node_modules/, PYTHON has the generators for Python.
set -eu
cd "$2"
curl --silent --fail --output openapi.json "$1/openapi.json"
"$3" -m datamodel_code_generator --input openapi.json --input-file-type openapi --output models.py \
  --output-model-type pydantic_v2.BaseModel --disable-timestamp > generator.log 2>&1 || { tail -n 3 generator.log; exit 1; }
curl --silent --fail --output event.json "$1/events/capture-of-lysychansk"
# A field is added to the answer: what was generated before still reads it.
"$3" -c "
import json, models
document = json.load(open('event.json')) | {'added_later': 1}
assert models.Event.model_validate(document).id == 'capture-of-lysychansk'
"
"$3" -m openapi_python_client generate --path openapi.json --output-path python --overwrite --meta none > generator.log 2>&1 \
  || { tail -n 3 generator.log; exit 1; }
"$3" -c "
import sys
from python import Client
from python.api.events import get_event, list_events
from python.models import Event, Problem
client = Client(base_url=sys.argv[1])
page = list_events.sync(client=client, party=['ukraine'], limit=2)
assert len(page.data) == 2 and str(page.data[0].date.earliest) == '2022-06-26'
refused = list_events.sync(client=client, party=['ukrane'])
assert isinstance(refused, Problem) and refused.status == 422, refused
event = get_event.sync(client=client, id='capture-of-lysychansk')
later = Event.from_dict(event.to_dict() | {'added_later': 1})
assert (later.title, later.additional_properties) == ('Capture of Lysychansk', {'added_later': 1}), later
" "$1"
test -d node_modules/.bin || { echo "SKIPPED in part: the npm packages cannot be had; the generators for Python work"; exit 0; }
echo 'extends: ["spectral:oas"]' > spectral.yaml
# One rule does not see that /releases/{name} and /releases/{before}..{after} are two (docs/clients.md).
node_modules/.bin/redocly lint openapi.json --skip-rule no-ambiguous-paths > lint.log 2>&1 || { tail -n 20 lint.log; exit 1; }
grep -q "You have .* warning" lint.log && { tail -n 20 lint.log; exit 1; }
node_modules/.bin/spectral lint openapi.json --ruleset spectral.yaml > lint.log 2>&1 || { tail -n 20 lint.log; exit 1; }
node_modules/.bin/openapi-typescript openapi.json --output types.ts > lint.log 2>&1 || { tail -n 20 lint.log; exit 1; }
node_modules/.bin/openapi-ts --input openapi.json --output sdk > lint.log 2>&1 || { tail -n 20 lint.log; exit 1; }
cat > use.ts <<'CODE'
import type { paths } from "./types.js";
import type { Event } from "./sdk/index.js";
type Page = paths["/events"]["get"]["responses"]["200"]["content"]["application/json"];
export const titles = (page: Page): string[] => page.data.map((event) => event.title);
export const place = (event: Event): string | null => event.location?.name ?? null;
CODE
cat > run.ts <<'CODE'
import { client } from "./sdk/client.gen.js";
import { listEvents } from "./sdk/index.js";
declare const process: { argv: string[] };
client.setConfig({ baseUrl: process.argv[2] });
const found = await listEvents({ query: { party: ["ukraine"], kind: ["capture", "withdrawal"], limit: 1 } });
if (found.data?.data.length !== 1) throw new Error(JSON.stringify(found.error));
const refused = await listEvents({ query: { party: ["ukrane"] } });
if (refused.error?.status !== 422) throw new Error(JSON.stringify(refused.data));
CODE
node_modules/.bin/tsc --strict --noEmit --skipLibCheck --target es2022 --module nodenext --lib es2022,dom,dom.iterable use.ts
# Its files import each other without a suffix, as bundlers take it, and as jiti does, which hey-api brings.
node_modules/.bin/jiti run.ts "$1" > lint.log 2>&1 || { tail -n 5 lint.log; exit 1; }
echo "redocly, spectral, openapi-typescript, hey-api, datamodel-code-generator and openapi-python-client, as pinned"
