// Turns an invariant into a program over the presence of an object's elements. The program decides
// most invariants on most data without the FHIRPath engine; its answer is one of five:
//   true, false; empty: no item; some: at least one item, its value unknown; unknown.
// Only what holds whatever the values are may be answered true or false.
// src/fhir/presence.cc runs it; the codes are the same there.
import { parseFhirPath } from './fhirpath_syntax.mjs';

const code = {
  unknown: 0, empty: 1, some: 2,
  slot: 3,         // + slot number: some if it is there, else empty
  slotUnknown: 4,  // + slot number: unknown if it is there, else empty
  exists: 5, not: 6, opaque: 7, hasValue: 8, orTrue: 9,
  and: 16, or: 17, xor: 18, implies: 19, equal: 20, unequal: 21, strict: 22, union: 23,
};
const operators = {
  and: [code.and], or: [code.or], xor: [code.xor], implies: [code.implies],
  '=': [code.equal], '!=': [code.unequal], '|': [code.union],
  '<': [code.strict], '>': [code.strict], '<=': [code.strict], '>=': [code.strict],
  '+': [code.strict], '-': [code.strict], '*': [code.strict], '/': [code.strict],
};
// Of an empty collection these are empty; of others, unknown.
const emptyOfEmpty = new Set(['where', 'select', 'first', 'last', 'tail', 'ofType', 'as', 'startsWith',
  'endsWith', 'contains', 'matches', 'replaceMatches', 'substring', 'toInteger', 'toString', 'resolve',
  'trace', 'descendants', 'children', '[]', 'length', 'is', 'intersect', 'distinct', 'single']);

class Compiler {
  constructor(types, type) {
    this.types = types;
    this.type = type;
  }

  elementsNamed(type, name) {
    return (this.types.get(type)?.elements ?? []).filter((e) => e.name === name || e.base === name);
  }

  // The steps of a plain path, or undefined.
  steps(node) {
    const names = [];
    for (let at = node; at; at = at.of) {
      if (at.name === undefined || at.name.startsWith('$')) return undefined;
      names.unshift(at.name);
    }
    if (names.length > 1 && names[0] === this.type) names.shift();
    return names;
  }

  path(names) {
    const [first, ...rest] = names;
    const elements = this.elementsNamed(this.type, first);
    if (elements.length === 0) return [code.empty];
    let certain = elements.length === 1;
    let type = elements[0].type;
    for (const name of rest) {
      const next = certain ? this.elementsNamed(type, name) : [];
      certain = certain && next.length === 1 && next[0].min > 0;
      type = next[0]?.type;
    }
    return [rest.length === 0 || certain ? code.slot : code.slotUnknown, elements[0].slot];
  }

  call(node) {
    if (!node.of) return [code.unknown];
    const of = this.compile(node.of);
    const plain = node.args.length === 0;
    if (node.call === 'exists') return plain ? [...of, code.exists] : [...of, code.opaque, code.exists];
    if (node.call === 'empty') return [...of, code.exists, code.not];
    if (node.call === 'not') return [...of, code.not];
    if (node.call === 'hasValue') return [...of, code.hasValue];
    if (node.call === 'all' || node.call === 'isDistinct' || node.call === 'allFalse') {
      return [...of, code.orTrue];
    }
    return emptyOfEmpty.has(node.call) ? [...of, code.opaque] : [code.unknown];
  }

  compile(node) {
    if (node.opaque) return [code.some];
    if (node.op === 'in') return [...this.compile(node.left), code.opaque];
    if (node.op === 'is' || node.op === 'as') return [...this.compile(node.left), code.opaque];
    if (node.op) {
      const op = operators[node.op];
      return op ? [...this.compile(node.left), ...this.compile(node.right), ...op] : [code.unknown];
    }
    const names = this.steps(node);
    if (names) return this.path(names);
    if (node.name) return node.name.startsWith('$') ? [code.unknown] : [...this.compile(node.of), code.opaque];
    return this.call(node);
  }
}

// The program, as bytes; empty if it could never decide anything.
export function compilePresence(types, type, expression) {
  const program = new Compiler(types, type).compile(parseFhirPath(expression));
  if (program.length > 250) return [];
  return program.some((byte) => byte === code.slot || byte === code.slotUnknown || byte === code.empty)
    ? program : [];
}
