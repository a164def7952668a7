/**
 * A pure function of a text that works out each answer once. What it remembers is forgotten as a whole at `limit` texts, so that a
 * process which lives long stays small. Its answers are shared: nobody may write on them.
 */
export function remembered<Answer>(work: (text: string) => Answer, limit = 65_536): (text: string) => Answer {
  const known = new Map<string, Answer>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = work(text)
    if (known.size >= limit) known.clear()
    known.set(text, answer)
    return answer
  }
}
