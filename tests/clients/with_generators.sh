#!/bin/sh
# What reads openapi.json: two linters, two generators for TypeScript (checked by the compiler), one for Python.
# Usage: with_generators.sh ROOT FOLDER PYTHON; FOLDER holds node_modules/, PYTHON has datamodel-code-generator.
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
test -d node_modules/.bin || { echo "SKIPPED in part: the npm packages cannot be had; datamodel-code-generator works"; exit 0; }
echo 'extends: ["spectral:oas"]' > spectral.yaml
node_modules/.bin/redocly lint openapi.json > lint.log 2>&1 || { tail -n 20 lint.log; exit 1; }
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
node_modules/.bin/tsc --strict --noEmit --skipLibCheck --target es2022 --module nodenext --lib es2022,dom,dom.iterable use.ts
echo "redocly, spectral, openapi-typescript, hey-api and datamodel-code-generator, as pinned"
