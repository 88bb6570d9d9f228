/**
 * Runs in the page that is measured, put in before anything of its own: when the first picture of a trace stood, and how long frames take while
 * something moves. Plain JavaScript, as it is given to the browser as it is.
 */
(() => {
  const ROWS = '[role="treegrid"] [role="row"]:not([hidden])';
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  /** Milliseconds from the navigation to the frame after the one that drew rows. */
  async function opened() {
    while (document.querySelector(ROWS) === null) await frame();
    await frame();
    return performance.now();
  }

  /** Calls `move` once a frame, and tells how far frames were apart. */
  async function watch(seconds, move) {
    await frame();
    const begun = performance.now();
    const gaps = [];
    let last = await frame();
    while (last - begun < seconds * 1000) {
      move(gaps.length);
      const now = await frame();
      gaps.push(now - last);
      last = now;
    }
    const held = longTasks.filter(({ startTime }) => startTime >= begun);
    return {
      gaps,
      longTasks: held.length,
      longest: Math.max(0, ...held.map(({ duration }) => duration)),
    };
  }

  const scroller = () => document.querySelector('.timeline-scroll');

  function wheel(options) {
    const screen = document.querySelector('.timeline-screen');
    const box = screen.getBoundingClientRect();
    screen.dispatchEvent(
      new WheelEvent('wheel', {
        ...{ bubbles: true, cancelable: true, clientX: box.left + box.width * 0.7 },
        ...{ clientY: box.top + 100, ...options },
      }),
    );
  }

  const moves = {
    /** Down and up again, some 300 rows a second and some 10,000. */
    scroll: (at) => {
      scroller().scrollTop += at % 120 < 60 ? 120 : -120;
    },
    leap: (at) => {
      const { scrollHeight, clientHeight } = scroller();
      scroller().scrollTop = (scrollHeight - clientHeight) * ((at % 100) / 100);
    },
    pan: (at) => wheel({ shiftKey: true, deltaY: at % 120 < 60 ? 30 : -30 }),
    zoom: (at) => wheel({ ctrlKey: true, deltaY: at % 120 < 60 ? -20 : 20 }),
  };

  /** Milliseconds from a key to the frame after the one that shows what it did. */
  async function key(name) {
    await frame();
    const begun = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
    await frame();
    await frame();
    return performance.now() - begun;
  }

  globalThis.syntonProbe = {
    ...{ opened, key },
    move: (name, seconds) => watch(seconds, moves[name]),
    rows: () => Number(document.querySelector('[role="treegrid"]').getAttribute('aria-rowcount')),
  };
})();
