import type { Address } from './address.js'

/** A place in a stack file. Lines and columns count from 1; columns are UTF-16 code units. */
export interface FileLocation {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line with a caret under the place, and its neighbours. */
  readonly frame: string
}

/**
 * Where the file speaks of an address: at the keys `path` inside its entry, else at the nearest thing around them. Undefined
 * for what does not stand in the file.
 */
export type Locate = (address: Address, path?: readonly (string | number)[]) => FileLocation | undefined

/** For a plan whose file is not at hand. */
export const nowhere: Locate = () => undefined
