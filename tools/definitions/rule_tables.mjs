// The C++ tables of what rules.mjs found: value sets, constraints, rules of elements. Equal rows
// are written once.

const quote = (text) => JSON.stringify(text);

class Table {
  constructor(type, name) {
    this.type = type;
    this.name = name;
    this.rows = [];
    this.known = new Map();
  }

  // The number of the row.
  row(text) {
    if (!this.known.has(text)) this.known.set(text, this.rows.push(text) - 1);
    return this.known.get(text);
  }

  // A span over rows that stand beside each other.
  span(list) {
    if (list.length === 0) return '{}';
    const joined = list.join('\0');
    if (!this.known.has(joined)) {
      this.known.set(joined, this.rows.length);
      this.rows.push(...list);
    }
    return `{${this.name} + ${this.known.get(joined)}, ${list.length}}`;
  }

  text() {
    // No table of C++ is empty.
    const rows = this.rows.length === 0 ? ['{}'] : this.rows;
    return `constinit ${this.type} const ${this.name}[${rows.length}] = {\n` +
      `${rows.map((row) => `    ${row},\n`).join('')}};\n`;
  }
}

export class RuleTables {
  constructor(pointer) {
    this.pointer = pointer;  // from a type's name to its address
    this.codes = new Table('Literal', 'kCodes');
    this.lists = new Table('CodeList', 'kCodeLists');
    this.sets = new Table('ValueSet', 'kValueSets');
    this.programs = new Table('std::uint8_t', 'kPresence');
    this.rows = new Table('Constraint', 'kConstraints');
    this.pointers = new Table('Constraint const*', 'kConstraintsOf');
    this.targets = new Table('Type const*', 'kTargets');
    this.rules = new Table('ElementRules', 'kRules');
    this.contexts = new Table('Literal', 'kContexts');
    this.profiles = new Table('Literal', 'kCoreProfiles');
    this.extensions = new Table('CoreExtension', 'kCoreExtensions');
  }

  valueSet(set) {
    if (!set) return 'nullptr';
    const lists = [...set.systems].filter(([, codes]) => codes.size > 0)
      .map(([system, codes]) => `{${quote(system)}, ${this.codes.span([...codes].sort().map(quote))}}`);
    const row = this.sets.row(`{${quote(set.url)}, ${set.complete}, ${this.lists.span(lists)}}`);
    return `&${this.sets.name}[${row}]`;
  }

  constraints(list) {
    return this.pointers.span((list ?? []).map((each) => {
      const row = this.rows.row(`{${quote(each.key)}, ${quote(each.human)}, ${quote(each.expression)}, ` +
        `Severity::${each.severity}, Check::${each.check}, ${this.programs.span(each.presence)}}`);
      return `&${this.rows.name}[${row}]`;
    }));
  }

  element(rules) {
    if (!rules) return 'nullptr';
    const { values, targets, constraints } = rules;
    if (!values && targets.length === 0 && constraints.length === 0) return 'nullptr';
    const row = this.rules.row(`{${this.valueSet(values)}, ` +
      `${this.targets.span(targets.map(this.pointer))}, ${this.constraints(constraints)}}`);
    return `&${this.rules.name}[${row}]`;
  }

  core({ profiles, valueSets, extensions }) {
    for (const set of valueSets) {
      if (set.complete) this.valueSet(set);
    }
    for (const profile of profiles) this.profiles.row(quote(JSON.stringify(profile)));
    for (const { url, contexts, values } of extensions) {
      this.extensions.row(`{${quote(url)}, ${this.contexts.span(contexts.map(quote))}, ` +
        `${this.targets.span(values.map(this.pointer))}}`);
    }
  }

  required(type) {
    return `0x${(type.required ?? 0n).toString(16)}`;
  }

  text() {
    return [this.codes, this.lists, this.sets, this.programs, this.rows, this.pointers, this.targets,
      this.rules, this.contexts, this.profiles, this.extensions].map((table) => table.text()).join('\n');
  }
}
