/** What an operation of a port comes to: it changed something, or all was so already. */
export type Effect = 'done' | 'unchanged'
