import { formatBytes } from '../core/units.js'
import type { DiffValue } from '../model/change.js'

/** The units of numbers, by the path of their property. */
const units: Readonly<Record<string, string>> = {
  size: 'GiB',
  'rootVolume.size': 'GiB',
  throughput: 'MiB/s',
  iops: 'IOPS',
}

/** Numbers of bytes, by the path of their property. */
const byteCounts: ReadonlySet<string> = new Set(['bytes', 'files.bytes'])

/** One value of the property `path`, as people read it. */
export function valueText(path: string, value: DiffValue): string {
  if (value === null) return 'none'
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value === 'number' && byteCounts.has(path)) return formatBytes(value)
  const unit = typeof value === 'number' ? units[path] : undefined
  return unit === undefined ? String(value) : `${value} ${unit}`
}

/** The same on one line: of a text of several lines the first, and how many there are. */
export function shortText(path: string, value: DiffValue): string {
  if (typeof value === 'object' && value !== null) {
    return value.length === 0 ? 'none' : value.map((item) => shortText(path, item)).join(', ')
  }
  const text = valueText(path, value)
  const lines = text.trimEnd().split('\n')
  return lines.length === 1 ? text : `${lines[0] ?? ''} … (${lines.length} lines)`
}
