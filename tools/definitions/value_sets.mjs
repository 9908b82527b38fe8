// Value sets expanded from the code systems that the definitions carry
// (https://hl7.org/fhir/R4/valueset.html#compose). What needs a code system that is not carried
// (UCUM, ISO 4217, media types, LOINC), or is defined by what we do not evaluate, is incomplete.

const withoutVersion = (url) => url?.split('|')[0];

// Each code with its ancestors: by nesting and by the property subsumedBy of v3 code systems.
function conceptsOf(system) {
  const concepts = [];
  const walk = (list, ancestors) => {
    for (const concept of list ?? []) {
      const parents = (concept.property ?? []).filter((p) => p.code === 'subsumedBy').map((p) => p.valueCode);
      concepts.push({ code: concept.code, parents: [...ancestors, ...parents] });
      walk(concept.concept, [...ancestors, concept.code]);
    }
  };
  walk(system.concept, []);
  return concepts;
}

function descendants(concepts, root) {
  const found = new Set([root]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const { code, parents } of concepts) if (parents.some((p) => found.has(p))) found.add(code);
  }
  return found;
}

export class ValueSets {
  constructor(resources) {
    this.sets = new Map();
    this.systems = new Map();
    for (const resource of resources) {
      if (resource.resourceType === 'ValueSet') this.sets.set(resource.url, resource);
      if (resource.resourceType === 'CodeSystem') this.systems.set(resource.url, resource);
    }
    this.expanded = new Map();
  }

  // { url, complete, systems: Map from system to Set of codes }
  expand(canonical) {
    const url = withoutVersion(canonical);
    if (!this.expanded.has(url)) {
      this.expanded.set(url, { url, complete: false, systems: new Map() });  // for circles
      this.expanded.set(url, this.#expand(url));
    }
    return this.expanded.get(url);
  }

  #expand(url) {
    const result = { url, complete: true, systems: new Map() };
    const compose = this.sets.get(url)?.compose;
    if (!compose) return { ...result, complete: false };
    for (const include of compose.include) this.#each(include, result, (codes, code) => codes.add(code));
    for (const exclude of compose.exclude ?? []) {
      this.#each(exclude, result, (codes, code) => codes.delete(code));
    }
    return result;
  }

  #each(part, result, act) {
    const apply = (system, codes) => {
      if (!result.systems.has(system)) result.systems.set(system, new Set());
      for (const code of codes) act(result.systems.get(system), code);
    };
    if (part.valueSet && part.system) result.complete = false;  // an intersection
    else if (part.valueSet) {
      if (part.valueSet.length > 1) result.complete = false;
      const inner = this.expand(part.valueSet[0]);
      if (!inner.complete) result.complete = false;
      for (const [system, codes] of inner.systems) apply(system, codes);
    } else {
      const codes = this.#codesOf(part);
      if (codes) apply(part.system, codes);
      else result.complete = false;
    }
  }

  #codesOf(part) {
    if (part.concept) return part.concept.map((concept) => concept.code);
    const system = this.systems.get(part.system);
    if (!system || system.content !== 'complete' || !system.concept) return undefined;
    const concepts = conceptsOf(system);
    let codes = new Set(concepts.map((concept) => concept.code));
    for (const filter of part.filter ?? []) {
      if (filter.property !== 'concept' || !['is-a', 'descendent-of'].includes(filter.op)) return undefined;
      const below = descendants(concepts, filter.value);
      if (filter.op === 'descendent-of') below.delete(filter.value);
      codes = new Set([...codes].filter((code) => below.has(code)));
    }
    return codes;
  }
}
