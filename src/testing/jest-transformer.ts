/**
 * Has recordings in jest see every call of a project's functions: a transformer that does what another one does, and then rewrites
 * functions. Goes with the set-up file `synton/testing/setup`.
 *
 *   transform: { '\\.[cm]?[jt]sx?$': 'synton/testing/jest-transformer' }
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InputMap } from '../register/rewrite/module-map.ts';
import { REWRITER_VERSION } from '../register/rewrite/rewriter-version.ts';
import { registerSettings } from '../register/settings.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { codeFilter, type FilterOptions } from './watched/code-filter.ts';
import { rewriteForJest } from './watched/rewrite-for-tests.ts';

export interface JestTransformerOptions extends FilterOptions {
  /** The one before: its name, or its name and options, as jest takes them; `none` for none. @default 'babel-jest' */
  readonly transformer?: string | readonly [name: string, options: object] | undefined;
}

/** As jest has it, as far as it is used here. */
interface Transformed {
  readonly code: string;
  readonly map?: InputMap | string | null;
}

interface TransformOptions {
  readonly config: { readonly rootDir: string };
  readonly configString: string;
  readonly transformerConfig: unknown;
}

type Process<Result> = (text: string, path: string, options: TransformOptions) => Result;

interface Transformer {
  readonly canInstrument?: boolean;
  readonly process?: Process<Transformed>;
  readonly processAsync?: Process<Promise<Transformed>>;
  readonly getCacheKey?: Process<string>;
}

interface TransformerModule extends Transformer {
  readonly createTransformer?: (options?: object) => Transformer | Promise<Transformer>;
}

const BEFORE = 'babel-jest';

/** What jest calls. @throws where the transformer before is not installed */
export async function createTransformer(
  options: JestTransformerOptions = {},
): Promise<Transformer> {
  const { capture, ...settings } = registerSettings(process.env);
  const { include = settings.include, exclude = settings.exclude } = options;
  const before = await transformerBefore(options.transformer ?? BEFORE);
  const given = typeof options.transformer === 'object' ? options.transformer[1] : {};
  const optionsBefore = (own: TransformOptions): TransformOptions => ({
    ...own,
    transformerConfig: given,
  });
  const rewritten = (made: Transformed, path: string, rootDir: string): Transformed => {
    if (!codeFilter(rootDir, { include, exclude })(path)) return made;
    const map = typeof made.map === 'string' ? (JSON.parse(made.map) as InputMap) : made.map;
    return (
      rewriteForJest(made.code, {
        path,
        capturesArguments: capture.args,
        input: () => map ?? undefined,
        onProblem: (reason) =>
          process.stderr.write(`synton: functions of ${path} are not watched: ${reason}\n`),
      }) ?? made
    );
  };
  return {
    canInstrument: before.canInstrument === true,
    process(text, path, own) {
      const made = before.process?.(text, path, optionsBefore(own)) ?? { code: text };
      return rewritten(made, path, own.config.rootDir);
    },
    async processAsync(text, path, own) {
      const { processAsync, process } = before;
      const made = processAsync
        ? await processAsync.call(before, text, path, optionsBefore(own))
        : (process?.call(before, text, path, optionsBefore(own)) ?? { code: text });
      return rewritten(made, path, own.config.rootDir);
    },
    getCacheKey(text, path, own) {
      const key = before.getCacheKey?.(text, path, optionsBefore(own));
      const all = [
        key ?? [text, path, own.configString],
        packageVersion(),
        REWRITER_VERSION,
        include,
        exclude,
        capture,
      ];
      return createHash('sha256').update(JSON.stringify(all)).digest('hex');
    },
  };
}

/** Looked for where the tests run. */
async function transformerBefore(
  given: NonNullable<JestTransformerOptions['transformer']>,
): Promise<Transformer> {
  const [name, options] = typeof given === 'string' ? [given, {}] : given;
  if (name === 'none') return {};
  const require = createRequire(join(process.cwd(), 'package.json'));
  const loaded = require(name) as TransformerModule & { readonly default?: TransformerModule };
  const found = loaded.default ?? loaded;
  return found.createTransformer === undefined ? found : found.createTransformer(options);
}
