import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../app/saved-plan/write-whole.js'
import { stackKey } from '../jobs/job.js'
import { reportOf } from '../jobs/report.js'
import type { FleetJob, FleetStore, JobReport } from '../types.js'

/** Chosen: what evenkeel itself writes is smaller (`report.ts`). */
const bytesMax = 64 * 1024 * 1024

/** What was last seen of each stack, a small file for each and each kind of job. What is damaged counts as never seen. */
export function createFolderStore(folder: string): FleetStore {
  return {
    reports: () => Promise.resolve(readReports(folder)),
    keep(report) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const what = 'what was last seen of a stack'
      writeWhole(join(folder, fileOf(report)), `${JSON.stringify(report)}\n`, { what, mode: 0o600 })
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

function readReports(folder: string): ReadonlyMap<string, Partial<Record<FleetJob['kind'], JobReport>>> {
  const found = new Map<string, Partial<Record<FleetJob['kind'], JobReport>>>()
  for (const file of filesIn(folder)) {
    const report = readReport(join(folder, file))
    // A file under another's name says nothing of either.
    if (!report || fileOf(report) !== file) continue
    found.set(report.id, { ...found.get(report.id), [report.kind]: report })
  }
  return found
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'))
  } catch {
    return []
  }
}

function readReport(path: string): JobReport | undefined {
  try {
    if (statSync(path).size > bytesMax) return undefined
    return reportOf(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

function fileOf({ id, kind }: JobReport): string {
  return `${stackKey(id)}.${kind}.json`
}
