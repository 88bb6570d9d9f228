/**
 * What must not happen on any page: an error in the console or of a script, a breach of the content security policy, a request to
 * another origin, an answer that says no.
 */
import type { BrowserContext, Page } from 'playwright-core';

/** Where breaches are kept until they are asked for. */
interface Watched {
  syntonBreaches?: string[];
}

export class PageTroubles {
  readonly #seen: string[] = [];
  readonly #pages: Page[] = [];
  readonly #expected: RegExp[] = [];

  /** Before any page of it is opened. @param origin all that may be asked */
  async watch(context: BrowserContext, origin: string): Promise<void> {
    await context.addInitScript(() => {
      const breaches: string[] = [];
      (globalThis as Watched).syntonBreaches = breaches;
      document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
        breaches.push(`${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`);
      });
    });
    context.on('page', (page) => {
      this.#pages.push(page);
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          this.#note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      });
      page.on('pageerror', (error) => this.#note(`error: ${error.stack ?? error.message}`));
      page.on('dialog', (dialog) => {
        this.#note(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
    });
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(?:data|blob|about):/.test(url))
        this.#note(`request to ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) this.#note(`${response.status()} of ${response.url()}`);
    });
  }

  /** What a test brings about on purpose. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** All so far. */
  async list(): Promise<readonly string[]> {
    const breaches = await Promise.all(
      this.#pages
        .filter((page) => !page.isClosed())
        .map((page) =>
          page
            .evaluate(() => (globalThis as Watched).syntonBreaches ?? [])
            // It is on its way elsewhere; the console tells of breaches too.
            .catch(() => []),
        ),
    );
    const all = [...this.#seen, ...breaches.flat().map((breach) => `policy: ${breach}`)];
    return all.filter((one) => !this.#expected.some((pattern) => pattern.test(one)));
  }

  #note(what: string): void {
    this.#seen.push(what);
  }
}
