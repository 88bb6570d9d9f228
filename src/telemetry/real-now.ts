/** Milliseconds since the process began, whatever became of `performance` since: fake timers of a test put a clock of theirs into it. */
export const realNow: () => number = performance.now.bind(performance);
