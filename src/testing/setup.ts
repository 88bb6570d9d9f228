/**
 * Has recordings see every call of functions that were rewritten for it: a set-up file of each test file, in jest as
 * `setupFiles: ['synton/testing/setup']`. `synton/testing/vite` adds it itself. It sends nothing.
 */
import { registerSettings } from '../register/settings.ts';
import { watchCalls } from './watched/watch-calls.ts';

watchCalls(registerSettings(process.env).capture);
