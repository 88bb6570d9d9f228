/** When what runs is told of, in milliseconds. Rules 22 and 23 of the design: nothing that happened 100 ms before a crash is lost. */

/** What ends sooner is never told as started. */
export const OPEN_MS = 50;
/** How often what runs is looked at: twice within what is left of the promise. */
export const LOOK_MS = 25;
/** A process with open spans says so often that three may be lost before it is taken for gone. */
export const ALIVE_MS = 5_000;
