/** What of a command line is told: never an argument that may be a secret. */
import { expect, test } from 'vitest';
import { toldCommand } from '../../../src/cli/run-command.ts';

test.each([
  ['node app.js --password=secret', 'node app.js', 'app'],
  ['/usr/bin/node --enable-source-maps=1 src/app.ts', 'node app.ts', 'app'],
  ['node --import tsx app.ts', 'node app.ts', 'app'],
  ['node -r dotenv/config --require=./a.cjs --conditions dev app.js', 'node app.js', 'app'],
  ['node --import tsx', 'node', 'node'],
  ['node --inspect secret', 'node', 'node'],
  ['psql -p secret', 'psql', 'psql'],
  ['npm run build -- --token secret', 'npm run build', 'build'],
])('%s', (line, name, serviceName) => {
  expect(toldCommand(line.split(' '))).toMatchObject({ name, serviceName });
});
