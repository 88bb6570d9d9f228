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
  // What V8 compiled is kept from one start to the next, which makes the service ready some 50 ms sooner. Where it cannot be
  // written nothing is said, and NODE_DISABLE_COMPILE_CACHE=1 forbids it.
  const { enableCompileCache } = await import('node:module');
  const { userCacheFolder } = await import('./telemetry/user-cache-folder.ts');
  enableCompileCache(userCacheFolder('compiled', process.env));
  const { main } = await import('./cli/main.ts');
  await main(process.argv.slice(2));
}

export {};
