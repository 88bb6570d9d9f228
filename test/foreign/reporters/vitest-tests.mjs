/** Of tests under vitest: each, and how it ended. */
import { basename } from 'node:path';

// biome-ignore lint/style/noDefaultExport: as vitest asks for
export default class Report {
  onTestRunEnd(modules) {
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const became = tests.length === 0 ? module.state() : 'loaded';
      process.stdout.write(`${JSON.stringify([basename(module.moduleId), became])}\n`);
      for (const test of tests) {
        const { state } = test.result();
        process.stdout.write(
          `${JSON.stringify([basename(module.moduleId), test.fullName, state])}\n`,
        );
      }
    }
  }
}
