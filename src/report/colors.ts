import type { createColors } from 'picocolors'

/** What paints text, or leaves it as it is. */
export type Colors = ReturnType<typeof createColors>
