import type { RunEvent } from '../../../../src/executor/events.js'
import type { StepKind } from '../../../../src/model/steps/step.js'
import { faultsOfProfile } from '../../../../src/sandbox/faults/profiles.js'
import type { Faults } from '../../../../src/sandbox/sandbox.js'
import { takeCensus } from '../account-census.js'
import { openProofWorld, type Command, type ProofWorld } from '../proof-world.js'
import { brokenIn, isKept } from './broken-in.js'
import { byHand } from './by-hand.js'
import type { Life, Turn } from './life.js'
import { stackVolumes } from './stack-volumes.js'

/** What came of a life. */
export interface Lived {
  /** The first thing that does not hold, with what led to it; undefined when all does. */
  readonly wrong: string | undefined
  /** Processes that were started, and those of them that were killed. */
  readonly runs: number
  readonly kills: number
  /** How often a step of each kind was carried out. */
  readonly steps: ReadonlyMap<StepKind, number>
}

/** Chosen: in chaos somebody runs it so often before giving up; quotas and capacity are drawn anew each time. */
const chaosRunsMax = 12
/** Between two runs. */
const pauseMs = 30_000
const settleMs = 5 * 60_000

/** Lives it, and looks after each turn whether everything holds. In chaos each turn's command must converge in it, and hold in calm. */
export async function liveALife(life: Life): Promise<Lived> {
  const chaos = weatherOf(life)
  const world = await openProofWorld({ seed: life.seed, faults: chaos })
  const volumes = new Map<string, string>()
  const steps = new Map<StepKind, number>()
  const story: string[] = []
  let runs = 0
  let kills = 0
  let text = ''
  /** The newest. */
  let checkpoint: string | undefined

  const events = (event: RunEvent) => {
    if (event.kind !== 'step-finished' || event.outcome.kind !== 'done') return
    steps.set(event.step.kind, (steps.get(event.step.kind) ?? 0) + 1)
  }
  const runOnce = async (command: Command) => {
    runs += 1
    const process = await world.process()
    try {
      return await world.run(process, command, events)
    } finally {
      // As a command that has ended: nobody takes it for alive.
      process.kill()
    }
  }
  const runDoomed = async (command: Command, { dooms }: Turn) => {
    for (const doom of dooms) {
      const doomed = await world.process({ doom })
      runs += 1
      await Promise.race([world.run(doomed, command, events), doomed.died])
      if (doomed.isDead) kills += 1
      doomed.kill()
    }
  }
  /** Runs it until it converges; what is wrong with that, `refused …` when the plan says why it cannot be. */
  const settle = async (command: Command): Promise<string | undefined> => {
    if (life.chaos !== undefined) {
      const problems = await runInChaos(command)
      if (problems !== undefined) return problems
    }
    world.setFaults({})
    await world.clock.sleep(life.chaos === undefined ? 0 : settleMs)
    try {
      // What came over it after it had converged is drift, which one more run heals.
      const end = await runOnce(command)
      const refusal = end.problems.find((problem) => problem.startsWith('refused'))
      if (refusal !== undefined) return refusal
      if (!end.converged) return `did not converge: ${end.problems.join('; ')}`
      const left = command.kind === 'destroy' ? [] : await world.leftToDo(command.text)
      return left.length === 0 ? undefined : `left to do: ${left.join('; ')}`
    } finally {
      world.setFaults(chaos)
    }
  }
  const runInChaos = async (command: Command): Promise<string | undefined> => {
    const log: string[] = []
    for (let attempt = 1; attempt <= chaosRunsMax; attempt += 1) {
      const { converged, problems } = await runOnce(command)
      // A plan that is refused in truth is refused in calm as well.
      if (converged || (attempt > 2 && problems.every((problem) => problem.startsWith('refused')))) return undefined
      log.push(`  run ${attempt}: ${problems.join('; ')}`)
      await world.clock.sleep(pauseMs)
    }
    return [`did not converge in ${chaosRunsMax} runs`, ...log].join('\n')
  }

  const ended = (wrong: string | undefined): Lived => ({
    wrong: wrong === undefined ? undefined : [...story, wrong].join('\n'),
    runs,
    kills,
    steps,
  })
  try {
    for (const turn of life.turns) {
      story.push(`turn ${story.length + 1}: ${tell(turn)}`)
      const before = text
      if (turn.kind === 'edit') ({ text } = turn)
      // Whoever does it by hand sees the world as it is.
      world.setFaults({})
      if (turn.kind === 'hand') {
        await byHand(world, turn.hand, turn.pick)
        if (turn.hand === 'delete-volume') await forgetDeleted(world, volumes)
      }
      if (turn.kind === 'checkpoint' && (await stackVolumes(world.client)).size === 0) continue
      if (turn.kind === 'checkpoint') checkpoint = `at-${world.clock.now()}`
      const command = await commandOf(turn, text, checkpoint, world)
      world.setFaults(chaos)
      if (command === undefined) continue
      await runDoomed(command, turn)
      const next: Command = command.kind === 'destroy' ? command : { kind: 'apply', text }
      if (command.kind !== next.kind) {
        // What is asked for once; when its process was killed, it may have been done, and what a checkpoint holds may be gone.
        const { converged, problems } = await runOnce(command)
        const isExcused = life.chaos !== undefined || turn.dooms.length > 0 || command.kind === 'restore'
        if (!converged && !isExcused && !problems.some((problem) => problem.startsWith('refused')))
          return ended(`${command.kind} did not converge: ${problems.join('; ')}`)
      }
      const wrong = await settle(next)
      // A file that cannot be applied as things are, e.g. because a volume would shrink, is taken back.
      if (wrong?.startsWith('refused') === true && turn.kind === 'edit') {
        story.push('  which is refused, and taken back')
        text = before
        if (before === '') return ended(undefined)
        const back = await settle({ kind: 'apply', text })
        if (back !== undefined) return ended(back)
      } else if (wrong !== undefined) return ended(wrong)
      await world.clock.sleep(settleMs)
      world.setFaults({})
      const census = await takeCensus(world.client)
      const broken = brokenIn(census, volumes, next)
      if (broken.length > 0) return ended(broken.join('\n'))
      for (const id of volumes.keys()) if (!isKept(id, census)) volumes.delete(id)
      for (const { id, onRemove } of (await stackVolumes(world.client)).values()) volumes.set(id, onRemove)
      world.setFaults(chaos)
    }
    return ended(undefined)
  } finally {
    await world.close()
  }
}

