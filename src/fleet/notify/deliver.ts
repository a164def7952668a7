import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../core/errors.js'
import type { FleetEventKind, JobReport, Notification, StackPlace } from '../types.js'
import { webhookKey } from './webhook-keys.js'

/** Chosen: whoever takes longer does more than take notice. */
const commandTimeoutMs = 30_000
const webhookTimeoutMs = 10_000
const webhookPausesMs = [1_000, 5_000] as const

/** What is told, as JSON. Nothing secret stands in it. */
export interface FleetEvent {
  readonly formatVersion: 1
  readonly event: FleetEventKind
  readonly fleet: string
  readonly stack: string
  readonly place: StackPlace | null
  readonly state: JobReport['state']
  readonly words: string
  readonly errorCode: string | null
  readonly round: string
  /** ISO 8601. */
  readonly at: string
}

export interface DeliveryOptions {
  /** Where commands begin: the folder of the fleet's file. */
  readonly directory: string
  /** Left out: what was taken out of this process's environment (webhook-keys.ts). */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** For tests, which have no seconds. */
  readonly pausesMs?: readonly number[]
  readonly timeoutMs?: number
}

/** Tells somebody of an event. Rejects with an error that says who did not hear of it, and why; no secret stands in that. */
export async function deliver({ to }: Notification, event: FleetEvent, options: DeliveryOptions): Promise<void> {
  const body = JSON.stringify(event)
  await (to.kind === 'command' ? runCommand(to.argv, body, options) : postSigned(to, body, options))
}

function runCommand(
  [program = '', ...args]: readonly string[],
  body: string,
  { directory, timeoutMs = commandTimeoutMs }: DeliveryOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const failed = (why: string) => reject(new Error(`the command ${program} ${why}`))
    child.on('error', (error) => failed(`could not be started: ${messageOf(error)}`))
    child.on('close', (exitCode, signal) => {
      if (exitCode === 0) resolve()
      else failed(signal === null ? `ended with exit status ${exitCode}` : `was ended after ${timeoutMs / 1_000} s`)
    })
    // Whoever does not read what it is given has not failed for that.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`${body}\n`)
  })
}

async function postSigned(
  { url, secretVariable }: Extract<Notification['to'], { kind: 'webhook' }>,
  body: string,
  { environment, pausesMs = webhookPausesMs, timeoutMs = webhookTimeoutMs }: DeliveryOptions,
): Promise<void> {
  const secret = environment ? environment[secretVariable] : webhookKey(secretVariable)
  const where = new URL(url).origin
  if (secret === undefined || secret === '') {
    throw new Error(`the webhook at ${where} was not called: ${secretVariable}, the key of its signature, is not set`)
  }
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  let why = ''
  for (const pauseMs of [0, ...pausesMs]) {
    await sleep(pauseMs)
    const answer = await post(url, body, signature, timeoutMs)
    if (answer.isTaken) return
    why = answer.why
    if (!answer.mayHelp) break
  }
  throw new Error(`the webhook at ${where} ${why}`)
}

async function post(
  url: string,
  body: string,
  signature: string,
  timeoutMs: number,
): Promise<{ readonly isTaken: boolean; readonly mayHelp: boolean; readonly why: string }> {
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'evenkeel',
        'x-evenkeel-signature': signature,
      },
      // Where it leads, nobody has said.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const isRedirect = status >= 300 && status < 400
    const why = isRedirect ? `redirects (${status}), which is not followed` : `answered ${status}`
    return { isTaken: status >= 200 && status < 300, mayHelp: status >= 500 || status === 429, why }
  } catch (error) {
    return { isTaken: false, mayHelp: true, why: `did not answer: ${reasonOf(error)}` }
  }
}

/** `fetch failed` says nothing; what caused it does. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error)
}
