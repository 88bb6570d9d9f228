/** zod as its package gives it to ES modules. */
import * as z from 'zod';
import { drive } from './zod.mjs';

await drive(z);