function weatherOf({ chaos, indexLagMs }: Life): Faults {
  const faults = chaos === undefined ? {} : faultsOfProfile(chaos, 'real')
  if (indexLagMs === undefined) return faults
  return { ...faults, visibilityDelayMs: { ...faults.visibilityDelayMs, filter: indexLagMs } }
}

/** What somebody has deleted by hand is nobody's loss. */
async function forgetDeleted({ client }: ProofWorld, volumes: Map<string, string>): Promise<void> {
  const census = await takeCensus(client)
  for (const id of volumes.keys()) if (!isKept(id, census)) volumes.delete(id)
}

function tell(turn: Turn): string {
  const cut = turn.dooms.map(({ request, how }) => `, killed at request ${request}:${how}`).join('')
  switch (turn.kind) {
    case 'edit':
      return `this file is applied${cut}:\n${turn.text}`
    case 'hand':
      return `by hand: ${turn.hand} ${turn.pick}${cut}`
    default:
      return `${turn.kind}${cut}`
  }
}

/** What is run in a turn; undefined where it has nothing to be done with. */
async function commandOf(
  turn: Turn,
  text: string,
  checkpoint: string | undefined,
  world: ProofWorld,
): Promise<Command | undefined> {
  switch (turn.kind) {
    case 'edit':
    case 'hand':
      return { kind: 'apply', text }
    case 'destroy':
      return { kind: 'destroy', text }
    case 'checkpoint':
      return checkpoint === undefined ? undefined : { kind: 'checkpoint', text, name: checkpoint }
    case 'restore':
      return checkpoint === undefined ? undefined : { kind: 'restore', text, checkpoint }
    case 'snapshot': {
      const volumes = [...(await stackVolumes(world.client)).keys()].sort()
      const [volume] = volumes.slice(turn.pick % Math.max(1, volumes.length))
      return volume === undefined ? undefined : { kind: 'snapshot', text, volume }
    }
  }
}
