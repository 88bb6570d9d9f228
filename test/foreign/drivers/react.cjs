/** react and its server renderer: large CommonJS modules, hooks, errors and streams. */
const React = require('react');
const {
  renderToString,
  renderToStaticMarkup,
  renderToPipeableStream,
  renderToReadableStream,
} = require('react-dom/server');
const { Writable } = require('node:stream');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('React', React, 1);
  const { createElement: h, useState, useMemo, useReducer, useContext, useId, Suspense } = React;
  const Theme = React.createContext('plain');
  class Counter extends React.Component {
    static defaultProps = { from: 1 };
    state = { n: this.props.from };
    static getDerivedStateFromProps({ more = 0 }, { n }) {
      return { n: n + more };
    }
    render() {
      return h('b', { 'data-n': this.state.n }, this.state.n, this.props.children);
    }
  }
  class Boundary extends React.Component {
    state = {};
    static getDerivedStateFromError(error) {
      return { error };
    }
    render() {
      return this.state.error ? h('i', null, this.state.error.message) : this.props.children;
    }
  }
  const Hooks = ({ items = [3, 1, 2] }) => {
    const [first] = useState(() => items[0]);
    const sorted = useMemo(() => [...items].sort(), [items]);
    const [total] = useReducer(
      (a, b) => a + b,
      0,
      () => items.length,
    );
    return h(
      'ul',
      { id: useId(), className: useContext(Theme) },
      first,
      total,
      sorted.map((item) => h('li', { key: item }, item)),
    );
  };
  const Memo = React.memo(
    React.forwardRef(function Named(props, ref) {
      return h('p', { ref, style: { marginTop: 4, '--x': '1' } }, props.text);
    }),
  );
  const Throws = () => {
    throw new RangeError('while rendering');
  };
  const later = new Map();
  const Later = ({ id }) => {
    if (!later.has(id)) later.set(id, new Promise((done) => setTimeout(done, 3, `late ${id}`)));
    return h('em', null, React.use(later.get(id)));
  };
  const Lazy = React.lazy(async () => ({ default: () => h('s', null, 'lazy') }));
  const page = (id) =>
    h(
      Theme.Provider,
      { value: 'dark' },
      h(Counter, { more: 2 }, 'x'),
      h(Hooks),
      h(Memo, { text: '<&"' }),
      h(Suspense, { fallback: '…' }, h(Later, { id }), h(Lazy)),
      h('input', { disabled: true, defaultValue: 5, onClick() {} }),
      h('div', { dangerouslySetInnerHTML: { __html: '<hr>' } }),
    );
  for (const [name, element] of Object.entries({
    counter: h(Counter),
    hooks: h(Hooks),
    memo: h(Memo, { text: 'x' }),
    page: page('s'),
    fragment: h(React.Fragment, null, 1, null, false, 'a'),
    throws: h(Throws),
    bounded: h(Boundary, null, h(Throws)),
    wrong: h('div', { style: 'text' }),
    object: h('p', null, { a: 1 }),
    undefinedType: h(undefined),
    strict: h(React.StrictMode, null, h(Hooks)),
  })) {
    tell(`${name} string`, () => renderToString(element));
    tell(`${name} static`, () => renderToStaticMarkup(element));
  }
  await tell(
    'pipeable',
    () =>
      new Promise((done, fail) => {
        let text = '';
        const { pipe } = renderToPipeableStream(page('p'), {
          onAllReady: () =>
            pipe(
              new Writable({
                write(chunk, _, next) {
                  text += chunk;
                  next();
                },
                final(next) {
                  done(text);
                  next();
                },
              }),
            ),
          onError: fail,
        });
      }),
  );
  await tell(
    'pipeable, failing',
    () =>
      new Promise((done) =>
        renderToPipeableStream(h(Suspense, null, h(Throws)), {
          onError: (error, { componentStack }) =>
            done([error, componentStack.replaceAll(/\(?(?:file:)?\/\S*/g, '')]),
        }),
      ),
  );
  await tell('readable', async () => {
    const stream = await renderToReadableStream(page('r'));
    await stream.allReady;
    return new Response(stream).text();
  });
  await tell(
    'aborted',
    () =>
      new Promise((done) => {
        const seen = [];
        const { abort } = renderToPipeableStream(
          h(Suspense, { fallback: 'f' }, h(Later, { id: 'never' })),
          {
            onShellReady: () => abort(new Error('aborted')),
            onError: (error) => {
              seen.push(error.message);
              done(seen);
            },
          },
        );
      }),
  );
  tell('children', () =>
    React.Children.toArray([h('a', { key: 'k' }), 'b', [1, null]]).map((one) => one.key ?? one),
  );
  tell('clone', () => React.cloneElement(h('a', { b: 1 }), { c: 2 }, 'd').props);
  tell('outside', () => useState(1));
}
main();
