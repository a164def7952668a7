/**
 * rsync's filter that leaves out what a pattern fits. Not `--exclude=`: there rsync takes `!` for "forget all patterns so far",
 * `lost+found` among them, which `delete` would then remove, and a leading `+ ` for the contrary (rsync(1), "FILTER RULES").
 */
export function leavingOut(pattern: string): string {
  return `--filter=- ${pattern}`
}

/** rsync's filter that takes what a pattern fits, whatever a later one says. */
export function taking(pattern: string): string {
  return `--filter=+ ${pattern}`
}
