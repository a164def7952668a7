import { openSession } from '../../../../src/app/session.js'
import type { Place } from '../../../../src/app/place.js'
import { readStackFile } from '../../../../src/app/stack-file.js'
import { carryOut, type Command, type CommandEnd } from '../commands.js'
import { watchHostOperations, type HostDoom, type HostOperation } from './host-operations.js'

/** What a process of its own is to do. */
export interface DoomedRequest {
  readonly path: string
  readonly place: Place
  readonly command: Command
  readonly doom: HostDoom | undefined
  readonly groupName: string
  readonly heldPath: string
  readonly lockTimeoutMs: number
}

/** What it says when it lives. */
export interface DoomedAnswer {
  readonly end: CommandEnd
  readonly operations: readonly HostOperation[]
}

/** The process of one run: it is told what to do, does it, and kills itself where it is to. */
process.once('message', (request: DoomedRequest) => {
  const { path, place, command, doom, groupName, heldPath, lockTimeoutMs } = request
  const operations = watchHostOperations(doom, { above: process.ppid, groupName, heldPath })
  const open = () => openSession(readStackFile(path), { place })
  // One at a time, so that an operation's number is the same each time.
  void carryOut(open, command, { lockTimeoutMs, concurrency: 1 }).then((end) => {
    const plain = operations.map(({ what, of, ms }) => ({ what, of, ms }))
    process.send?.({ end, operations: plain } satisfies DoomedAnswer, () => process.exit(0))
  })
})
