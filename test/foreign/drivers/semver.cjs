/** semver: classes that require each other in a cycle. */
const semver = require('semver');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('semver', semver);
  const versions = [
    '1.2.3',
    'v2.0.0-beta.4',
    '0.0.1',
    '10.20.30+build.5',
    '1.2',
    'nonsense',
    '=1.0.0-rc.1',
    '',
    null,
  ];
  const ranges = [
    '^1.2.0',
    '~0.0.1',
    '>=1.0.0 <3',
    '1.x || >=2.5.0 || 5.0.0 - 7.2.3',
    '*',
    '<<1',
    '>1.0.0-alpha',
  ];
  for (const version of versions) {
    for (const name of [
      'parse',
      'valid',
      'clean',
      'coerce',
      'major',
      'minor',
      'patch',
      'prerelease',
    ])
      tell(`${name} ${version}`, () => semver[name](version));
    for (const release of [
      'major',
      'premajor',
      'minor',
      'patch',
      'prepatch',
      'prerelease',
      'release',
      'odd',
    ])
      tell(`inc ${version} ${release}`, () => semver.inc(version, release, 'rc'));
    for (const other of versions) {
      for (const name of ['compare', 'rcompare', 'diff', 'gt', 'eq', 'compareBuild'])
        tell(`${name} ${version} ${other}`, () => semver[name](version, other));
    }
    for (const range of ranges) {
      for (const name of ['satisfies', 'gtr', 'ltr', 'outside'])
        tell(`${name} ${version} ${range}`, () => semver[name](version, range, '>'));
    }
    tell(`new ${version}`, () => new semver.SemVer(version, { loose: true }));
  }
  for (const range of ranges) {
    tell(`range ${range}`, () => new semver.Range(range));
    tell(`min ${range}`, () => semver.minVersion(range));
    tell(`valid ${range}`, () => semver.validRange(range));
    for (const other of ranges) {
      for (const name of ['intersects', 'subset'])
        tell(`${name} ${range} ${other}`, () => semver[name](range, other));
    }
    tell(`max ${range}`, () => semver.maxSatisfying(versions.slice(0, 4), range));
    tell(`simplify ${range}`, () => semver.simplifyRange(versions.slice(0, 4), range));
  }
}
main();
