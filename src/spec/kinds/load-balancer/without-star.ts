/** `web[*]` says the same as `web`, as volumes and copies write it. */
export function withoutStar(text: string): string {
  return text.replace(/^server\./, '').replace(/\[\*\]$/, '')
}
