const minutesPerUnit = { m: 1, h: 60, d: 24 * 60 } as const

/** Minutes of a duration as the schema lets it be written: `30m`, `24h`, `7d`. */
export function minutesOf(text: string): number {
  const unit = text.slice(-1) as keyof typeof minutesPerUnit
  return Number(text.slice(0, -1)) * minutesPerUnit[unit]
}

/** Seconds of a shorter duration, in the words of the schema: `60s`, `5m`. */
export function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * (text.endsWith('m') ? 60 : 1)
}
