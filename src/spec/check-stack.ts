import type { Context } from './context.js'

/** Reports every mistake of meaning in what is well formed. */
export function checkStack(_context: Context): void {}
