/** Something that EC2 was seen to do. */
export interface Fact {
  readonly what: string
  readonly seen: string
}

/** What was seen, as a table for people; those facts that evenkeel is wrong without are tests besides. */
export function factsText(place: string, facts: readonly Fact[]): string {
  const width = Math.max(0, ...facts.map(({ what }) => what.length))
  const rows = facts.map(({ what, seen }) => `  ${what.padEnd(width)}  ${seen}`)
  return [`Seen of ${place}:`, ...rows].join('\n')
}

/** The code and the status that a call was refused with, or `answered`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'answered'
  } catch (error) {
    const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
    return `${name} (${$metadata?.httpStatusCode ?? 'no status'}): ${message}`
  }
}
