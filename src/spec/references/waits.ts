import type { Address } from '../../model/address.js'
import { referencesIn } from '../../model/template.js'
import type { Context } from '../context.js'
import { ignore } from '../problem.js'
import type { Path } from '../problem.js'
import { findDependencies } from './dependencies.js'
import { parseTemplate } from './templates.js'

/**
 * A moment in the life of an entry: `server.web` is ready when its volumes are mounted and its setup has run; it is
 * created long before, and that is all that `${server.web.privateIp}` waits for. All servers of a count wait for the same.
 */
export type Moment = string

export interface Wait {
  readonly to: Moment
  /** Where the file asks for it; absent for what is so by nature: a volume waits for its server to be created. */
  readonly path?: Path | undefined
}

/** Who waits for whom, as far as a file tells. */
export interface Waits {
  readonly byMoment: ReadonlyMap<Moment, readonly Wait[]>
  add(from: Moment, wait: Wait): void
  /** For what the texts of a `dependsOn` name. */
  addDependencies(from: Moment, path: Path, texts: readonly (string | undefined)[] | undefined): void
  /** For what the references in a text name to be created. */
  addReferences(from: Moment, path: Path, text: string | undefined): void
}

const creation = ' is created'

export function created(entry: string): Moment {
  return entry + creation
}

/** The entry that a moment is of. */
export function entryAt(moment: Moment): string {
  return moment.replace(creation, '')
}

export function createWaits(context: Context): Waits {
  const byMoment = new Map<Moment, Wait[]>()
  return {
    byMoment,
    add,
    addDependencies: (from, path, texts) => {
      for (const [index, text] of (texts ?? []).entries()) {
        const entries = findDependencies(context, text ?? '', ignore).map(entryOf)
        for (const to of new Set(entries)) add(from, { to, path: [...path, index] })
      }
    },
    addReferences: (from, path, text) => {
      if (!text?.includes('${')) return
      // What is made without waiting for anything, as volumes are, waits for nothing here either, and closes no circle.
      for (const { address } of referencesIn(parseTemplate(context, text, ignore))) {
        add(from, { to: created(entryOf(address)), path })
      }
    },
  }

  function add(from: Moment, wait: Wait): void {
    const list = byMoment.get(from)
    if (list) list.push(wait)
    else byMoment.set(from, [wait])
  }
}

function entryOf(address: Address): string {
  return address.replace(/\[\d+\]$/, '')
}
