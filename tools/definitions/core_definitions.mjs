// The specification's own profiles and extensions: profiles as differentials without their prose,
// extensions as where they may stand and what they may hold.

const kept = ['id', 'path', 'sliceName', 'min', 'max', 'slicing'];
const only = (object, names) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => names(name)));

function shortened(element) {
  const short = only(element, (name) => kept.includes(name) || /^(fixed|pattern)/.test(name));
  if (element.type) {
    short.type = element.type.map((type) =>
      only(type, (name) => ['code', 'profile', 'targetProfile'].includes(name)));
  }
  if (element.binding?.valueSet) {
    short.binding = only(element.binding, (name) => ['strength', 'valueSet'].includes(name));
  }
  if (element.constraint) {
    short.constraint = element.constraint.map((constraint) =>
      only(constraint, (name) => ['key', 'severity', 'human', 'expression'].includes(name)));
  }
  return short;
}

// The package's EvidenceVariable is that of a later version, which this profile does not fit.
const unusable = ['http://hl7.org/fhir/StructureDefinition/picoelement'];

const isProfile = (r) => !unusable.includes(r.url) && r.resourceType === 'StructureDefinition' && r.derivation === 'constraint' &&
  r.differential && r.type !== 'Extension';

export function coreProfiles(resources) {
  return resources.filter(isProfile).map((r) => ({
    resourceType: r.resourceType, url: r.url, type: r.type, derivation: r.derivation,
    baseDefinition: r.baseDefinition,
    differential: { element: r.differential.element.map(shortened) },
  }));
}

// Value sets of required bindings, which the tables then need too.
export function boundValueSets(profiles) {
  return profiles.flatMap((p) => p.differential.element)
    .filter((e) => e.binding?.strength === 'required').map((e) => e.binding.valueSet);
}

// Where HL7's own definitions carry them: on the type, not on the type's code.
const furtherContexts = {
  'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type': ['ElementDefinition.type'],
  // Later versions say of more and more elements how strongly they are expected.
  'http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation': ['Element'],
};

export function coreExtensions(resources, types) {
  const byUrl = new Map();
  for (const r of resources) {
    if (r.resourceType !== 'StructureDefinition' || r.type !== 'Extension') continue;
    // A context that is an expression or another extension is not judged.
    const contexts = (r.context ?? []).map((c) => (c.type === 'element' ? c.expression : 'Element'));
    contexts.push(...(furtherContexts[r.url] ?? []));
    const value = r.snapshot?.element.find((e) => e.path === 'Extension.value[x]');
    const values = value && value.max !== '0'
      ? [...new Set((value.type ?? []).map((t) => t.code))].filter((code) => types.has(code)) : [];
    if (r.context?.length > 0) byUrl.set(r.url, { url: r.url, contexts, values });
  }
  return [...byUrl.values()].sort((a, b) => (a.url < b.url ? -1 : 1));
}
