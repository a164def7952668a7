/** The length of the longest text, 0 for none. A stack has more addresses than a call takes arguments (some 125,000). */
export function longest(texts: Iterable<string>): number {
  let length = 0
  for (const text of texts) if (text.length > length) length = text.length
  return length
}
