/** Of tests under node:test: each, and how it ended. */
import { basename } from 'node:path';

// biome-ignore lint/style/noDefaultExport: as Node asks for
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { file = '', name, nesting, skip, todo } = data;
    // The file itself is a test too, named by its path.
    if (name.endsWith(basename(file)) && nesting === 0) continue;
    const became = skip === undefined && todo === undefined ? type : 'left out';
    yield `${JSON.stringify([basename(file), nesting, name, became])}\n`;
  }
}
