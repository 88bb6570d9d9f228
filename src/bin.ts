#!/usr/bin/env node
/**
 * The `synton` command: checks the version of Node, then loads the rest.
 *
 * Imports nothing statically and uses only old syntax, because a newer import would fail on an older Node
 * before the one line below could be said. 22.15 is the first with zstd in node:zlib.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`synton needs Node 22.15 or newer; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  const { main } = await import('./cli/main.ts');
  await main(process.argv.slice(2));
}

export {};
