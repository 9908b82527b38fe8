// Reads the FHIRPath expressions of search parameters, as far as they are simple paths: steps,
// types of choices, unions, and one filter of two forms, where(resolve() is Type) and
// where(name='value'). Anything else makes the whole expression unsupported.

// Splits at `separator` outside of parentheses and quotes.
function split(text, separator) {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (const c of text) {
    if (c === "'") quoted = !quoted;
    if (!quoted && c === '(') depth += 1;
    if (!quoted && c === ')') depth -= 1;
    if (!quoted && depth === 0 && c === separator) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim());
}

// "(a.b as T)", "(a.b.ofType(T)).c" and "(a.b)" without their parentheses.
function unwrap(text) {
  if (!text.startsWith('(')) return text;
  const [group] = split(text, '.');
  const inside = group.slice(1, -1);
  const cast = /^([\w.]+) as (\w+)$/.exec(inside);
  const path = cast ? `${cast[1]}.ofType(${cast[2]})` : inside;
  return unwrap(path) + text.slice(group.length);
}

// One definition spells dateTime with a capital.
const typeNamed = (name) => (name === 'DateTime' ? 'dateTime' : name);

function parseAlternative(text, resource) {
  const [first, ...rest] = split(unwrap(text), '.');
  // An expression may begin inside the resource: name | alias.
  if (/^[a-z]/.test(first)) rest.unshift(first);
  else if (![resource, 'Resource', 'DomainResource'].includes(first)) return 'of another type';
  const steps = [];
  const filter = {};
  for (const part of rest) {
    const cast = /^(?:as|ofType)\((\w+)\)$/.exec(part);
    const target = /^where\(resolve\(\) is (\w+)\)$/.exec(part);
    const equal = /^where\((\w+)='([\w-]+)'\)$/.exec(part);
    if (cast && steps.length > 0) steps[steps.length - 1].as = typeNamed(cast[1]);
    else if (target && !filter.target) filter.target = target[1];
    else if (equal && !filter.where) {
      filter.where = { step: steps.length, name: equal[1], value: equal[2] };
    } else if (/^\w+$/.test(part)) steps.push({ name: part });
    else return undefined;
  }
  return { steps, filter };
}

// The paths of an expression that start at `resource`; undefined stands for an unsupported one.
export function parsePath(expression, resource) {
  return split(expression, '|')
    .map((text) => parseAlternative(text, resource))
    .filter((path) => path !== 'of another type');
}

// A composite's component: paths from the composite's place, or from the resource.
export function parseComponent(expression) {
  const fromResource = expression.startsWith('%resource.');
  const text = fromResource ? expression.slice('%resource.'.length) : expression;
  return { paths: parsePath(text, ''), fromResource };
}
