// A reader of FHIRPath (http://hl7.org/fhirpath/N1/grammar.html), enough for the shape of the
// definitions' invariants: operators, paths and calls. Literals and types are opaque.

const token = new RegExp([
  "'(?:[^'\\\\]|\\\\.)*'",          // text
  '`[^`]*`',                          // quoted name
  '[%$]?[A-Za-z_][A-Za-z0-9_]*',      // name, variable, word operator
  '\\d+(?:\\.\\d+)?',
  '<=|>=|!=|!~|[-+*/&|=~<>().,\\[\\]{}]',
].map((part) => `(?:${part})`).join('|'), 'y');

function tokensOf(text) {
  const tokens = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at])) { at += 1; continue; }
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) throw new Error(`FHIRPath: cannot read ${text.slice(at)}`);
    tokens.push(found[0]);
    at = token.lastIndex;
  }
  return tokens;
}

// Loosest first; each level is left associative.
const levels = [['implies'], ['or', 'xor'], ['and'], ['in', 'contains'], ['=', '!=', '~', '!~'],
  ['<', '>', '<=', '>='], ['|'], ['is', 'as'], ['+', '-', '&'], ['*', '/', 'div', 'mod']];

// { op, left, right } | { name, of? } | { call, of?, args } | { opaque }
export function parseFhirPath(text) {
  const tokens = tokensOf(text);
  let at = 0;
  const expect = (wanted) => {
    if (tokens[at] !== wanted) throw new Error(`FHIRPath: ${wanted} expected in ${text}`);
    at += 1;
  };
  const binary = (level) => {
    if (level === levels.length) return path();
    let left = binary(level + 1);
    while (levels[level].includes(tokens[at])) {
      const op = tokens[at++];
      left = { op, left, right: binary(level + 1) };
    }
    return left;
  };
  const step = (of) => {
    const name = tokens[at++];
    if (tokens[at] !== '(') return { name: name.replaceAll('`', ''), of };
    at += 1;
    const args = [];
    while (tokens[at] !== ')') {
      args.push(binary(0));
      if (tokens[at] === ',') at += 1;
    }
    at += 1;
    return { call: name, of, args };
  };
  const term = () => {
    if (tokens[at] === '(') {
      at += 1;
      const inside = binary(0);
      expect(')');
      return inside;
    }
    if (tokens[at] === '{') { at += 2; return { opaque: true }; }
    if (/^['\d%-]/.test(tokens[at])) { at += 1; return { opaque: true }; }
    return step(undefined);
  };
  const path = () => {
    let node = term();
    while (tokens[at] === '.' || tokens[at] === '[') {
      at += 1;
      if (tokens[at - 1] === '.') node = step(node);
      else { node = { call: '[]', of: node, args: [binary(0)] }; expect(']'); }
    }
    return node;
  };
  const tree = binary(0);
  if (at !== tokens.length) throw new Error(`FHIRPath: ${tokens[at]} unexpected in ${text}`);
  return tree;
}
