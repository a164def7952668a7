import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writePlanFile } from '../../../src/app/saved-plan/plan-file.js'
import { createEmbeddedEngine } from '../../../src/fleet/embedded/engine.js'
import { planNameOf, stackKey } from '../../../src/fleet/jobs/job.js'
import { createDesk } from '../../../src/fleet/page/desk.js'
import { createFleetPage } from '../../../src/fleet/page/fleet-page.js'
import { listenAddressOf, originOf, originsOf } from '../../../src/fleet/page/guard/origins.js'
import { pageTokenOf } from '../../../src/fleet/page/guard/page-token.js'
import { createLive } from '../../../src/fleet/page/live.js'
import { createSight } from '../../../src/fleet/page/sight.js'
import type { WorkElsewhere } from '../../../src/fleet/page/under-way.js'
import type { FleetJob, FleetSpec, FleetStack, FleetStore, JobReport } from '../../../src/fleet/types.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { planBasis } from '../../../src/planner/saved/plan-basis.js'
import { temporaryDirectory } from '../evenkeel.js'
import { emptyLive, specOf } from '../live-stack.js'
import { withVolume } from '../stack-texts.js'

export const pageToken = 'a-token-of-this-test'
export const pageHost = '127.0.0.1:4664'

export function pageStack(id: string, apply: FleetStack['settings']['apply'] = 'after-review'): FleetStack {
  const settings = {
    target: undefined,
    variables: {},
    variableFiles: [],
    driftSchedule: undefined,
    apply,
    checks: undefined,
  }
  const place = { stack: stackKey(id), account: '123456789012', region: 'us-east-1' }
  return { id, file: `/w/${id}`, commit: undefined, settings, place, problem: undefined }
}

export function pageReport(id: string, members: Partial<JobReport> = {}): JobReport {
  return {
    formatVersion: 1,
    round: 'r',
    kind: 'drift',
    id,
    place: { stack: stackKey(id), account: '123456789012', region: 'us-east-1' },
    state: 'in-sync',
    words: 'in sync',
    text: 'In sync.\n',
    exitCode: 0,
    errorCode: undefined,
    lockedBy: undefined,
    plan: undefined,
    beganAt: '2026-11-22T10:15:00.000Z',
    endedAt: '2026-11-22T10:15:02.500Z',
    ...members,
  }
}

/** Work that ends when it is told to. */
export function heldWork() {
  const begun: FleetJob[] = []
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const work = async (job: FleetJob, onProgress: (text: string) => void): Promise<JobReport> => {
    begun.push(job)
    onProgress('a volume is made')
    await ended
    return pageReport(job.stack, { kind: job.kind, state: 'drift', words: 'drift: 1 drifted', plan: job.plan })
  }
  return { begun, work, end: () => end() }
}

/** A page in this process, over a store in memory; `work` carries its jobs out. */
export function pageWorld(
  stacks: readonly FleetStack[],
  {
    reports = [],
    work = (job) => Promise.resolve(pageReport(job.stack, { kind: job.kind })),
    elsewhere,
    readAgain = () => Promise.reject(new Error('nobody reads it again')),
  }: {
    readonly reports?: readonly JobReport[]
    readonly work?: (job: FleetJob, onProgress: (text: string) => void) => Promise<JobReport>
    readonly elsewhere?: WorkElsewhere
    readonly readAgain?: () => Promise<{ spec: FleetSpec; stacks: readonly FleetStack[] }>
  } = {},
) {
  const { path: folder, remove } = temporaryDirectory('page')
  const plansFolder = join(folder, 'plans')
  mkdirSync(plansFolder)
  const kept = new Map<string, Partial<Record<FleetJob['kind'], JobReport>>>()
  const keep = (report: JobReport) => kept.set(report.id, { ...kept.get(report.id), [report.kind]: report })
  reports.forEach(keep)
  /** Whether nothing can be kept. */
  const isFull = { now: false }
  const store: FleetStore = {
    reports: () => Promise.resolve(new Map(kept)),
    keep: (report) => (isFull.now ? Promise.reject(new Error('no space left')) : Promise.resolve(void keep(report))),
    close: () => Promise.resolve(),
  }
  const spec: FleetSpec = { name: 'acme', path: '/w/fleet.yaml', sources: [], rules: [], limits: [], notifications: [] }
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const sight = createSight({ spec, stacks }, readAgain, store)
  const desk = createDesk({
    fleet: spec.name,
    engine: createEmbeddedEngine({ limits: () => [], placeOf: () => undefined, work }),
    store,
    notify: () => Promise.resolve(),
    elsewhere: () => elsewhere?.underWay() ?? Promise.resolve([]),
    onKept: sight.forget,
    say,
  })
  const token = pageTokenOf(pageToken, spec.name)
  const live = createLive(desk)
  const origins = originsOf(listenAddressOf(pageHost), [originOf('https://fleet.example.com')])
  const cookie = 'evenkeel-acme-4664'
  const guard = { token, origins, cookie, fleet: spec.name }
  const page = createFleetPage({ ...guard, sight, desk, live, elsewhere, plansFolder, version: '0.1.0', say })
  const asVisitor = { host: pageHost, cookie: `${cookie}=${token.session}` }

  return {
    desk,
    isFull,
    live,
    said,
    sight,
    token,
    remove,
    /** As a browser that has said the token; `headers` over that, where null takes one away. */
    async get(path: string, headers: Readonly<Record<string, string | null>> = {}): Promise<Response> {
      return page.request(path, { headers: present({ ...asVisitor, ...headers }) })
    },
    async head(path: string): Promise<Response> {
      return page.request(path, { method: 'HEAD', headers: asVisitor })
    },
    /** As a form of the page. */
    async post(
      path: string,
      form: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string | null>> = {},
    ): Promise<Response> {
      const body = new URLSearchParams({ form: token.form, ...form })
      const all = { ...asVisitor, origin: `http://${pageHost}`, ...headers }
      return page.request(path, { method: 'POST', body, headers: present(all) })
    },
    /** Saves a plan of a stack, as `fleet plan` does, with a volume of a size. Its name. */
    savePlan(id: string, run: string, sizeGiB = 10): string {
      const name = planNameOf(id, run)
      const planned = specOf(withVolume(`server: web, size: ${sizeGiB}, mount: /srv`))
      writePlanFile(join(plansFolder, `${name}.json`), {
        madeAt: '2026-11-22T10:15:00.000Z',
        run,
        stackFile: { fromWorkingDirectory: id, fromPlanFile: id, absolute: `/w/${id}` },
        options: { variables: {}, hosts: true },
        basis: planBasis(planned, emptyLive(planned), {}),
        plan: makePlan(planned, emptyLive(planned)),
      })
      keep(pageReport(id, { kind: 'plan', state: 'pending', words: '3 to create', plan: name, exitCode: 2 }))
      sight.forget()
      return name
    },
  }
}

function present(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}
