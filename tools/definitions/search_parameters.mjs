// Search parameters, from HL7's definitions: where each finds its values, what a composite is made
// of, what a reference may point to, and the reference parameters of the patient compartment.
import { parseComponent, parsePath } from './expressions.mjs';

const quote = (text) => JSON.stringify(text);
const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

// The leaf types that each kind of parameter can be read from.
const leaves = {
  token: ['code', 'CodeableConcept', 'Coding', 'Identifier', 'ContactPoint', 'boolean', 'string',
    'id', 'uri', 'canonical', 'oid', 'uuid'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  string: ['string', 'markdown', 'HumanName', 'Address'],
  reference: ['Reference', 'canonical', 'uri'],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt', 'Range'],
  quantity: ['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'Money', 'Range'],
};

// Follows the steps through the definitions. A choice without a type becomes all its types.
function follow(types, start, steps) {
  let open = [{ type: start, names: [] }];
  for (const step of steps) {
    const further = [];
    for (const { type, names } of open) {
      const elements = types.get(type).elements.filter((e) => (step.as
        ? e.base === step.name && e.type === step.as
        : e.name === step.name || e.base === step.name));
      for (const e of elements) {
        further.push({ type: e.type, names: [...names, e.name], choice: e.choice });
      }
    }
    open = further;
  }
  return open;
}

// Those types of a choice that the parameter cannot be read from (SampledData, Attachment) are left
// out. Nothing if a step or leaf is not supported.
function resolvePath(types, start, parameterType, path) {
  const open = follow(types, start, path.steps);
  const usable = open.filter((found) => leaves[parameterType].includes(found.type));
  const left = open.filter((found) => !usable.includes(found));
  if (open.length === 0 || left.some((found) => !found.choice)) return;
  return usable.map((found) => ({ steps: found.names, leaf: found.type, ...path.filter }));
}

// Undefined if one path is not supported: half an expression would find the wrong resources.
function resolvePaths(types, start, parameterType, paths) {
  const all = [];
  for (const path of paths) {
    const resolved = path && resolvePath(types, start, parameterType, path);
    if (!resolved) return;
    all.push(...resolved);
  }
  return all.length > 0 ? all : undefined;
}

// HL7 names the definitions of DocumentReference.relationship in the wrong order, so a component whose
// own definition does not fit takes the type of one of its sisters.
function readComponent(types, resource, base, component, kinds) {
  const { paths, fromResource } = parseComponent(component.expression);
  const start = fromResource ? resource : base;
  for (const type of [kinds.get(component), ...kinds.values()]) {
    const resolved = resolvePaths(types, start, type, paths);
    if (resolved) return { type, paths: resolved, fromResource };
  }
  throw new Error(`${resource}: component ${component.expression}`);
}

// One tuple for each place that a composite's values stand at.
function readTuples(types, resource, parameter, byUrl) {
  const kinds = new Map(parameter.component.map((c) => [c, byUrl.get(c.definition).type]));
  return parsePath(parameter.expression, resource).map((path) => {
    const places = path && follow(types, resource, path.steps);
    if (places?.length !== 1) throw new Error(`${resource}.${parameter.code}: one place expected`);
    const components = parameter.component.map(
      (component) => readComponent(types, resource, places[0].type, component, kinds));
    return { steps: places[0].names, components };
  });
}

// Expressions that are no plain paths, and the elements that they read: evaluated by FHIRPath.
const otherExpressions = {
  'Patient.deceased': ['deceasedBoolean', 'deceasedDateTime'],
};

function elementsOf(found) {
  const first = (found.paths ?? []).map((path) => path.steps[0]);
  for (const tuple of found.tuples ?? []) {
    if (tuple.steps.length > 0) first.push(tuple.steps[0]);
    for (const component of tuple.components) {
      if (tuple.steps.length > 0 && !component.fromResource) continue;
      first.push(...component.paths.map((path) => path.steps[0]));
    }
  }
  return [...new Set(first)].sort();
}

function readParameter(types, resource, parameter, byUrl) {
  const found = { name: parameter.code, type: parameter.type, targets: [] };
  // A target that is "any resource" or of another version names nothing.
  const targets = parameter.target ?? [];
  if (targets.every((name) => types.get(name)?.kind === 'resource')) found.targets = targets;
  const other = otherExpressions[`${resource}.${parameter.code}`];
  if (parameter.type === 'composite') {
    found.tuples = readTuples(types, resource, parameter, byUrl);
  } else if (other) {
    found.expression = parameter.expression;
  } else if (leaves[parameter.type] && parameter.expression) {
    found.paths = resolvePaths(types, resource, parameter.type,
      parsePath(parameter.expression, resource));
  }
  found.elements = other ?? elementsOf(found);
  return found;
}

// Without _id and _lastUpdated, which every type has. A parameter that has neither paths, tuples nor
// an expression is not offered; it is known, so that it is refused as such.
export function readSearchParameters(types, definitions) {
  const byUrl = new Map(definitions.map((p) => [p.url, p]));
  for (const type of types.values()) {
    // Resource stands for all types: it has what every type has, and any type shows where.
    if (type.kind !== 'resource' && type.kind !== 'any_resource') continue;
    const bases = type.kind === 'resource' ? [type.name, 'DomainResource', 'Resource'] : ['Resource'];
    type.parameters = definitions.filter((p) => p.base.some((base) => bases.includes(base)))
      .filter((p) => !['_id', '_lastUpdated'].includes(p.code))
      .map((p) => readParameter(types, type.kind === 'resource' ? type.name : 'Basic', p, byUrl))
      .sort(byName);
    const names = new Set(type.parameters.map((p) => p.name));
    if (names.size !== type.parameters.length) throw new Error(`${type.name}: a name twice`);
  }
}

// The elements that a parameter reads, whatever it takes of them.
const elementsRead = (parameter) => parameter.paths.map((path) => path.steps.join('.')).sort().join('|');

// Whose a resource is comes first: whom its own parameter `patient` names. So a Coverage is the
// beneficiary's, although the compartment's definition lists the policy holder first.
function subjectFirst(type, compartment) {
  const patient = type.parameters.find((p) => p.name === 'patient' && p.type === 'reference');
  if (!patient || compartment.length === 0) return compartment;
  const elements = elementsRead(patient);
  const subject = compartment.find((at) => elementsRead(type.parameters[at]) === elements);
  if (subject === undefined) throw new Error(`patient compartment: whose is a ${type.name}?`);
  return [subject, ...compartment.filter((at) => at !== subject)];
}

export function readCompartment(types, definition) {
  for (const { code, param } of definition.resource) {
    const type = types.get(code);
    const compartment = (param ?? []).map((name) => {
      const at = type.parameters.findIndex((p) => p.name === name && p.type === 'reference');
      if (!type.parameters[at]?.paths) {
        throw new Error(`patient compartment: ${code}.${name} cannot be evaluated`);
      }
      return at;
    });
    type.compartment = subjectFirst(type, compartment);
  }
}

// ---- C++ -------------------------------------------------------------------------------------

function pathRow(rows, span, pointer, path) {
  const firstStep = rows.steps.length;
  rows.steps.push(...path.steps.map(quote));
  const target = path.target ? pointer(path.target) : 'nullptr';
  const where = path.where
    ? `${path.where.step}, ${quote(path.where.name)}, ${quote(path.where.value)}` : '0, {}, {}';
  return `{${span('steps', firstStep)}, ${pointer(path.leaf)}, ${target}, ${where}}`;
}

function pathRows(rows, span, pointer, paths) {
  const made = paths.map((path) => pathRow(rows, span, pointer, path));
  const first = rows.paths.length;
  rows.paths.push(...made);
  return span('paths', first);
}

function tupleRow(rows, span, pointer, tuple) {
  const made = tuple.components.map((component) => `{ParameterType::${component.type}, ` +
    `${component.fromResource}, ${pathRows(rows, span, pointer, component.paths)}}`);
  const first = rows.components.length;
  rows.components.push(...made);
  const firstStep = rows.steps.length;
  rows.steps.push(...tuple.steps.map(quote));
  const steps = span('steps', firstStep);
  return `{${steps}, ${span('components', first)}}`;
}

function parameterRow(rows, span, pointer, parameter) {
  const paths = pathRows(rows, span, pointer, parameter.paths ?? []);
  const tuples = (parameter.tuples ?? []).map((tuple) => tupleRow(rows, span, pointer, tuple));
  const first = { tuples: rows.tuples.length, steps: rows.steps.length,
    targets: rows.parameterTargets.length };
  rows.tuples.push(...tuples);
  rows.steps.push(...parameter.elements.map(quote));
  rows.parameterTargets.push(...parameter.targets.map(pointer));
  return `{${quote(parameter.name)}, ParameterType::${parameter.type}, ${paths}, ` +
    `${span('tuples', first.tuples)}, ${quote(parameter.expression ?? '')}, ` +
    `${span('steps', first.steps)}, ${span('parameterTargets', first.targets)}}`;
}

// Adds the rows of one type and gives the two members of its own row.
export function searchRows(rows, span, pointer, type) {
  const made = (type.parameters ?? []).map((p) => parameterRow(rows, span, pointer, p));
  const first = { parameters: rows.parameters.length, compartment: rows.compartment.length };
  rows.parameters.push(...made);
  for (const index of type.compartment ?? []) {
    rows.compartment.push(`&kParameters[${first.parameters + index}]`);
  }
  return `${span('parameters', first.parameters)}, ${span('compartment', first.compartment)}`;
}
