/** Steps of a scale in seconds that people count in. */
const stepsSeconds = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400,
]
const ticksMax = 7

/** Marks on a scale from 0 to `lengthMs`, at most eight, the first at 0. */
export function ticksOf(lengthMs: number): readonly { readonly ms: number; readonly label: string }[] {
  const seconds = lengthMs / 1000
  const step = stepsSeconds.find((one) => seconds / one <= ticksMax) ?? Math.ceil(seconds / ticksMax / 86_400) * 86_400
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({
    ms: index * step * 1000,
    label: labelOf(index * step),
  }))
}

/** `0`, `0.5s`, `15s`, `2m`, `1h30m`. */
function labelOf(seconds: number): string {
  if (seconds === 0) return '0'
  if (seconds < 60) return `${Math.round(seconds * 10) / 10}s`
  const minutes = Math.floor(seconds / 60)
  const rest = Math.round(seconds % 60)
  if (minutes < 60) return rest === 0 ? `${minutes}m` : `${minutes}m${String(rest).padStart(2, '0')}s`
  return minutes % 60 === 0
    ? `${minutes / 60}h`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`
}
