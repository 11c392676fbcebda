// Reads the Fluent files and writes the type of every message of the window and its arguments,
// so that a sentence without words, or without its number, does not compile.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { FluentParser, Visitor } from '@fluent/syntax';

/** What the window says; the rest is said by the programs. */
const WINDOW = ['core.ftl', 'ui.ftl', 'channels.ftl'];
const root = new URL('../../locales/', import.meta.url);

class Variables extends Visitor {
  constructor(file) {
    super();
    this.file = file;
  }
  names = new Set();
  refs = new Set();
  visitVariableReference(node) {
    this.names.add(node.id.name);
  }
  visitMessageReference(node) {
    this.refs.add(node.id.name);
  }
}

function read(dir) {
  const found = new Map();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.ftl'))) {
    const resource = new FluentParser().parse(readFileSync(new URL(file, dir), 'utf8'), {});
    for (const entry of resource.body) {
      if (entry.type === 'Junk') throw new Error(`${file}: ${entry.content}`);
      if (entry.type !== 'Message' || !entry.value) continue;
      if (found.has(entry.id.name)) throw new Error(`${file}: ${entry.id.name} is there twice`);
      const variables = new Variables(file);
      variables.visit(entry.value);
      found.set(entry.id.name, variables);
    }
  }
  for (const variables of found.values())
    for (const ref of variables.refs)
      for (const name of found.get(ref)?.names ?? []) variables.names.add(name);
  return found;
}

const ru = read(new URL('ru/', root));
const en = read(new URL('en/', root));
const problems = [];
for (const [id, { names }] of ru) {
  const other = en.get(id);
  if (!other) problems.push(`${id} is missing in en`);
  else if ([...names].sort().join() !== [...other.names].sort().join())
    problems.push(`${id} has other variables in en`);
}
for (const id of en.keys()) if (!ru.has(id)) problems.push(`${id} is missing in ru`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}

const lines = [...ru]
  .filter(([, { file }]) => WINDOW.includes(file))
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([id, { names }]) => {
    const args = [...names].sort().map((name) => `'${name}': string | number`);
    return `  '${id}': ${args.length ? `{ ${args.join('; ')} }` : 'null'};`;
  });
writeFileSync(
  new URL('../src/i18n/messages.gen.ts', import.meta.url),
  `// Written by scripts/messages.mjs.\nexport interface Messages {\n${lines.join('\n')}\n}\n`,
);
console.log(`${ru.size} messages`);
