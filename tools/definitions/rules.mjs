// What the definitions demand of an element beyond its structure: value sets, targets of
// references, invariants. Adds them to the types that generate.mjs read.
import { compilePresence } from './presence.mjs';

const afterSlash = (url) => url.slice(url.lastIndexOf('/') + 1);

// Invariants that the structure itself, or a check of the validator, decides for every element:
// recognised by their text, whatever their key.
const structural = new Set([
  'hasValue() or (children().count() > id.count())',
  'htmlChecks()',
]);
const checks = [
  [/^reference\.startsWith\('#'\)\.not\(\) or \(reference\.substring\(1\)\.trace\('url'\) in %rootResource\.contained\.id\.trace\('ids'\)\)$/,
    'contained_target'],
  [/^contained\.where\(\(\('#'\+id in \(%resource\.descendants\(\)\.reference \| /, 'contained_use'],
  [/^\(type = 'history'\) or entry\.where\(fullUrl\.exists\(\)\)\.select\(fullUrl&resource\.meta\.versionId\)/,
    'distinct_entries'],
];

// What 4.0.1 published against its own human text, corrected as later versions of FHIR did.
const corrections = new Map([
  ['enableWhen.count() > 2 implies enableBehavior.exists()',  // "more than one"
    'enableWhen.count() > 1 implies enableBehavior.exists()'],
  ["operator = 'exists' implies (answer is Boolean)",  // FHIR's boolean is not FHIRPath's Boolean
    "operator = 'exists' implies (answer is boolean)"],
]);
const boundTypes = ['code', 'Coding', 'CodeableConcept', 'string', 'uri'];

export class Rules {
  constructor(types, valueSets, profiles) {
    this.types = types;
    this.valueSets = valueSets;
    this.profiles = profiles;  // by url: constraints of types (SimpleQuantity)
  }

  // Slots number the elements of a type; those of a choice share one.
  static numberSlots(type) {
    let next = 0;
    const bases = new Map();
    for (const element of type.elements) {
      if (!element.base) element.slot = next++;
      else {
        if (!bases.has(element.base)) bases.set(element.base, next++);
        element.slot = bases.get(element.base);
      }
    }
    if (next > 64) throw new Error(`${type.name}: more than 64 elements`);
    type.required = type.elements.reduce(
      (mask, element) => (element.min > 0 ? mask | (1n << BigInt(element.slot)) : mask), 0n);
  }

  #constraint(type, constraint) {
    const { key, severity, human } = constraint;
    const expression = corrections.get(constraint.expression) ?? constraint.expression;
    if (!expression || structural.has(expression)) return undefined;
    const check = checks.find(([form]) => form.test(expression))?.[1] ?? 'expression';
    const presence = compilePresence(this.types, type, expression);
    return { key, severity, human, expression, check, presence };
  }

  constraintsOfType(type, element) {
    return (element.constraint ?? []).map((c) => this.#constraint(type, c)).filter(Boolean);
  }

  // Of one element as it stands in its parent; `code` is the type that it has here.
  elementRules(definition, element, code) {
    const stated = element.type?.find((type) => type.code === code) ?? element.type?.[0];
    const ofType = new Set((this.roots?.get(code)?.constraint ?? []).map((c) => c.key + c.expression));
    const own = (element.constraint ?? []).filter((c) => !ofType.has(c.key + c.expression));
    for (const url of stated?.profile ?? []) {
      own.push(...(this.profiles.get(url)?.snapshot.element[0].constraint ?? [])
        .filter((c) => !ofType.has(c.key + c.expression)));
    }
    const targets = code === 'Reference' ? (stated?.targetProfile ?? []).map(afterSlash) : [];
    return {
      values: boundTypes.includes(code) ? this.#values(element.binding) : undefined,
      targets: targets.includes('Resource') || targets.some((name) => !this.types.has(name)) ? [] : targets,
      constraints: own.map((c) => this.#constraint(code, c)).filter(Boolean),
    };
  }

  #values(binding) {
    if (!binding) return undefined;
    const maximum = binding.extension?.find((e) => e.url.endsWith('elementdefinition-maxValueSet'));
    const url = binding.strength === 'required' ? binding.valueSet : maximum?.valueCanonical;
    if (!url) return undefined;
    const expanded = this.valueSets.expand(url);
    return expanded.complete ? expanded : { ...expanded, systems: new Map() };
  }

  // REQUIRES: all types are there, with slots.
  attach(definitions) {
    this.roots = new Map(definitions.map((d) => [d.id, d.snapshot.element[0]]));
    for (const definition of definitions) {
      const byPath = new Map(definition.snapshot.element.map((e) => [e.path, e]));
      for (const [path, element] of byPath) {
        const type = this.types.get(path);
        if (type && type.kind !== 'primitive' && path !== 'Resource') {
          type.constraints = this.constraintsOfType(path, element);
        }
      }
      for (const [path] of byPath) {
        const type = this.types.get(path);
        if (!type) continue;
        for (const element of type.elements) {
          const stated = byPath.get(`${path}.${element.base ? `${element.base}[x]` : element.name}`);
          const isBackbone = this.types.get(element.type)?.kind === 'backbone';
          if (stated && !isBackbone) element.rules = this.elementRules(definition, stated, element.type);
        }
      }
    }
  }
}
